import pytest

from bot.playground.slack import Fault, Identity
from bot.ports import Person
from bot.slack import words
from bot.slack.people import Home, read_person, read_place
from tests.slack.conftest import a_chat


HOME = Home("T1")
GRID = Home("T1", "E1")
MEMBER = {
    "id": "U1",
    "team_id": "T1",
    "deleted": False,
    "is_bot": False,
    "is_restricted": False,
    "is_ultra_restricted": False,
    "locale": "zh-CN",
}
CHANNEL = {"id": "C1", "is_member": True, "is_shared": False, "shared_team_ids": ["T1"]}


def without(name):
    """Leave one field out of a full member."""
    return {key: value for key, value in MEMBER.items() if key != name}


def test_a_full_member_may_ask():
    """Whom Slack calls an active member of our workspace in every field gets an answer."""
    assert read_person("U1", MEMBER, HOME) == Person("U1", full_member=True)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"is_restricted": True}, words.GUEST),
        ({"is_ultra_restricted": True}, words.GUEST),
        ({"is_invited_user": True}, words.GUEST),
        ({"is_bot": True}, words.BOT),
        ({"is_workflow_bot": True}, words.BOT),
        ({"is_stranger": True}, words.STRANGER),
        ({"team_id": "T2"}, words.STRANGER),
        ({"team_id": None}, words.STRANGER),
        ({"deleted": True}, words.DEACTIVATED),
        ({"id": "U2"}, words.WHO_ASKS),
        ({"enterprise_user": {"enterprise_id": "E2", "teams": ["T1"]}}, words.STRANGER),
    ],
    ids=str,
)
def test_everybody_else_is_refused_with_the_reason(change, reason):
    """Guests, bots, other organisations and former colleagues hear why."""
    person = read_person("U1", MEMBER | change, HOME)

    assert (person.full_member, person.why_not) == (False, reason)


@pytest.mark.parametrize(
    "data",
    [None, [], {}, *(without(name) for name in MEMBER if name != "locale")],
    ids=lambda data: str(data)[:40],
)
def test_what_slack_does_not_say_counts_against(data):
    """Only who is a member by every field is one."""
    assert not read_person("U1", data, HOME).full_member


@pytest.mark.parametrize(
    ("grid", "member"),
    [
        ({"enterprise_id": "E1", "teams": ["T2", "T1"]}, True),
        ({"enterprise_id": "E1", "teams": ["T2"]}, False),
        ({"enterprise_id": "E1"}, True),
        ({"enterprise_id": "E2", "teams": ["T1"]}, False),
    ],
    ids=str,
)
def test_in_a_grid_the_workspace_counts(grid, member):
    """A colleague of another workspace of the same company is not let in."""
    assert read_person("U1", MEMBER | {"enterprise_user": grid}, GRID).full_member is member


@pytest.mark.parametrize(
    ("change", "external"),
    [
        ({}, False),
        ({"is_ext_shared": True}, True),
        ({"is_pending_ext_shared": True}, True),
        ({"is_org_shared": True}, True),
        ({"shared_team_ids": ["T1", "T2"]}, True),
        ({"connected_team_ids": ["T2"]}, True),
        ({"pending_shared": ["T2"]}, True),
        ({"is_shared": True, "shared_team_ids": []}, True),
    ],
    ids=str,
)
def test_a_channel_with_others_in_it_is_external(change, external):
    """Whatever field says that others can read along, it is believed."""
    assert read_place("C1", CHANNEL | change, HOME).external is external


@pytest.mark.parametrize("data", [None, {}, CHANNEL | {"id": "C2"}], ids=str)
def test_an_answer_about_nothing_makes_a_place_unknown(data):
    """The bot is a member only by an answer about this very place."""
    assert not read_place("C1", data, HOME).member


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("wang", ""),
        ("guest", words.GUEST),
        ("visitor", words.GUEST),
        ("builder", words.BOT),
        ("stranger", words.STRANGER),
        ("former", words.DEACTIVATED),
    ],
)
async def test_the_workspace_says_who_asks(chat, slack, name, reason):
    """Every kind of user is told apart by what Slack answers."""
    person = await chat.person(slack.user(name).id)

    assert (person.full_member, person.why_not) == (not reason, reason)


async def test_nobody_is_let_in_who_is_unknown(chat):
    """An id that Slack does not know gets no answer."""
    assert (await chat.person("U0NOBODY")).why_not == words.WHO_ASKS


@pytest.mark.parametrize("fault", [{"status": 500}, {"error": "fatal_error"}, {"retry_after": 99}])
async def test_when_slack_cannot_say_who_asks_nobody_is_let_in(chat, slack, fault):
    """Trouble at Slack is never a way in."""
    slack.faults.add(Fault(method="users.info", times=None, **fault))

    person = await chat.person(slack.user("wang").id)

    assert (person.full_member, person.why_not) == (False, words.WHO_ASKS)


async def test_a_missing_scope_is_named_to_who_can_mend_it(client, session, clock, slack):
    """Without users:read nobody is let in, and the sentence says what is missing."""
    slack.faults.add(Fault(method="users.info", error="missing_scope"))
    chat = a_chat(client, session, clock, Identity())

    assert (await chat.person(slack.user("wang").id)).why_not == words.WHO_ASKS_SCOPE


@pytest.mark.parametrize(
    ("name", "member", "external"),
    [
        ("#releases", True, False),
        ("#random", False, False),
        ("#war-room", True, False),
        ("#secret", False, False),
        ("#partner", True, True),
        ("wang-li", False, False),
    ],
)
async def test_the_workspace_says_what_a_place_is(chat, slack, name, member, external):
    """Membership and strangers are read anew; what cannot be looked into is unknown."""
    place = await chat.place(slack.channel(name).id)

    assert (place.member, place.external, place.direct) == (
        member,
        external,
        False,
    )


async def test_a_direct_message_is_a_place_of_its_own(chat, slack):
    """In direct messages with the bot, the bot is a member."""
    place = await chat.place(slack.channel("@wang").id)

    assert place.direct
    assert place.member


async def test_without_a_look_into_places_every_place_is_unknown(chat, slack):
    """A refused method costs a feature, not the answer."""
    slack.faults.add(Fault(method="conversations.info", error="missing_scope"))

    assert not (await chat.place(slack.channel("#releases").id)).member


async def test_groups_are_asked_anew(chat, slack):
    """Who left a group is out at once; a group that cannot be read lets nobody in."""
    wang = slack.user("wang").id
    slack.workspace.groups["S1"] = [wang]
    assert await chat.in_group(wang, "S1")

    slack.workspace.groups["S1"] = []

    assert not await chat.in_group(wang, "S1")
    assert not await chat.in_group(wang, "S2")
