import asyncio

import pytest
import pytest_asyncio

from bot.playground.slack import OTHER_TEAM, User
from tests.scenarios.support import once, start_bot


pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("bot")]

QUESTION = "why vira:v1.6.32"
GROUP = "S0RELEASE1"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bots(stage):
    """Give two more bots: with named readers; with a narrow limit and a closed instance."""
    li = stage.slack.user("li").id
    settings = {
        "readers": {"READERS": f"{li},{GROUP}"},
        "limit": {"LIMIT_QUESTIONS": "10", "HARBORS__PROD__READERS": li},
    }
    started = {
        name: await start_bot(stage.environment(STORE_PREFIX=name, **own), stage.directory)
        for name, own in settings.items()
    }
    try:
        await asyncio.gather(*(bot.ready() for bot in started.values()))
        yield started
    finally:
        await asyncio.gather(*(bot.killed() for bot in started.values()))


@pytest.fixture
def to(stage, bots):
    """Have Slack bring everything to one of those bots for the length of a test."""
    before = stage.slack.request_url

    def bring(name):
        stage.slack.request_url = bots[name].url

    yield bring
    stage.slack.request_url = before


async def refused(stage, user, why, *, channel="#releases", way="command", prefix="harborbot"):
    """Ask, and see that nobody but *user* learns of it, with the reason, and no Harbor at all."""
    asked, before = stage.harbor_requests(), len(stage.private(user, channel))
    public = [m for m in stage.ours() if m.ephemeral_to is None]
    if way == "command":
        await stage.slack.command(user, "/harbor", QUESTION, channel=channel)
    else:
        await stage.slack.mention(user, QUESTION, channel=channel)
    await stage.told(user, why, channel=channel, after=before)
    await stage.all_done(prefix)
    assert len(stage.private(user, channel)) == before + 1
    assert [m for m in stage.ours() if m.ephemeral_to is None] == public
    assert stage.harbor_requests() == asked


@pytest.mark.parametrize("way", ["command", "mention"])
@pytest.mark.parametrize(
    ("user", "why", "channel"),
    [
        ("guest", "guest in this workspace", "#releases"),
        ("visitor", "guest in this workspace", "#releases"),
        ("stranger", "from another organisation", "#partner"),
        ("wang", "shared with another organisation", "#partner"),
    ],
)
async def test_who_is_no_full_member_here(stage, way, user, why, channel):
    """Guests, other organisations' users and shared channels are refused, with the reason."""
    await refused(stage, user, why, channel=channel, way=way)


@pytest.mark.parametrize(
    ("user", "why"), [("former", "deactivated"), ("builder", "do not answer bots")]
)
async def test_accounts_that_are_nobody(stage, user, why):
    """A deactivated account and a bot get no answer to a command."""
    await refused(stage, user, why)


async def test_a_guest_in_a_direct_message(stage):
    """A guest who writes to the bot alone is refused there."""
    asked = stage.harbor_requests()

    await stage.slack.dm("guest", QUESTION)

    await stage.slack.wait_for_message("guest in this workspace", channel="@guest")
    await stage.all_done()
    assert stage.harbor_requests() == asked


async def test_a_channel_that_the_event_calls_shared(stage):
    """What the event says of its channel counts, also where Slack's lookup says otherwise."""
    asked, before = stage.harbor_requests(), len(stage.private("wang", "#approvals"))
    payload = {
        "type": "app_mention",
        "user": stage.slack.user("wang").id,
        "text": QUESTION,
        "ts": stage.slack.say("wang", QUESTION, channel="#approvals").ts,
        "channel": stage.slack.channel("#approvals").id,
        "event_ts": "1.0",
    }
    message = stage.slack.say("wang", QUESTION, channel="#partner")

    await stage.slack.app.event(payload, message=message)

    await stage.told("wang", "shared with", channel="#approvals", after=before)
    assert stage.harbor_requests() == asked


async def test_another_workspace(stage):
    """A command from another workspace is refused in its acknowledgement."""
    asked = stage.harbor_requests()

    command = await stage.slack.command("wang", "/harbor", QUESTION, tamper=OTHER_TEAM)

    assert "another workspace" in command.body
    await stage.all_done()
    assert stage.about(command) == []
    assert stage.harbor_requests() == asked


