"""A run with its log, and how it becomes an attempt at one image.

Knows which run may have had which image. Does not know how runs and logs are read, nor which
attempt decides.
"""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from bot.replication.explanation import Explanation, explain
from bot.replication.facts import Attempt
from bot.replication.image_ref import ImageRef
from bot.replication.log_excerpt import excerpt, tags_in_log
from bot.replication.matching import AFTER_PUSH
from bot.replication.model import Execution, Policy, Task, Trigger, Version
from bot.replication.resolution import Known


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


def to_attempts(
    reads: Sequence[Read],
    image: Known,
    *,
    tags: AbstractSet[str],
    taking: AbstractSet[Policy],
    pushed_at: datetime | None,
    version: Version | None,
) -> list[Attempt]:
    """Turn the runs that had the image, or may have had it, into attempts at it.

    *tags* are those under which the image goes, *taking* the policies that select it.
    """
    attempts = [
        _attempt(read, image, version, names_tag=_names_tag(read, tags, pushed_at))
        for read in reads
        if (read.run.policy in taking if read.run.task is None else _concerns(read, image))
    ]
    return [one for one in attempts if one.names_tag is not False]


def _concerns(read: Read, image: Known) -> bool:
    return read.run.task is not None and read.run.task.repository == image.repository


def _attempt(
    read: Read, image: Known, version: Version | None, *, names_tag: bool | None
) -> Attempt:
    run = read.run
    told = None
    if read.log is not None or run.task is None:
        told = explain(
            [read.log or b""],
            harbor_version=str(version) if version else None,
            status=_harbor_word(run),
            status_text=run.execution.status_text or None,
        )
    return Attempt(
        policy=run.policy,
        execution=run.execution,
        task=run.task,
        explanation=told,
        log_gone=read.gone,
        names_tag=names_tag,
        blames=_blames(read, image, told),
        excerpt=excerpt(read.log, told) if read.log and told else "",
    )


def _blames(read: Read, image: Known, told: Explanation | None) -> str:
    """Name the other tag that the decisive line is about, if it is about one."""
    if told is None or not told.evidence or not image.tag:
        return ""
    named = [tag for tag in read.tags or () if _is_about(told.evidence[0], image.repository, tag)]
    return "" if image.tag in named else next(iter(named), "")


def _is_about(line: str, repository: str, tag: str) -> bool:
    return re.search(rf"{re.escape(f'{repository}:{tag}')}(?![\w.-])", line) is not None


def _names_tag(read: Read, tags: AbstractSet[str], pushed_at: datetime | None) -> bool | None:
    execution, known = read.run.execution, read.tags
    if read.run.task is not None and known is not None and tags:
        return not tags.isdisjoint(known)
    began = execution.started_at
    if began is None or pushed_at is None:
        return None
    # A push sets a run off for itself alone, and at once; which push it was, it does not say.
    if execution.trigger is Trigger.EVENT_BASED:
        return None if began <= pushed_at + AFTER_PUSH else False
    # Any other that ended before it had tasks failed for all that its policy selects.
    return True if read.run.task is None else None


def _harbor_word(run: Run) -> str:
    if run.task is not None and run.task.retrying:
        return "retrying"
    return str(run.task.status if run.task else run.execution.status)
