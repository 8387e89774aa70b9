from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.replication.causes import CAUSES, Confidence, Rerun
from bot.replication.verdicts import (
    BlindSpot,
    Check,
    CheckName,
    CheckState,
    Diagnosis,
    Hop,
    Verdict,
)
from bot.slack.answer import answer_blocks, answer_text, private_blocks
from bot.slack.evidence import evidence_blocks
from bot.slack.fit import BUDGET, STEPS, fits, fitted, measure
from bot.slack.text import prose
from tests.slack.builders import GOLDEN, an_answer, seen
from tests.slack.limits import wrong_with


NASTY = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["`" * 50, "&" * 3000, "<!channel>" * 300, "```", "", "\x00\x01", "\ud800", "\u202e" * 9]
    ),
    st.builds(lambda text, times: text * times, st.text(min_size=1, max_size=9), st.just(4000)),
)
TIMES = st.none() | st.just(datetime(2026, 5, 13, tzinfo=UTC))
MANY = st.sampled_from([0, 1, 3, 3000])


def many(values):
    """Make none, some or very many of one value."""
    return st.builds(lambda value, times: (value,) * times, values, MANY)


HOSTILE = st.builds(
    Diagnosis,
    image=NASTY,
    verdict=st.sampled_from(Verdict),
    cause=st.sampled_from([*CAUSES, "", "none", "no.such_cause"]) | NASTY,
    confidence=st.sampled_from(Confidence),
    summary=NASTY,
    checks=many(
        st.builds(
            Check, st.sampled_from(CheckName), st.sampled_from(CheckState), NASTY, NASTY, TIMES
        )
    ),
    rerun=st.sampled_from(Rerun),
    rerun_when=NASTY,
    remedy=NASTY,
    blind_spots=many(st.builds(BlindSpot, NASTY, NASTY, NASTY)),
    candidates=many(NASTY),
    hops=many(st.builds(Hop, NASTY, NASTY, NASTY, st.sampled_from(Verdict))),
    excerpt=NASTY,
    source=NASTY,
    destination=NASTY,
    digest=NASTY,
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(HOSTILE)
def test_every_diagnosis_fits_into_a_valid_message(diagnosis):
    """However hostile: Slack takes it, and it still begins with the answer."""
    answer = an_answer(diagnosis)
    first = prose(diagnosis.summary, 200)

    for render in (answer_blocks, private_blocks):
        blocks = render(answer)
        assert wrong_with(blocks) == []
        assert blocks[0]["text"]["text"].startswith(f"*{first[:150]}"[:150])
    evidence = evidence_blocks(answer)
    assert not evidence or wrong_with(evidence) == []
    assert 1 <= len(answer_text(answer)) <= 150


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(HOSTILE)
def test_the_least_there_is_fits_half_of_the_budget(diagnosis):
    """When Slack refuses what should fit, what is sent next is much smaller."""
    assert fits(private_blocks(an_answer(diagnosis), 1), BUDGET // 2)


def big():
    """Make a diagnosis with more than a message holds."""
    check = Check(
        CheckName.POLICY,
        CheckState.OK,
        "w" * 500,
        "stag: policies",
        datetime(2026, 5, 13, tzinfo=UTC),
    )
    return replace(
        GOLDEN,
        checks=(check,) * 40,
        excerpt="line of log\n" * 400,
        blind_spots=GOLDEN.blind_spots * 40,
    )


def test_what_is_left_out_is_counted():
    """A list that is cut says how much of it is missing."""
    shown = seen(private_blocks(an_answer(big())))

    assert "and 28 more" in shown
    assert "\nand 3" in shown


def test_evidence_goes_first_the_answer_last():
    """Details of evidence are shed before the log, the log before the checks."""
    answer = an_answer(big())
    sizes = [(space.event, space.excerpt, space.check, space.sentence) for space in STEPS]

    assert sizes == sorted(sizes, reverse=True)
    small = seen(private_blocks(answer, 1))
    assert small.startswith(GOLDEN.summary[:150])
    assert "What to do: Run the copy again" in small


def test_a_message_that_fits_is_left_whole():
    """Nothing is shed without need."""
    assert "and " + "1 more" not in seen(private_blocks(an_answer()))
    assert measure(private_blocks(an_answer())) < BUDGET


def test_what_cannot_fit_is_rendered_as_small_as_there_is():
    """There is always a message, even if its room is nothing."""
    spaces = []

    def render(space):
        spaces.append(space)
        return [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}}]

    assert fitted(render, 10)
    assert spaces == list(STEPS)
