import json
from dataclasses import replace

import pytest


RELEASES = "C0RELEASES"


async def test_auth_test_says_who_the_app_is(call, slack):
    """The app learns its own ids from the token alone."""
    answer = await call("auth.test")

    assert answer["ok"]
    assert answer["user_id"] == slack.identity.bot_user_id
    assert answer["team_id"] == "T0HARBOR01"


@pytest.mark.parametrize(("token", "error"), [("xoxb-wrong", "invalid_auth"), (" ", "not_authed")])
async def test_a_wrong_token_opens_nothing(slack, session, token, error):
    """Without the right token no method answers."""
    headers = {"Authorization": f"Bearer {token}".rstrip()} if token.strip() else {}
    async with session.post(slack.api_url + "auth.test", headers=headers) as response:
        assert (await response.json())["error"] == error


async def test_answers_carry_the_scopes(slack, session):
    """Each answer says which scopes the token has and the method wants."""
    headers = {"Authorization": f"Bearer {slack.identity.bot_token}"}
    url = slack.api_url + "users.info?user=U0WANG0001"
    async with session.get(url, headers=headers) as response:
        assert "chat:write" in response.headers["X-OAuth-Scopes"]
        assert response.headers["X-Accepted-OAuth-Scopes"] == "users:read"


async def test_a_posted_message_stands_in_the_channel(call, slack):
    """What the app posts is there for people to read, with its metadata."""
    metadata = {"event_type": "harborbot.answer", "event_payload": {"id": "a1", "state": ""}}
    answer = await call("chat.postMessage", channel=RELEASES, text="done", metadata=metadata)

    [message] = slack.channel("#releases").messages
    assert answer["ts"] == message.ts
    assert answer["message"]["bot_id"] == slack.identity.bot_id
    assert message.metadata == metadata
    assert slack.violations == []


async def test_forms_are_read_like_json(slack, session):
    """A form carries blocks as JSON in a string."""
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "*hi*"}}]
    form = {
        "token": slack.identity.bot_token,
        "channel": RELEASES,
        "text": "hi",
        "blocks": json.dumps(blocks),
        "unfurl_links": "false",
    }
    async with session.post(slack.api_url + "chat.postMessage", data=form) as response:
        assert (await response.json())["ok"]
    assert slack.channel("#releases").messages[0].blocks == blocks


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("C0RANDOM01", "not_in_channel"),
        ("C0SECRET01", "channel_not_found"),
        ("D0WANGLI01", "channel_not_found"),
        ("C0NOWHERE1", "channel_not_found"),
        ("#releases", "channel_not_found"),
        ("C0OLDDAYS1", "is_archived"),
    ],
)
async def test_where_the_bot_cannot_post(call, slack, channel, error):
    """A channel the bot is not in refuses it; one it may not know of does not exist."""
    assert (await call("chat.postMessage", channel=channel, text="hi"))["error"] == error
    assert slack.violations == []


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("chat.postMessage", {"text": "hi"}, "invalid_arguments"),
        ("chat.postMessage", {"channel": RELEASES, "txt": "hi"}, "invalid_arguments"),
        ("chat.postMessage", {"channel": RELEASES}, "no_text"),
        ("chat.postMessage", {"channel": RELEASES, "text": "x" * 40_001}, "msg_too_long"),
        (
            "chat.postMessage",
            {"channel": RELEASES, "text": "x", "blocks": "["},
            "invalid_blocks_format",
        ),
        (
            "chat.postMessage",
            {"channel": RELEASES, "text": "x", "blocks": [{"type": "banner"}]},
            "invalid_blocks",
        ),
        (
            "chat.postMessage",
            {"channel": RELEASES, "text": "x", "metadata": {"event_type": "a"}},
            "invalid_metadata_format",
        ),
        (
            "chat.postEphemeral",
            {"channel": RELEASES, "user": "U0WANG0001", "text": "x", "metadata": {}},
            "invalid_arguments",
        ),
        ("chat.shout", {}, "unknown_method"),
    ],
)
async def test_a_mistake_is_refused_and_noted(call, slack, method, arguments, error):
    """A wrong call gets Slack's error, and a test that watches violations fails."""
    answer = await call(method, **arguments)

    assert answer["error"] == error
    assert len(slack.violations) == 1
    assert error in slack.violations[0]


