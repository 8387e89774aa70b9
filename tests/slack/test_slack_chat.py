import re

import pytest
from aiohttp import web

from bot.errors import ChatBusy, ChatError, ChatSilent, ChatUnclear
from bot.playground.slack import Drop, Fault
from bot.ports import Asked, MessageRef, Way
from bot.slack import words
from bot.slack.web_api import open_client
from tests.slack.builders import GOLDEN, SYNCED, an_answer
from tests.slack.conftest import a_chat


SENTENCE = GOLDEN.summary


def asked(slack, way=Way.MENTION, *, channel="#releases", user="wang", **more):
    """Make a question of somebody's."""
    return Asked(
        way, slack.identity.team_id, slack.channel(channel).id, slack.user(user).id, **more
    )


def by_command(slack, *, channel="#releases", user="wang"):
    """Make a question that came as a slash command, with its way back."""
    who, where = slack.user(user), slack.channel(channel)
    way_back = slack._responses.open("commands", who, channel=where)
    url = slack.url + way_back.path
    return asked(slack, Way.COMMAND, channel=channel, user=user, response_url=url)


def ours(slack, channel="#releases"):
    """List what the bot said in a channel, threads and private things included."""
    return [
        message
        for message in slack.channel(channel).everything()
        if message.author is slack.workspace.bot
    ]


async def test_an_answer_takes_the_place_of_looking(chat, slack):
    """One message lives: first it says that we look, then the answer; evidence is below it."""
    question = asked(slack)

    shown = await chat.show_looking(question, "a1", private=False)
    [message] = ours(slack)
    assert message.says(words.LOOKING_INTO_IT)
    assert message.metadata["event_payload"] == {"id": "a1", "state": "looking"}
    where = await chat.show_answer(question, an_answer(answer_id="a1"), private=False, shown=shown)

    answer, evidence = ours(slack)
    assert where == shown == MessageRef(answer.channel.id, answer.ts)
    assert answer.says(SENTENCE)
    assert answer.metadata == {
        "event_type": "harborbot.answer",
        "event_payload": {"id": "a1", "state": "failed"},
    }
    assert evidence.thread_ts == answer.ts
    assert evidence.says("Timeline")
    assert evidence.metadata["event_type"] == "harborbot.evidence"


async def test_nothing_unfurls_and_no_name_is_linked(chat, slack):
    """What we post draws no previews and rings at nobody."""
    await chat.show_answer(asked(slack), an_answer(), private=False, shown=None)

    posts = [call.given for call in slack.requests if call.method == "chat.postMessage"]
    assert len(posts) == 2
    for given in posts:
        assert given["unfurl_links"] is given["unfurl_media"] is False
        assert not {"link_names", "parse"} & given.keys()


async def test_in_a_thread_everything_stays_in_it(chat, slack):
    """An answer to a mention in a thread, and its evidence, go into that thread."""
    root = slack.say("wang", "hello")
    question = asked(slack, thread=root.ts)

    await chat.show_answer(question, an_answer(), private=False, shown=None)

    assert [message.thread_ts for message in ours(slack)] == [root.ts, root.ts]


async def test_no_evidence_is_posted_where_there_is_none(chat, slack):
    """An answer without evidence opens no thread."""
    bare = an_answer(type(SYNCED)(**{**_fields(SYNCED), "checks": ()}))

    await chat.show_answer(asked(slack), bare, private=False, shown=None)

    assert len(ours(slack)) == 1


def _fields(diagnosis):
    return {name: getattr(diagnosis, name) for name in diagnosis.__slots__}


async def test_showing_an_answer_again_shows_it_once(chat, slack):
    """Who comes back after a crash edits what is there, and adds no second evidence."""
    question, answer = asked(slack), an_answer()
    shown = await chat.show_answer(question, answer, private=False, shown=None)

    assert await chat.show_answer(question, answer, private=False, shown=shown) == shown

    assert len(ours(slack)) == 2


async def test_an_answer_in_a_thread_is_found_again(chat, slack):
    """After a crash the message is found by its id, and only ours."""
    root = slack.say("wang", "hello")
    question = asked(slack, thread=root.ts)
    shown = await chat.show_looking(question, "a1", private=False)

    assert await chat.find_answer(question, "a1") == shown
    assert await chat.find_answer(question, "a2") is None
    assert await chat.find_answer(asked(slack), "a1") is None
    assert await chat.find_answer(asked(slack, thread="1.000001"), "a1") is None


