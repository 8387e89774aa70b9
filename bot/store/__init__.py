"""The store: everything that knows Redis, and what outlives the process.

    keys        the names and lifetimes of all that is kept
    connection  the one place that makes clients and translates their errors
    intents     what was asked and is not done yet (the ``Store`` port), with its Lua scripts
    records     what is written down, and its version
    sealed      what must not be readable in there
    queue       who performs it (the ``Work`` port)
    embedded    the server that comes along where no ``REDIS_URL`` is set

Knows nothing of Slack, of Harbor, or of what an intent asks for.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Literal

from bot.ports import Clock
from bot.settings import Settings
from bot.store import connection, embedded
from bot.store.intents import RedisStore
from bot.store.keys import Keys
from bot.store.queue import PACE, Pace, Queue, open_queue
from bot.store.sealed import Seal


@dataclass(frozen=True, slots=True)
class Opened:
    """An open store and its queue; *kind* says which server holds them."""

    store: RedisStore
    queue: Queue
    kind: Literal["redis", "embedded"]


@asynccontextmanager
async def open_store(
    settings: Settings, *, secret: str, clock: Clock, pace: Pace = PACE
) -> AsyncIterator[Opened]:
    """Open what the settings name, or the embedded server; close all of it at the end.

    *secret* is what seals the ways back, the bot's token. A Redis that does not answer is no
    error here: it may come. ``SettingsWrong`` where it never can.
    """
    keys = Keys(settings.store_prefix)
    async with AsyncExitStack() as stack:
        url = settings.redis_url.get_secret_value()
        kind: Literal["redis", "embedded"] = "redis" if url else "embedded"
        if not url:
            directory = settings.state_dir or embedded.default_directory()
            server = embedded.running(directory, fsync=settings.store_fsync)
            url = await stack.enter_async_context(server)
        redis = await stack.enter_async_context(connection.connected(url))
        store = RedisStore(
            redis, keys, seal=Seal(secret), clock=clock, limit=settings.limit_questions
        )
        # Teaches the store Redis' clock before the first intent comes.
        await store.ping()
        queue = await stack.enter_async_context(
            open_queue(url, keys, store=store, clock=clock, pace=pace)
        )
        yield Opened(store=store, queue=queue, kind=kind)
