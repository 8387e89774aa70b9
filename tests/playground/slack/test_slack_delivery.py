import hashlib
import hmac
import json
from urllib.parse import parse_qs

import pytest

from bot.playground.slack import (
    BROKEN_BODY,
    CHANGED_BODY,
    FORGED,
    FROM_THE_FUTURE,
    NOT_UTF8,
    ODD_TIMESTAMP,
    OTHER_APP,
    OTHER_TEAM,
    STALE,
    UNSIGNED,
)


BUTTONS = [
    {
        "type": "actions",
        "block_id": "deeds",
        "elements": [
            {
                "type": "button",
                "action_id": "approve",
                "text": {"type": "plain_text", "text": "Approve"},
                "value": "request-1",
            },
            {
                "type": "overflow",
                "action_id": "more",
                "options": [
                    {"text": {"type": "plain_text", "text": "Show"}, "value": "show"},
                ],
            },
        ],
    }
]


def fields(request):
    """Read a form the way a server does."""
    return {name: value[0] for name, value in parse_qs(request[1].decode()).items()}


def interaction(request):
    """Read the payload of an interaction."""
    return json.loads(fields(request)["payload"])


def is_signed(headers, body, secret, now):
    """Check a signature by the book."""
    base = f"v0:{headers['X-Slack-Request-Timestamp']}:".encode() + body
    signature = "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()
    fresh = abs(now - float(headers["X-Slack-Request-Timestamp"])) <= 300
    return fresh and signature == headers["X-Slack-Signature"]


async def test_a_command_arrives_as_slack_sends_it(slack, app, clock):
    """A slash command is a signed form with all of Slack's fields."""
    delivery = await slack.command("wang", "/harbor", "why vira:v1.6.32", channel="#releases")

    [(headers, body)] = app.requests
    form = fields(app.requests[0])
    assert is_signed(headers, body, slack.identity.signing_secret, clock())
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert (form["command"], form["text"]) == ("/harbor", "why vira:v1.6.32")
    assert (form["user_id"], form["user_name"]) == ("U0WANG0001", "wang")
    assert (form["channel_id"], form["channel_name"]) == ("C0RELEASES", "releases")
    assert (form["team_id"], form["api_app_id"]) == ("T0HARBOR01", "A0HARBORBT")
    assert form["response_url"] == delivery.response_url
    assert form["trigger_id"]
    assert (delivery.status, delivery.taken) == (200, True)


@pytest.mark.parametrize(
    ("channel", "name"),
    [("#war-room", "privategroup"), ("@wang", "directmessage"), ("#random", "random")],
)
async def test_commands_say_where_they_come_from(slack, app, channel, name):
    """Private places have no name of their own, and the bot need not be there."""
    await slack.command("wang", "/harbor", channel=channel)
    assert fields(app.requests[0])["channel_name"] == name


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ({"text": "on it"}, "on it"),
        ({"text": '{"text": "on it"}'}, "on it"),
        ({"status": 500}, '/harbor failed with the error "dispatch_failed"'),
        ("silence", '/harbor failed with the error "operation_timeout"'),
    ],
)
async def test_people_see_how_a_command_was_taken(slack, app, answer, shown):
    """The acknowledgement's words, or Slack's own about a failure, are shown to one person."""
    slack.app.courier.ack_within = 0.5 if answer == "silence" else 3.0
    app.answers = [answer]
    await slack.command("wang", "/harbor")

    [message] = slack.channel("#releases").ephemeral(slack.user("wang"))
    assert message.text == shown
    assert slack.channel("#releases").messages == []


async def test_an_acknowledgement_is_checked_like_a_message(slack, app):
    """Blocks that Slack would refuse are a violation in an acknowledgement, too."""
    app.answers = [{"text": '{"text": "x", "blocks": [{"type": "banner"}]}'}]
    await slack.command("wang", "/harbor")

    assert "ack: invalid_blocks" in slack.violations[0]
    assert slack.channel("#releases").ephemeral(slack.user("wang")) == []