async def test_somebody_elses_message_is_never_taken_for_ours(client, session, clock, slack):
    """Metadata can be copied, an author cannot."""
    root = slack.say("wang", "hello")
    question = asked(slack, thread=root.ts)
    chat = a_chat(client, session, clock, slack.identity)
    await chat.show_looking(question, "a1", private=False)
    chat._our_user = "U0OTHER"

    assert await chat.find_answer(question, "a1") is None


async def test_a_long_thread_is_read_to_its_end(chat, slack):
    """An answer is found beyond the first page."""
    root = slack.say("wang", "hello")
    for number in range(450):
        slack.say("li", str(number), thread_ts=root.ts)
    question = asked(slack, thread=root.ts)
    shown = await chat.show_looking(question, "a1", private=False)

    assert await chat.find_answer(question, "a1") == shown


async def test_without_a_look_into_threads_nothing_is_found(chat, slack):
    """A missing scope costs the second look, not the answer."""
    slack.faults.add(Fault(method="conversations.replies", error="missing_scope"))

    assert await chat.find_answer(asked(slack, thread="1.000001"), "a1") is None


async def test_a_command_outside_is_answered_privately(chat, slack):
    """Where the bot is no member, only the person sees the answer, evidence included."""
    question = by_command(slack, channel="#random")

    shown = await chat.show_looking(question, "a1", private=True)
    where = await chat.show_answer(question, an_answer(), private=True, shown=shown)

    assert shown == where == MessageRef()
    message = ours(slack, "#random")[-1]
    assert message.ephemeral_to == slack.user("wang").id
    assert message.says(SENTENCE)
    assert message.says("Timeline")
    assert message.says("Invite me to keep the thread.")
    assert slack.calls["chat.postMessage"] == 0


def sent_back(slack):
    """List what came by a way back."""
    return [call.given for call in slack.requests if call.method == "response_url"]


async def test_a_private_answer_takes_the_place_of_looking(chat, slack):
    """The way back is asked to replace what it showed, once it showed something."""
    question = by_command(slack, channel="#random")
    await chat.show_answer(question, an_answer(), private=True, shown=None)
    await chat.show_answer(question, an_answer(), private=True, shown=MessageRef())

    assert [given["replace_original"] for given in sent_back(slack)] == [False, True]
    assert {given["response_type"] for given in sent_back(slack)} == {"ephemeral"}


@pytest.mark.parametrize("private", [True, False])
async def test_a_button_never_replaces_what_others_see(chat, slack, private):
    """Only a message that nobody else sees is replaced by a private answer."""
    url = by_command(slack).response_url
    question = asked(slack, Way.ACTION, response_url=url, private=private)

    await chat.show_answer(question, an_answer(), private=True, shown=None)

    assert [given["replace_original"] for given in sent_back(slack)] == [private]


async def test_a_pressed_message_is_edited_in_place(chat, slack):
    """Asking again turns the answer that was there into the new one."""
    first = await chat.show_answer(asked(slack), an_answer(), private=False, shown=None)
    question = asked(slack, Way.ACTION, message=first.ts, thread=first.ts)

    again = an_answer(SYNCED, answer_id="a2")
    assert await chat.show_answer(question, again, private=False, shown=first) == first

    message = ours(slack)[0]
    assert message.says(SYNCED.summary)
    assert not message.says(SENTENCE)
    assert message.metadata["event_payload"] == {"id": "a2", "state": "synced"}


async def test_a_private_mention_is_answered_to_one_person(chat, slack):
    """Without a way back an ephemeral message serves."""
    root = slack.say("wang", "hello")

    await chat.show_answer(asked(slack, thread=root.ts), an_answer(), private=True, shown=None)

    [message] = ours(slack)
    assert message.ephemeral_to == slack.user("wang").id
    assert message.thread_ts == root.ts


async def test_a_used_up_way_back_is_replaced_by_another(chat, slack):
    """When the way back is used up, an ephemeral message is sent instead."""
    question = by_command(slack)
    slack.faults.add(Fault(method="response_url", status=404))

    await chat.tell(question, "Try again.")

    [message] = ours(slack)
    assert message.ephemeral_to == slack.user("wang").id


async def test_the_last_resort_are_direct_messages(chat, slack):
    """Where the bot is no member and the way back is used up, the person is written to."""
    question = by_command(slack, channel="#random")
    slack.faults.add(Fault(method="response_url", status=404))

    await chat.show_answer(question, an_answer(), private=True, shown=None)

    [message] = ours(slack, "@wang")
    assert message.says(SENTENCE)


