import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.replication.causes import Confidence, Rerun
from bot.replication.verdicts import BlindSpot, Check, CheckName, CheckState, Hop, Verdict
from bot.slack.answer import (
    answer_blocks,
    answer_text,
    looking_blocks,
    private_blocks,
    told_blocks,
)
from bot.slack.evidence import evidence_blocks, evidence_text
from bot.slack.words import help_text
from tests.slack.builders import (
    ALL,
    BUILT,
    GOLDEN,
    IMAGE,
    LINE,
    SEVERAL,
    SYNCED,
    an_answer,
    seen,
)
from tests.slack.limits import wrong_with


def buttons(blocks):
    """List the buttons of a message."""
    return [
        element for block in blocks if block["type"] == "actions" for element in block["elements"]
    ]


@pytest.mark.parametrize("diagnosis", ALL, ids=lambda each: each.verdict)
@pytest.mark.parametrize("render", [answer_blocks, private_blocks], ids=lambda f: f.__name__)
def test_every_verdict_makes_a_valid_message(render, diagnosis):
    """Slack takes what we say, whatever the verdict."""
    assert wrong_with(render(an_answer(diagnosis))) == []


@pytest.mark.parametrize("diagnosis", ALL, ids=lambda each: each.verdict)
def test_the_first_line_is_the_answer_in_words(diagnosis):
    """Who reads one line, or hears it read, knows the answer."""
    first = seen(answer_blocks(an_answer(diagnosis))).splitlines()[0]

    assert first == diagnosis.summary
    assert answer_text(an_answer(diagnosis)) in first
    assert len(answer_text(an_answer(diagnosis))) <= 150


def test_the_golden_answer_reads_as_it_should():
    """The answer, how sure, what was checked, what to do: in this order and in these words."""
    assert (
        seen(answer_blocks(an_answer()))
        == f"""\
{IMAGE} is not on prod: The copy asked the source registry for the image and was told that it \
does not exist there. Running it again helps.
\u274c Failed \u00b7 {IMAGE} \u00b7 stag \u2192 prod \u00b7 policy sync-to-prod
Confidence
High: 1 thing could not be checked
Running again
\u2714 Helps. The tag is readable on stag now.
What I checked
\u2714 Image name: {IMAGE} is the name in full
\u2714 Source: on stag, sha256:bf44a961a096
\u2716 Destination: not on prod
\u2714 Policy: sync-to-prod (7) selects it
\u2716 Attempts: job 20049 failed 2 s after the build
\u2716 Log: {LINE}
\u2716 Harbor version: stag runs Harbor 1.2.2
What to do: Run the copy again; Harbor 1.7.0 and later do not have this race.
Cause: source.manifest_unknown
What I could not check: stag: access log
[Ask again \u00b7 answered 09:31 UTC]
Checked 2026-05-14 09:31:04 UTC, 7 requests, 0.8 s"""
    )


def test_the_golden_evidence_reads_as_it_should():
    """When what happened and where it was seen, the log, and what could not be seen."""
    shown = seen(evidence_blocks(an_answer()))

    assert shown.startswith(
        "Timeline\n2026-05-13 21:48:10 UTC \u2013 \u2714 Source: on stag,"
        " sha256:bf44a961a096 [stag: tag]\n2026-05-13 21:48:12 UTC \u2013 \u2716 Attempts"
    )
    assert "2026-05-14 09:31:04 UTC \u2013 Checked\n" in shown
    assert (
        "Also seen\n\u2716 Destination: not on prod [prod: tag]\n\u2714 Policy: sync-to-prod"
        in shown
    )
    assert "Not looked at\n\u2013 Endpoint: Harbor holds no opinion of its health\n" in shown
    assert "Log around the decisive line\n2026-05-13T21:48:12Z [INFO] pulling\n" in shown
    assert shown.endswith(
        "What I could not check\n\u2022 stag: access log: the account may not read it"
        " \u2192 Grant it."
    )
    assert wrong_with(evidence_blocks(an_answer())) == []
    assert evidence_text(an_answer()) == f"Evidence: {IMAGE}"


