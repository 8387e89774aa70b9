"""What the store's tests build and wait with."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from redis.asyncio import Redis

from bot.ports import Asked, Intent, Way
from bot.store.connection import connected
from bot.store.intents import RedisStore
from bot.store.keys import Keys
from bot.store.queue import Pace, Queue, open_queue
from bot.store.sealed import Seal


TOKEN = "made-up-token"
KEYS = Keys("bot1")
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

QUICK = Pace(
    check_every=timedelta(milliseconds=10),
    redeliver_after=timedelta(milliseconds=400),
    reconnect_after=timedelta(milliseconds=50),
    sweep_every=timedelta(milliseconds=50),
    waits=(timedelta(milliseconds=10), timedelta(milliseconds=20)),
    attempts=4,
    grace=timedelta(seconds=5),
    let_go_within=timedelta(milliseconds=300),
)


class RealClock:
    """Time as it is; for Redis has a clock of its own."""

    def now(self):
        """Tell a time that stands still."""
        return AT

    def monotonic(self):
        """Tell the seconds."""
        return time.monotonic()

    async def sleep(self, seconds):
        """Wait."""
        await asyncio.sleep(seconds)


@dataclass
class Opened:
    """A store with what it stands on."""

    url: str
    redis: Redis
    store: RedisStore


def an_intent(delivery="d1", *, user="U1", text="why vira:v1.6.32", response_url=""):
    """Build an intent."""
    asked = Asked(
        way=Way.COMMAND,
        team="T1",
        channel="C1",
        user=user,
        thread="1700000000.000100",
        response_url=response_url,
    )
    return Intent(delivery=delivery, asked=asked, text=text, at=AT)


async def until(condition, *, within=10.0):
    """Wait until *condition* holds; it may be a coroutine function."""
    async with asyncio.timeout(within):
        while True:
            holds = condition()
            if asyncio.iscoroutine(holds):
                holds = await holds
            if holds:
                return
            await asyncio.sleep(0.01)


@asynccontextmanager
async def opened(url, *, secret=TOKEN, limit=1000, **bounds) -> AsyncIterator[Opened]:
    """Open a store at *url*."""
    async with connected(url) as redis:
        yield Opened(
            url,
            redis,
            RedisStore(redis, KEYS, seal=Seal(secret), clock=RealClock(), limit=limit, **bounds),
        )


@asynccontextmanager
async def queue_on(at, *, pace=QUICK) -> AsyncIterator[Queue]:
    """Open the queue of a store."""
    async with open_queue(at.url, KEYS, store=at.store, clock=RealClock(), pace=pace) as queue:
        yield queue


async def shrug(_delivery):
    """Give up and tell nobody."""


@asynccontextmanager
async def performing(queue, perform, *, give_up=shrug) -> AsyncIterator[asyncio.Task]:
    """Let *queue* perform while the block lasts."""
    task = asyncio.create_task(queue.run(perform, give_up=give_up))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def everything(at):
    """Return every key with all that is in it, as one text each."""
    async with Redis.from_url(at.url, socket_timeout=None) as redis:
        keys = [key async for key in redis.scan_iter(count=1000)]
        return {key.decode(): str(await _value(redis, key)) for key in keys}


async def _value(redis, key):
    read = {
        b"string": redis.get,
        b"hash": redis.hgetall,
        b"zset": lambda key: redis.zrange(key, 0, -1),
        b"set": redis.smembers,
        b"stream": redis.xrange,
        b"none": redis.get,  # gone since it was listed
    }
    return await read[await redis.type(key)](key)
