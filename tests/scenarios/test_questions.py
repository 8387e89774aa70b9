import asyncio

import pytest

from bot.playground.slack import User
from tests.scenarios.support import EVIDENCE, PROOF, REMEDY, VIRA, holding, once


pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("bot")]


async def test_a_command_is_answered_with_its_proof(stage):
    """A command is acknowledged first, then answered in the channel, the proof in its thread."""
    gate = stage.slack.faults.hold("chat.postMessage")

    command = await stage.slack.command("wang", "/harbor", "why vira:v1.6.32 to prod")

    assert (command.status, command.body) == (200, "")
    assert stage.about(command) == []
    gate.release()
    answer, evidence = await stage.answered(command), await stage.proven(command)
    assert answer.says(f"{VIRA} is not on prod")
    assert answer.says(REMEDY)
    assert answer.thread_ts is None
    assert answer.channel.place.name == "releases"
    assert evidence.says(PROOF)
    assert evidence.thread_ts == answer.ts


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ("why didn't vira:v1.6.32 sync?", "is not on prod"),
        ("vira:v1.6.32 为什么没同步到 prod?", "is not on prod"),
        ("vira:v1.6.31 为什么没同步到 prod?", "is on prod"),
    ],
)
async def test_a_mention_is_answered_in_its_thread(stage, words, verdict):
    """A mention in plain English or Chinese is answered, with proof, in the thread it begins."""
    mention = await stage.slack.mention("chen", words, channel="#war-room")

    answer, evidence = await stage.answered(mention), await stage.proven(mention)
    assert mention.status == 200
    assert answer.says(verdict)
    assert {answer.thread_ts, evidence.thread_ts} == {mention.message.ts}


async def test_a_mention_inside_a_thread(stage):
    """A mention inside a thread is answered in that thread."""
    root = stage.slack.say("chen", "the release is late")

    mention = await stage.slack.mention("wang", "why vira:v1.6.32", thread_ts=root.ts)

    assert (await stage.answered(mention)).thread_ts == root.ts
    assert (await stage.proven(mention)).thread_ts == root.ts


async def test_a_direct_message_is_answered(stage):
    """A direct message is answered where it was written, with proof in the answer's thread."""
    dm = await stage.slack.dm("li", "why didn't vira:v1.6.32 sync?")

    answer, evidence = await stage.answered(dm), await stage.proven(dm)
    assert answer.says("is not on prod")
    assert answer.channel is stage.slack.channel("@li")
    assert evidence.says(PROOF)
    assert evidence.thread_ts == answer.ts


async def test_a_crowd_at_the_door(stage):
    """Of many who ask at once everyone is acknowledged and gets one answer."""
    people = [
        stage.slack.workspace.add_user(User(id=f"U0CROWD{number:03}", name=f"crowd{number}"))
        for number in range(40)
    ]

    commands = await asyncio.gather(
        *(stage.slack.command(one.name, "/harbor", "why vira:v1.6.31") for one in people)
    )

    assert {(command.status, command.body) for command in commands} == {(200, "")}
    for command in commands:
        assert (await stage.answered(command)).says("is on prod")
    await stage.all_done()
    assert {len(stage.about(command)) for command in commands} == {1}


@pytest.mark.parametrize("text", ["help", "", "?", "HELP"])
async def test_help_comes_with_the_acknowledgement(stage, text):
    """Asked for help, the command says at once what can be asked, to one person."""
    before = len(stage.private("wang", "#releases"))

    command = await stage.slack.command("wang", "/harbor", text)

    assert "/harbor why vira:v1.6.32" in command.body
    shown = once(stage.private("wang", "#releases")[before:])
    assert shown.says("in English or Chinese")


async def test_help_in_plain_words(stage):
    """Who mentions the bot and says help is told the same, privately."""
    before = len(stage.private("li", "#approvals"))

    await stage.slack.mention("li", "help", channel="#approvals")

    await stage.told("li", "/harbor why vira:v1.6.32", channel="#approvals", after=before)


@pytest.mark.parametrize("blank", ["\t", "\n", "\u3000"])
async def test_any_blank_ends_the_first_word(stage, blank):
    """A tab, a line's end or the wide blank of a Chinese keyboard stands for a space."""
    command = await stage.slack.command("wang", "/harbor", f"why{blank}vira:v1.6.32")

    assert (await stage.answered(command)).says("is not on prod")


async def test_another_word_is_told_what_there_is(stage):
    """A word that the command does not know is answered with those that it does."""
    command = await stage.slack.command("wang", "/harbor", "restart everything")

    assert "`why`" in command.body
    assert "`help`" in command.body


@pytest.mark.parametrize("place", ["#random", "#secret", "D0WANGLI01"])
async def test_where_the_bot_is_no_member(stage, place):
    """Where the bot cannot post, the answer is private, has its evidence and an invitation."""
    command = await stage.slack.command("wang", "/harbor", "why vira:v1.6.32", channel=place)

    answer = await stage.answered(command)
    assert answer.ephemeral_to == stage.slack.user("wang").id
    for words in ("is not on prod", REMEDY, PROOF, "Invite me to keep the thread"):
        assert answer.says(words)
    await stage.all_done()
    assert once(stage.about(command)) is answer
    assert stage.about(command, EVIDENCE) == []


