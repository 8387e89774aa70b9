import asyncio

import pytest

from tests.scenarios.support import EVIDENCE, a_stage, holding, once, start_bot, until


pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTION = "why vira:v1.6.32"
STORES = {"redis": {}, "embedded": {"REDIS_URL": ""}}


async def ask(stage, way):
    """Ask in one of three ways."""
    if way == "command":
        return await stage.slack.command("wang", "/harbor", QUESTION)
    if way == "mention":
        return await stage.slack.mention("wang", QUESTION)
    return await stage.slack.dm("wang", QUESTION)


async def settled(stage, asked):
    """Wait for every answer with its proof, and see that each is there once."""
    for each in asked:
        await stage.proven(each)
    for each in asked:
        once(stage.about(each))
        once(stage.about(each, EVIDENCE))


@pytest.mark.parametrize("store", STORES)
async def test_killed_right_after_the_acknowledgement(stage, store):
    """What was acknowledged is answered, once, even if the bot dies in the same moment."""
    settings = {"STORE_PREFIX": f"at-once-{store}", **STORES[store]}
    with holding(stage.pair.stag, stage.pair.prod):
        async with stage.bot(**settings) as bot:
            asked = [await ask(stage, way) for way in ("command", "mention", "dm")]
            await bot.killed()

    assert [each.status for each in asked] == [200, 200, 200]
    assert not any(stage.about(each) for each in asked)
    async with stage.bot(**settings):
        await settled(stage, asked)


@pytest.mark.parametrize("store", STORES)
async def test_killed_while_people_see_that_it_looks(stage, store):
    """The sign that it is looked into becomes the answer also when another process gives it."""
    settings = {"STORE_PREFIX": f"looking-{store}", **STORES[store]}
    with holding(stage.pair.stag):
        async with stage.bot(**settings) as bot:
            asked = [await ask(stage, way) for way in ("command", "mention", "dm")]
            await until(lambda: all(stage.about(each) for each in asked))
            signs = [once(stage.about(each)) for each in asked]
            await until(lambda: bot.process.returncode is None)
            await bot.killed()

    async with stage.bot(**settings):
        await settled(stage, asked)
    assert [once(stage.about(each)) for each in asked] == signs


async def test_killed_while_posting(stage):
    """Killed between the post and its record, the answer in a thread is found, not repeated."""
    settings = {"STORE_PREFIX": "posting"}
    gate = stage.slack.faults.hold("chat.postMessage", times=None)
    async with stage.bot(**settings) as bot:
        mention = await ask(stage, "mention")
        await gate.reached.wait()
        await bot.killed()
    # What had left the bot arrives all the same.
    stage.slack.faults.lift()
    await until(lambda: stage.about(mention))

    async with stage.bot(**settings):
        await settled(stage, [mention])


async def test_one_event_at_two_bots(stage):
    """Two bots that share a Redis and get the same event at the same time answer once."""
    settings = {"STORE_PREFIX": "two"}
    bots = [await start_bot(stage.environment(**settings), stage.directory) for _ in range(2)]
    try:
        await asyncio.gather(*(bot.ready() for bot in bots))
        asked = []
        for number in range(5):
            stage.slack.request_url = bots[number % 2].url
            mention = await stage.slack.mention("wang", QUESTION)
            asked.append(mention)
            await asyncio.gather(*(_bring(stage, mention, bot) for bot in bots))
        await settled(stage, asked)
        await stage.all_done("two")
    finally:
        stage.slack.request_url = None
        await asyncio.gather(*(bot.killed() for bot in bots))


async def test_another_bot_takes_over(stage):
    """Of two bots that share a Redis the one that lives answers what the other one took."""
    settings = {"STORE_PREFIX": "over"}
    async with stage.bot(**settings), stage.bot(**settings) as second:
        with holding(stage.pair.stag, stage.pair.prod):
            asked = [await ask(stage, way) for way in ("command", "mention")]
            await second.killed()
        await settled(stage, asked)
