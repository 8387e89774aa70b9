import asyncio
import re

import pytest

from tests.scenarios.support import EVIDENCE, holding, once, start_bot, until


pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTION = "why vira:v1.6.32"


async def test_stopped_while_it_works(stage):
    """Asked to end, the bot finishes what it began, takes nothing new, and ends with 0."""
    async with stage.bot(STORE_PREFIX="stopped", LOG_LEVEL="INFO") as bot:
        before = await stage.slack.command("wang", "/harbor", QUESTION)
        await stage.proven(before)
        with holding(stage.pair.stag):
            command = await stage.slack.command("wang", "/harbor", QUESTION)
            await until(lambda: stage.about(command))
            bot.stop()
            await until(lambda: "bot.stopping" in bot.said)
            late = await stage.slack.command("wang", "/harbor", QUESTION)
            event = await stage.slack.mention("wang", QUESTION)
            click = await stage.slack.click("wang", await stage.answered(before), "ask_again")

        await stage.proven(command)
        assert await bot.ended() == 0
    assert "restarting" in late.body
    # Slack brings an event again, and shows at a button that it failed.
    assert event.status == click.status == 503
    once(stage.about(command))
    once(stage.about(command, EVIDENCE))
    assert stage.about(late) == stage.about(event) == []


WRONG = {
    "nothing set": (
        dict.fromkeys(
            (
                "SLACK_BOT_TOKEN",
                "SLACK_SIGNING_SECRET",
                "HARBORS__STAG__URL",
                "HARBORS__STAG__USERNAME",
                "HARBORS__STAG__PASSWORD",
                "HARBORS__PROD__URL",
                "HARBORS__PROD__USERNAME",
                "HARBORS__PROD__PASSWORD",
            ),
            "",
        ),
        ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "HARBORS__<NAME>__URL"),
    ),
    "all of it wrong": (
        {
            "SLACK_API_URL": "https://slack.com",
            "SLACK_TOKEN": "x",
            "HARBORS__PROD__URL": "prod",
            "HARBORS__PROD__TIMEOUT": "soon",
            "HARBORS__PROD__COLOUR": "red",
            "READERS": "@li",
            "REDIS_URL": "elsewhere.example.com",
            "PORT": "many",
        },
        (
            "SLACK_API_URL",
            "SLACK_TOKEN",
            "HARBORS__PROD__URL",
            "HARBORS__PROD__TIMEOUT",
            "HARBORS__PROD__COLOUR",
            "READERS",
            "REDIS_URL",
            "PORT",
        ),
    ),
}


@pytest.mark.parametrize("case", WRONG)
async def test_wrong_settings(stage, case):
    """Wrong settings end it with 2, all named at once on standard error, no value shown."""
    settings, names = WRONG[case]
    bot = await start_bot(stage.environment(**settings), stage.directory)

    assert await bot.ended() == 2
    assert bot.output == b""
    told = bot.errors.decode()
    assert [name for name in names if name not in told] == []
    assert "Traceback" not in told
    assert not any(value in told for value in settings.values() if len(value) > 5)


async def test_a_token_that_slack_does_not_take(stage):
    """A token that Slack refuses ends it with 2 and one sentence."""
    stage.slack.faults.fail("auth.test", error="invalid_auth", times=None)
    bot = await start_bot(stage.environment(), stage.directory)

    assert await bot.ended() == 2
    assert bot.output == b""
    told = bot.errors.decode().strip()
    assert told == "SLACK_BOT_TOKEN: Slack does not accept it (invalid_auth)."


async def test_slack_is_late(stage):
    """A Slack that fails at first is asked again; then one line says where the bot listens."""
    stage.slack.faults.fail("auth.test", status=500)

    async with stage.bot(STORE_PREFIX="late") as bot:
        bot.stop()
        assert await bot.ended() == 0

    assert re.fullmatch(r"ready http://127\.0\.0\.1:\d+\n", bot.output.decode())


async def test_stopped_while_slack_stays_away(stage):
    """Asked to end while it waits for Slack, the bot does not wait any longer, and ends with 0."""
    stage.slack.faults.fail("auth.test", status=500, times=None)
    bot = await start_bot(stage.environment(), stage.directory)
    await until(lambda: "slack.not_there" in bot.said)

    bot.stop()

    assert await bot.ended() == 0
    assert bot.output == b""


async def test_a_port_that_is_taken(stage):
    """A port that somebody else has ends it with 2 and a sentence that names the setting."""
    holder = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = str(holder.sockets[0].getsockname()[1])
    try:
        bot = await start_bot(stage.environment(PORT=port), stage.directory)
        status = await bot.ended()
    finally:
        holder.close()
        await holder.wait_closed()

    assert status == 2
    assert bot.output == b""
    assert f"PORT: cannot listen on 127.0.0.1:{port}" in bot.errors.decode()
    assert "Traceback" not in bot.errors.decode()
