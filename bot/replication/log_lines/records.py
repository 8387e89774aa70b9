"""One record of a log: its time, its level, its text.

Knows the prefixes of all generations, and those that docker and kubectl put before them.
Of a longer line the first 12 KiB and the last 4 KiB are kept.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime


HEAD = 12 * 1024
TAIL = 4 * 1024
LEVEL = rb"\[(DEBUG|INFO|WARNING|ERROR|FATAL)\]"
TIME = rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)"
PREFIX = re.compile(rb"(?:" + TIME + rb"\s)?\s?" + LEVEL + rb"\s(?:\[[^\]\s]+:\d+\]:\s?)?")
PREFIX_WITHIN = 600
DOCKER = 16 * 1024  # what docker writes of a line at once
NEXT = re.compile(rb"\n(?=[^\n]{0,200}?" + LEVEL + rb"\s)")
_COLOUR = re.compile(rb"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of a log: *text* without its prefix, *line* as it stood from its time on."""

    text: str
    line: str = ""
    level: str = ""
    at: datetime | None = None


def clipped(line: bytes) -> bytes:
    """Keep the head and the tail of a *line* that is too long."""
    return line if len(line) <= HEAD + TAIL else line[:HEAD] + line[-TAIL:]


def record(raw: bytes) -> Record:
    """Read one record; bytes that are no UTF-8 are replaced."""
    line = plain(clipped(raw))
    found = PREFIX.search(line, 0, PREFIX_WITHIN)
    if found is None:
        text = _text(line)
        return Record(text, text)
    stamp, level = found.groups()
    return Record(
        _text(line[found.end() :]),
        _text(line[found.start() :]),
        level.decode("ascii"),
        moment(stamp),
    )


def records(raw: bytes) -> Iterator[Record]:
    """Read all records of a few kilobytes, entries of several lines in one piece."""
    at = 0
    while at < len(raw):
        found = NEXT.search(raw, at)
        end = found.start() if found else len(raw)
        if piece := raw[at:end].strip():
            yield record(piece)
        at = end + 1


def plain(lines: bytes) -> bytes:
    """Take off colours, and the JSON that docker writes around a line."""
    if b'"log"' in lines:
        lines = b"".join(_unwrapped(line) for line in lines.splitlines(keepends=True))
    return _COLOUR.sub(b"", lines) if b"\x1b" in lines else lines


def _unwrapped(line: bytes) -> bytes:
    """Take the text of *line* out of JSON; of a long one docker makes several, without an end."""
    if not line.startswith(b"{"):
        return line
    try:
        text = str(json.loads(line)["log"]).encode("utf-8", "replace")
    except (ValueError, KeyError):
        return line
    return text if text.endswith(b"\n") or len(text) >= DOCKER else text + b"\n"


def _text(raw: bytes) -> str:
    """Decode *raw*, with line ends as Unix writes them."""
    return raw.decode("utf-8", "replace").replace("\r\n", "\n").replace("#015", "").strip()


def moment(stamp: bytes | None) -> datetime | None:
    """Read a time; without a zone it is UTC."""
    if stamp is None:
        return None
    try:
        at = datetime.fromisoformat(stamp.decode("ascii"))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