async def test_direct_messages_are_plain_messages(chat, slack):
    """In direct messages an answer is a message like any, with its evidence in a thread."""
    question = asked(slack, Way.DM, channel="@wang")

    shown = await chat.show_looking(question, "a1", private=True)
    where = await chat.show_answer(question, an_answer(), private=True, shown=shown)
    await chat.tell(question, "One more thing.")

    answer, evidence, told = ours(slack, "@wang")
    assert where == MessageRef(answer.channel.id, answer.ts)
    assert evidence.thread_ts == answer.ts
    assert not answer.says("Invite me")
    assert told.says("One more thing.")
    assert all(message.ephemeral_to is None for message in (answer, evidence, told))


async def test_help_is_for_who_asked(chat, slack):
    """Help is private and names the command."""
    await chat.show_help(by_command(slack))

    [message] = ours(slack)
    assert message.says("/harbor why vira:v1.6.32")
    assert message.ephemeral_to == slack.user("wang").id


async def test_what_is_told_cannot_ping(chat, slack):
    """A sentence that repeats somebody's words rings at nobody."""
    await chat.tell(asked(slack), "I do not know `x` <!channel> <@U0LI000001>.")

    [message] = ours(slack)
    assert "<!channel>" not in message.text
    assert "`x`" in message.blocks[0]["text"]["text"]
    assert "&lt;!channel&gt;" in message.blocks[0]["text"]["text"]


async def test_a_refused_post_goes_to_the_person(chat, slack):
    """Where Slack does not let us post, the answer still reaches who asked."""
    question = by_command(slack, channel="#random")

    shown = await chat.show_looking(question, "a1", private=False)
    where = await chat.show_answer(question, an_answer(), private=False, shown=shown)

    assert shown == where == MessageRef()
    assert ours(slack, "#random")[-1].says("Invite me to keep the thread.")


async def test_a_refused_edit_becomes_a_new_message(chat, slack):
    """When the message is gone, the answer is posted anew."""
    question = asked(slack)
    shown = await chat.show_looking(question, "a1", private=False)
    slack.faults.add(Fault(method="chat.update", error="message_not_found"))

    where = await chat.show_answer(question, an_answer(), private=False, shown=shown)

    assert where != shown
    assert ours(slack)[1].says(SENTENCE)


async def test_refused_evidence_leaves_the_answer(chat, slack):
    """Evidence that cannot be posted costs evidence, not the answer."""
    question = asked(slack)
    shown = await chat.show_looking(question, "a1", private=False)
    slack.faults.add(Fault(method="chat.postMessage", error="restricted_action_thread_locked"))

    assert await chat.show_answer(question, an_answer(), private=False, shown=shown) == shown

    [message] = ours(slack)
    assert message.says(SENTENCE)


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.postEphemeral", "response_url"])
async def test_what_may_be_there_is_never_sent_twice(chat, slack, method):
    """A connection that breaks after a message was sent is named, and not repeated."""
    fault = slack.faults.add(Fault(method=method, drop=Drop.AFTER, times=None))
    question = by_command(slack) if method == "response_url" else asked(slack)

    with pytest.raises(ChatUnclear):
        await chat.show_looking(question, "a1", private=method != "chat.postMessage")

    assert fault.hits == 1
    assert len(ours(slack)) == 1


@pytest.mark.parametrize("fault", [{"status": 503}, {"error": "fatal_error"}])
async def test_a_server_error_of_a_post_is_unclear(chat, slack, fault):
    """Slack says itself that something may have been done."""
    slack.faults.add(Fault(method="chat.postMessage", **fault))

    with pytest.raises(ChatUnclear):
        await chat.show_looking(asked(slack), "a1", private=False)


async def test_an_edit_is_repeated_where_its_answer_was_lost(chat, slack):
    """Saying the same twice in one place comes to the same."""
    question = asked(slack)
    shown = await chat.show_looking(question, "a1", private=False)
    slack.faults.add(Fault(method="chat.update", drop=Drop.AFTER))

    assert await chat.show_answer(question, an_answer(), private=False, shown=shown) == shown

    assert slack.calls["chat.update"] == 2


async def test_slack_asks_to_slow_down(chat, slack, clock):
    """A post waits as long as it was asked to, then goes out once."""
    slack.faults.add(Fault(method="chat.postMessage", retry_after=3))

    await chat.show_looking(asked(slack), "a1", private=False)

    assert clock.waits == [3.0]
    assert len(ours(slack)) == 1


