"""Cutting a stream into blocks of whole lines, in constant memory."""

from collections.abc import Iterable, Iterator

from bot.replication.log_lines.records import clipped, plain


BLOCK = 512 * 1024


def blocks(log: Iterable[bytes | str]) -> Iterator[bytes]:
    """Cut *log* into blocks of whole, plain lines; where a chunk ended does not matter."""
    parts: list[bytes] = []
    size = 0
    for chunk in log:
        raw = chunk.encode("utf-8", "replace") if isinstance(chunk, str) else chunk
        at = 0
        while len(raw) - at >= BLOCK - size:
            end = at + BLOCK - size
            block = b"".join((*parts, raw[at:end]))
            at = end
            cut = block.rfind(b"\n") + 1
            if cut:
                yield plain(block[:cut])
            parts = [clipped(block[cut:])]
            size = len(parts[0])
        parts.append(raw[at:])
        size += len(raw) - at
    if last := b"".join(parts):
        yield plain(last)
