import contextlib

import pytest

from tests.scenarios.support import EVIDENCE, once


pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTION = "why vira:v1.6.32"
ACK_WITHIN = 3.0


@contextlib.asynccontextmanager
async def away(stage, how):
    """Take Redis away for a while: frozen, or dead."""
    if how == "frozen":
        stage.redis.pause()
        try:
            yield
        finally:
            stage.redis.resume()
        return
    await stage.redis.kill()
    try:
        yield
    finally:
        await stage.redis.start()


@pytest.mark.parametrize("how", ["frozen", "dead"])
async def test_nothing_is_taken_that_cannot_be_written_down(stage, bot, how):
    """Without Redis people are told to try again and Slack brings events again; then all works."""
    slack = stage.slack
    known = await slack.command("wang", "/harbor", QUESTION)
    answer = await stage.answered(known)
    await stage.proven(known)
    await stage.all_done()
    asked, said = stage.harbor_requests(), len(stage.private("wang", "#releases"))

    async with away(stage, how):
        command = await slack.command("wang", "/harbor", QUESTION)
        mention = await slack.mention("wang", QUESTION)
        click = await slack.click("wang", answer, "ask_again")
        help_ = await slack.command("wang", "/harbor", "help")
        await stage.told("wang", "Press again", channel="#releases", after=said)

    assert command.status == 200
    assert "could not write your question down" in command.body
    assert "ry again" in command.body
    assert mention.status == 503
    assert click.status == 200
    assert "/harbor why" in help_.body
    assert max(each.elapsed for each in (command, mention, click, help_)) < ACK_WITHIN

    # Slack brings the event again; the bot, which was not restarted, answers that and all else.
    await slack.app.redeliver(mention)
    assert mention.status == 200
    await stage.proven(mention)
    later = await slack.command("wang", "/harbor", QUESTION)
    await stage.proven(later)
    again = await slack.click("wang", answer, "ask_again")
    await stage.proven(again)
    await stage.all_done()
    for taken in (mention, later, again):
        once(stage.about(taken))
        once(stage.about(taken, EVIDENCE))
    assert stage.about(command) == stage.about(click) == []
    assert stage.harbor_requests() > asked
    assert bot.process.returncode is None


async def test_redis_comes_after_the_bot(stage):
    """A bot whose Redis is not there yet starts, says so, and works once it is."""
    await stage.redis.kill()
    async with stage.bot(STORE_PREFIX="late") as bot:
        command = await stage.slack.command("wang", "/harbor", QUESTION)
        assert "could not write your question down" in command.body

        await stage.redis.start()

        taken = await stage.slack.command("wang", "/harbor", QUESTION)
        await stage.proven(taken)
        assert bot.process.returncode is None