STAMPS = "2018-11-06T05:48:07Z [ERROR] [transfer.go:351]: "
SYSLOG = "Nov 15 00:50:31 172.19.0.1 core[1335]: 2020-11-15T00:50:31Z [ERROR] [/a/b.go:103]: "


@pytest.mark.parametrize("stamps", ["", STAMPS, SYSLOG, "2018-11-06T05:48:07Z [ERROR] "])
def test_a_line_of_log_is_shown_without_its_stamps(stamps):
    """What it says comes first; when and where it was said stays in the excerpt."""
    log = Check(CheckName.LOG, CheckState.BAD, f"{stamps}an error", "stag: log", BUILT)
    made = an_answer(replace(GOLDEN, checks=(log,)))

    assert "\u2716 Log: an error\n" in seen(answer_blocks(made))
    assert "\u2716 Log: an error [stag: log]\n" in seen(evidence_blocks(made))


def test_what_decides_nothing_is_left_to_the_thread():
    """A log that blames nothing is evidence, and no news."""
    log = Check(CheckName.LOG, CheckState.OK, "copied", "stag: log", BUILT)
    made = an_answer(replace(SYNCED, checks=(*SYNCED.checks[:3], log)))

    assert "Log: copied" not in seen(answer_blocks(made))
    assert "Log: copied" in seen(evidence_blocks(made))


def test_the_time_of_a_policy_is_no_step():
    """When a policy was last changed tells nothing of when this image was copied."""
    policy = Check(CheckName.POLICY, CheckState.OK, "selects it", "stag: policies", BUILT)
    shown = seen(evidence_blocks(an_answer(replace(GOLDEN, checks=(policy,)))))

    assert shown.startswith("Also seen\n\u2714 Policy: selects it [stag: policies]")


def test_less_than_high_says_what_it_rests_on():
    """Who may not rely on it wholly is told what was seen and what was not."""
    shown = seen(answer_blocks(an_answer(replace(GOLDEN, confidence=Confidence.MEDIUM))))

    assert (
        "Medium: rests on source, destination, policy, attempts, log and Harbor version;" in shown
    )


def test_the_digest_is_shown_once():
    """Beside the source if that names it, as a fact of its own if not."""
    assert seen(answer_blocks(an_answer())).count("sha256:") == 1
    unseen = replace(GOLDEN, checks=GOLDEN.checks[2:])
    assert "Source digest\nsha256:bf44a961a096\n" in seen(answer_blocks(an_answer(unseen)))


def test_a_name_that_fits_no_image_gets_no_advice_on_copies():
    """How to ask better is all there is to say, and no thread is opened."""
    lost = replace(SEVERAL, candidates=())

    assert (
        seen(answer_blocks(an_answer(lost)))
        == f"""\
{SEVERAL.summary}
\u2753 Cannot tell \u00b7 vira:v1.6
Ask again with the name in full.
[Ask again \u00b7 answered 09:31 UTC]
Checked 2026-05-14 09:31:04 UTC, 7 requests, 0.8 s"""
    )
    assert "Ask again with" not in seen(answer_blocks(an_answer(SEVERAL)))
    assert evidence_blocks(an_answer(lost)) == []


def test_no_evidence_is_no_message():
    """A thread is not opened for nothing."""
    assert evidence_blocks(an_answer(replace(SYNCED, checks=()))) == []


def test_a_private_answer_brings_its_evidence_along():
    """Where there is no thread, everything is in one message, and how to get a thread is said."""
    shown = seen(private_blocks(an_answer()))

    assert shown.startswith(GOLDEN.summary)
    assert "\nEvidence\nTimeline\n" in shown
    assert shown.endswith("Only you can see this. Invite me to keep the thread.")