async def test_a_mention_arrives_as_an_event(slack, app, clock):
    """The app hears of a mention once, in the envelope of the Events API."""
    delivery = await slack.mention("wang", "why didn't vira:v1.6.32 sync?")

    [(headers, body)] = app.requests
    sent = json.loads(body)
    assert is_signed(headers, body, slack.identity.signing_secret, clock())
    assert sent["type"] == "event_callback"
    assert sent["event"]["type"] == "app_mention"
    assert sent["event"]["text"] == "<@U0HARBORBT> why didn't vira:v1.6.32 sync?"
    assert sent["event"]["ts"] == delivery.message.ts
    assert sent["authorizations"][0]["team_id"] == "T0HARBOR01"
    assert not sent["is_ext_shared_channel"]


async def test_a_mention_in_a_thread_names_its_root(slack, app):
    """A follow-up question carries the thread it was asked in."""
    root = slack.say("li", "vira again")
    delivery = await slack.mention("wang", "and v1.6.31?", thread_ts=root.ts)

    event = json.loads(app.requests[0][1])["event"]
    assert event["thread_ts"] == root.ts
    assert event["parent_user_id"] == "U0LI000001"
    assert root.replies == [delivery.message]


async def test_a_mention_where_the_bot_is_not_is_not_heard(slack, app):
    """Slack tells the app nothing of channels that it is not in."""
    delivery = await slack.mention("wang", "hello?", channel="#random")

    assert app.requests == []
    assert not delivery.taken


async def test_strangers_are_marked(slack, app):
    """A mention from another organisation says so, and that the channel is shared."""
    await slack.mention("stranger", "hello", channel="#partner")

    sent = json.loads(app.requests[0][1])
    assert sent["is_ext_shared_channel"]
    assert sent["event"]["user_team"] == "T0OTHER001"


async def test_a_direct_message_is_a_message_event(slack, app):
    """In direct messages no name is needed, and none is sent."""
    await slack.dm("wang", "vira:v1.6.32 为什么没同步?")

    event = json.loads(app.requests[0][1])["event"]
    assert (event["type"], event["channel_type"]) == ("message", "im")
    assert event["text"] == "vira:v1.6.32 为什么没同步?"
    assert event["channel"] == slack.channel("@wang").id


async def test_an_event_that_is_not_taken_comes_again(slack, app):
    """A refusal or silence brings the same event again, marked with number and reason."""
    slack.app.courier.ack_within = 0.5
    app.answers = [{"status": 503}, "silence", {"status": 200}]
    delivery = await slack.mention("wang", "hello")

    marks = [
        (headers.get("X-Slack-Retry-Num"), headers.get("X-Slack-Retry-Reason"))
        for headers, _ in app.requests
    ]
    assert marks == [(None, None), ("1", "http_error"), ("2", "http_timeout")]
    assert len({json.loads(body)["event_id"] for _, body in app.requests}) == 1
    assert [attempt.status for attempt in delivery.attempts] == [503, None, 200]
    assert delivery.taken


async def test_slack_gives_up_after_three_more(slack, app):
    """An event is brought four times at most."""
    app.answers = [{"status": 500}] * 9
    delivery = await slack.mention("wang", "hello")

    assert len(app.requests) == 4
    assert not delivery.taken


async def test_the_app_can_ask_for_no_more(slack, app):
    """X-Slack-No-Retry ends it."""
    app.answers = [{"status": 500, "headers": {"X-Slack-No-Retry": "1"}}]
    await slack.mention("wang", "hello")
    assert len(app.requests) == 1


async def test_the_same_event_several_times(slack, app):
    """A test can have an event delivered again though it was taken, one way or the other."""
    delivery = await slack.mention("wang", "hello", deliveries=3)
    await slack.app.redeliver(delivery)
    await slack.app.replay(delivery)

    assert len(app.requests) == 5
    assert len({json.loads(body)["event_id"] for _, body in app.requests}) == 1
    assert app.requests[3] == app.requests[4]


async def test_an_app_that_is_away(slack):
    """No answer at all is recorded, not raised."""
    slack.request_url = "http://127.0.0.1:9/slack/events"
    delivery = await slack.command("wang", "/harbor")

    assert delivery.status is None
    assert delivery.last.reason == "connection_failed"


