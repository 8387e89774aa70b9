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
_SEARCHED = 5000  # lines
_LONGEST_LINE = 400  # characters of a line that are shown
_REDACTED_LINE = 4000  # bytes of a line that are looked at: a secret that was cut is not seen
_ACROSS = 4  # lines that the beginning of a record may go over
_BEGINNING = 120  # characters by which the decisive line is found again
LONGEST_EXCERPT = 2800


def tags_in_log(log: bytes) -> tuple[str, ...] | None:
    """List the tags that the log says it took along; None where it does not say."""
    for pattern in _TAGS:
        found = pattern.findall(log)
        if found:
            last = found[-1].decode("utf-8", "replace")
            return tuple(re.findall(r"[^,\s]+", last)) or None
    return None


def excerpt(log: bytes, told: Explanation) -> str:
    """Cut the decisive line with six lines around it, redacted, at most 2,800 characters.

    Where the decisive line is not among the last lines of the log, it stands alone.
    """
    lines = [_shown(line) for line in log.splitlines()[-_SEARCHED:]]
    decisive = next(iter(told.evidence), "")
    at = _place_of(lines, decisive)
    if at is None:
        return decisive[:LONGEST_EXCERPT]
    return "\n".join(_around(lines, at))


def _shown(line: bytes) -> str:
    return redacted(line[:_REDACTED_LINE].decode("utf-8", "replace"))[:_LONGEST_LINE]


def _place_of(lines: Sequence[str], decisive: str) -> int | None:
    start = decisive[:_BEGINNING]
    for at in range(len(lines) - 1, -1, -1):
        record = " ".join(" ".join(lines[at : at + _ACROSS]).split())
        if start in record:
            return at
    return None


def _around(lines: Sequence[str], middle: int) -> Sequence[str]:
    """Take what fits of the lines around *middle*, the nearest first."""
    first = last = middle
    size = len(lines[middle])
    for step in range(1, _AROUND + 1):
        for at in (middle - step, middle + step):
            if not 0 <= at < len(lines):
                continue
            size += 1 + len(lines[at])
            if size > LONGEST_EXCERPT:
                return lines[first : last + 1]
            first, last = min(first, at), max(last, at)
    return lines[first : last + 1]
