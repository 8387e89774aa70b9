"""Explaining a log, beside reading it and counting its lines."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.costs import Row, middle
from tests.cli.support import LOGS


MEGABYTE = 1_000_000
READING = """
with open(sys.argv[1], "rb") as file:
    lines = 0
    while block := file.read(1 << 20):
        lines += block.count(10)
"""
EXPLAIN = "from bot.cli import main; main()"


@contextmanager
def a_log(size: int) -> Iterator[Path]:
    """Write a log of *size* bytes: jobs that went well, and one at the end that did not."""
    good = (LOGS / "seed_succeeded.log").read_bytes()
    bad = (LOGS / "seed_failed.log").read_bytes().replace(b"2018-11-06", b"2018-11-10")
    with TemporaryDirectory(prefix="harborbot-") as folder:
        path = Path(folder) / "job.log"
        with path.open("wb") as file:
            for _ in range((size - len(bad)) // len(good)):
                file.write(good)
            file.write(bad)
        yield path


def explained(megabytes: int) -> Iterator[Row]:
    """Explain a log of so many megabytes, beside reading it and counting its lines."""
    few = middle(EXPLAIN, "explain", "--json", str(LOGS / "seed_failed.log"))
    with a_log(megabytes * MEGABYTE) as log:
        nothing = middle("")
        plainly = middle(READING, str(log))
        ours = middle(EXPLAIN, "explain", "--json", str(log))
    name = f"explain, {megabytes} MB"
    ratio = f"{ours.seconds / plainly.seconds:.1f}"
    bar = "< 1 s" if megabytes == 10 else ""
    yield Row(f"{name}: wall", f"{ours.seconds:.2f} s", f"{plainly.seconds:.2f} s", ratio, bar)
    speed = megabytes / max(ours.seconds - few.seconds, 0.001)
    read_speed = megabytes / max(plainly.seconds - nothing.seconds, 0.001)
    bar = ">= 100 MB/s"
    shown = f"{speed:.0f} MB/s", f"{read_speed:.0f} MB/s"
    yield Row(f"{name}: without its start", *shown, f"{speed / read_speed:.2f}", bar)
    more = ours.peak - few.peak
    shown = f"{ours.peak:.0f} MB", f"{few.peak:.0f} MB"
    yield Row(f"{name}: peak memory", *shown, f"+{more:.0f} MB", "< +60 MB")
