"""A question with latency: round trips and wall time."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import median

from bot.clock import SystemClock
from bot.harbor.client import open_harbors
from bot.playground.harbor import faults
from bot.playground.harbor.worlds import Pair
from bot.replication.image_ref import read_image
from bot.settings import read
from bot.use_cases.answer_why import answer_why
from tests.bench.costs import TURNS, Row
from tests.cli.support import harborbot, naming


LATENCY = 0.05


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
