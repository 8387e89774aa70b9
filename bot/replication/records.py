"""What was read of one way, and how it becomes the facts of one image.

Knows which record concerns which image. Does not know how records are read.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from bot.replication.facts import Attempt, Facts, Place, PolicyFit
from bot.replication.image_ref import ImageRef
from bot.replication.matching import BEFORE_PUSH, destination_name, selects
from bot.replication.model import (
    Artifact,
    FilterKind,
    LogOperation,
    LogRow,
    Policy,
    Repository,
    Version,
)
from bot.replication.resolution import Known, Resolution
from bot.replication.routes import Route
from bot.replication.runs import Read, to_attempts
from bot.replication.verdicts import BlindSpot


_SPECIAL = frozenset("*?[]{}\\,")


@dataclass(frozen=True, slots=True)
class Scope:
    """One way, the repositories that may be meant, and the policies that take them."""

    route: Route
    repositories: tuple[Repository, ...]
    policies: tuple[Policy, ...]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Each repository's name at the source with each of its names at the destination."""
        policies: Sequence[Policy | None] = self.policies or (None,)
        pairs = [
            (one.name, destination_name(policy, one.name) if policy else one.name)
            for one in self.repositories
            for policy in policies
        ]
        # Without a name the policy's own namespace rule refuses the repository.
        return [(here, there) for here, there in pairs if there]


@dataclass(frozen=True, slots=True)
class Records:
    """What a way holds of the image; a side's artifacts are None where it was not seen."""

    here: tuple[Artifact, ...] | None
    there: tuple[Artifact, ...] | None
    rows: tuple[LogRow, ...]
    reads: tuple[Read, ...]
    version: Version | None


def known_images(scope: Scope, records: Records) -> list[Known]:
    """List every image that a registry, a record, a log or an exact filter knows."""
    known = [Known(row.repository, row.tag, row.digest) for row in records.here or ()]
    at_source = {(one.repository, one.tag) for one in known}
    known += [
        Known(name, row.tag, row.digest)
        for row in records.there or ()
        for name in _own_names(scope, row, at_source)
    ]
    known += [
        Known(read.run.task.repository, tag)
        for read in records.reads
        if read.run.task
        for tag in read.tags or ()
    ]
    known += [
        Known(row.repository, row.reference)
        for row in records.rows
        if row.reference and ":" not in row.reference
    ]
    return known + [named for policy in scope.policies for named in _named_by(policy)]


def _own_names(scope: Scope, row: Artifact, at_source: AbstractSet[tuple[str, str]]) -> list[str]:
    """Name the repositories of the source that *row* may be a copy of.

    A namespace rule may give several one name: those that hold the tag then come first.
    """
    names = list(dict.fromkeys(here for here, there in scope.pairs if there == row.repository))
    return [name for name in names if (name, row.tag) in at_source] or names or [row.repository]


def to_facts(
    scope: Scope,
    records: Records,
    asked: ImageRef,
    *,
    resolution: Resolution,
    blind_spots: Sequence[BlindSpot],
    now: datetime,
) -> Facts:
    """Lay the records out for the ladder, for the one image that was meant."""
    image = resolution.image or Known(asked.path, asked.tag, asked.digest)
    rows = [
        row
        for row in records.rows
        if row.repository == image.repository and row.reference == image.tag
    ]
    source = _place(scope.route.source, records.here, image, names={image.repository})
    digest = source.artifact.digest if source.artifact else ""
    policies = tuple(
        PolicyFit(policy, selects(policy, image.repository, image.tag))
        for policy in scope.policies or scope.route.policies
    )
    pushed_at = _pushed(records, image)
    attempts = to_attempts(
        records.reads,
        image,
        tags=_tags(records, image),
        taking={fit.policy for fit in policies if fit.selection.selects},
        pushed_at=pushed_at,
        version=records.version,
    )
    current = tuple(one for one in attempts if not _of_earlier(one, source, pushed_at))
    return Facts(
        asked=asked,
        repository=image.repository,
        tag=image.tag,
        exact=resolution.exact,
        source=source,
        destination=_place(
            scope.route.destination,
            records.there,
            image,
            names={there for here, there in scope.pairs if here == image.repository},
            digest=digest,
        ),
        holder=scope.route.holder,
        version=records.version,
        policies=policies,
        attempts=current,
        now=now,
        blind_spots=tuple(blind_spots),
        pushed_at=pushed_at,
        deleted_at=_latest(rows, LogOperation.DELETE),
        earlier=len(attempts) - len(current),
    )


def _tags(records: Records, image: Known) -> frozenset[str]:
    """Name the tags under which the image goes: its own, or all that its content digest has."""
    if image.tag:
        return frozenset({image.tag})
    rows = (*(records.here or ()), *(records.there or ()))
    return frozenset(row.tag for row in rows if row.tag and row.digest == image.digest)


def _pushed(records: Records, image: Known) -> datetime | None:
    times = [
        row.pushed_at
        for row in records.here or ()
        if row.pushed_at and (row.repository, row.tag) == (image.repository, image.tag)
    ]
    rows = [row for row in records.rows if row.repository == image.repository]
    logged = _latest([row for row in rows if row.reference == image.tag], LogOperation.PUSH)
    return max([*times, *([logged] if logged else [])], default=None)


def _of_earlier(attempt: Attempt, source: Place, pushed_at: datetime | None) -> bool:
    """Say whether an attempt that is over began for an earlier content of the tag.

    Where no push time is known, the content was in any case not pushed before it was built.
    """
    since = pushed_at or (source.artifact.built_at if source.artifact else None)
    if since is None or attempt.at is None or not attempt.status.ended:
        return False
    return attempt.at < since - BEFORE_PUSH


def _place(
    instance: str,
    artifacts: Sequence[Artifact] | None,
    image: Known,
    *,
    names: AbstractSet[str],
    digest: str = "",
) -> Place:
    """Lay out what *instance* holds under one of *names*, first what has the content *digest*."""
    if artifacts is None or not names:
        return Place(instance, seen=False)
    fitting = [
        row
        for row in artifacts
        if row.repository in names
        and (row.tag == image.tag if image.tag else row.digest == image.digest)
    ]
    fitting.sort(key=lambda row: row.digest != digest)
    return Place(instance, seen=True, artifact=next(iter(fitting), None))


def _latest(rows: Sequence[LogRow], operation: LogOperation) -> datetime | None:
    return max((row.at for row in rows if row.operation is operation), default=None)


def _named_by(policy: Policy) -> list[Known]:
    exact = {
        kind: [
            one.value
            for one in policy.filters
            if one.kind is kind and one.value and not one.excludes and _plain(one.value)
        ]
        for kind in (FilterKind.NAME, FilterKind.TAG)
    }
    return [Known(name, tag) for name in exact[FilterKind.NAME] for tag in exact[FilterKind.TAG]]


def _plain(pattern: str) -> bool:
    return not _SPECIAL.intersection(pattern)
