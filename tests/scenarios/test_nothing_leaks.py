import json

import pytest
import pytest_asyncio

from bot.playground.harbor import faults
from bot.playground.harbor.worlds import PASSWORD
from bot.playground.slack import FORGED, Drop, Tamper
from tests.scenarios.support import PROOF, VIRA


pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTION = "why vira:v1.6.32"
READING = "canary-password-for-reading"
IN_A_BODY = "canary-in-a-body-of-harbor"
IN_WORDS = "canary-in-a-question"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(stage):
    """Give a bot that says all it ever says, and has been through a lot."""
    settings = {
        "LOG_LEVEL": "DEBUG",
        "HARBORS__PROD__TIMEOUT": "1s",
        "HARBORS__PROD__READ_USERNAME": "admin",
        "HARBORS__PROD__READ_PASSWORD": READING,
    }
    async with stage.bot(**settings) as bot:
        await much_happens(stage)
        yield bot


async def much_happens(stage):
    """Have answers, refusals and failures of every kind happen."""
    slack, prod = stage.slack, stage.pair.prod
    for question in (
        QUESTION,
        f"{QUESTION} --quiet",
        f"why vira:{IN_WORDS}",
        f"why {IN_WORDS}:<!channel>",
        f"why vira:&lt;!channel&gt;{IN_WORDS}",
        f"why vira:v1 to {IN_WORDS}<!here>",
        f"{IN_WORDS} <@U0WANG0001>",
    ):
        await slack.command("wang", "/harbor", question)
        await slack.mention("wang", question)
        await slack.dm("wang", question)
    await slack.command("guest", "/harbor", f"{QUESTION} {IN_WORDS}")
    await slack.command("wang", "/harbor", QUESTION, channel="#random")
    await slack.mention("wang", IN_WORDS, tamper=FORGED)
    await slack.mention("wang", IN_WORDS, tamper=Tamper(body=f'{{"{IN_WORDS}": '.encode()))
    unknown = {"type": "event_callback", "event": {"type": "app_mention", "user": IN_WORDS}}
    await slack.mention("wang", IN_WORDS, tamper=Tamper(body=json.dumps(unknown).encode()))
    await stage.all_done()
    for fault in (
        faults.answering(500, IN_A_BODY),
        faults.answering(401, f"{IN_A_BODY} {PASSWORD}"),
        faults.answering(200, f'{{"{IN_A_BODY}": '),
        faults.slow(30),
    ):
        with prod.suffering(fault):
            await stage.proven(await slack.command("wang", "/harbor", QUESTION))
    for trouble in (
        lambda: slack.faults.fail("users.info", error="user_not_found"),
        lambda: slack.faults.fail("response_url", status=404, times=2),
        lambda: slack.faults.drop("response_url", when=Drop.BEFORE),
        lambda: slack.faults.fail("chat.postMessage", error="restricted_action"),
    ):
        trouble()
        await slack.command("wang", "/harbor", f"{QUESTION} --quiet")
        await stage.all_done()
    slack.faults.lift()
    stage.redis.pause()
    await slack.command("wang", "/harbor", f"{QUESTION} {IN_WORDS}")
    stage.redis.resume()
    await stage.all_done()


def secrets(stage):
    """List what nobody may ever read."""
    identity = stage.slack.identity
    ways_back = {each.response_url for each in stage.slack.app.deliveries if each.response_url}
    assert len(ways_back) > 10
    return {
        identity.bot_token,
        identity.signing_secret,
        identity.verification_token,
        PASSWORD,
        READING,
        *ways_back,
        *(url.rpartition("/")[2] for url in ways_back),
    }


async def test_the_bot_prints_nothing_of_it(stage, bot):
    """No secret, body of an error or word of a question is ever printed, not even at DEBUG."""
    hidden = {IN_A_BODY, IN_WORDS, "<!channel>", "<!here>", *secrets(stage)}

    assert [one for one in hidden if one in bot.said] == []
    assert "question.answered" in bot.said
    assert "request.not_signed" in bot.said


async def test_slack_shows_nothing_of_it(stage, bot):
    """No secret and no body of an error gets into a message, and nothing pings or links."""
    for message in stage.ours():
        told = json.dumps([message.text, message.blocks, message.metadata], ensure_ascii=False)
        leaked = [one for one in (IN_A_BODY, *secrets(stage)) if one in told]
        pings = [one for one in ("<!channel", "<!here", "<!everyone", "<@U") if one in told]
        assert leaked == pings == []


async def test_the_store_keeps_nothing_of_it(stage, bot):
    """No secret was ever written to Redis in the clear; its file knows all that ever was."""
    written = b"".join(
        path.read_bytes() for path in stage.redis.directory.rglob("*") if path.is_file()
    )

    assert b"harborbot" in written
    assert [one for one in secrets(stage) if one.encode() in written] == []


async def test_what_harbor_calls_things_cannot_ping(stage, bot):
    """A policy whose name would ping a channel is shown by its letters alone."""
    policies = stage.pair.stag.state.project_policies.values()
    policy = next(policy for policy in policies if policy.name == "sync-to-prod")
    policy.name = "<!channel> <https://evil.example.com|sync>"
    try:
        told = await stage.whole(await stage.slack.command("wang", "/harbor", f"why {VIRA}"))
    finally:
        policy.name = "sync-to-prod"

    assert PROOF in told
    raw = json.dumps([[m.text, m.blocks] for m in stage.ours()])
    assert "!channel" in told
    assert "<!channel" not in raw
    assert "<https://evil" not in raw
