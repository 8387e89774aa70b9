"""What else a job's or task's log tells: the tags it took along, and the lines to show.

Which line decides, and why, is ``explanation``'s.
"""

import re
from collections.abc import Sequence

from bot.replication.explanation import Explanation
from bot.replication.log_lines import redacted


_TAGS = (
    # 1.8 on: the only place with the list of tags (src/…/transfer/image/transfer.go).
    re.compile(rb"copying \S+?:\[([^\]\n]*)\]\(source registry\)"),
    # 1.2: an empty list means the whole repository, the second line has it filled in.
    re.compile(rb"initialization completed: [^\n]*?tags: \[([^\]\n]+)\]"),
)
_AROUND = 6
_LONGEST_LINE = 400
LONGEST_EXCERPT = 2800


def tags_in_log(log: bytes) -> tuple[str, ...] | None:
    """List the tags that the log says it took along; None where it does not say."""
    for pattern in _TAGS:
        found = pattern.findall(log)
        if found:
            last = found[-1].decode("utf-8", "replace")
            return tuple(re.split(r"[,\s]+", last.strip()))
    return None


def excerpt(log: bytes, told: Explanation) -> str:
    """Cut the decisive line with six lines around it, redacted, at most 2,800 characters."""
    lines = [
        redacted(line[:_LONGEST_LINE].decode("utf-8", "replace"))
        for line in log.splitlines()[-5000:]
    ]
    at = _place_of(lines, told)
    around = lines[max(0, at - _AROUND) : at + _AROUND + 1]
    text = "\n".join(around)
    if len(text) <= LONGEST_EXCERPT:
        return text
    return _narrowed(around, min(at, _AROUND))


def _place_of(lines: Sequence[str], told: Explanation) -> int:
    for line in told.evidence:
        start = line[:120]
        for at in range(len(lines) - 1, -1, -1):
            if start and start in lines[at]:
                return at
    return max(0, len(lines) - 1)


def _narrowed(lines: Sequence[str], middle: int) -> str:
    first, last = middle, middle
    size = len(lines[middle])
    while True:
        wider = [
            (at, side)
            for at, side in ((first - 1, "before"), (last + 1, "after"))
            if 0 <= at < len(lines) and size + 1 + len(lines[at]) <= LONGEST_EXCERPT
        ]
        if not wider:
            return "\n".join(lines[first : last + 1])
        at, side = wider[0]
        size += 1 + len(lines[at])
        first, last = (at, last) if side == "before" else (first, at)
