import io
import json
from urllib.parse import urlencode

import aiohttp
import pytest

from bot.playground.slack import (
    BROKEN_BODY,
    CHANGED_BODY,
    FORGED,
    FROM_THE_FUTURE,
    NOT_UTF8,
    ODD_TIMESTAMP,
    STALE,
    UNSIGNED,
    Tamper,
)
from tests.scenarios.support import EVIDENCE, once


pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTION = "why vira:v1.6.32"
CANARY = "canary-in-a-body-of-slack"
MEBIBYTE = 1024 * 1024


async def nothing_was_done(stage, bot, before):
    """See that nobody was answered, no Harbor asked and nothing of the body printed."""
    await stage.all_done()
    assert (len(stage.ours()), stage.harbor_requests()) == before
    assert CANARY not in bot.said


def count(stage):
    """Count what was said and asked so far."""
    return len(stage.ours()), stage.harbor_requests()


@pytest.mark.parametrize("way", ["command", "mention"])
@pytest.mark.parametrize(
    "tamper",
    [
        UNSIGNED,
        FORGED,
        STALE,
        FROM_THE_FUTURE,
        ODD_TIMESTAMP,
        Tamper(timestamp="nan"),
        Tamper(timestamp="9" * 5000),
        CHANGED_BODY,
    ],
    ids=[
        "unsigned",
        "forged",
        "stale",
        "from the future",
        "odd timestamp",
        "no number",
        "too many digits",
        "changed body",
    ],
)
async def test_what_slack_did_not_send_now(stage, bot, way, tamper):
    """Whatever Slack did not sign, or not in these five minutes, gets 401 and nothing else."""
    # What the simulation itself shows to people of a failed command.
    slack, question = stage.slack, f"{QUESTION} {CANARY}"
    before = count(stage)

    if way == "command":
        delivery = await slack.command("wang", "/harbor", question, tamper=tamper)
    else:
        delivery = await slack.mention("wang", question, tamper=tamper)

    assert delivery.status == 401
    await nothing_was_done(stage, bot, before)


BODIES = {
    "broken": BROKEN_BODY.body,
    "not UTF-8": NOT_UTF8.body,
    "an array": json.dumps([CANARY]).encode(),
    "a text": json.dumps(CANARY).encode(),
    "deep": b"[" * 200_000,
    "nothing": b"",
    "a form that is none": f"{CANARY}&{CANARY}".encode(),
    "a payload that is no object": urlencode({"payload": json.dumps([CANARY])}).encode(),
    "a broken payload": urlencode({"payload": "{" + CANARY}).encode(),
}


@pytest.mark.parametrize("way", ["command", "mention"])
@pytest.mark.parametrize("body", BODIES)
async def test_what_cannot_be_read(stage, bot, way, body):
    """A signed body that is neither an object nor a form gets 400 and nothing else."""
    tamper = Tamper(body=BODIES[body])
    before = count(stage)

    if way == "command":
        delivery = await stage.slack.command("wang", "/harbor", QUESTION, tamper=tamper)
    else:
        delivery = await stage.slack.mention("wang", QUESTION, tamper=tamper)

    assert delivery.status == 400
    await nothing_was_done(stage, bot, before)


@pytest.mark.parametrize(
    "said",
    [
        {"type": "event_callback", "event": {"type": "app_mention", "user": CANARY}},
        {"type": "event_callback", "event": {"type": "app_home_opened", "user": CANARY}},
        {"type": CANARY},
        {},
    ],
    ids=["no ids", "not subscribed", "another type", "empty"],
)
async def test_an_object_that_means_nothing(stage, bot, said):
    """A signed object that no handler knows does nothing, and its words are not printed."""
    before = count(stage)

    tamper = Tamper(body=json.dumps(said).encode())
    await stage.slack.mention("wang", QUESTION, tamper=tamper)

    await nothing_was_done(stage, bot, before)


@pytest.mark.parametrize(
    "said",
    [
        {"event": None},
        {"event": [CANARY]},
        {"event": {"type": 5}},
        {"event_id": 5, "event": {"type": "app_mention"}},
        {"event_id": "Ev1", "event": {"type": "message", "text": 5, "channel_type": "im"}},
    ],
    ids=["nothing", "a list", "no type", "odd id", "odd text"],
)
async def test_an_event_of_an_odd_shape(stage, bot, said):
    """A signed event whose parts are not what Slack sends gets 400, not a redelivery."""
    before = count(stage)

    tamper = Tamper(body=json.dumps({"type": "event_callback", **said}).encode())
    delivery = await stage.slack.mention("wang", QUESTION, tamper=tamper)

    assert delivery.status == 400
    await nothing_was_done(stage, bot, before)


@pytest.mark.parametrize(("more", "status"), [(0, 401), (1, 413)])
async def test_a_body_that_is_too_long(stage, bot, more, status):
    """More than 1 MiB is not read; as much as that is, and then refused for its signature."""
    before = count(stage)
    body = io.BytesIO(CANARY.encode().ljust(MEBIBYTE + more, b"x"))

    async with aiohttp.ClientSession() as session, session.post(bot.url, data=body) as response:
        assert response.status == status

    await nothing_was_done(stage, bot, before)


async def test_a_replayed_command(stage, bot):
    """The same signed command again is answered like the first and has no effect."""
    slack = stage.slack
    command = await slack.command("wang", "/harbor", QUESTION)
    await stage.proven(command)

    again = await slack.app.replay(command)

    first, second = command.attempts
    assert (first.status, first.body) == (second.status, second.body) == (200, "")
    assert again is second
    await stage.all_done()
    once(stage.about(command))
    once(stage.about(command, EVIDENCE))


async def test_a_replayed_press(stage, bot):
    """The same signed press again does nothing."""
    command = await stage.slack.command("wang", "/harbor", QUESTION)
    answer = await stage.answered(command)
    await stage.proven(command)
    click = await stage.slack.click("wang", answer, "ask_again")
    await stage.proven(click)

    await stage.slack.app.replay(click)

    await stage.all_done()
    assert [attempt.status for attempt in click.attempts] == [200, 200]
    assert len(answer.edits) == 1


async def test_the_address_is_confirmed(stage, bot):
    """Slack's check of the request URL is answered with its challenge."""
    delivery = await stage.slack.app.verify_url("a-challenge")

    assert delivery.status == 200
    assert "a-challenge" in delivery.body


async def test_an_unsigned_check_is_refused(stage, bot):
    """Not even Slack's own checks are answered unsigned."""
    assert (await stage.slack.app.ssl_check(tamper=UNSIGNED)).status == 401


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/healthz", 200),
        ("GET", "/slack/events", 405),
        ("GET", "/", 404),
        ("POST", "/slack/other", 404),
    ],
)
async def test_other_doors(stage, bot, method, path, status):
    """There are no doors but the ones that are told of."""
    url = bot.url.removesuffix("/slack/events") + path
    async with aiohttp.ClientSession() as session, session.request(method, url) as response:
        assert response.status == status
