"""What is kept, under which name, and for how long."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta

from bot.errors import StoreSilent
from bot.ports import MessageRef
from bot.store.keys import Keys
from tests.store.support import (
    KEYS,
    QUICK,
    an_intent,
    everything,
    opened,
    performing,
    queue_on,
    until,
)


# The queue's own, each with why it may stay: all but the first three end with their work.
LASTING = (
    "bot1:work:stream",  # one stream, whose entries go when they are done
    "bot1:work:workers",  # who lives: swept by every heartbeat
    "bot1:work:task-workers:perform_intent",  # the same
    "bot1:work:task-workers:(fail|sleep|trace)",  # the same, for tasks the library brings along
    "bot1:work:queue",  # what waits for its next attempt
    "bot1:work:intent:.+",  # its words for the library: an id
    "bot1:work:runs:intent:.+",  # where it stands
    "bot1:work:progress:intent:.+",  # the same, while it runs
)


async def test_every_key_ends_by_itself(server):
    """Whatever is kept has a lifetime, but for what is listed here."""
    begun = asyncio.Event()

    async def perform(delivery):
        if delivery == "fails":
            raise StoreSilent("made up")
        begun.set()
        await asyncio.Event().wait()

    pace = replace(QUICK, grace=timedelta(milliseconds=10))
    async with opened(server.url, limit=3) as at, queue_on(at, pace=pace) as queue:
        for delivery in ("fails", "hangs", "waits", "limited"):
            await at.store.accept(an_intent(delivery, response_url="https://example.com"))
        await at.store.note_posted("hangs", MessageRef("C1", "1"))
        async with performing(queue, perform) as running:
            await begun.wait()
            await until(lambda: at.redis.hget(KEYS.intent("fails"), "attempts"))
            seen = {}
            for _ in range(20):
                seen |= await _lifetimes(at.redis)
                await asyncio.sleep(0.01)
            running.cancel()

    lasting = {key for key, lifetime in seen.items() if lifetime < 0}
    assert not [key for key in seen if not key.startswith("bot1:")]
    assert not [key for key in lasting if not any(re.fullmatch(each, key) for each in LASTING)]
    assert {KEYS.open, KEYS.seen("limited"), KEYS.posted("hangs")} <= set(seen)


async def test_work_that_is_done_leaves_nothing_in_the_queue(at):
    """Of a finished intent the queue keeps not even its id."""

    async def perform(delivery):
        pass

    async with queue_on(at) as queue, performing(queue, perform):
        await at.store.accept(an_intent("canary"))
        await queue.enqueue_all(["canary"])
        await until(lambda: _is_done(at))

    kept = await everything(at)
    left = {key for key, value in kept.items() if "canary" in key + value}
    assert left == {KEYS.seen("canary")}


def test_the_intents_share_a_slot():
    """One script may change all keys of an intent, also on a cluster."""
    keys = Keys("a-bot")
    names = (keys.seen("{x}"), keys.intent("d"), keys.way_back("d"), keys.counted("T", "U"))

    assert {re.search(r"\{(.*?)\}", name)[1] for name in (*names, keys.open)} == {"intents"}
    assert all(name.startswith("a-bot:") for name in (*names, keys.work))


async def _lifetimes(redis):
    names = [key async for key in redis.scan_iter(count=1000)]
    # -2: gone again meanwhile, which is not lasting.
    lifetimes = {name: await redis.ttl(name) for name in names}
    return {name: 0 if lifetime == -2 else lifetime for name, lifetime in lifetimes.items()}


async def _is_done(at):
    # A worker says that a run has ended after the intent is finished.
    kept = await everything(at)
    return not [key for key, value in kept.items() if "intent:canary" in key + value]
