"""What Redis raises becomes ours, and says no secret."""

import pytest

from bot.errors import SettingsWrong, StoreError, StoreSilent
from bot.ports import MessageRef
from bot.settings import Settings
from bot.store import open_store
from bot.store.connection import connected
from tests.store.support import RealClock, an_intent, opened, performing, queue_on, until


def _in_full(error):
    """Return the texts of an error and of all that is shown with it."""
    texts = []
    while error is not None:
        texts.append(f"{error!r} {error}")
        hidden = error.__suppress_context__
        error = error.__cause__ or (None if hidden else error.__context__)
    return " ".join(texts)


async def test_a_wrong_password_is_told_without_it(server):
    """A password that is not accepted is an error of Redis, and stays unsaid."""
    async with opened(server.url) as at:
        await at.redis.config_set("requirepass", "right")
    url = server.url.replace("redis://", "redis://:canary@")

    async with opened(url) as at:
        with pytest.raises(StoreError, match="password") as caught:
            await at.store.accept(an_intent())

    assert not isinstance(caught.value, StoreSilent)
    assert "canary" not in _in_full(caught.value)


async def test_an_unreadable_address_is_told_without_it():
    """A password that breaks the URL is not said in the complaint about the URL."""
    with pytest.raises(SettingsWrong, match="REDIS_URL") as caught:
        async with connected("redis://:canary/more@localhost:6379"):
            pass

    assert "canary" not in _in_full(caught.value)


async def test_an_error_of_redis_is_ours(at):
    """A refusal is told with Redis' code and without its keys."""
    await at.redis.set(at.store._keys.open, "not a sorted set")

    with pytest.raises(StoreError, match=r"^Redis answered with an error \(WRONGTYPE\)\.$"):
        await at.store.finish("d1")


async def test_a_store_opens_while_redis_is_down(server):
    """A bot whose Redis is away starts, is not ready, and is when Redis is back."""
    await server.kill()
    settings = Settings.model_validate({"redis_url": server.url})

    async with open_store(settings, secret="token", clock=RealClock()) as store:
        assert store.kind == "redis"
        assert not await store.store.ping()
        await server.start()
        assert await store.store.ping()


async def test_a_store_brings_its_own_server(tmp_path):
    """Without REDIS_URL there is a store all the same, and a person's limit holds in it."""
    settings = Settings.model_validate({"state_dir": tmp_path, "limit_questions": 1})

    async with open_store(settings, secret="token", clock=RealClock()) as store:
        outcomes = [await store.store.accept(an_intent(each)) for each in ("d1", "d2")]

        assert store.kind == "embedded"
        assert await store.store.ping()
    assert outcomes == ["new", "limited"]


async def test_a_user_with_few_rights_is_enough(server):
    """The rights that the operator is told to give suffice, under the prefix alone."""
    rights = "~bot1:* allchannels +@read +@write +@connection +@pubsub +@scripting +@stream"
    rights += " +@transaction +@blocking -@dangerous +time"
    performed = []

    async def perform(delivery):
        performed.append(delivery)

    async with opened(server.url) as at:
        user = ("ACL", "SETUSER", "bot", "on", ">right", *rights.split())
        await at.redis.execute_command(*user)
    url = server.url.replace("redis://", "redis://bot:right@")

    async with opened(url) as at, queue_on(at) as queue, performing(queue, perform):
        await at.store.accept(an_intent(response_url="https://example.com"))
        await at.store.note_posted("d1", MessageRef("C1", "1"))
        await queue.enqueue_all(["d1"])
        await until(lambda: performed)
        assert await at.store.ping()
