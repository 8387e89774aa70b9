import asyncio
import json

import aiohttp
import pytest

from bot.playground.slack import Attempt, Delivery, Drop, payloads
from bot.playground.slack.courier import JSON
from tests.scenarios.support import EVIDENCE, a_stage, holding, once, start_bot, until


QUESTION = "why vira:v1.6.32"
EMBEDDED = {"REDIS_URL": ""}


@pytest.fixture
async def stage():
    """Give a stage of its own."""
    async with a_stage() as stage:
        yield stage


async def ask(stage, *ways):
    """Ask in as many ways."""
    slack = stage.slack
    asking = {
        "command": lambda: slack.command("wang", "/harbor", QUESTION),
        "mention": lambda: slack.mention("wang", QUESTION),
        "dm": lambda: slack.dm("wang", QUESTION),
    }
    return [await asking[way]() for way in ways]


async def answered_once(stage, asked):
    """Wait for every answer with its proof, and see that each is there once."""
    for each in asked:
        await stage.proven(each)
    for each in asked:
        assert each.status == 200
        once(stage.about(each))
        once(stage.about(each, EVIDENCE))


async def killed_while_looking(stage, **settings):
    """Kill the bot while people see that it looks, and right after an acknowledgement."""
    with holding(stage.pair.stag):
        async with stage.bot(**settings) as bot:
            seen = await ask(stage, "command", "mention", "dm")
            await until(lambda: all(stage.about(each) for each in seen))
            signs = [once(stage.about(each)) for each in seen]
            await stage.noted(signs)
            fresh = await ask(stage, "command", "mention", "dm")
            await bot.killed()
        assert not any(stage.about(each) for each in fresh)
    async with stage.bot(**settings):
        await answered_once(stage, [*seen, *fresh])
    # The sign of the dead process became the answer of the next one.
    assert [once(stage.about(each)) for each in seen] == signs


async def killed_after_posting(stage, **settings):
    """Kill the bot before Slack has confirmed a post in a thread, and start it again."""
    stage.slack.faults.drop("chat.postMessage", when=Drop.AFTER)
    async with stage.bot(**settings) as bot:
        asked = await ask(stage, "mention")
        await until(lambda: stage.about(asked[0]))
        await bot.killed()
    async with stage.bot(**settings):
        await answered_once(stage, asked)


async def another_takes_over(stage, **settings):
    """Kill the one of two bots that works; the other one takes over."""
    with holding(stage.pair.stag) as release:
        async with stage.bot(**settings) as dying:
            asked = await ask(stage, "command", "mention")
            await until(lambda: all(stage.about(each) for each in asked))
            await stage.noted([once(stage.about(each)) for each in asked])
            async with stage.bot(**settings):
                await dying.killed()
                release.set()
                await answered_once(stage, asked)


async def stopped_with_work_left(stage, **settings):
    """Ask the bot to end while a Harbor does not answer: it ends in time, the next one goes on."""
    with holding(stage.pair.stag):
        async with stage.bot(**settings) as bot:
            asked = await ask(stage, "command", "mention")
            await until(lambda: all(stage.about(each) for each in asked))
            bot.stop()
            async with asyncio.timeout(30):
                assert await bot.ended() == 0
    async with stage.bot(**settings):
        await answered_once(stage, asked)


CRASHES = (
    (killed_while_looking, {}),
    (killed_while_looking, EMBEDDED),
    (killed_after_posting, {}),
    (another_takes_over, {}),
    (stopped_with_work_left, {}),
)


async def test_whenever_it_dies_the_answer_comes_once():
    """What was acknowledged is answered once, whenever the bot dies or ends, on either store."""
    # Side by side: each waits until the work of the dead may be taken over.
    async with asyncio.TaskGroup() as group:
        for crash, settings in CRASHES:
            group.create_task(played(crash, settings))


async def played(crash, settings):
    """Play one crash on a stage of its own."""
    async with a_stage() as stage:
        await crash(stage, **settings)
        assert stage.slack.violations == []


async def test_one_event_at_two_bots(stage):
    """Two bots that share a Redis and get one event at the same time answer it once."""
    bots = [await start_bot(stage.environment(), stage.directory) for _ in range(2)]
    try:
        await asyncio.gather(*(bot.ready() for bot in bots))
        async with aiohttp.ClientSession() as session:
            asked = [await at_once(stage, session, bots, number) for number in range(5)]
        await answered_once(stage, asked)
        await stage.all_done()
        await answered_once(stage, asked)
    finally:
        await asyncio.gather(*(bot.killed() for bot in bots))


async def at_once(stage, session, bots, number):
    """Bring one event to all *bots* at the same time."""
    message = stage.slack.say("wang", f"<@{stage.slack.identity.bot_user_id}> {QUESTION}")
    payload = payloads.callback(
        stage.slack.identity,
        payloads.mention(message),
        event_id=f"Ev0ATONCE{number}",
        shared=False,
        now=stage.slack.workspace.now(),
    )
    delivery = Delivery(kind="event", payload=payload, message=message)
    sent = stage.slack.app.courier.sealed(json.dumps(payload).encode(), JSON)

    async def bring(bot):
        async with session.post(bot.url, data=sent.body, headers=sent.headers) as response:
            text = await response.text()
            return Attempt(sent=sent, elapsed=0.0, status=response.status, body=text)

    delivery.attempts += await asyncio.gather(*(bring(bot) for bot in bots))
    return delivery
