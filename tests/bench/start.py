"""A cold start, beside importing Bolt."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bot.playground.harbor import golden_pair
from bot.playground.slack import SimulatedSlack
from bot.playground.story import wiring
from tests.bench.costs import TURNS, Row, middle
from tests.servers import redis_server


BOLT = "import slack_bolt.async_app"


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
