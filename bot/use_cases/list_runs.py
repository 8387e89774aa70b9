"""Listing the runs of a way's policies: the newest, and as far back as the push."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.ports import Found
from bot.replication.image_ref import ImageRef
from bot.replication.matching import BEFORE_PUSH
from bot.replication.model import Execution, Policy
from bot.use_cases.look import Eyes, together
from bot.use_cases.sides import Sides


_MORE_PAGES = range(2, 7)


@dataclass(frozen=True, slots=True)
class Listed:
    """Runs of a policy as they were listed; *repository* is what was asked for."""

    policy: Policy
    repository: str
    found: Found[Execution]

    def begins_after(self, at: datetime) -> bool:
        """Say whether there are more, and what was listed does not go back to *at*."""
        times = [one.started_at for one in self.found.rows if one.started_at]
        return not self.found.complete and bool(times) and min(times) > at


async def list_newest(sides: Sides, asked: ImageRef, *, eyes: Eyes) -> list[Listed]:
    """List the newest runs of every policy of the way, side by side."""
    names = sides.own_names or [asked.path]
    wanted = [
        (policy, name, 1)
        for policy in sides.scope.policies
        for name in names[: _names_for(policy)]
    ]
    return await _listed(sides, wanted, eyes=eyes)


async def _listed(
    sides: Sides, wanted: Sequence[tuple[Policy, str, int]], *, eyes: Eyes
) -> list[Listed]:
    holder = sides.holder
    found = await together(
        eyes.see(
            holder.list_executions(policy, repository=name, page=page),
            instance=holder.name,
            what=f"records of policy {policy.name}",
        )
        for policy, name, page in wanted
    )
    return [
        Listed(policy, name, rows)
        for (policy, name, _page), rows in zip(wanted, found, strict=True)
        if rows
    ]


async def back_to_push(
    sides: Sides, listed: list[Listed], *, pushed_at: datetime | None, eyes: Eyes
) -> list[Listed]:
    """Go on listing, up to six pages, where a busy policy's newest do not reach the push."""
    if pushed_at is None:
        return listed
    short = [one for one in listed if one.begins_after(pushed_at - BEFORE_PUSH)]
    wanted = [(one.policy, one.repository, page) for one in short for page in _MORE_PAGES]
    more = await _listed(sides, wanted, eyes=eyes)
    return [_joined(one, [also for also in more if _same(one, also)]) for one in listed]


def _same(one: Listed, other: Listed) -> bool:
    return (one.policy.id, one.repository) == (other.policy.id, other.repository)


def _joined(one: Listed, more: Sequence[Listed]) -> Listed:
    # What begins while pages are read moves rows from one page to the next.
    rows = {row: None for part in (one, *more) for row in part.found.rows}
    complete = any(part.found.complete for part in (one, *more))
    return replace(one, found=Found(tuple(rows), complete=complete))


def _names_for(policy: Policy) -> int | None:
    # Only the policies of 1.2-1.3, bound to a project, list their records by repository.
    return None if policy.project else 1
