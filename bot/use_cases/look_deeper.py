"""The second to fourth look at a way: tags and records, then tasks, then logs."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.errors import HarborMissing
from bot.ports import Harbor
from bot.replication.image_ref import ImageRef
from bot.replication.matching import likeliest_executions
from bot.replication.model import (
    Artifact,
    Execution,
    LogOperation,
    LogRow,
    Policy,
    Status,
    Task,
    Version,
)
from bot.replication.records import Records
from bot.replication.runs import Read, Run
from bot.use_cases.list_runs import Listed, back_to_push, list_newest
from bot.use_cases.look import Eyes, together
from bot.use_cases.sides import Sides


@dataclass(frozen=True, slots=True)
class Seen:
    """What the second look saw; a side's artifacts are None where it was not seen."""

    here: tuple[Artifact, ...] | None
    there: tuple[Artifact, ...] | None
    rows: tuple[LogRow, ...]
    executions: list[Listed]
    version: Version | None


async def look_at_tags(sides: Sides, asked: ImageRef, *, eyes: Eyes) -> Seen:
    """Look at the tags of both ends, the project's log and the policies' runs, side by side."""
    async with asyncio.TaskGroup() as group:
        here = group.create_task(_artifacts(sides.source, sides.own_names, asked, eyes=eyes))
        there = group.create_task(
            _artifacts(sides.destination, sides.names_there, asked, eyes=eyes)
        )
        rows = group.create_task(_log_rows(sides, eyes=eyes))
        executions = group.create_task(list_newest(sides, asked, eyes=eyes))
        version = group.create_task(
            eyes.see(sides.holder.version(), instance=sides.holder.name, what="version")
        )
    _name_unseen_ends(sides, eyes=eyes)
    return Seen(
        here.result(), there.result(), rows.result(), executions.result(), version.result()
    )


async def look_at_runs(sides: Sides, asked: ImageRef, seen: Seen, *, eyes: Eyes) -> Records:
    """Look at the tasks of the runs that may concern the image, then at their logs."""
    pushed = _pushed_at(asked, seen.here or (), seen.rows)
    listed = await back_to_push(sides, seen.executions, pushed_at=pushed, eyes=eyes)
    reads = await _reads(sides, asked, listed, pushed_at=pushed, eyes=eyes)
    return Records(seen.here, seen.there, seen.rows, reads, seen.version)


async def _artifacts(
    harbor: Harbor | None, names: Sequence[str], asked: ImageRef, *, eyes: Eyes
) -> tuple[Artifact, ...] | None:
    if harbor is None:
        return None
    found = await together(
        eyes.see(
            harbor.find_artifacts(name, tag=asked.tag, digest=asked.digest),
            instance=harbor.name,
            what="tags",
        )
        for name in names
    )
    if any(rows is None for rows in found):
        return None
    artifacts = tuple(row for rows in found if rows for row in rows.rows)
    if any(rows and not rows.complete for rows in found) and not _is_exact(asked, artifacts):
        why = "more tags begin so than were read"
        eyes.miss(f"{harbor.name}: further tags", why, "Ask with the tag in full.")
    return artifacts


def _is_exact(asked: ImageRef, artifacts: Sequence[Artifact]) -> bool:
    return any(row.tag == asked.tag or row.digest == asked.digest for row in artifacts)


async def _log_rows(sides: Sides, *, eyes: Eyes) -> tuple[LogRow, ...]:
    source = sides.source
    if source is None:
        return ()
    found = await together(
        eyes.see(source.list_log_rows(one), instance=source.name, what="project log")
        for one in sides.scope.repositories
        if one.project_id
    )
    return tuple(row for rows in found if rows for row in rows.rows)


def _name_unseen_ends(sides: Sides, *, eyes: Eyes) -> None:
    for harbor, name in (
        (sides.source, sides.scope.route.source),
        (sides.destination, sides.scope.route.destination),
    ):
        if name in sides.barred:
            eyes.miss(f"{name}: tags", "you are not among its readers", "Ask my owners.")
        elif harbor is None:
            why = "it is not one of my configured instances"
            remedy = "Configure it, or add its URL to an instance's ALIASES."
            eyes.miss(f"{name}: tags", why, remedy)


def _pushed_at(
    asked: ImageRef, here: Sequence[Artifact], rows: Sequence[LogRow]
) -> datetime | None:
    times = [row.pushed_at for row in here if row.pushed_at and asked.fits_tag(row.tag)]
    times += [
        row.at
        for row in rows
        if row.operation is LogOperation.PUSH and row.reference and asked.fits_tag(row.reference)
    ]
    return max(times, default=None)