async def test_refused_blocks_say_where(call):
    """The answer to wrong blocks points at the place, as Slack's does."""
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": ""}}]
    answer = await call("chat.postMessage", channel=RELEASES, text="x", blocks=blocks)

    [said] = answer["response_metadata"]["messages"]
    assert said == "[ERROR] must be more than 0 characters [json-pointer:/blocks/0/text/text]"


async def test_text_of_all_blocks_has_a_limit_and_a_budget(call, slack):
    """Past the limit Slack refuses; past our own budget it is noted."""

    def sections(number):
        return [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2_700}}] * number

    good = await call("chat.postMessage", channel=RELEASES, text="x", blocks=sections(3))
    close = await call("chat.postMessage", channel=RELEASES, text="x", blocks=sections(4))
    long = await call("chat.postMessage", channel=RELEASES, text="x", blocks=sections(5))

    assert (good["ok"], close["ok"], long["error"]) == (True, True, "msg_blocks_too_long")
    assert len(slack.violations) == 2


async def test_blocks_without_text_are_noted(call, slack):
    """A message that no screen reader can read is a violation, though Slack takes it."""
    assert (await call("chat.postMessage", channel=RELEASES, blocks=[{"type": "divider"}]))["ok"]
    assert "screen readers" in slack.violations[0]


async def test_threads(call, slack):
    """A reply goes to its root; there is none to a reply, or to nothing."""
    root = await call("chat.postMessage", channel=RELEASES, text="root")
    reply = await call("chat.postMessage", channel=RELEASES, text="a", thread_ts=root["ts"])
    deeper = await call("chat.postMessage", channel=RELEASES, text="b", thread_ts=reply["ts"])
    lost = await call("chat.postMessage", channel=RELEASES, text="c", thread_ts="1.000001")

    [message] = slack.channel("#releases").messages
    assert [each.text for each in message.replies] == ["a"]
    assert deeper["error"] == "cannot_reply_to_message"
    assert lost["error"] == "thread_not_found"


async def test_a_reply_can_be_sent_to_the_channel_too(call, slack):
    """A broadcast reply is in its thread and in the channel, in the order of time."""
    root = await call("chat.postMessage", channel=RELEASES, text="root")
    thread = {"channel": RELEASES, "thread_ts": root["ts"]}
    await call("chat.postMessage", text="worse", reply_broadcast=True, **thread)
    await call("chat.postMessage", channel=RELEASES, text="later")

    channel = slack.channel("#releases")
    assert [each.text for each in channel.messages] == ["root", "worse", "later"]
    assert [each.text for each in channel.messages[0].replies] == ["worse"]
    assert "(also sent to the channel)" in slack.transcript()


async def test_replies_come_page_by_page(call):
    """A thread is read with its root first, metadata only when asked for."""
    metadata = {"event_type": "harborbot.answer", "event_payload": {}}
    root = await call("chat.postMessage", channel=RELEASES, text="root", metadata=metadata)
    for text in "ab":
        await call("chat.postMessage", channel=RELEASES, text=text, thread_ts=root["ts"])
    where = {"channel": RELEASES, "ts": root["ts"], "limit": 2}

    first = await call("conversations.replies", **where)
    cursor = first["response_metadata"]["next_cursor"]
    second = await call("conversations.replies", cursor=cursor, **where)
    full = await call("conversations.replies", include_all_metadata=True, **where)

    assert [each["text"] for each in first["messages"]] == ["root", "a"]
    assert first["has_more"]
    assert [each["text"] for each in second["messages"]] == ["b"]
    assert not second["has_more"]
    assert "metadata" not in first["messages"][0]
    assert full["messages"][0]["metadata"] == metadata