async def test_a_click_says_who_what_and_where(slack, app, call):
    """A click carries the message, the button and the person."""
    await call("chat.postMessage", channel="C0RELEASES", text="card", blocks=BUTTONS)
    [message] = slack.channel("#releases").messages

    delivery = await slack.click("li", message, "approve")

    payload = interaction(app.requests[0])
    assert payload["type"] == "block_actions"
    assert payload["user"]["id"] == "U0LI000001"
    assert payload["container"]["message_ts"] == message.ts
    assert payload["message"]["text"] == "card"
    [action] = payload["actions"]
    assert (action["action_id"], action["block_id"]) == ("approve", "deeds")
    assert action["value"] == "request-1"
    assert payload["response_url"] == delivery.response_url


async def test_menus_and_missing_buttons(slack, app, call):
    """A menu's choice is carried; what is not there cannot be pressed."""
    await call("chat.postMessage", channel="C0RELEASES", text="card", blocks=BUTTONS)
    [message] = slack.channel("#releases").messages

    await slack.click("li", message, "more", option="show")

    assert interaction(app.requests[0])["actions"][0]["selected_option"]["value"] == "show"
    with pytest.raises(LookupError, match="only \\['approve', 'more'\\]"):
        await slack.click("li", message, "deny")
    with pytest.raises(LookupError, match="no option"):
        await slack.click("li", message, "more", option="hide")


async def test_an_old_screen_can_be_clicked(slack, app, call):
    """A button taken before an edit can be pressed after it, as people do."""
    sent = await call("chat.postMessage", channel="C0RELEASES", text="card", blocks=BUTTONS)
    [message] = slack.channel("#releases").messages
    button = message.button("approve")
    await call("chat.update", channel="C0RELEASES", ts=sent["ts"], text="done")

    await slack.click("li", message, button)

    assert interaction(app.requests[0])["actions"][0]["value"] == "request-1"


async def test_a_click_in_an_ephemeral_message_hides_it(slack, app, call):
    """Of an ephemeral message the app is told only where it stood."""
    await call(
        "chat.postEphemeral", channel="C0RELEASES", user="U0LI000001", text="c", blocks=BUTTONS
    )
    [message] = slack.channel("#releases").ephemeral(slack.user("li"))

    await slack.click("li", message, "approve")

    with pytest.raises(LookupError, match="does not see"):
        await slack.click("wang", message, "approve")
    payload = interaction(app.requests[0])
    assert "message" not in payload
    assert payload["container"]["is_ephemeral"]


async def test_a_shortcut_carries_the_message(slack, app):
    """A message shortcut brings the message it was chosen on."""
    message = slack.say("wang", "vira:v1.6.32 is missing")
    await slack.shortcut("li", message, "diagnose_message")

    payload = interaction(app.requests[0])
    assert (payload["type"], payload["callback_id"]) == ("message_action", "diagnose_message")
    assert payload["message"]["text"] == "vira:v1.6.32 is missing"


async def test_slack_checks_the_address(slack, app):
    """The app is asked to prove its address, and looked at for its certificate."""
    await slack.app.verify_url("a word")
    await slack.app.ssl_check()

    assert json.loads(app.requests[0][1])["challenge"] == "a word"
    assert fields(app.requests[1])["ssl_check"] == "1"


@pytest.mark.parametrize(
    "tamper", [FORGED, STALE, FROM_THE_FUTURE, CHANGED_BODY], ids=lambda each: str(each)[:40]
)
async def test_tampered_requests_do_not_verify(slack, app, clock, tamper):
    """A forged, stale, too early or changed request fails the check by the book."""
    await slack.command("wang", "/harbor", tamper=tamper)

    [(headers, body)] = app.requests
    assert not is_signed(headers, body, slack.identity.signing_secret, clock())


async def test_odd_requests_are_odd_in_one_way_only(slack, app, clock):
    """Unsigned lacks its headers; broken and foreign requests are signed correctly."""
    for tamper in (UNSIGNED, ODD_TIMESTAMP, BROKEN_BODY, NOT_UTF8, OTHER_TEAM, OTHER_APP):
        await slack.command("wang", "/harbor", tamper=tamper)

    unsigned, odd, broken, not_utf8, team, other = app.requests
    assert "X-Slack-Signature" not in unsigned[0]
    assert odd[0]["X-Slack-Request-Timestamp"] == "yesterday"
    secret = slack.identity.signing_secret
    assert all(is_signed(*each, secret, clock()) for each in (broken, not_utf8, team, other))
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(broken[1])
    assert fields(team)["team_id"] == "T0OTHER001"
    assert fields(other)["api_app_id"] == "A0OTHERAPP"