@pytest.mark.parametrize("way", ["command", "mention"])
async def test_quiet(stage, way):
    """A question that says --quiet is answered to nobody but who asked, evidence included."""
    before = len(stage.private("wang", "#releases"))

    if way == "command":
        asked = await stage.slack.command("wang", "/harbor", "why vira:v1.6.32 --quiet")
    else:
        asked = await stage.slack.mention("wang", "why vira:v1.6.32 --quiet")

    answer = await stage.told("wang", "is not on prod", channel="#releases", after=before)
    assert answer.says(PROOF)
    await stage.all_done()
    assert all(m.ephemeral_to for m in stage.about(asked))


async def test_an_event_that_comes_three_times(stage):
    """Slack may bring an event three times; it is answered once."""
    mention = await stage.slack.mention("wang", "why vira:v1.6.32", deliveries=3)

    await stage.proven(mention)
    await stage.all_done()
    assert [attempt.status for attempt in mention.attempts] == [200, 200, 200]
    once(stage.about(mention))
    once(stage.about(mention, EVIDENCE))


async def test_first_a_sign_then_the_answer(stage):
    """While a Harbor takes its time, people see that it is looked into; the answer replaces it."""
    with holding(stage.pair.stag):
        command = await stage.slack.command("wang", "/harbor", "why vira:v1.6.32")
        sign = await stage.slack.wait_for(lambda: next(iter(stage.about(command)), None))
        assert sign.says("Looking into it")

    answer = await stage.answered(command)
    await stage.proven(command)
    assert answer is sign
    assert [edit.text.split(".")[0] for edit in answer.edits] == ["Looking into it"]
    once(stage.about(command))


@pytest.mark.parametrize("said", ["message_changed", "message_deleted", "bot_message"])
async def test_edits_and_bots_are_not_answered(stage, said):
    """Edits, deletions and messages of other bots in direct messages start nothing."""
    place = stage.slack.channel("@wang")
    inner = {"user": stage.slack.user("wang").id, "text": "why vira:v1.6.32", "ts": "1.000001"}
    event = {
        "type": "message",
        "subtype": said,
        "channel": place.id,
        "channel_type": "im",
        "ts": "1.000002",
        "event_ts": "1.000002",
        **({**inner, "bot_id": "B0BUILDER1"} if said == "bot_message" else {"message": inner}),
    }

    delivery = await stage.slack.app.event(event)

    assert delivery.status == 200
    await _nothing_comes_of(stage, delivery)


@pytest.mark.parametrize("said", ["file_share", "thread_broadcast"])
async def test_words_with_a_file_are_answered(stage, said):
    """A direct message that comes with a file, or is shown outside its thread, is a question."""
    place = stage.slack.channel("@wang")
    event = {
        "type": "message",
        "subtype": said,
        "user": stage.slack.user("wang").id,
        "text": "why didn't vira:v1.6.32 sync?",
        "channel": place.id,
        "channel_type": "im",
        "ts": "1.000003",
        "event_ts": "1.000003",
    }

    delivery = await stage.slack.app.event(event)

    assert delivery.status == 200
    # All of it: what is counted next must not come from here.
    assert "is not on prod" in await stage.whole(delivery)


async def test_other_bots_are_not_answered(stage):
    """Two bots that mention each other do not talk for ever."""
    mention = await stage.slack.mention("builder", "why vira:v1.6.32")

    assert mention.status == 200
    await _nothing_comes_of(stage, mention)


@pytest.mark.parametrize("kind", ["app_mention", "message"])
async def test_its_own_words_are_not_answered(stage, kind):
    """What the bot itself says starts nothing, even where Slack brings it back."""
    ours = stage.slack.workspace.bot
    place = stage.slack.channel("@wang" if kind == "message" else "#releases")
    event = {
        "type": kind,
        "user": ours.id,
        "bot_id": ours.bot_id,
        "text": f"<@{ours.id}> why vira:v1.6.32",
        "channel": place.id,
        "channel_type": "im" if kind == "message" else "channel",
        "ts": "1.000003",
        "event_ts": "1.000003",
    }

    delivery = await stage.slack.app.event(event)

    assert delivery.status == 200
    await _nothing_comes_of(stage, delivery)


async def _nothing_comes_of(stage, delivery):
    # What is asked next is answered, and nothing else was.
    before = len(stage.ours())
    await stage.proven(await stage.slack.dm("chen", "why vira:v1.6.32"))
    await stage.all_done()
    assert stage.about(delivery) == []
    assert len(stage.ours()) == before + 2


