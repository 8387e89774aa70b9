"""What was read of one way, and how it becomes the facts of one image.

Knows which record concerns which image. Does not know how records are read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.replication.explanation import explain
from bot.replication.facts import Attempt, Facts, Place, PolicyFit
from bot.replication.image_ref import ImageRef
from bot.replication.log_excerpt import excerpt, tags_in_log
from bot.replication.matching import AFTER_PUSH, BEFORE_PUSH, destination_name, selects
from bot.replication.model import (
    Artifact,
    Execution,
    FilterKind,
    LogOperation,
    LogRow,
    Policy,
    Repository,
    Task,
    Trigger,
    Version,
)
from bot.replication.resolution import Known, Resolution
from bot.replication.routes import Route
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
class Run:
    """An execution with the task that concerns the image (None: it ended before it had any)."""

    policy: Policy
    execution: Execution
    task: Task | None


@dataclass(frozen=True, slots=True)
class Read:
    """A run whose log was read; *log* is None where there was none to read."""

    run: Run
    log: bytes | None = None
    gone: bool = False

    @property
    def tags(self) -> tuple[str, ...] | None:
        """The tags it took along: the row's, else the log's; None where neither says."""
        task = self.run.task
        if task is not None and task.tags:
            return task.tags
        return tags_in_log(self.log) if self.log else None

    def shows(self, asked: ImageRef) -> bool:
        """Say whether it certainly took along an image that *asked* may mean."""
        return any(asked.fits_tag(tag) for tag in self.tags or ())


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
    own = {there: here for here, there in scope.pairs}
    known += [
        Known(own.get(row.repository, row.repository), row.tag, row.digest)
        for row in records.there or ()
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
    own = {there: here for here, there in scope.pairs}
    return Facts(
        asked=asked,
        repository=image.repository,
        tag=image.tag,
        exact=resolution.exact,
        source=_place(scope.route.source, records.here, image, renamed={}),
        destination=_place(scope.route.destination, records.there, image, renamed=own),
        holder=scope.route.holder,
        version=records.version,
        policies=tuple(
            PolicyFit(policy, selects(policy, image.repository, image.tag))
            for policy in scope.policies or scope.route.policies
        ),
        attempts=_attempts(records.reads, image, pushed_at=_pushed(records, image)),
        now=now,
        blind_spots=tuple(blind_spots),
        pushed_at=_pushed(records, image),
        deleted_at=_latest(rows, LogOperation.DELETE),
    )


def _attempts(
    reads: Sequence[Read], image: Known, *, pushed_at: datetime | None
) -> tuple[Attempt, ...]:
    attempts = [_attempt(read, image, pushed_at) for read in reads if _concerns(read, image)]
    return tuple(
        one for one in attempts if one.names_tag is not False and not _before(one.at, pushed_at)
    )


def _pushed(records: Records, image: Known) -> datetime | None:
    times = [
        row.pushed_at
        for row in records.here or ()
        if row.pushed_at and (row.repository, row.tag) == (image.repository, image.tag)
    ]
    rows = [row for row in records.rows if row.repository == image.repository]
    logged = _latest([row for row in rows if row.reference == image.tag], LogOperation.PUSH)
    return max([*times, *([logged] if logged else [])], default=None)


def _before(at: datetime | None, pushed_at: datetime | None) -> bool:
    """Say whether something began for an earlier content of the tag."""
    return at is not None and pushed_at is not None and at < pushed_at - BEFORE_PUSH


def _concerns(read: Read, image: Known) -> bool:
    return read.run.task is None or read.run.task.repository == image.repository


def _attempt(read: Read, image: Known, pushed_at: datetime | None) -> Attempt:
    run = read.run
    told = None
    if read.log is not None or run.task is None:
        told = explain(
            [read.log or b""],
            status=_harbor_word(run),
            status_text=run.execution.status_text or None,
        )
    return Attempt(
        policy=run.policy,
        execution=run.execution,
        task=run.task,
        explanation=told,
        log_gone=read.gone,
        names_tag=_names_tag(read, image, pushed_at),
        excerpt=excerpt(read.log, told) if read.log and told else "",
    )


def _names_tag(read: Read, image: Known, pushed_at: datetime | None) -> bool | None:
    if read.run.task is None:
        return _meant_it(read.run.execution, pushed_at)
    if not image.tag:
        return True
    return None if read.tags is None else image.tag in read.tags


def _meant_it(execution: Execution, pushed_at: datetime | None) -> bool | None:
    """Say whether an execution that ended before it had tasks would have had the image.

    One that a push set off was for that push alone; any other for all that its policy selects.
    """
    if execution.trigger is not Trigger.EVENT_BASED:
        return True
    if execution.started_at is None or pushed_at is None:
        return None
    return execution.started_at <= pushed_at + AFTER_PUSH


def _harbor_word(run: Run) -> str:
    if run.task is not None and run.task.retrying:
        return "retrying"
    return str(run.task.status if run.task else run.execution.status)


def _place(
    instance: str,
    artifacts: Sequence[Artifact] | None,
    image: Known,
    *,
    renamed: Mapping[str, str],
) -> Place:
    if artifacts is None:
        return Place(instance, seen=False)
    fitting = [
        row
        for row in artifacts
        if renamed.get(row.repository, row.repository) == image.repository
        and (row.tag == image.tag if image.tag else row.digest == image.digest)
    ]
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