def test_several_images_are_offered_as_buttons():
    """Up to five candidates can be picked, each button asks for its image, the rest is counted."""
    blocks = answer_blocks(an_answer(SEVERAL))
    *picks, again = buttons(blocks)

    assert [pick["action_id"] for pick in picks] == [f"pick_image:{at}" for at in range(5)]
    assert [pick["value"] for pick in picks] == list(SEVERAL.candidates[:5])
    assert picks[0]["text"]["text"] == SEVERAL.candidates[0]
    assert picks[0]["accessibility_label"] == f"Look into {SEVERAL.candidates[0]}"
    assert "Did you mean one of these? (and 2 more: name it in full.)" in seen(blocks)
    assert again["action_id"] == "ask_again"


def test_a_candidate_that_is_no_image_is_no_button():
    """A button never carries what somebody wrote to be carried."""
    hostile = replace(SEVERAL, candidates=("<!channel>", "a b", "", "x" * 500, "ok:1", "ok:1"))

    picked = [each["value"] for each in buttons(answer_blocks(an_answer(hostile)))[:-1]]

    assert picked == ["ok:1"]


def test_asking_again_repeats_the_question():
    """The button holds image and direction, and says how old the answer is."""
    [again] = buttons(answer_blocks(an_answer()))

    assert again["value"] == f"{IMAGE} from stag to prod"
    assert again["text"]["text"] == "Ask again \u00b7 answered 09:31 UTC"
    assert again["accessibility_label"] == f"Ask again about {IMAGE}"


def test_nothing_can_be_started_from_an_answer():
    """Only buttons that look are shown, also where a new copy would help."""
    ids = {each["action_id"] for each in buttons(answer_blocks(an_answer()))}

    assert GOLDEN.rerun is Rerun.HELPS
    assert ids == {"ask_again"}


@pytest.mark.parametrize("rerun", Rerun)
@pytest.mark.parametrize("confidence", Confidence)
def test_advice_and_confidence_are_words(rerun, confidence):
    """Neither is told by a sign alone."""
    diagnosis = replace(GOLDEN, rerun=rerun, confidence=confidence)
    shown = seen(answer_blocks(an_answer(diagnosis)))

    words = {
        Rerun.HELPS: "Helps",
        Rerun.WAIT: "Wait",
        Rerun.AFTER_FIX: "After a fix",
        Rerun.USELESS: "Useless",
        Rerun.UNKNOWN: "Not known",
    }
    assert f"{words[rerun]}. {GOLDEN.rerun_when}" in shown
    assert confidence.capitalize() in shown


@pytest.mark.parametrize("verdict", Verdict)
def test_each_verdict_has_its_word(verdict):
    """A verdict is said in words beside its sign."""
    words = {
        Verdict.SYNCED: "\u2705 Synced",
        Verdict.IN_PROGRESS: "\u23f3 In progress",
        Verdict.FAILED: "\u274c Failed",
        Verdict.SOURCE_MISSING: "\U0001f50d Missing at the source",
        Verdict.CANNOT_TELL: "\u2753 Cannot tell",
    }
    diagnosis = replace(GOLDEN, verdict=verdict, hops=())

    assert f"{words[verdict]} \u00b7 {IMAGE} \u00b7 stag \u2192 prod\n" in seen(
        answer_blocks(an_answer(diagnosis))
    )


def test_a_chain_shows_each_hop():
    """An image that goes on from one instance to the next has a line for each copy."""
    hops = (
        Hop("stag", "mid", "first", Verdict.SYNCED),
        Hop("mid", "prod", "second", Verdict.FAILED),
    )
    shown = seen(answer_blocks(an_answer(replace(GOLDEN, hops=hops))))

    assert "stag \u2192 mid \u00b7 policy first \u00b7 \u2705 Synced\n" in shown
    assert "mid \u2192 prod \u00b7 policy second \u00b7 \u274c Failed\n" in shown


def test_a_cause_is_not_said_twice():
    """Its sentence is left out where the first line has it, and shown where it has not."""
    told = replace(GOLDEN, checks=GOLDEN.checks[:-1])
    inside = replace(told, summary=told.summary.replace("The copy", "the copy"))

    for known in (told, inside):
        shown = seen(answer_blocks(an_answer(known)))
        assert shown.count("asked the source registry for the image") == 1
        assert "Cause: The source does not serve this tag source.manifest_unknown\n" in shown
    shown = seen(answer_blocks(an_answer(replace(told, summary="Not there."))))
    assert shown.count("The copy asked the source registry for the image") == 1


