"""The runs of the jobs in a log, and what decided each of them.

Knows how retries are written: 1.2 appends a run, 1.5 and later overwrite the file from its start
and leave the tail of an older run behind, and from 1.10 on a layer is tried again inside a run.
Whole blocks are searched for a few words first; only the lines that hold one are looked at.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.replication.log_lines.blocks import blocks
from bot.replication.log_lines.records import (
    HEAD,
    LEVEL,
    NEXT,
    PREFIX,
    PREFIX_WITHIN,
    TAIL,
    TIME,
    Record,
    clipped,
    moment,
    record,
    records,
)
from bot.replication.log_lines.starts import Start, deciding_starts, starts


OPENING = 8 * 1024
JITTER = 2  # seconds by which lines of one run may stand out of order; runs are 15 s apart
LINES_A_TRY = 2  # error lines of one try of a layer; a third is another failure
TRIES = 20  # Harbor tries a layer five times; who goes on is not healed any more

_STAMPS = re.compile(rb"^[^\n]{0,200}?" + TIME + rb"\s" + LEVEL + rb"\s", re.MULTILINE)
_LOOP = re.compile(rb"\[ERROR\]|will retry |copy the blob ")
_LAYER = re.compile(rb"\bblob\b")
_SKIPPED = b'but the "override" is set to false, skip'


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run of one job, as much of it as decides.

    `error` is the first error that was not healed within the run, `before` the record above it,
    `repeats` how often the same layer broke off again. `opening` and `ending` are its first and
    last bytes; `opens` the words it began with, `skipped` whether a tag was left out because the
    policy may not override; `older` the end of what an older run left behind it.
    """

    job: str | None = None
    opens: bytes = b""
    started: datetime | None = None
    opening: bytes = b""
    ending: bytes = b""
    error: Record | None = None
    before: Record | None = None
    repeats: int = 0
    skipped: bool = False
    older: bytes = b""


@dataclass(slots=True)
class _Run:
    """A run that is being read; errors stay bytes until it is known that they count."""

    job: str | None = None
    start: Start = field(default_factory=lambda: Start(0))
    started: datetime | None = None
    opening: bytes = b""
    ending: bytes = b""
    error: bytes = b""
    above: bytes = b""
    repeats: int = 0
    skipped: bool = False
    older: bytes = b""
    overwritten: bool = False
    unfinished: bool = False
    retried: bool = False
    settled: bool = False
    errors: int = 0
    tries: int = 0

    @property
    def told(self) -> bool:
        """Whether anything but its name was read."""
        lines = self.opening.strip()
        return bool(lines) and (self.job is None or self.start.opens != b"" or b"\n" in lines)

    def attempt(self) -> Attempt:
        """Hand out what was read."""
        whole = self.above[self.above.find(b"\n") + 1 :] if len(self.above) >= TAIL else self.above
        return Attempt(
            job=self.job,
            opens=self.start.opens,
            started=self.started,
            opening=self.opening,
            ending=self.ending,
            error=record(self.error) if self.error else None,
            before=next(reversed(list(records(whole))), None),
            repeats=self.repeats,
            skipped=self.skipped,
            older=self.older,
        )


def attempts(log: Iterable[bytes | str]) -> Iterator[Attempt]:
    """Read the runs in *log*, in the order in which they stand."""
    return _Reader(starts).read(blocks(log))


def newest(log: Iterable[bytes | str]) -> Attempt:
    """Read the run in *log* that began last; of several in one second the last that stands there.

    Runs that cannot be the newest are passed over where that can be seen from their first line.
    """
    best = Attempt()
    for run in _Reader(deciding_starts).read(blocks(log)):
        if best.started is None or run.started is None or run.started >= best.started:
            best = remembering(best, run)
    return best


def again(earlier: Attempt, later: Attempt) -> bool:
    """Say whether *later* is Harbor's own retry of the same job (1.2 appends them)."""
    waiting = earlier.ending.rstrip().endswith(b"waiting for retrying...")
    return waiting and _opening_line(earlier) == _opening_line(later)


def remembering(earlier: Attempt, later: Attempt) -> Attempt:
    """Let a retry know what stopped the run before it."""
    return replace(later, older=earlier.ending) if again(earlier, later) else later


def _opening_line(run: Attempt) -> str:
    """Read the line with which *run* begins, without its time."""
    return record(run.opening.partition(b"\n")[0]).text


def _before(started: datetime, at: datetime) -> bool:
    """Say whether *at* is older than a run that *started* then."""
    return (started - at).total_seconds() > JITTER


