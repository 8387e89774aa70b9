"""What an answer rests on: when what happened, the log, and what could not be seen.

Knows how evidence is laid out, in the thread or below a private answer. Pure; the room there is
comes in as a ``Space``. Does not know what was concluded from it.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.ports import Answer
from bot.replication.verdicts import BlindSpot, Check, CheckName, CheckState
from bot.slack import words
from bot.slack.blocks import Block, paragraphs, section
from bot.slack.fit import BUDGET, LONGEST_TEXT, Space, fitted
from bot.slack.text import bold, code, date, fence, prose, unlinked


_LONGEST_SOURCE = 80
_LONGEST_EXCERPT = 2800
# When, how loud and where in Harbor's source: beside a time of our own it is in the way.
_LINE_START = re.compile(
    r"\A.{0,80}?\d{4}-\d\d-\d\dT[\d:.]+Z? \[[A-Z]+\] (?:\[[^\]\s]+:\d+\]:? ?)?(?=\S)"
)


def evidence_text(answer: Answer) -> str:
    """Name the evidence in one breath."""
    return unlinked(f"{words.EVIDENCE}: {answer.diagnosis.image}", LONGEST_TEXT)


def evidence_blocks(answer: Answer, budget: int = BUDGET) -> list[Block]:
    """Show the evidence; nothing where there is none."""
    return fitted(lambda space: evidence_parts(answer, space), budget)


def detail_of(check: Check, room: int) -> str:
    """Show what a check found; a line of log without its stamps, which the excerpt has."""
    if check.name is not CheckName.LOG:
        return prose(check.detail, room)
    line = _LINE_START.sub("", check.detail, count=1)
    # A line of log says more as it was written than with its signs replaced.
    return (code if check.state is CheckState.BAD else prose)(line, room)


def evidence_parts(answer: Answer, space: Space) -> list[Block]:
    """Show as much of the evidence as *space* holds."""
    diagnosis = answer.diagnosis
    return [
        *_timeline(answer, space),
        *_undated(diagnosis.checks, space),
        *_skipped(diagnosis.checks, space),
        *_log(diagnosis.excerpt, space),
        *_blind(diagnosis.blind_spots, space),
    ]


def _timeline(answer: Answer, space: Space) -> list[Block]:
    dated = sorted(_dated(answer.diagnosis.checks), key=lambda pair: pair[0])
    if not dated:
        return []
    lines = [
        f"{date(at, seconds=True)} \u2013 {_event(one, space)}"
        for at, one in dated[: space.events]
    ]
    now = f"{date(answer.at, seconds=True)} \u2013 {words.CHECKED}"
    return _list(words.TIMELINE, lines, left=len(dated) - len(lines), last=now)


def _dated(checks: Sequence[Check]) -> Iterator[tuple[datetime, Check]]:
    # A policy's time is when it was last changed, which is no step of this copy.
    return (
        (check.at, check)
        for check in checks
        if check.at is not None and check.name is not CheckName.POLICY
    )


def _undated(checks: Sequence[Check], space: Space) -> list[Block]:
    others = [
        check
        for check in checks
        if (check.at is None or check.name is CheckName.POLICY)
        and check.source
        # The first line of the answer says what became of the name.
        and check.name is not CheckName.IMAGE
        and check.state is not CheckState.SKIPPED
    ]
    lines = [_event(one, space) for one in others[: space.events]]
    return _list(words.UNDATED, lines, left=len(others) - len(lines))


def _skipped(checks: Sequence[Check], space: Space) -> list[Block]:
    others = [
        check
        for check in checks
        if check.state is CheckState.SKIPPED
        and check.at is None
        and check.name is not CheckName.IMAGE
    ]
    lines = [_event(one, space) for one in others[: space.events]]
    return _list(words.SKIPPED, lines, left=len(others) - len(lines))


def _event(check: Check, space: Space) -> str:
    mark, word = words.STATES[check.state]
    detail = detail_of(check, space.event) or word
    source = f" [{prose(check.source, _LONGEST_SOURCE)}]" if check.source else ""
    return f"{mark} {words.STEPS[check.name]}: {detail}{source}"


def _log(excerpt: str, space: Space) -> list[Block]:
    shown = fence(excerpt, min(space.excerpt, _LONGEST_EXCERPT))
    return [section(f"{bold(words.LOG)}\n{shown}")] if shown else []


def _blind(spots: Sequence[BlindSpot], space: Space) -> list[Block]:
    lines = [_spot(spot, space) for spot in spots[: space.spots]]
    return _list(words.BLIND, lines, left=len(spots) - len(lines))


def _spot(spot: BlindSpot, space: Space) -> str:
    why, remedy = prose(spot.why, space.spot), prose(spot.remedy, space.spot)
    said = f"\u2022 {bold(prose(spot.what, space.spot))}: {why}"
    return f"{said} \u2192 {remedy}" if remedy else said


def _list(title: str, lines: Sequence[str], *, left: int, last: str = "") -> list[Block]:
    if not lines:
        return []
    rest = [words.more(left)] if left else []
    return paragraphs(title, [*lines, *rest, *([last] if last else [])])