def test_a_defect_of_the_version_leaves_the_cause_its_code():
    """What a code means in general does not speak against what is known of this version."""
    shown = seen(answer_blocks(an_answer(replace(GOLDEN, summary="The copy came too early."))))

    assert "\nCause: source.manifest_unknown\n" in shown
    assert "asked the source registry" not in shown


def test_what_has_arrived_needs_no_advice():
    """Whether to run it again is no question where the image is."""
    assert "Running again" in seen(answer_blocks(an_answer()))
    assert "Running again" not in seen(answer_blocks(an_answer(SYNCED)))


def test_no_cause_no_section():
    """What has no cause gets neither a title nor a remedy."""
    assert "What to do" not in seen(answer_blocks(an_answer(SYNCED)))
    assert "What to do: Do this." in seen(
        answer_blocks(an_answer(replace(SYNCED, remedy="Do this.")))
    )


def test_looking_and_telling_are_valid_messages():
    """The short messages are as valid as the long ones, and keep the code in them."""
    assert wrong_with(looking_blocks()) == []
    blocks = told_blocks(help_text("/harbor"))

    assert wrong_with(blocks) == []
    assert "`/harbor why vira:v1.6.32`" in blocks[0]["text"]["text"]
    assert wrong_with(told_blocks("")) == []


CANARY = (
    "<!channel> <@U1> <#C1> <https://evil.example|x> https://evil.example"
    " ` *loud* _soft_ ~gone~ ```\n> quote\n@here :fire: \u202e\u200b"
)


def poisoned():
    """Make a diagnosis whose every text is hostile."""
    return replace(
        GOLDEN,
        image=CANARY,
        cause=CANARY,
        summary=CANARY,
        checks=(
            *tuple(
                Check(name, state, CANARY, CANARY, None)
                for name in CheckName
                for state in CheckState
            ),
            Check(CheckName.LOG, CheckState.BAD, CANARY, CANARY, datetime(2026, 1, 1, tzinfo=UTC)),
        ),
        rerun_when=CANARY,
        remedy=CANARY,
        blind_spots=(BlindSpot(CANARY, CANARY, CANARY),),
        candidates=(CANARY,),
        hops=(Hop(CANARY, CANARY, CANARY, Verdict.FAILED),) * 2,
        excerpt=CANARY,
        source=CANARY,
        destination=CANARY,
        digest=CANARY,
    )


@pytest.mark.parametrize(
    "render", [answer_blocks, private_blocks, evidence_blocks], ids=lambda f: f.__name__
)
def test_no_field_from_outside_can_ping_link_or_format(render):
    """Whatever Harbor or a person wrote stays words, in every field of an answer."""
    blocks = render(an_answer(poisoned()))

    assert wrong_with(blocks) == []
    for text in texts(blocks):
        shown = text["text"]
        assert "<" not in shown.replace("<!date^", "")
        assert "\u202e" not in shown
        outside_code = re.sub(r"```[^`]*```|`[^`]*`", "", shown)
        for formatting in ("`", "*loud", "loud*", "_soft", "soft_", "~gone", ":fire:", "@here"):
            assert formatting not in outside_code
    assert all(text["verbatim"] for text in texts(blocks) if text["type"] == "mrkdwn")


def texts(value):
    """List the text objects in *value*."""
    if isinstance(value, list):
        return [found for each in value for found in texts(each)]
    if not isinstance(value, dict):
        return []
    own = [value] if value.get("type") in {"mrkdwn", "plain_text"} else []
    return own + [found for each in value.values() for found in texts(each)]


@pytest.mark.parametrize("told", [answer_text, evidence_text], ids=lambda f: f.__name__)
def test_the_line_for_notifications_cannot_ping_either(told):
    """What a phone shows has no mention and no link."""
    text = told(an_answer(poisoned()))

    assert "<" not in text
    assert "://" not in text
    assert len(text) <= 150
