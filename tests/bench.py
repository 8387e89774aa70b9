"""What the product promises in numbers, each beside what it is compared to, in one run.

``make bench``: loopback only, a few minutes at most. Nothing is asserted; a person reads it.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from bot.clock import SystemClock
from bot.harbor.client import open_harbors
from bot.playground.harbor import faults, golden_pair, modern_pair
from bot.playground.harbor.worlds import Pair
from bot.playground.slack import SimulatedSlack
from bot.playground.story import wiring
from bot.replication.image_ref import read_image
from bot.settings import read
from bot.use_cases.answer_why import answer_why
from tests.cli.support import LOGS, harborbot, naming, plain
from tests.servers import redis_server


LATENCY = 0.05
TURNS = 5
MEGABYTE = 1_000_000
# Each program ends by telling its peak of memory in KB: what wait4 says begins with our own.
TELLING = """
import atexit, sys
def tell():
    held = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
    print(*held, file=sys.stderr)
atexit.register(tell)
"""
READING = """
with open(sys.argv[1], "rb") as file:
    lines = 0
    while block := file.read(1 << 20):
        lines += block.count(10)
"""
EXPLAIN = "from bot.cli import main; main()"
BOLT = "import slack_bolt.async_app"


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


async def asked(what: str, pair: Pair, image: str) -> AsyncIterator[Row]:
    """Ask about *image* with latency: from the terminal, then with the version known."""
    settings = naming(pair)
    for harbor in (pair.stag, pair.prod):
        harbor.faults.append(faults.slow(LATENCY))
    bar = 4 * LATENCY
    cold = [
        (await harborbot("why", image, "--json", settings=settings)).data for _ in range(TURNS)
    ]
    clock = SystemClock()
    instances = read(settings, dotenv=Path(os.devnull)).instances()
    async with open_harbors(instances, clock=clock) as harbors:
        warm = [
            await answer_why(harbors, read_image(image), clock=clock) for _ in range(TURNS + 1)
        ]
    trips = max(one.round_trips for one in warm)
    yield Row(f"why, {what}: round trips", f"{trips}", "4", f"{trips / 4:.2f}", "1")
    seconds = median(one.seconds for one in warm[1:])
    beside = f"4 x {LATENCY * 1000:.0f} ms"
    ratio = f"{seconds / bar:.2f}"
    yield Row(f"why, {what}: wall, version known", f"{seconds:.3f} s", beside, ratio, "1.55")
    seconds = median(one["seconds"] for one in cold)
    ratio = f"{seconds / bar:.2f}"
    yield Row(f"why, {what}: wall, first question", f"{seconds:.3f} s", beside, ratio)


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


def resident(pid: int) -> float:
    """Say how many MB a process holds now."""
    fields = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    [held] = [line.split()[1] for line in fields if line.startswith("VmRSS:")]
    return int(held) / 1024


@asynccontextmanager
async def started(environment: dict[str, str]) -> AsyncIterator[tuple[float, float]]:
    """Start a bot; yield the seconds until it was ready and what it then holds, in MB."""
    began = time.monotonic()
    bot = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        env=environment,
        cwd=environment["STATE_DIR"],
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(60):
            line = await bot.stdout.readline() if bot.stdout else b""
        if not line.startswith(b"ready "):
            raise RuntimeError("The bot was not ready.")
        seconds = time.monotonic() - began
        yield seconds, resident(bot.pid)
    finally:
        bot.terminate()
        await bot.wait()


async def cold() -> AsyncIterator[Row]:
    """Start the bot with Redis up and all Harbors down, beside importing Bolt."""
    async with AsyncExitStack() as stack:
        pair = await stack.enter_async_context(golden_pair())
        slack = await stack.enter_async_context(SimulatedSlack())
        redis = await stack.enter_async_context(redis_server())
        folder = stack.enter_context(TemporaryDirectory(prefix="harborbot-"))
        environment = {**wiring(slack, pair, Path(folder)), "REDIS_URL": redis.url}
        await stack.enter_async_context(pair.stag.down())
        await stack.enter_async_context(pair.prod.down())
        seen = []
        for _ in range(TURNS):
            async with started(environment) as one:
                seen.append(one)
    bolt = middle(BOLT)
    seconds, held = median(one[0] for one in seen), median(one[1] for one in seen)
    ratio = f"{seconds / bolt.seconds:.1f}"
    yield Row(
        "cold start until ready", f"{seconds:.2f} s", f"{bolt.seconds:.2f} s", ratio, "< 2 s"
    )
    shown = f"{held:.0f} MB", f"{bolt.peak:.0f} MB"
    yield Row("resident when ready", *shown, f"{held / bolt.peak:.1f}", "< 130 MB")


async def measured() -> AsyncIterator[Row]:
    """Measure everything, one thing after the other."""
    async with golden_pair() as pair:
        async for row in asked("golden 1.2.2", pair, "vira:v1.6.32"):
            yield row
    for version in ("v2.9.5", "v2.15.2"):
        async with modern_pair(version) as pair:
            async for row in asked(version, pair, "team/app:1.1"):
                yield row
    for megabytes in (10, 200):
        for row in explained(megabytes):
            yield row
    async for row in cold():
        yield row


async def main() -> None:
    """Print the table."""
    table = Table("what", "ours", "beside", "ratio", "bar")
    async for row in measured():
        print(f"  {row.what}: {row.ours}", file=sys.stderr)
        table.add_row(row.what, row.ours, row.beside, row.ratio, row.bar)
    Console(width=100).print(table)


if __name__ == "__main__":
    asyncio.run(main())
