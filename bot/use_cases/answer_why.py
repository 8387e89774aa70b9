"""Answer *why didn't this image sync?*: look at every instance, then let the ladder decide.

Four looks at most in sequence at one instance: names and policies; tags and records; tasks; logs.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.errors import BadQuestion, NotAllowed
from bot.ports import Answer, Clock, Harbor
from bot.replication.diagnosis import diagnose
from bot.replication.image_ref import ImageRef
from bot.replication.meter import Meter
from bot.replication.model import Policy, Repository
from bot.replication.records import Scope, known_images, to_facts
from bot.replication.resolution import resolve
from bot.replication.routes import (
    Route,
    choose_route,
    find_routes,
    takes_repository,
)
from bot.replication.undecided import undecided, wayless
from bot.replication.verdicts import Diagnosis
from bot.use_cases.look import Eyes, may_show, together
from bot.use_cases.look_around import look_around
from bot.use_cases.look_deeper import Seen, look_at_runs, look_at_tags
from bot.use_cases.sides import Sides


_MOST_REPOSITORIES = 5


@dataclass(frozen=True, slots=True)
class First:
    """What the first look at one instance saw; None where it saw nothing."""

    harbor: Harbor
    repositories: tuple[Repository, ...] | None
    policies: tuple[Policy, ...] | None


async def answer_why(
    harbors: Sequence[Harbor],
    asked: ImageRef,
    *,
    source: str = "",
    destination: str = "",
    barred: Sequence[Harbor] = (),
    answer_id: str = "",
    clock: Clock,
) -> Answer:
    """Say where *asked* stands between the instances, with proof and what it cost.

    *source* and *destination* are display names, empty where the question does not say. *barred*
    are instances that the person may not read: they are named, never asked.
    BadQuestion for an instance that is not configured; NotAllowed for a project that may not be
    shown. An instance that fails is a blind spot of the answer, never an error.
    """
    ends = _ends([*harbors, *barred], source, destination)
    began = clock.monotonic()
    meters = {harbor.name: Meter() for harbor in harbors}
    watched = [harbor.metered(meters[harbor.name]) for harbor in harbors]
    eyes = Eyes()
    diagnosis = await _diagnose(watched, asked, barred=barred, ends=ends, eyes=eyes, clock=clock)
    return Answer(
        id=answer_id,
        diagnosis=diagnosis,
        requests=sum(meter.requests for meter in meters.values()),
        round_trips=max((meter.round_trips for meter in meters.values()), default=0),
        seconds=clock.monotonic() - began,
        at=clock.now(),
        nobody_answered=not eyes.answered,
    )


def _ends(harbors: Sequence[Harbor], source: str, destination: str) -> tuple[str, str]:
    """Give the display names of both ends, in whatever case they were said; empty where not."""
    names = {harbor.name.casefold(): harbor.name for harbor in harbors}
    configured = ", ".join(names.values())
    example = f"Ask for example: why vira:v1.6.32 to {harbors[-1].name}."
    for said in (source, destination):
        if said and said.casefold() not in names:
            raise BadQuestion(
                f"There is no instance called {said}; there are {configured}. {example}"
            )
    if source and source.casefold() == destination.casefold():
        raise BadQuestion(f"From {source} to {source} nothing is replicated. {example}")
    return names.get(source.casefold(), ""), names.get(destination.casefold(), "")


async def _diagnose(
    harbors: Sequence[Harbor],
    asked: ImageRef,
    *,
    barred: Sequence[Harbor],
    ends: tuple[str, str],
    eyes: Eyes,
    clock: Clock,
) -> Diagnosis:
    firsts = await together(_first_look(harbor, asked, eyes=eyes) for harbor in harbors)
    repositories = _repositories(firsts, asked)
    through = _named_registry(harbors, asked, eyes=eyes)
    route, others = _route(firsts, repositories, barred=barred, ends=ends, through=through)
    for other in others:
        _name_other(route, other, eyes=eyes)
    if route is None:
        remedy = "Configure the other registry too, or ask with `from` and `to`."
        eyes.miss("the way", "no policy and no second instance say where it goes", remedy)
        silent = _silent(firsts, eyes)
        if not silent:
            return wayless(asked, blind_spots=eyes.blind_spots)
        return undecided(
            asked,
            looked_at=[harbor.name for harbor in harbors],
            unseen=silent,
            blind_spots=eyes.blind_spots,
        )
    sides = _sides(firsts, route, repositories, barred=barred)
    return await _decide(
        harbors, sides, asked, unseen=_silent(firsts, eyes), eyes=eyes, clock=clock
    )


async def _decide(
    harbors: Sequence[Harbor],
    sides: Sides,
    asked: ImageRef,
    *,
    unseen: Sequence[str],
    eyes: Eyes,
    clock: Clock,
) -> Diagnosis:
    seen = await look_at_tags(sides, asked, eyes=eyes)
    # Beside the last two looks, so that a name that nothing knows costs no fifth.
    async with asyncio.TaskGroup() as group:
        reading = group.create_task(look_at_runs(sides, asked, seen, eyes=eyes))
        around = group.create_task(_around(harbors, sides, asked, seen=seen, eyes=eyes))
    records = reading.result()
    known = known_images(sides.scope, records)
    # Records know images of every project, also of those that may not be shown.
    resolution = resolve(asked, [one for one in known if may_show(harbors, one.repository)])
    if resolution.image is None:
        return undecided(
            asked,
            looked_at=[harbor.name for harbor in harbors],
            unseen=unseen,
            fitting=resolution.candidates,
            close=() if resolution.candidates else around.result(),
            blind_spots=eyes.blind_spots,
        )
    facts = to_facts(
        sides.scope,
        records,
        asked,
        resolution=resolution,
        blind_spots=eyes.blind_spots,
        now=clock.now(),
    )
    return diagnose(facts)


def _silent(firsts: Sequence[First], eyes: Eyes) -> list[str]:
    """Name the instances that could not be asked which repositories they have."""
    return [
        first.harbor.name
        for first in firsts
        if first.repositories is None or first.harbor.name in eyes.refusing
    ]


async def _around(
    harbors: Sequence[Harbor], sides: Sides, asked: ImageRef, *, seen: Seen, eyes: Eyes
) -> tuple[str, ...]:
    if seen.here or seen.there:
        return ()
    return await look_around(harbors, sides, asked, eyes=eyes)


async def _first_look(harbor: Harbor, asked: ImageRef, *, eyes: Eyes) -> First:
    async with asyncio.TaskGroup() as group:
        found = group.create_task(
            eyes.see(harbor.search(asked.path), instance=harbor.name, what="repositories")
        )
        policies = group.create_task(
            eyes.see(harbor.list_policies(), instance=harbor.name, what="policies")
        )
    return First(harbor, found.result(), policies.result())


def _repositories(firsts: Sequence[First], asked: ImageRef) -> tuple[Repository, ...]:
    """List the repositories that may be meant, one entry a name.

    One that may not be shown is refused where it was named in full, and unknown otherwise: that
    it exists is not told.
    """
    harbors = [first.harbor for first in firsts]
    if "/" in asked.path and not may_show(harbors, asked.path):
        raise NotAllowed(f"{asked.path} is in a project that I may not show.")
    found: dict[str, Repository] = {}
    for first in firsts:
        for repository in first.repositories or ():
            if asked.fits_repository(repository.name) and may_show(harbors, repository.name):
                found.setdefault(repository.name, repository)
    if "/" in asked.path:
        found.setdefault(asked.path, Repository(asked.path, 0))
    return tuple(sorted(found.values(), key=lambda one: one.name != asked.path))


def _named_registry(harbors: Sequence[Harbor], asked: ImageRef, *, eyes: Eyes) -> str:
    if not asked.registry:
        return ""
    name = next((harbor.name for harbor in harbors if harbor.is_at(asked.registry)), "")
    if not name:
        eyes.miss(
            f"{asked.registry}: this registry",
            "it is not one of my configured instances",
            "Configure it, or add its URL to an instance's ALIASES.",
        )
    return name


def _route(
    firsts: Sequence[First],
    repositories: Sequence[Repository],
    *,
    barred: Sequence[Harbor],
    ends: tuple[str, str],
    through: str,
) -> tuple[Route | None, tuple[Route, ...]]:
    harbors = [first.harbor for first in firsts]

    def instance_at(url: str) -> str:
        known = (harbor.name for harbor in (*harbors, *barred) if harbor.is_at(url))
        return next(known, "")

    held: Mapping[str, Sequence[Policy]] = {
        first.harbor.name: first.policies or () for first in firsts
    }
    return choose_route(
        find_routes(held, instance_at=instance_at),
        source=ends[0],
        destination=ends[1],
        roles={harbor.name: harbor.role for harbor in harbors},
        repositories=[one.name for one in repositories],
        through=through,
    )


def _name_other(route: Route | None, other: Route, *, eyes: Eyes) -> None:
    if route is not None and str(route) == str(other):
        why = f"only the policies that {route.holder} holds for this way were looked at"
        eyes.miss(f"{other.holder}: policies", why, f"Look at them on {other.holder}.")
    else:
        why = "the question did not say which way is meant"
        eyes.miss(f"{other}: this way", why, f"Ask again with `to {other.destination}`.")


def _sides(
    firsts: Sequence[First],
    route: Route,
    repositories: Sequence[Repository],
    *,
    barred: Sequence[Harbor],
) -> Sides:
    harbors = {first.harbor.name: first.harbor for first in firsts}
    start = next((first for first in firsts if first.harbor.name == route.source), None)
    own = {one.name: one for one in (start.repositories if start else None) or ()}
    candidates = [own.get(one.name, one) for one in repositories[:_MOST_REPOSITORIES]]
    names = [one.name for one in candidates]
    taking = [
        policy
        for policy in route.policies
        if not names or any(takes_repository(policy, name) for name in names)
    ]
    policies = tuple(sorted(taking, key=lambda policy: not policy.enabled))
    return Sides(
        scope=Scope(route, tuple(candidates), policies),
        holder=harbors[route.holder],
        source=harbors.get(route.source),
        destination=harbors.get(route.destination),
        barred=frozenset(harbor.name for harbor in barred),
    )
