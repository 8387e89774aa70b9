import pytest

from bot.playground.slack import Drop
from tests.scenarios.support import EVIDENCE, PROOF, once


pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("bot")]

QUESTION = "why vira:v1.6.32"


async def test_slack_asks_to_slow_down(stage):
    """Told to come later, the bot comes later; the answer is there once, with its proof."""
    stage.slack.faults.rate_limit("chat.postMessage", retry_after=1, times=1)

    command = await stage.slack.command("wang", "/harbor", QUESTION)

    await stage.proven(command)
    await stage.all_done()
    once(stage.about(command))
    once(stage.about(command, EVIDENCE))


@pytest.mark.parametrize("way", ["mention", "dm in a thread"])
async def test_the_connection_breaks_after_posting(stage, way):
    """A message that Slack took without saying so is found in the thread, not said twice."""
    slack = stage.slack
    root = await slack.dm("wang", "good morning")
    await stage.all_done()
    slack.faults.drop("chat.postMessage", when=Drop.AFTER)

    if way == "mention":
        asked = await slack.mention("wang", QUESTION)
    else:
        asked = await slack.dm("wang", QUESTION, thread_ts=root.message.ts)

    await stage.proven(asked)
    await stage.all_done()
    assert once(stage.about(asked)).says("is not on prod")
    once(stage.about(asked, EVIDENCE))


async def test_the_connection_breaks_before_posting(stage):
    """A message that did not arrive is sent again."""
    stage.slack.faults.drop("chat.postMessage", when=Drop.BEFORE)

    mention = await stage.slack.mention("wang", QUESTION)

    await stage.proven(mention)
    await stage.all_done()
    once(stage.about(mention))


async def test_the_connection_breaks_while_editing(stage):
    """An edit that may or may not have arrived is made again: it comes to the same."""
    command = await stage.slack.command("wang", "/harbor", QUESTION)
    answer = await stage.answered(command)
    await stage.proven(command)
    stage.slack.faults.drop("chat.update", when=Drop.AFTER)

    click = await stage.slack.click("wang", answer, "ask_again")

    await stage.proven(click)
    await stage.all_done()
    assert once(stage.about(click)) is answer


@pytest.mark.parametrize(
    "error", ["cant_update_message", "message_not_found", "edit_window_closed"]
)
async def test_an_edit_that_is_refused(stage, error):
    """Where Slack refuses to edit the old answer, the new one is a message of its own."""
    command = await stage.slack.command("wang", "/harbor", QUESTION)
    old = await stage.answered(command)
    await stage.proven(command)
    stage.slack.faults.fail("chat.update", error=error)

    click = await stage.slack.click("wang", old, "ask_again")

    evidence = await stage.proven(click)
    new = once(stage.about(click))
    assert new is not old
    assert new.says("is not on prod")
    assert evidence.thread_ts == (new.thread_ts or new.ts)


@pytest.mark.parametrize("way", ["command", "mention"])
async def test_slack_will_not_say_where(stage, way):
    """Without conversations.info nobody but who asked sees the answer; it still comes whole."""
    slack = stage.slack
    slack.faults.fail("conversations.info", error="missing_scope", times=None)
    before = len(stage.private("wang", "#releases"))

    if way == "command":
        asked = await slack.command("wang", "/harbor", QUESTION)
    else:
        asked = await slack.mention("wang", QUESTION)

    answer = await stage.told("wang", "is not on prod", channel="#releases", after=before)
    await stage.all_done()
    assert answer.says(PROOF)
    assert all(message.ephemeral_to for message in stage.about(asked))


async def test_a_direct_message_without_conversations_info(stage):
    """A direct message needs no lookup of its place."""
    stage.slack.faults.fail("conversations.info", error="missing_scope", times=None)

    dm = await stage.slack.dm("wang", QUESTION)

    await stage.proven(dm)


async def test_the_thread_cannot_be_read(stage):
    """Without conversations.replies the answer and its proof still come."""
    stage.slack.faults.fail("conversations.replies", error="missing_scope", times=None)

    mention = await stage.slack.mention("wang", QUESTION)

    await stage.proven(mention)
    await stage.all_done()
    once(stage.about(mention))


@pytest.mark.parametrize("error", ["is_archived", "not_in_channel", "restricted_action"])
async def test_posting_is_refused(stage, error):
    """Where Slack refuses the public answer, the person gets it, with its proof."""
    stage.slack.faults.fail("chat.postMessage", error=error)

    command = await stage.slack.command("wang", "/harbor", QUESTION)

    answer = await stage.answered(command)
    assert answer.ephemeral_to == stage.slack.user("wang").id
    assert answer.says(PROOF)


async def test_too_long_for_slack(stage):
    """An answer that Slack finds too long is told shorter."""
    stage.slack.faults.fail("chat.postMessage", error="msg_blocks_too_long", times=2)

    command = await stage.slack.command("wang", "/harbor", QUESTION)

    answer = await stage.answered(command)
    assert answer.says("is not on prod")


async def test_slack_fails_for_a_moment(stage):
    """An inner error of Slack's while asking who asks costs a moment, not the answer."""
    stage.slack.faults.fail("users.info", status=503, times=1)

    command = await stage.slack.command("wang", "/harbor", QUESTION)

    await stage.proven(command)


@pytest.mark.parametrize("error", ["used_url", "expired_url"])
async def test_the_way_back_is_gone(stage, error):
    """Where the private way back no longer works, the answer comes another private way."""
    stage.slack.faults.fail("response_url", status=404, times=1)
    before = len(stage.private("wang", "#releases"))

    await stage.slack.command("wang", "/harbor", f"{QUESTION} --quiet")

    answer = await stage.told("wang", PROOF, channel="#releases", after=before)
    assert answer.says("is not on prod")