class _Reader:
    """Goes through blocks and keeps what it needs of the run it is in."""

    def __init__(self, find: Callable[[bytes], list[Start]]) -> None:
        self._find = find
        self._run = _Run()

    def read(self, parts: Iterable[bytes]) -> Iterator[Attempt]:
        """Read blocks of whole lines; hand out each run that has ended."""
        for block in parts:
            at = 0
            for start in self._find(block):
                self._piece(block[at : start.at])
                at = start.at
                if not start.goes_on(self._run.start):
                    if self._run.told:
                        yield self._run.attempt()
                    self._run = self._begun(start)
            self._piece(block[at:])
        if self._run.told:
            yield self._run.attempt()

    def _begun(self, start: Start) -> _Run:
        """Begin a run; a name that stands above its first line is its name."""
        named = None if self._run.start.opens else self._run.job
        return _Run(job=start.job or named, start=start)

    def _piece(self, piece: bytes) -> None:
        """Take in lines of one run; what is older than its beginning is none of it."""
        run = self._run
        if run.overwritten:
            run.older = (run.older + piece[-TAIL:])[-TAIL:]
            return
        if not piece:
            return
        first, last = _ends(piece)
        run.started = run.started or first
        if run.started and last and _before(run.started, last):
            whole, piece = piece, _newer(piece, run.started)
            run.older = whole[len(piece) :][-TAIL:]
            run.overwritten = True
        run.skipped = run.skipped or (_SKIPPED in piece and _skips(piece))
        self._errors(piece)
        run.opening += piece[: OPENING - len(run.opening)]
        run.ending = (run.ending + piece)[-TAIL:] if len(piece) < TAIL else piece[-TAIL:]

    def _errors(self, piece: bytes) -> None:
        """Find the first error that is not healed later in the run."""
        at = self._continued(piece) if self._run.unfinished else 0
        while not self._run.settled:
            found = self._next(piece, at)
            if found < 0:
                return
            start = piece.rfind(b"\n", 0, found) + 1
            end = piece.find(b"\n", found)
            end = len(piece) if end < 0 else end
            self._event(piece, start, end)
            at = end

    def _next(self, piece: bytes, at: int) -> int:
        """Find the next line that matters."""
        if not self._run.error:
            return piece.find(b"[ERROR]", at)
        found = _LOOP.search(piece, at)
        return found.start() if found else -1

    def _event(self, piece: bytes, start: int, end: int) -> None:
        """Weigh one line: an error, a retry announced, or a layer that arrived after all."""
        run = self._run
        line = clipped(piece[start:end])
        prefix = PREFIX.search(line, 0, PREFIX_WITHIN)
        if prefix is None:
            return
        text = line[prefix.end() :]
        if prefix.group(2) == b"ERROR":
            if run.error:
                self._another(text)
            else:
                self._first(piece, start, end)
        elif text.startswith(b"will retry "):
            run.retried, run.errors = True, 0
            run.tries += 1
            run.settled = run.tries > TRIES
        elif text.startswith(b"copy the blob ") and run.retried:
            run.error, run.retried, run.repeats, run.tries = b"", False, 0, 0

    def _first(self, piece: bytes, start: int, end: int) -> None:
        """Keep an error with the lines that belong to it and the lines above it."""
        run = self._run
        above = piece[max(0, start - TAIL) : start]
        run.above = (run.ending + above)[-TAIL:]
        found = NEXT.search(piece, end, end + HEAD)
        run.error = piece[start : found.start() if found else max(end, start + HEAD)]
        run.settled = _LAYER.search(run.error) is None
        run.errors = 1
        run.unfinished = found is None and end + HEAD > len(piece)

    def _continued(self, piece: bytes) -> int:
        """Add what stands at the start of the next block to an error that was cut there."""
        run = self._run
        found = NEXT.search(b"\n" + piece, 0, HEAD)
        end = found.start() if found else HEAD
        run.error = clipped(run.error + piece[:end])
        run.unfinished = False
        return end

    def _another(self, text: bytes) -> None:
        """Count an error after the first; the bare repeat of an error ends the retries."""
        run = self._run
        run.errors += 1
        if run.retried:
            run.repeats += b"unexpected EOF" in text
            run.retried = False
        run.settled = run.errors > LINES_A_TRY or not text.startswith(b"failed to ")


def _ends(piece: bytes) -> tuple[datetime | None, datetime | None]:
    """Read the first and the last time in *piece*."""
    first = _STAMPS.search(piece, 0, HEAD)
    begin = max(0, piece.rfind(b"\n", 0, max(0, len(piece) - TAIL)))
    times = [found.group(1) for found in _STAMPS.finditer(piece, begin)]
    return moment(first and first.group(1)), moment(times[-1] if times else None)


def _newer(piece: bytes, started: datetime) -> bytes:
    """Keep what stands before the first line that is older, without the line that was cut."""
    times = ((found.start(), moment(found.group(1))) for found in _STAMPS.finditer(piece))
    kept = piece[: next(place for place, at in times if at and _before(started, at))]
    last = kept.rfind(b"\n", 0, -1) + 1
    return kept[:last] if PREFIX.search(kept[last:], 0, PREFIX_WITHIN) is None else kept


def _skips(piece: bytes) -> bool:
    """Say whether a line really ends with the words that an image was skipped."""
    behind = piece[piece.find(_SKIPPED) + len(_SKIPPED) :][:2]
    return not behind or behind.startswith((b"\n", b"\r"))
