"""Instances of the simulated pairs, asked through the product's own client."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from bot.harbor.client import connect
from bot.harbor.session import open_session
from bot.playground.harbor.worlds import PASSWORD
from bot.replication.image_ref import read_image
from bot.settings import HarborSettings
from bot.use_cases.answer_why import answer_why


class ClockOf:
    """The time of a simulated world; it waits for nothing."""

    def __init__(self, world_time):
        self._world_time = world_time

    def now(self):
        """Tell the world's time."""
        return self._world_time()

    def monotonic(self):
        """Tell the loop's time."""
        return asyncio.get_running_loop().time()

    async def sleep(self, _seconds):
        """Let others go on, no longer."""
        await asyncio.sleep(0)


@pytest.fixture
def asking():
    """Give a way to ask the instances of a pair, with settings of one's own."""

    @asynccontextmanager
    async def opened(pair, *, without=(), also=None, **settings):
        urls = {"stag": pair.stag.url, "prod": pair.prod.url, **(also or {})}
        clock = ClockOf(pair.clock)
        async with open_session() as session:
            harbors = [
                connect(
                    name,
                    HarborSettings(
                        url=url,
                        username="admin",
                        password=PASSWORD,
                        **settings.get(name, {}),
                    ),
                    session=session,
                    clock=clock,
                )
                for name, url in urls.items()
                if name not in without
            ]

            async def ask(image, **ends):
                return await answer_why(harbors, read_image(image), clock=clock, **ends)

            yield ask

    return opened