@pytest.mark.parametrize("way", ["mention", "click"])
async def test_another_workspace_without_a_command(stage, way):
    """An event or a click from another workspace comes to nothing; it is not brought again."""
    slack = stage.slack
    command = await slack.command("wang", "/harbor", QUESTION)
    answer = await stage.answered(command)
    await stage.proven(command)
    asked = stage.harbor_requests()

    if way == "mention":
        delivery = await slack.mention("wang", QUESTION, tamper=OTHER_TEAM)
    else:
        delivery = await slack.click("wang", answer, "ask_again", tamper=OTHER_TEAM)

    await stage.all_done()
    assert delivery.status == 200
    assert stage.about(delivery) == []
    assert answer.edits == []
    assert stage.harbor_requests() == asked


@pytest.mark.parametrize(
    ("error", "why"),
    [
        ("user_not_found", "Slack cannot tell me who asks"),
        ("missing_scope", "the scope users:read is missing"),
    ],
)
async def test_slack_cannot_say_who_asks(stage, error, why):
    """Where Slack cannot say who asks, nobody is let in."""
    stage.slack.faults.fail("users.info", error=error, times=None)

    await refused(stage, "wang", why)


async def test_readers_by_name_and_by_group(stage, to):
    """Where readers are named, they and the members of their groups read, nobody else."""
    to("readers")
    stage.slack.workspace.groups[GROUP] = [stage.slack.user("chen").id]

    for reader in ("li", "chen"):
        await stage.proven(await stage.slack.command(reader, "/harbor", QUESTION))
    await refused(stage, "wang", "not among", prefix="readers")


async def test_a_group_that_cannot_be_read(stage, to):
    """Where Slack will not say who is in a group, it lets nobody in; who is named still reads."""
    to("readers")
    stage.slack.workspace.groups[GROUP] = [stage.slack.user("chen").id]
    stage.slack.faults.fail("usergroups.users.list", error="missing_scope", times=None)

    await refused(stage, "chen", "not among", prefix="readers")
    await stage.proven(await stage.slack.command("li", "/harbor", QUESTION))


async def test_readers_of_one_instance(stage, to):
    """Who may not read one instance is answered from the others alone."""
    to("limit")
    stage.slack.workspace.add_user(User(id="U0SUN00001", name="sun"))
    before = len(stage.pair.prod.requests)

    command = await stage.slack.command("sun", "/harbor", QUESTION)

    await stage.answered(command)
    await stage.all_done("limit")
    assert len(stage.pair.prod.requests) == before


@pytest.mark.parametrize("way", ["command", "mention", "dm"])
async def test_the_eleventh_question_in_a_minute(stage, to, way):
    """Whoever asks more than the limit is told so privately; others go on asking."""
    to("limit")
    slack = stage.slack
    who = {"command": "wang", "mention": "li", "dm": "chen"}[way]
    place = {"command": "#releases", "mention": "#approvals", "dm": "@chen"}[way]

    async def ask():
        if way == "command":
            return await slack.command(who, "/harbor", QUESTION, channel=place)
        if way == "mention":
            return await slack.mention(who, QUESTION, channel=place)
        return await slack.dm(who, QUESTION)

    taken = [await ask() for _ in range(10)]
    refused = await ask()

    told = await slack.wait_for_message("10 questions a minute", channel=place)
    await stage.all_done("limit")
    assert all(len(stage.about(each)) == 1 for each in taken)
    assert stage.about(refused) == []
    assert way == "dm" or told.ephemeral_to == slack.user(who).id
    if way == "command":
        assert "10 questions a minute" in refused.body


async def test_a_press_over_the_limit(stage, to):
    """A press counts as a question; over the limit the answer stays as it was."""
    to("limit")
    slack = stage.slack
    asker = slack.workspace.add_user(User(id="U0ZHAO0001", name="zhao"))
    command = await slack.command(asker.name, "/harbor", QUESTION)
    answer = await stage.answered(command)
    for _ in range(9):
        await slack.click(asker.name, answer, "ask_again")
    await stage.all_done("limit")
    edits = len(answer.edits)
    before = len(stage.private(asker.name, "#releases"))

    await slack.click(asker.name, answer, "ask_again")

    await stage.told(asker.name, "a minute is the limit", channel="#releases", after=before)
    await stage.all_done("limit")
    assert len(answer.edits) == edits == 9
    once(stage.private(asker.name, "#releases")[before:])