async def _reads(
    sides: Sides,
    asked: ImageRef,
    listed: Sequence[Listed],
    *,
    pushed_at: datetime | None,
    eyes: Eyes,
) -> tuple[Read, ...]:
    """Read tasks and logs of the runs that may concern the image, as many at once as may be.

    A second helping of two looks is taken only where the first shows no run of the image.
    """
    candidates, left_out = _candidates(sides, asked, listed, pushed_at=pushed_at)
    reads: list[Read] = []
    width = sides.holder.at_once
    for first in range(0, len(candidates), width):
        runs = await _runs(sides, asked, candidates[first : first + width], eyes=eyes)
        reads += await together(_read(sides.holder, run, eyes=eyes) for run in runs[:width])
        reads += [Read(run) for run in runs[width:]]
        if any(read.shows(asked) for read in reads):
            break
    else:
        for policy in left_out:
            eyes.miss(
                f"{sides.holder.name}: older records of policy {policy.name}",
                "only the newest records and those around the push were read",
                "Ask about a newer push, or look in Harbor's own list.",
            )
    return tuple(sorted(reads, key=lambda read: _newest_first(read.run)))


def _candidates(
    sides: Sides,
    asked: ImageRef,
    listed: Sequence[Listed],
    *,
    pushed_at: datetime | None,
) -> tuple[list[tuple[Policy, Execution]], list[Policy]]:
    """Choose the executions to look into, the likeliest first; and whose records are left out."""
    chosen: list[tuple[Policy, Execution]] = []
    left_out: list[Policy] = []
    for one in listed:
        policy, executions = one.policy, one.found
        if policy.project:
            # A job has its row at hand: what is not about the image needs no look.
            worth = [row for row in executions.rows if _of_image(sides, asked, row)]
        else:
            # A run that found nothing to copy is noise: a push that its policy's filter left out.
            worth = [row for row in executions.rows if not row.found_nothing]
        picked, unseen = likeliest_executions(worth, pushed_at=pushed_at)
        chosen += [(policy, execution) for execution in picked]
        if unseen or not executions.complete:
            left_out.append(policy)
    return chosen, left_out


def _of_image(sides: Sides, asked: ImageRef, execution: Execution) -> bool:
    names = sides.own_names
    return any(_concerns(task, asked, names=names) for task in execution.tasks or ())


async def _runs(
    sides: Sides,
    asked: ImageRef,
    candidates: Sequence[tuple[Policy, Execution]],
    *,
    eyes: Eyes,
) -> list[Run]:
    holder = sides.holder
    tasks = await together(
        eyes.see(holder.list_tasks(execution), instance=holder.name, what="records: tasks")
        for _policy, execution in candidates
    )
    runs = [
        run
        for (policy, execution), rows in zip(candidates, tasks, strict=True)
        if rows is not None
        for run in _runs_of(policy, execution, rows.rows, names=sides.own_names, asked=asked)
    ]
    return sorted(runs, key=_newest_first)


def _runs_of(
    policy: Policy,
    execution: Execution,
    tasks: Sequence[Task],
    *,
    names: Sequence[str],
    asked: ImageRef,
) -> list[Run]:
    if not execution.total and execution.id is not None:
        # What failed, or hangs, before it had tasks does so for every image it would have had.
        return [] if execution.found_nothing else [Run(policy, execution, None)]
    return [Run(policy, execution, task) for task in tasks if _concerns(task, asked, names=names)]


def _concerns(task: Task, asked: ImageRef, *, names: Sequence[str]) -> bool:
    """Say whether *task* may have taken the image along."""
    if task.deletes or not (task.repository in names or asked.fits_repository(task.repository)):
        return False
    return not task.tags or any(asked.fits_tag(tag) for tag in task.tags)


def _newest_first(run: Run) -> tuple[float, int]:
    began = (run.task.started_at if run.task else None) or run.execution.started_at
    number = run.task.id if run.task else run.execution.id or 0
    # What has not begun yet is the newest.
    return (-began.timestamp() if began else float("-inf"), -number)


async def _read(holder: Harbor, run: Run, *, eyes: Eyes) -> Read:
    task = run.task
    if task is None or task.status is Status.PENDING:
        return Read(run)
    try:
        log = await eyes.see(
            holder.read_log(task), instance=holder.name, what=f"log of {task.noun}"
        )
    except HarborMissing:
        return Read(run, gone=True)
    return Read(run, log)
