"""Taking an intent in, once, within the limit, and forgetting it when it is done."""

import asyncio
import json
from collections import Counter
from datetime import timedelta

import pytest

from bot.errors import StoreError, StoreSilent
from bot.ports import Accepted, MessageRef
from bot.store.keys import WORDS_FOR
from tests.store.support import KEYS, an_intent, everything, opened, until


WAY_BACK = "https://hooks.slack.com/commands/T1/111/canary-of-the-way-back"


async def test_a_delivery_is_new_once(at):
    """The same delivery three times is one intent."""
    outcomes = [await at.store.accept(an_intent()) for _ in range(3)]

    assert outcomes == [Accepted.NEW, Accepted.SEEN, Accepted.SEEN]
    assert await at.store.list_open() == ("d1",)


async def test_a_delivery_is_new_once_among_many_at_the_same_time(at):
    """Fifty deliveries of one request side by side are one intent."""
    outcomes = await asyncio.gather(*(at.store.accept(an_intent()) for _ in range(50)))

    assert Counter(outcomes) == {Accepted.NEW: 1, Accepted.SEEN: 49}


async def test_what_is_taken_in_comes_out(at):
    """An intent is read as it was written, with its way back."""
    intent = an_intent(text="vira:v1.6.32 为什么没同步到 prod?", response_url=WAY_BACK)

    await at.store.accept(intent)

    assert await at.store.get_intent("d1") == intent


async def test_the_limit_is_a_persons(url):
    """Who asks too much in a minute is told so, others not; no delivery is counted twice."""
    async with opened(url, limit=2) as at:
        for delivery in ("d1", "d1", "d1", "d2"):
            await at.store.accept(an_intent(delivery))

        assert await at.store.accept(an_intent("d3")) is Accepted.LIMITED
        assert await at.store.accept(an_intent("d3")) is Accepted.LIMITED
        assert await at.store.accept(an_intent("d4", user="U2")) is Accepted.NEW
        assert await at.store.accept(an_intent("d1")) is Accepted.SEEN
        assert await at.store.list_open() == ("d1", "d2", "d4")
        assert await at.redis.get(KEYS.counted("T1", "U1")) == "2"


async def test_the_limit_is_over_after_a_minute(url):
    """When the minute is over the person may ask again; what was refused stays refused."""
    async with opened(url, limit=1) as at:
        await at.store.accept(an_intent("d1"))
        await at.store.accept(an_intent("limited"))
        assert 0 < await at.redis.ttl(KEYS.counted("T1", "U1")) <= 60
        await at.redis.pexpire(KEYS.counted("T1", "U1"), 1)
        await until(lambda: _is_gone(at.redis, KEYS.counted("T1", "U1")))

        assert await at.store.accept(an_intent("limited")) is Accepted.LIMITED
        assert await at.store.accept(an_intent("d2")) is Accepted.NEW


async def test_a_call_that_is_sent_twice_has_one_outcome(at):
    """Redis-py sends again when the answer got lost: the caller hears the first outcome."""
    first = await at.store._claim(an_intent(), "claim", deadline=0)
    again = await at.store._claim(an_intent(), "claim", deadline=0)

    assert first == again == "new"
    assert await at.redis.get(KEYS.counted("T1", "U1")) == "1"


async def test_done_is_forgotten(at):
    """A finished intent leaves no words and no way back, but is not taken in again."""
    await at.store.accept(an_intent(text="canary words", response_url=WAY_BACK))

    await at.store.finish("d1")
    await at.store.finish("d1")

    kept = await everything(at)
    assert await at.store.get_intent("d1") is None
    assert await at.store.list_open() == ()
    assert await at.store.begin("d1") == 0
    assert not [key for key, value in kept.items() if "canary" in value or "way_back" in key]
    assert await at.store.accept(an_intent()) is Accepted.SEEN


async def test_what_is_too_old_is_not_open(at):
    """An intent of yesterday is dropped, words and mark."""
    await at.store.accept(an_intent("old"))
    await at.store.accept(an_intent("new"))
    past = (await at.redis.time())[0] - WORDS_FOR.total_seconds() - 1
    await at.redis.zadd(KEYS.open, {"old": past * 1000})

    assert await at.store.list_open() == ("new",)


async def test_an_expired_intent_is_not_begun(at):
    """An intent whose words are gone is no longer open."""
    await at.store.accept(an_intent())
    await at.redis.delete(KEYS.intent("d1"))

    assert await at.store.begin("d1") == 0
    assert await at.store.list_open() == ()


async def test_a_posted_answer_is_remembered(at):
    """Which message carries an answer is known after the intent is done, too."""
    assert await at.store.posted("d1") is None

    await at.store.note_posted("d1", MessageRef("C1", "1700000000.000200"))
    await at.store.finish("d1")

    assert await at.store.posted("d1") == MessageRef("C1", "1700000000.000200")


