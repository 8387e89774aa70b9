import aiohttp
import pytest

from bot.playground.slack import Drop


BUTTON = {
    "type": "actions",
    "elements": [
        {
            "type": "button",
            "action_id": "deny",
            "text": {"type": "plain_text", "text": "Deny"},
        }
    ],
}


@pytest.fixture
async def url(slack):
    """Give the response URL of a command that wang typed where the bot is not."""
    return (await slack.command("wang", "/harbor", channel="#random")).response_url


async def test_an_answer_is_for_the_one_who_asked(respond, slack, url):
    """Without a word about it, an answer is private, also where the bot is no member."""
    assert await respond(url, text="psst") == (200, "ok")

    channel = slack.channel("#random")
    assert [each.text for each in channel.ephemeral(slack.user("wang"))] == ["psst"]
    assert channel.messages == []
    assert slack.calls["response_url"] == 1


async def test_an_answer_can_be_for_all(respond, slack, url):
    """In the channel when asked for."""
    await respond(url, text="hear", response_type="in_channel")
    assert [each.text for each in slack.channel("#random").messages] == ["hear"]


async def test_five_uses(respond, slack, url):
    """The sixth use is refused, and leaves nothing behind."""
    answers = [await respond(url, text=str(number)) for number in range(6)]

    assert answers == [(200, "ok")] * 5 + [(404, "used_url")]
    assert len(slack.channel("#random").ephemeral(slack.user("wang"))) == 5


async def test_thirty_minutes(respond, clock, url):
    """It works to the last second, not after."""
    clock.pass_(30 * 60)
    assert await respond(url, text="late") == (200, "ok")
    clock.pass_(1)
    assert await respond(url, text="too late") == (404, "expired_url")


async def test_an_address_nobody_gave_out(respond, slack):
    """A made-up address is like one that has expired."""
    made_up = f"{slack.url}/commands/T0HARBOR01/1/guess"
    assert await respond(made_up, text="hi") == (404, "expired_url")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"txt": "x"}, "invalid_payload"),
        ({}, "no_text"),
        ({"text": "x", "response_type": "public"}, "invalid_payload"),
        ({"text": "x", "blocks": [{"type": "section"}]}, "invalid_blocks"),
    ],
)
async def test_a_wrong_answer_is_refused_and_noted(respond, slack, url, body, error):
    """What Slack would not show is a violation here, too."""
    assert await respond(url, **body) == (400, error)
    assert error in slack.violations[0]


async def test_something_that_is_no_json(session, slack, url):
    """A body that cannot be read is refused and noted."""
    async with session.post(url, data=b"text=hi") as response:
        assert (response.status, await response.text()) == (400, "invalid_payload")
    assert len(slack.violations) == 1


async def test_a_card_can_be_replaced_and_deleted(call, respond, slack):
    """The answer to a click can change the message that was clicked, or take it away."""
    where = {"channel": "C0RELEASES", "user": "U0LI000001"}
    await call("chat.postEphemeral", text="sure?", blocks=[BUTTON], **where)
    [card] = slack.channel("#releases").ephemeral(slack.user("li"))
    click = await slack.click("li", card, "deny")

    await respond(click.response_url, text="denied", replace_original=True)
    assert (card.text, card.blocks) == ("denied", [])

    await respond(click.response_url, delete_original=True)
    assert slack.channel("#releases").ephemeral(slack.user("li")) == []


async def test_a_command_has_no_original(respond, slack, url):
    """Nothing stands behind a command: a replacement is one more message."""
    await respond(url, text="one")
    await respond(url, text="two", replace_original=True)
    assert len(slack.channel("#random").ephemeral(slack.user("wang"))) == 2


async def test_trouble_on_the_way_back(respond, slack, url):
    """Faults strike response URLs, too, and a call that failed has used nothing up."""
    slack.faults.rate_limit("response_url", retry_after=1)
    slack.faults.drop("response_url", when=Drop.BEFORE)

    status, _ = await respond(url, text="hi")
    assert status == 429
    with pytest.raises(aiohttp.ClientError):
        await respond(url, text="hi")
    assert await respond(url, text="hi") == (200, "ok")
