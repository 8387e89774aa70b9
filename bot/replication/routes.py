"""The ways that images take: from which instance to which, by which policies.

Knows how policies and roles make a direction, and which direction a question means. Instances
are named by their display names; an endpoint that is no configured instance keeps its host.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.replication.matching import selects
from bot.replication.model import FilterKind, Policy, Registry, Role


@dataclass(frozen=True, slots=True)
class Route:
    """A way from *source* to *destination*; *holder* is the instance that holds the policies."""

    source: str
    destination: str
    holder: str
    policies: tuple[Policy, ...] = ()

    def __str__(self) -> str:
        return f"{self.source} to {self.destination}"


def find_routes(
    held: Mapping[str, Sequence[Policy]], *, instance_at: Callable[[str], str]
) -> tuple[Route, ...]:
    """Group every instance's policies by the way they go.

    *instance_at* gives the display name of the instance at a URL, empty where there is none.
    """
    ways: dict[tuple[str, str, str], list[Policy]] = {}
    for holder, policies in held.items():
        for policy in policies:
            start = _end(policy.source, holder, instance_at)
            end = _end(policy.destination, holder, instance_at)
            ways.setdefault((start, end, holder), []).append(policy)
    return tuple(Route(*way, tuple(policies)) for way, policies in ways.items())


def choose_route(
    routes: Sequence[Route],
    *,
    source: str,
    destination: str,
    roles: Mapping[str, Role],
    repositories: Sequence[str],
    through: str = "",
) -> tuple[Route | None, tuple[Route, ...]]:
    """Pick the way that is meant, and the others that would fit the words as well.

    The words of the question come first (*source*, *destination*, and *through* for an instance
    that is one of its ends, each empty where not said), then the roles of the instances, then
    the policies: enabled and taking the image, taking it, any. Without any policy two instances
    still make a way.
    """
    fitting = [
        route
        for route in routes
        if source in {"", route.source}
        and destination in {"", route.destination}
        and through in {"", route.source, route.destination}
        and (source or roles.get(route.source) is not Role.DESTINATION)
        and (destination or roles.get(route.destination) is not Role.SOURCE)
    ]
    if not fitting:
        ways = _without_policy(source, destination, roles, through=through)
        return next(iter(ways), None), tuple(ways[1:])
    ranked = sorted(fitting, key=lambda route: -_merit(route, repositories))
    if not repositories:
        return ranked[0], ()
    best = _merit(ranked[0], repositories)
    others = tuple(route for route in ranked[1:] if _merit(route, repositories) == best)
    return ranked[0], others


def takes_repository(policy: Policy, repository: str) -> bool:
    """Say whether *policy* takes *repository*, whatever the tag."""
    loose = tuple(one for one in policy.filters if one.kind is not FilterKind.TAG)
    return selects(replace(policy, filters=loose), repository, "").selects


def projects_of(policies: Sequence[Policy]) -> frozenset[str]:
    """Name the projects that *policies* copy from, where they say so."""
    named = {policy.project for policy in policies if policy.project}
    firsts = {
        one.value.partition("/")[0]
        for policy in policies
        for one in policy.filters
        if one.kind is FilterKind.NAME
    }
    return frozenset(named | {name for name in firsts if re.fullmatch(r"[a-z0-9._-]+", name)})


def _merit(route: Route, repositories: Sequence[str]) -> int:
    taking = [
        policy
        for policy in route.policies
        if any(takes_repository(policy, name) for name in repositories)
    ]
    return 2 if any(policy.enabled for policy in taking) else int(bool(taking))


def _without_policy(
    source: str, destination: str, roles: Mapping[str, Role], *, through: str
) -> list[Route]:
    """List the ways that fit the words, those first that fit the roles best."""
    starts = [source] if source else _able(roles, Role.SOURCE)
    ends = [destination] if destination else _able(roles, Role.DESTINATION)
    return [
        Route(start, end, start)
        for start in starts
        for end in ends
        if start != end and through in {"", start, end}
    ]


def _able(roles: Mapping[str, Role], role: Role) -> list[str]:
    """Name the instances of *role*, or those of both where there is none."""
    certain = [name for name, own in roles.items() if own is role]
    return certain or [name for name, own in roles.items() if own is Role.BOTH]


def _end(registry: Registry, holder: str, instance_at: Callable[[str], str]) -> str:
    if registry.local:
        return holder
    return instance_at(registry.url) or _host(registry)


def _host(registry: Registry) -> str:
    host = re.sub(r"^(?:[\w+.-]+://)?(?:[^@/]*@)?", "", registry.url).split("/")[0]
    # A target that is gone has no URL to speak of.
    return host if re.search(r"\w", host) else registry.name or f"registry {registry.id}"