async def test_editing_keeps_the_history(call, slack):
    """An edit replaces what is shown; what it said before can still be looked up."""
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "old"}}
    sent = await call("chat.postMessage", channel=RELEASES, text="one", blocks=[block])
    where = {"channel": RELEASES, "ts": sent["ts"]}
    await call("chat.update", text="two", blocks=[{"type": "divider"}], **where)
    [message] = slack.channel("#releases").messages

    assert message.text == "two"
    assert [version.text for version in message.edits] == ["one"]
    assert message.edits[0].blocks == [block]

    await call("chat.update", text="three", **where)
    assert message.blocks == []


@pytest.mark.parametrize("method", ["chat.update", "chat.delete"])
async def test_only_own_messages_can_be_changed(call, slack, method):
    """Other people's messages are out of reach, and so are ephemeral ones."""
    theirs = slack.say("wang", "mine")
    more = {"text": "no"} if method == "chat.update" else {}
    private = await call("chat.postEphemeral", channel=RELEASES, user="U0WANG0001", text="psst")

    answer = await call(method, channel=RELEASES, ts=theirs.ts, **more)
    lost = await call(method, channel=RELEASES, ts=private["message_ts"], **more)

    assert answer["error"] == f"cant_{method.removeprefix('chat.')}_message"
    assert lost["error"] == "message_not_found"


async def test_an_edit_may_be_as_long_as_a_good_text(call):
    """Edits are refused where posts are only noted."""
    sent = await call("chat.postMessage", channel=RELEASES, text="one")
    answer = await call("chat.update", channel=RELEASES, ts=sent["ts"], text="x" * 4_001)
    assert answer["error"] == "msg_too_long"


async def test_deleting_takes_away(call, slack):
    """A deleted message is not shown any more."""
    sent = await call("chat.postMessage", channel=RELEASES, text="oops")
    assert (await call("chat.delete", channel=RELEASES, ts=sent["ts"]))["ok"]
    assert slack.channel("#releases").messages == []
    assert "oops" not in slack.transcript()


async def test_ephemeral_is_for_one(call, slack):
    """Only the person named sees an ephemeral message; a stranger to the channel gets none."""
    await call("chat.postEphemeral", channel=RELEASES, user="U0WANG0001", text="psst")
    lost = await call("chat.postEphemeral", channel="C0APPROVE1", user="U0GUEST001", text="psst")

    channel = slack.channel("#releases")
    assert channel.messages == []
    assert [each.text for each in channel.ephemeral(slack.user("wang"))] == ["psst"]
    assert channel.ephemeral(slack.user("li")) == []
    assert lost["error"] == "user_not_in_channel"


async def test_permalinks_point_at_messages(call):
    """A link names channel and time stamp; there is none to nothing."""
    sent = await call("chat.postMessage", channel=RELEASES, text="here")
    answer = await call("chat.getPermalink", channel=RELEASES, message_ts=sent["ts"])
    lost = await call("chat.getPermalink", channel=RELEASES, message_ts="1.000001")

    assert answer["permalink"].endswith(f"/C0RELEASES/p{sent['ts'].replace('.', '')}")
    assert lost["error"] == "message_not_found"


async def test_direct_messages_are_opened_once(call, slack):
    """Opening twice gives the same place, and posting to a person's id reaches it."""
    first = await call("conversations.open", users="U0WANG0001")
    second = await call("conversations.open", users="U0WANG0001", return_im=True)
    await call("chat.postMessage", channel="U0WANG0001", text="hello")

    assert first["channel"]["id"] == second["channel"]["id"]
    assert [each.text for each in slack.channel("@wang").messages] == ["hello"]
    assert (await call("conversations.open", users="U0NOBODY01"))["error"] == "user_not_found"


async def test_channels_are_described(call):
    """What decides about reading can be asked: shared, private, archived, member or not."""

    async def info(channel):
        return (await call("conversations.info", channel=channel)).get("channel")

    assert (await info("C0PARTNER1"))["is_ext_shared"]
    assert (await info("C0WARROOM1"))["is_private"]
    assert not (await info("C0RANDOM01"))["is_member"]
    assert await info("C0SECRET01") is None


