"""Where runs begin in a block of lines, and which of them can still be the newest.

Knows the opening lines of all generations, and the ids that `head` and `tail` print above a file
(`==> 20049.log <==`); a name that is no id is one of Harbor's own logs. Does not look at anything
behind an opening line.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from bot.replication.log_lines.records import PREFIX, PREFIX_WITHIN


_WORDS = (b"initializ", b"r source registry", b"==> ")
_OPENS = re.compile(
    rb"initializing: |initialization completed: (?:project: )?|client for source registry \[type"
    rb"|failed to create client for source registry"
)
_REPOSITORY = re.compile(rb"repository: ([^,\s]+)")
_NAMED = re.compile(rb"==> (?:[^ ]*/)?(?:(?:job|task)[ _])?(\d+|[0-9a-f]{16,})(?:\.log)? <==$")
_PLAIN_TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ")
_FIRST = b"initializing: "  # 1.2 prints two opening lines; on 1.5 there is one, without a project
_SECOND = b"initialization completed: project: "
LINE = 2000  # an opening line is known by its first bytes
TIME = len("2018-11-06T05:48:07Z ")
FEW = 3


@dataclass(frozen=True, slots=True)
class Start:
    """A line with which a run begins: where it stands, its words, the job it names."""

    at: int
    opens: bytes = b""
    job: str | None = None
    repository: bytes = b""

    def goes_on(self, first: "Start") -> bool:
        """Say whether this is the second line of the run that began with *first*."""
        if (first.opens, self.opens) != (_FIRST, _SECOND):
            return False
        return not (self.repository and first.repository) or self.repository == first.repository


def places(block: bytes) -> list[int]:
    """Find the lines that hold a word of an opening line."""
    found = set()
    for word in _WORDS:
        at = block.find(word)
        while at >= 0:
            found.add(block.rfind(b"\n", 0, at) + 1)
            end = block.find(b"\n", at)
            at = block.find(word, end) if end >= 0 else -1
    return sorted(found)


def start(block: bytes, at: int) -> Start | None:
    """Read the line at *at*, if a run begins with it."""
    end = block.find(b"\n", at, at + LINE)
    line = block[at : end if end >= 0 else at + LINE]
    prefix = PREFIX.search(line, 0, PREFIX_WITHIN)
    if prefix is not None:
        opens = _OPENS.match(line, prefix.end())
        if opens is None:
            return None
        named = _REPOSITORY.search(line, opens.start())
        return Start(at, opens.group(), repository=named.group(1) if named else b"")
    named = _NAMED.match(line.strip())
    return Start(at, job=named.group(1).decode("ascii")) if named else None


def starts(block: bytes) -> list[Start]:
    """Find all places where a run begins."""
    return list(_read(block, places(block)))


def deciding_starts(block: bytes) -> list[Start]:
    """Find the first start, the newest, the one above it and the few behind; no other can decide.

    What stands between them is read as part of an older run, which the newest outlives. Only
    where each line begins with a time in UTC, so that times compare as text; otherwise all.
    """
    found = places(block)
    times = {at: block[at : at + TIME] for at in found}
    if len(found) <= FEW or not all(_PLAIN_TIME.match(time) for time in times.values()):
        return list(_read(block, found))
    newest_first = sorted(found, key=lambda at: (times[at], at), reverse=True)
    newest = next(_read(block, newest_first), None)
    if newest is None:
        return []
    before = [at for at in found if at < newest.at]
    if newest.goes_on(above := next(_read(block, reversed(before)), newest)):
        newest = above
    behind = _read(block, (at for at in found if at > newest.at))
    above_it = _above(block, [at for at in before if at < newest.at])
    chosen = [*islice(_read(block, before), 1), *above_it, newest, *islice(behind, FEW)]
    return sorted({one.at: one for one in chosen}.values(), key=lambda one: one.at)


def _above(block: bytes, found: list[int]) -> list[Start]:
    """Find where the last run of *found* begins: a run that waits is what the next one retries."""
    nearest_first = _read(block, reversed(found))
    last = next(nearest_first, None)
    if last is None:
        return []
    first = next(nearest_first, last)
    return [first if last.goes_on(first) else last]


def _read(block: bytes, found: Iterable[int]) -> Iterator[Start]:
    """Read the lines at the places *found*, as far as they are asked for."""
    return (one for at in found if (one := start(block, at)))
