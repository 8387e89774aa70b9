"""What a program costs, seen from outside, and one line of the table."""

import subprocess
import sys
import time
from dataclasses import dataclass
from statistics import median

from tests.cli.support import plain


TURNS = 5
# Each program ends by telling its peak of memory in KB: what wait4 says begins with our own.
TELLING = """
import atexit, sys
def tell():
    held = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
    print(*held, file=sys.stderr)
atexit.register(tell)
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One number, what it is compared to, and the bar that both are held against."""

    what: str
    ours: str
    beside: str
    ratio: str
    bar: str = ""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took: seconds of wall time, and its peak of memory in MB."""

    seconds: float
    peak: float


def run(program: str, *arguments: str) -> Cost:
    """Run a program to its end."""
    began = time.monotonic()
    done = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", TELLING + program, *arguments],
        env=plain(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=True,
    )
    return Cost(time.monotonic() - began, int(done.stderr.split()[-1]) / 1024)


def middle(program: str, *arguments: str) -> Cost:
    """Run a program a few times; the middle counts."""
    costs = [run(program, *arguments) for _ in range(TURNS)]
    return Cost(median(one.seconds for one in costs), median(one.peak for one in costs))