async def test_the_way_back_is_never_readable(server):
    """Neither a key nor a value nor the file on disk shows a response_url."""
    async with opened(server.url) as at:
        await at.store.accept(an_intent(response_url=WAY_BACK))
        kept = await everything(at)

    files = [path.read_bytes() for path in server.directory.rglob("*") if path.is_file()]
    assert KEYS.way_back("d1") in kept
    assert any(b"why vira" in content for content in files)
    assert not [key for key, value in kept.items() if "canary" in key + value]
    assert not any(b"canary" in content or b"hooks.slack" in content for content in files)


async def test_another_token_reads_no_way_back(at):
    """With another token the words are read and the way back is none."""
    await at.store.accept(an_intent(response_url=WAY_BACK))

    async with opened(at.url, secret="another") as other:
        intent = await other.store.get_intent("d1")

    assert intent == an_intent()


@pytest.mark.parametrize("record", ["", "{}", "[]", '{"v":1}', '{"v":1,"way":"smoke"}'])
async def test_a_damaged_record_is_an_error_of_ours(at, record):
    """A record that nobody can read is told in a sentence."""
    await at.redis.hset(KEYS.intent("d1"), "record", record)

    with pytest.raises(StoreError, match="damaged"):
        await at.store.get_intent("d1")


async def test_a_record_of_a_later_release_is_an_error_of_ours(at):
    """What a later release wrote is not guessed at."""
    await at.redis.hset(KEYS.intent("d1"), "record", json.dumps({"v": 2, "new": "shape"}))
    await at.redis.set(KEYS.posted("d1"), json.dumps({"v": 2}))

    with pytest.raises(StoreError, match="version 2"):
        await at.store.get_intent("d1")
    with pytest.raises(StoreError, match="version 2"):
        await at.store.posted("d1")


async def test_a_frozen_redis_is_silent_in_time(server):
    """A Redis that hangs is given up on within the bound."""
    bound = timedelta(milliseconds=150)
    async with opened(server.url, accept_within=bound, answer_within=bound) as at:
        await at.store.accept(an_intent("d1"))
        server.pause()
        loop = asyncio.get_running_loop()
        began = loop.time()

        for call in (
            at.store.accept(an_intent("d2")),
            at.store.get_intent("d1"),
            at.store.finish("d1"),
            at.store.list_open(),
        ):
            with pytest.raises(StoreSilent):
                await call
        assert not await at.store.ping()

        assert loop.time() - began < 5 * 0.3
        server.resume()


async def test_what_was_told_to_be_lost_is_not_taken_later(server):
    """A call that reaches Redis after its caller gave up has no effect."""
    async with opened(server.url, accept_within=timedelta(milliseconds=100)) as at:
        # Redis knows the script, and the store Redis' clock.
        await at.store.accept(an_intent("d0"))
        await at.store.list_open()
        server.pause()
        with pytest.raises(StoreSilent):
            await at.store.accept(an_intent("d1"))
        server.resume()
        await until(at.store.ping)

        assert await at.store.list_open() == ("d0",)
        assert await at.store.accept(an_intent("d1")) is Accepted.NEW


async def test_many_calls_that_were_given_up_leave_no_damage(server):
    """After a freeze under load every connection of the pool works again."""
    async with opened(server.url, accept_within=timedelta(milliseconds=200)) as at:
        server.pause()
        outcomes = await asyncio.gather(
            *(at.store.accept(an_intent(f"a{n}")) for n in range(100)), return_exceptions=True
        )
        server.resume()
        await until(at.store.ping)

        assert {type(outcome) for outcome in outcomes} == {StoreSilent}
        again = [at.store.begin(f"b{n}") for n in range(100)]
        assert await asyncio.gather(*again) == [0] * 100
        assert not at.redis.connection_pool._in_use_connections


async def test_a_clock_that_was_moved_refuses_nobody(at):
    """A jump of Redis' clock does not make a call late that is still waited for."""
    assert await at.store.ping()
    at.store._ahead -= 3_600_000

    assert await at.store.accept(an_intent()) is Accepted.NEW


async def test_a_restart_of_redis_costs_no_intent(server):
    """After Redis was killed and came back, the first calls work and nothing is lost."""
    async with opened(server.url) as at:
        await asyncio.gather(*(at.store.accept(an_intent(f"a{n}")) for n in range(8)))

        await server.restart()
        outcomes = await asyncio.gather(*(at.store.accept(an_intent(f"b{n}")) for n in range(8)))

        assert set(outcomes) == {Accepted.NEW}
        assert len(await at.store.list_open()) == 16


async def test_a_redis_that_is_gone_is_silent(server):
    """Where nobody listens any more, that is the same as no answer."""
    async with opened(server.url) as at:
        await server.kill()

        with pytest.raises(StoreSilent):
            await at.store.accept(an_intent())
        assert not await at.store.ping()


async def _is_gone(redis, key):
    return not await redis.exists(key)
