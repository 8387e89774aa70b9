import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.slack import FORGED, STALE, SimulatedSlack


class BoltApp:
    """A small app on the real framework, listening on loopback."""

    def __init__(self, slack):
        self.heard = []
        client = AsyncWebClient(token=slack.identity.bot_token, base_url=slack.api_url)
        self.bolt = AsyncApp(client=client, signing_secret=slack.identity.signing_secret)
        self.bolt.command("/harbor")(self.on_command)
        self.bolt.event("app_mention")(self.on_mention)
        self.bolt.event("message")(self.on_message)
        self.bolt.action("approve")(self.on_approve)
        self.bolt.shortcut("diagnose_message")(self.on_shortcut)

    async def on_command(self, ack, respond, command):
        """Acknowledge, then answer by the response URL."""
        await ack(f"Looking for {command['text']}…")
        await respond(text="Found it.", response_type="in_channel")

    async def on_mention(self, event, say):
        """Answer in the thread, with a button."""
        button = {
            "type": "button",
            "action_id": "approve",
            "text": {"type": "plain_text", "text": "Approve"},
            "value": "r1",
        }
        await say(
            text="Approve?",
            blocks=[{"type": "actions", "elements": [button]}],
            thread_ts=event["ts"],
        )

    async def on_message(self, event, say):
        """Answer a direct message."""
        await say(text=f"You said {event['text']}.")

    async def on_approve(self, ack, body, client):
        """Edit the card."""
        await ack()
        await client.chat_update(
            channel=body["container"]["channel_id"],
            ts=body["container"]["message_ts"],
            text=f"Approved by <@{body['user']['id']}>",
            blocks=[],
        )

    async def on_shortcut(self, ack, shortcut):
        """Remember which message it was."""
        await ack()
        self.heard.append(shortcut["message"]["text"])

    async def serve(self, request):
        """Hand a request to the framework."""
        answer = await self.bolt.async_dispatch(await to_bolt_request(request))
        return await to_aiohttp_response(answer)


@pytest.fixture
async def slack(monkeypatch):
    """Give a workspace on the real clock with a real app in it."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    async with SimulatedSlack(retry_waits=()) as simulated:
        application = web.Application()
        application.router.add_post("/slack/events", BoltApp(simulated).serve)
        runner = web.AppRunner(application)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        simulated.request_url = f"http://{host}:{port}/slack/events"
        yield simulated
        await runner.cleanup()


async def test_bolt_answers_a_command(slack):
    """The real framework takes our signature and form, and answers by the response URL."""
    delivery = await slack.command("wang", "/harbor", "vira:v1.6.32")
    answer = await slack.wait_for_message("Found it.")

    channel = slack.channel("#releases")
    assert delivery.status == 200
    assert [each.text for each in channel.ephemeral(slack.user("wang"))] == [
        "Looking for vira:v1.6.32…"
    ]
    assert channel.messages == [answer]
    assert slack.violations == []


async def test_bolt_and_a_conversation(slack):
    """A mention, an answer in its thread, a click, an edit: both directions at work."""
    asked = await slack.mention("wang", "copy vira:v1")
    card = await slack.wait_for_message("Approve?")
    assert asked.message.replies == [card]

    click = await slack.click("li", card, "approve")
    await slack.wait_for(lambda: card.says("Approved by @li"))

    assert click.status == 200
    assert card.blocks == []
    assert slack.violations == []


async def test_bolt_and_a_direct_message(slack):
    """Direct messages are heard and answered."""
    await slack.dm("wang", "hello")
    assert await slack.wait_for_message("You said hello.", channel="@wang")


async def test_bolt_verifies_the_address(slack):
    """The framework answers Slack's first question."""
    assert "a word" in (await slack.app.verify_url("a word")).body


@pytest.mark.parametrize("tamper", [FORGED, STALE], ids=["forged", "stale"])
async def test_bolt_refuses_what_is_not_ours(slack, tamper):
    """The framework's own check finds our forgeries forged."""
    command = await slack.command("wang", "/harbor", tamper=tamper)
    mention = await slack.mention("wang", "hello", tamper=tamper)

    assert (command.status, mention.status) == (401, 401)
    assert not slack.calls
