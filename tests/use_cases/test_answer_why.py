"""The question asked of simulated Harbors, through the real client, without Slack."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import BadQuestion, NotAllowed
from bot.playground.harbor import Failure, an_image, faults, golden_pair, modern_pair
from bot.replication.verdicts import CheckName, Verdict


GOLDEN = "frontend-rls/vira:v1.6.32-67284045"


def check(answer, name):
    """Find one step of an answer."""
    [found] = [one for one in answer.diagnosis.checks if one.name is name]
    return found


async def test_the_golden_case(asking):
    """The case that started it all: a race of 1.2.2, proven by job 20049, safe to run again."""
    async with golden_pair() as pair, asking(pair) as ask:
        answer = await ask("vira:v1.6.32")

    diagnosis = answer.diagnosis
    assert (diagnosis.image, diagnosis.verdict) == (GOLDEN, Verdict.FAILED)
    assert (diagnosis.cause, diagnosis.confidence) == ("source.manifest_unknown", "high")
    assert diagnosis.rerun == "helps"
    assert "20049" in check(answer, CheckName.ATTEMPTS).detail
    assert "MANIFEST_UNKNOWN" in check(answer, CheckName.LOG).detail
    assert answer.round_trips <= 4
    assert not diagnosis.blind_spots


@pytest.mark.parametrize("version", ["v2.2.4", "v2.5.6", "v2.9.5", "v2.12.1", "v2.15.2"])
@pytest.mark.parametrize(
    ("image", "verdict", "cause"),
    [
        ("team/app:1.0", Verdict.SYNCED, ""),
        ("app:1.1", Verdict.FAILED, "dest.quota_exceeded"),
        ("team/app:0.9", Verdict.SOURCE_MISSING, "source.manifest_unknown"),
        ("team/app:1.2", Verdict.IN_PROGRESS, ""),
        ("team/app:1.3", Verdict.IN_PROGRESS, "jobservice.retry_pending"),
        ("web:stable-7", Verdict.SYNCED, ""),
    ],
)
async def test_each_verdict_on_a_pair_of_today(asking, version, image, verdict, cause):
    """Every image of the modern pair gets its own answer, in four looks at most."""
    async with modern_pair(version) as pair, asking(pair) as ask:
        answer = await ask(image)

    diagnosis = answer.diagnosis
    assert (diagnosis.verdict, diagnosis.cause) == (verdict, cause), diagnosis.summary
    assert answer.round_trips <= 4


async def test_by_digest(asking):
    """A content digest names an image as well as a tag does."""
    digest = "sha256:bf44a961a09617412312879726c0b48e343dee510e4be491e67b33d62531b8dc"
    async with golden_pair() as pair, asking(pair) as ask:
        answer = await ask(f"frontend-rls/vira@{digest}")

    assert answer.diagnosis.image == GOLDEN
    assert answer.diagnosis.verdict is Verdict.FAILED


async def test_a_name_that_several_images_fit(asking):
    """Nothing is guessed: all that fit are shown, and none is looked into."""
    async with golden_pair() as pair, asking(pair) as ask:
        answer = await ask("vira:v1.6")

    assert answer.diagnosis.verdict is Verdict.CANNOT_TELL
    assert set(answer.diagnosis.candidates) == {GOLDEN, "frontend-rls/vira:v1.6.31-1b2c3d4e"}


@pytest.mark.parametrize(
    ("image", "close"),
    [
        ("vria:v1", "frontend-rls/vira"),
        ("frontend-rls/vira:v1.6.33", GOLDEN),
        ("vira:release-9", "frontend-rls/vira"),
        ("frontend-rls/vire:v1", "frontend-rls/vira"),
    ],
)
async def test_an_unknown_image(asking, image, close):
    """An unknown image says where was looked and what is close to it."""
    async with golden_pair() as pair, asking(pair) as ask:
        answer = await ask(image)

    assert answer.diagnosis.verdict is Verdict.CANNOT_TELL
    assert "stag" in answer.diagnosis.summary
    assert "prod" in answer.diagnosis.summary
    assert close in answer.diagnosis.candidates
    assert answer.round_trips <= 4


async def test_one_instance_alone_says_nothing_of_the_way(asking):
    """Where nothing says where an image should go, it is not called unknown."""
    async with golden_pair() as pair, asking(pair, without=("stag",)) as ask:
        answer = await ask("vira:v1.6.31-1b2c3d4e")

    assert answer.diagnosis.verdict is Verdict.CANNOT_TELL
    assert "not known" not in answer.diagnosis.summary
    assert [spot.what for spot in answer.diagnosis.blind_spots] == ["the way"]


async def test_ends_in_any_case(asking):
    """An instance is known in whatever case it was said; an image goes not from one to itself."""
    async with golden_pair() as pair, asking(pair) as ask:
        answer = await ask("vira:v1.6.32", source="Stag", destination="PROD")
        with pytest.raises(BadQuestion, match="nothing is replicated"):
            await ask("vira:v1.6.32", source="stag", destination="Stag")

    assert answer.diagnosis.verdict is Verdict.FAILED


async def test_a_record_knows_an_image_that_no_registry_holds(asking):
    """An image that is gone from both sides is found in the records of its failed copy."""
    async with golden_pair() as pair, asking(pair) as ask:
        pair.stag.state.delete_tag("frontend-rls/vira", "v1.6.32-67284045")
        answer = await ask("vira:v1.6.32")

    assert answer.diagnosis.verdict is Verdict.SOURCE_MISSING
    assert answer.diagnosis.rerun == "useless"


async def test_a_destination_that_is_down(asking):
    """A destination that gives no answer is named with its remedy, and lowers the confidence."""
    async with golden_pair() as pair, asking(pair) as ask, pair.prod.down():
        answer = await ask("vira:v1.6.32")

    diagnosis = answer.diagnosis
    assert (diagnosis.verdict, diagnosis.cause) == (Verdict.FAILED, "source.manifest_unknown")
    assert diagnosis.confidence != "high"
    assert [spot.what.partition(":")[0] for spot in diagnosis.blind_spots] == ["prod"]
    assert all(spot.why and spot.remedy for spot in diagnosis.blind_spots)
    assert not answer.nobody_answered


async def test_nobody_answers(asking):
    """With every instance down the answer says so and claims nothing."""
    async with golden_pair() as pair, asking(pair) as ask, pair.prod.down(), pair.stag.down():
        answer = await ask("vira:v1.6.32")

    assert answer.nobody_answered
    assert answer.diagnosis.verdict is Verdict.CANNOT_TELL
    assert {spot.what.partition(":")[0] for spot in answer.diagnosis.blind_spots} >= {
        "stag",
        "prod",
    }


async def test_a_portal_instead_of_harbor(asking):
    """An address that answers web pages is named, and the rest of the answer still comes."""
    async with golden_pair() as pair, asking(pair) as ask:
        with pair.prod.suffering(faults.portal_page()):
            answer = await ask("vira:v1.6.32")

    assert answer.diagnosis.cause == "source.manifest_unknown"
    assert answer.diagnosis.blind_spots[0].what.startswith("prod")


async def test_a_destination_that_is_not_configured(asking):
    """A destination that only the policy knows is a blind spot, named by its host."""
    async with golden_pair() as pair, asking(pair, without={"prod"}) as ask:
        answer = await ask("vira:v1.6.32")

    assert answer.diagnosis.cause == "source.manifest_unknown"
    [spot] = answer.diagnosis.blind_spots
    assert "127.0.0.1" in spot.what
    assert "ALIASES" in spot.remedy


async def test_an_alias_names_an_instance(asking):
    """A policy that names its destination otherwise is matched through ALIASES."""
    async with golden_pair() as pair:
        alias = pair.prod.url.replace("127.0.0.1", "localhost")
        for endpoint in pair.stag.state.endpoints.values():
            endpoint.url = alias
        async with asking(pair, prod={"aliases": (alias,)}) as ask:
            answer = await ask("vira:v1.6.32")

    assert not answer.diagnosis.blind_spots
    assert answer.diagnosis.destination == "prod"


async def test_words_of_the_question_name_the_way(asking):
    """Who says from and to is answered about that way, and told where no policy goes it."""
    async with golden_pair() as pair, asking(pair) as ask:
        there = await ask(GOLDEN, source="stag", destination="prod")
        back = await ask(GOLDEN, source="prod", destination="stag")

    assert there.diagnosis.cause == "source.manifest_unknown"
    assert (back.diagnosis.source, back.diagnosis.destination) == ("prod", "stag")
    assert back.diagnosis.verdict in {Verdict.SYNCED, Verdict.SOURCE_MISSING}


async def test_an_instance_that_is_not_configured(asking):
    """An unknown instance is refused with the names of those there are."""
    async with golden_pair() as pair, asking(pair) as ask:
        with pytest.raises(BadQuestion, match=r"stag, prod"):
            await ask(GOLDEN, destination="moon")


async def test_a_project_that_may_not_be_shown(asking):
    """PROJECTS keeps a project out of answers: refused by its name, else not even known."""
    hidden = {"projects": ("platform-*",)}
    async with golden_pair() as pair, asking(pair, stag=hidden, prod=hidden) as ask:
        with pytest.raises(NotAllowed):
            await ask(GOLDEN)
        with pytest.raises(NotAllowed):
            await ask("frontend-rls/nothing:1")
        unknown = await ask("vira:v1.6.32")
        shown = await ask("gateway:v2.0.1")

    assert unknown.diagnosis.verdict is Verdict.CANNOT_TELL
    assert "frontend-rls" not in str(unknown.diagnosis)
    assert shown.diagnosis.verdict is Verdict.SYNCED


async def test_a_later_failure_of_another_tag_is_not_blamed(asking):
    """What happened to another tag of the repository says nothing about this one."""
    async with modern_pair() as pair, asking(pair) as ask:
        pair.stag.fail(Failure.NO_SPACE, repository="team/app", tag="1.4")
        pair.stag.push("team/app", "1.4", an_image("team/app:1.4"))
        await pair.stag.settle()
        answer = await ask("team/app:1.1")

    assert answer.diagnosis.cause == "dest.quota_exceeded"


async def test_a_copy_after_many_others_is_still_found(asking):
    """The run around the push is found behind more newer runs than can be read at once."""
    async with modern_pair() as pair, asking(pair, stag={"max_connections": 3}) as ask:
        for number in range(12):
            pair.clock.pass_(timedelta(minutes=15))
            pair.stag.push("team/web", f"3.{number}", an_image(f"web{number}"))
            await pair.stag.settle()
        answer = await ask("team/app:1.1")

    assert answer.diagnosis.cause == "dest.quota_exceeded"


async def test_log_gone(asking):
    """A log that is gone is a fact of the answer, not an error, and nothing is made up."""
    async with modern_pair() as pair, asking(pair) as ask:
        with pair.stag.suffering(faults.answering(404, path=r"/log$")):
            answer = await ask("team/app:1.1")

    assert answer.diagnosis.verdict is Verdict.FAILED
    assert answer.diagnosis.cause == "unknown"
    assert "gone" in check(answer, CheckName.LOG).detail


async def test_a_busy_policy_is_read_back_to_the_push(asking):
    """Hundreds of newer runs do not hide the one around the push, at one look more."""
    async with modern_pair() as pair, asking(pair) as ask:
        for number in range(150):
            pair.clock.pass_(timedelta(minutes=1))
            pair.stag.push("team/web", f"4.{number}", an_image("busy"))
        await pair.stag.settle()
        answer = await ask("team/app:1.1")

    assert answer.diagnosis.cause == "dest.quota_exceeded"
    assert answer.round_trips <= 5


async def test_many_jobs_of_the_whole_repository_are_not_all_read(asking):
    """Of jobs that name no tag the newest are read, however many there are."""
    async with golden_pair() as pair, asking(pair) as ask:
        jobs = pair.stag.state.jobs
        for number in range(30_000, 30_060):
            jobs[number] = replace(jobs[20031], id=number, tags=None, log="")
        answer = await ask("frontend-rls/vira:v1.6.32-67284045")
        logs = [one for one in pair.stag.requests if one.path.endswith("/log")]

    assert len(logs) <= 25
    assert answer.diagnosis.verdict is Verdict.FAILED