async def test_talk_in_a_channel_is_not_for_the_bot(stage):
    """A message in a channel that does not mention the bot is left alone."""
    event = {
        "type": "message",
        "channel_type": "channel",
        "user": stage.slack.user("wang").id,
        "text": "why vira:v1.6.32",
        "channel": stage.slack.channel("#releases").id,
        "ts": "1.000004",
        "event_ts": "1.000004",
    }

    delivery = await stage.slack.app.event(event)

    assert delivery.status == 200
    await _nothing_comes_of(stage, delivery)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("why", "why frontend-rls/vira:v1.6.32"),
        ("why Frontend/VIRA:v1", "lower case"),
        ("why vira:v1.6.32 to mars", "No instance is called mars; configured: stag, prod"),
        ("why vira:v1.6.32 from stag to stag", "nothing is replicated"),
        ("why a/b:v1 a/b:v2 a/b:v3 a/b:v4 a/b:v5 a/b:v6", "at most 5 images"),
    ],
)
async def test_a_question_that_cannot_be_answered(stage, question, words):
    """A malformed question is answered privately with what is wrong and a good example."""
    before, asked = len(stage.private("wang", "#releases")), stage.harbor_requests()

    await stage.slack.command("wang", "/harbor", question)

    told = await stage.told("wang", words, channel="#releases", after=before)
    assert told.says("vira:v1.6.32")
    assert stage.harbor_requests() == asked


async def test_a_mention_without_an_image(stage):
    """Plain words without an image get an example, seen by nobody else."""
    before = len(stage.private("wang", "#releases"))

    await stage.slack.mention("wang", "are you well today?")

    told = await stage.told("wang", "No image is named", channel="#releases", after=before)
    assert told.says("why frontend-rls/vira:v1.6.32")


async def test_five_images_get_five_answers(stage):
    """Each of up to five images in one question gets its answer and its evidence."""
    tags = ("v1.6.32", "v1.6.31", "v1.6.3", "v9", "v1")

    mention = await stage.slack.mention("wang", " ".join(f"vira:{tag}" for tag in tags))

    await stage.all_done()
    thread = [m for m in mention.message.replies if m.metadata]
    kinds = [m.metadata["event_type"] for m in thread]
    assert kinds.count("harborbot.answer") == 5


async def test_an_unknown_image(stage):
    """Of an image that nobody knows it is said where was looked, and what comes close."""
    command = await stage.slack.command("wang", "/harbor", "why frontend-rls/vira:v1.7.32")

    answer = await stage.answered(command)
    assert answer.says("is not known on stag, prod")
    assert answer.says("Close:")
    assert answer.says(VIRA)
    assert answer.button("pick_image:0").label


async def test_several_candidates_become_buttons(stage):
    """Where several images fit nobody guesses: a press on one answers in place, with proof."""
    command = await stage.slack.command("wang", "/harbor", "why frontend-rls/vira:v1.6.3")
    answer = await stage.answered(command)
    assert answer.says("fits 2 images")
    button = next(c for c in answer.controls() if c.label == VIRA)

    click = await stage.slack.click("li", answer, button)

    evidence = await stage.proven(click)
    assert click.status == 200
    assert answer.says(f"{VIRA} is not on prod")
    assert once(stage.about(click)) is answer
    assert evidence.says(PROOF)
    assert evidence.thread_ts == answer.ts


async def test_a_candidate_of_a_private_answer(stage):
    """The buttons of a private answer work, and their answer stays private."""
    where = "#random"
    question = "why frontend-rls/vira:v1.6.3"
    command = await stage.slack.command("wang", "/harbor", question, channel=where)
    answer = await stage.answered(command)
    button = next(c for c in answer.controls() if c.label == VIRA)

    click = await stage.slack.click("wang", answer, button)

    again = await stage.answered(click, PROOF)
    assert again is answer
    assert again.ephemeral_to == stage.slack.user("wang").id


async def test_ask_again_edits_in_place(stage):
    """Asking again brings the answer up to date where it stands, the new proof below it."""
    command = await stage.slack.command("wang", "/harbor", "why vira:v1.6.32")
    answer = await stage.answered(command)
    await stage.proven(command)

    click = await stage.slack.click("li", answer, "ask_again")

    evidence = await stage.proven(click)
    assert once(stage.about(click)) is answer
    assert len(answer.edits) == 1
    assert evidence.thread_ts == answer.ts
    assert stage.about(command) == []


async def test_a_press_by_somebody_who_may_not_read(stage):
    """A guest who presses a button is refused privately, and the answer stays as it was."""
    command = await stage.slack.command("wang", "/harbor", "why vira:v1.6.32")
    answer = await stage.answered(command)
    await stage.proven(command)
    before, asked = len(stage.private("guest", "#releases")), stage.harbor_requests()

    click = await stage.slack.click("guest", answer, "ask_again")

    assert click.status == 200
    await stage.told("guest", "guest in this workspace", channel="#releases", after=before)
    await stage.all_done()
    assert answer.edits == []
    assert stage.harbor_requests() == asked