@pytest.mark.parametrize(
    ("user", "flag"),
    [
        ("U0GUEST001", "is_restricted"),
        ("U0VISITOR1", "is_ultra_restricted"),
        ("U0BUILDER1", "is_bot"),
        ("U0STRANGE1", "is_stranger"),
        ("U0FORMER01", "deleted"),
    ],
)
async def test_people_are_described(call, user, flag):
    """What makes somebody less than a full member can be seen."""
    assert (await call("users.info", user=user))["user"][flag] is True
    assert not (await call("users.info", user="U0WANG0001"))["user"].get(flag)


async def test_groups_have_members(call, slack):
    """A user group's members are listed, without those who left."""
    slack.workspace.groups["S0APPROVE1"] = ["U0LI000001", "U0FORMER01"]

    answer = await call("usergroups.users.list", usergroup="S0APPROVE1")
    lost = await call("usergroups.users.list", usergroup="S0NOBODY01")

    assert answer["users"] == ["U0LI000001"]
    assert lost["error"] == "no_such_subteam"


async def test_calls_are_counted(call, slack):
    """Each call is counted and kept, its token left out."""
    await call("users.info", user="U0WANG0001")
    await call("users.info", user="U0NOBODY01")

    assert slack.calls["users.info"] == 2
    assert [each.answer["ok"] for each in slack.requests] == [True, False]
    assert slack.identity.bot_token not in repr(slack.requests)


@pytest.mark.parametrize(
    ("body", "content_type", "error"),
    [
        (b"{", "application/json", "invalid_json"),
        (b"[]", "application/json", "json_not_object"),
        (b"user=U0WANG0001", "text/plain", "invalid_post_type"),
        (b"user=U0WANG0001&include_locale=maybe", None, "invalid_arguments"),
        (b'{"user": true}', "application/json", "invalid_arguments"),
    ],
)
async def test_bodies_that_cannot_be_read(slack, session, body, content_type, error):
    """A body in the wrong form is refused with Slack's word for it, and noted."""
    headers = {
        "Authorization": f"Bearer {slack.identity.bot_token}",
        "Content-Type": content_type or "application/x-www-form-urlencoded",
    }
    url = slack.api_url + "users.info"
    async with session.post(url, data=body, headers=headers) as response:
        assert (await response.json())["error"] == error
    assert error in slack.violations[0]


@pytest.mark.parametrize(
    ("method", "arguments", "error"),
    [
        ("conversations.open", {}, "users_list_not_supplied"),
        ("conversations.open", {"users": "U0FORMER01"}, "user_disabled"),
        ("conversations.open", {"users": "U0BUILDER1"}, "cannot_dm_bot"),
        ("conversations.open", {"channel": "D0WANGLI01"}, "channel_not_found"),
        ("conversations.replies", {"channel": "C0RANDOM01", "ts": "1.0"}, "not_in_channel"),
        ("conversations.replies", {"channel": RELEASES, "ts": "1.0"}, "thread_not_found"),
        ("users.info", {"user": "U0NOBODY01"}, "user_not_found"),
    ],
)
async def test_what_is_not_there(call, slack, method, arguments, error):
    """Asking for what the workspace has not is answered, and is nobody's mistake."""
    assert (await call(method, **arguments))["error"] == error
    assert slack.violations == []


async def test_a_missing_scope_is_named(slack, session):
    """A token without the scope is told which one it needs."""
    slack.site.identity = replace(slack.identity, scopes=frozenset({"commands"}))
    form = {"token": slack.identity.bot_token, "user": "U0WANG0001"}
    async with session.post(slack.api_url + "users.info", data=form) as response:
        answer = await response.json()

    assert answer["error"] == "missing_scope"
    assert (answer["needed"], answer["provided"]) == ("users:read", "commands")


async def test_long_text_and_metadata(call, slack):
    """A text past the good length is noted, metadata past Slack's limit refused."""
    great = {"event_type": "harborbot.answer", "event_payload": {"id": "x" * 8_000}}
    long = await call("chat.postMessage", channel=RELEASES, text="x" * 4_001)
    full = await call("chat.postMessage", channel=RELEASES, text="x", metadata=great)

    assert long["ok"]
    assert full["error"] == "metadata_too_large"
    assert len(slack.violations) == 2