async def test_patience_ends(chat, slack, clock):
    """Who is asked to slow down again and again gives up, and says how long to wait."""
    slack.faults.add(Fault(method="chat.postMessage", retry_after=3, times=None))

    with pytest.raises(ChatBusy) as caught:
        await chat.show_looking(asked(slack), "a1", private=False)

    assert caught.value.retry_after == 3
    assert clock.waits == [3.0, 3.0]


@pytest.mark.parametrize("trouble", [{"drop": Drop.BEFORE}, {"status": 502}, {"retry_after": 1}])
async def test_reads_are_tried_again(chat, slack, trouble):
    """A lookup that failed once is no reason to refuse anybody."""
    slack.faults.add(Fault(method="users.info", **trouble))

    assert (await chat.person(slack.user("wang").id)).full_member


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("error", ["msg_blocks_too_long", "invalid_blocks"])
async def test_refused_blocks_are_sent_smaller_then_as_words(chat, slack, error, times):
    """An answer that Slack finds too long is said in less, at last in one line."""
    slack.faults.add(Fault(method="chat.postMessage", error=error, times=times))

    await chat.show_answer(asked(slack), an_answer(), private=False, shown=None)

    message = ours(slack)[0]
    assert message.text in SENTENCE
    assert bool(message.blocks) is (times == 1)


@pytest.mark.parametrize(
    "code", ["missing_scope", "unknown_method", "not_in_channel", "account_inactive"]
)
async def test_no_error_of_the_library_gets_out(chat, slack, code):
    """What cannot be sent at all is an error of ours, with Slack's word and without the token."""
    for method in ("chat.postMessage", "chat.postEphemeral"):
        slack.faults.add(Fault(method=method, error=code, times=None))

    with pytest.raises(ChatError) as caught:
        await chat.show_answer(asked(slack), an_answer(), private=False, shown=None)

    assert caught.value.code == code
    assert "xox" not in str(caught.value)


@pytest.fixture
async def odd_slack():
    """Open a server that answers as no Slack does."""
    state = {"answer": web.Response, "calls": 0}

    async def serve(_request):
        state["calls"] += 1
        return state["answer"]()

    app = web.Application()
    app.router.add_route("*", "/api/{method}", serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    state["url"] = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    yield state
    await runner.cleanup()


ODD = {
    "a page": lambda: web.Response(text="<html>", content_type="text/html"),
    "plain text": lambda: web.Response(text="hello"),
    "no json": lambda: web.Response(text="{", content_type="application/json"),
    "a list": lambda: web.json_response([1]),
    "a number": lambda: web.json_response(1),
    "no bytes": lambda: web.Response(body=b"\xff", content_type="application/json"),
    "no word": lambda: web.json_response({"ok": False, "error": {"a": 1}}),
    "no message": lambda: web.json_response({"ok": True}),
    "a redirect": lambda: web.Response(status=302, headers={"Location": "/api/auth.test"}),
    "an archive": lambda: web.Response(body=b"x", content_type="application/gzip"),
}


@pytest.mark.parametrize("odd", ODD)
async def test_an_answer_that_no_slack_gives_is_our_error(odd, odd_slack, session, clock, slack):
    """Whatever stands where Slack should be: one post, one error of ours, nobody let in."""
    odd_slack["answer"] = ODD[odd]
    client = open_client(session, token="xoxb-1-secret", api_url=odd_slack["url"], proxy="")
    chat = a_chat(client, session, clock, slack.identity)

    with pytest.raises(ChatUnclear) as caught:
        await chat.show_looking(asked(slack), "a1", private=False)

    assert odd_slack["calls"] == 1
    assert not re.search("xoxb|127", str(caught.value))
    assert not (await chat.person("U1")).full_member


async def test_where_nothing_listens_nothing_is_unclear(session, clock, slack):
    """What never left is tried again, and then is an error, not a doubt."""
    client = open_client(session, token="xoxb-1", api_url="http://127.0.0.1:9/api/", proxy="")
    chat = a_chat(client, session, clock, slack.identity)

    with pytest.raises(ChatError) as caught:
        await chat.show_looking(asked(slack), "a1", private=False)

    assert type(caught.value) is ChatSilent
    assert len(clock.waits) == 2


async def test_the_environment_has_no_say(session, monkeypatch):
    """A proxy of the environment is not used; one that is configured is."""
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.com:1")

    plain = open_client(session, token="x", api_url="https://slack.com/api/", proxy="")
    set_up = open_client(session, token="x", api_url="https://slack.com/api/", proxy="http://p:1")

    assert plain.proxy is None
    assert set_up.proxy == "http://p:1"
    assert plain.retry_handlers == []
