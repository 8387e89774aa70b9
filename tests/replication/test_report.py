import json
from dataclasses import replace
from datetime import timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from bot.replication.diagnosis import diagnose
from bot.replication.image_ref import ImageRef
from bot.replication.report import (
    diagnosis_data,
    diagnosis_words,
    explanation_data,
    explanation_words,
)
from bot.replication.undecided import undecided
from bot.replication.verdicts import BlindSpot, Check, CheckName, CheckState
from tests.replication.build import PUSHED, an_explanation, some_facts, told


SPOT = BlindSpot("prod: tags", "it did not answer.", "Ask later.")


def test_a_diagnosis_has_the_names_that_tools_rely_on():
    """The names and words of the JSON are those that were promised."""
    data = diagnosis_data(diagnose(some_facts(blind_spots=(SPOT,))))

    assert list(data) == [
        "image",
        "verdict",
        "cause",
        "confidence",
        "summary",
        "checks",
        "rerun",
        "rerun_when",
        "actions",
        "blind_spots",
        "candidates",
        "hops",
    ]
    assert [check["name"] for check in data["checks"]] == list(CheckName)
    assert list(data["checks"][0]) == ["name", "state", "detail", "source", "at"]
    assert data["checks"][4]["at"] == "2026-11-06T05:48:07Z"
    assert data["blind_spots"] == [
        {"what": "prod: tags", "why": "it did not answer.", "remedy": "Ask later."}
    ]
    assert data["hops"] == [
        {"from": "stag", "to": "prod", "policy": "sync-to-prod", "verdict": "failed"}
    ]


def test_an_explanation_has_the_names_that_tools_rely_on():
    """The log's cause is told by the names that were promised."""
    data = json.loads(json.dumps(explanation_data(told())))

    assert list(data) == [
        "cause",
        "side",
        "confidence",
        "evidence",
        "remedy",
        "rerun",
        "rerun_when",
        "alternatives",
    ]
    assert (data["cause"], data["side"], data["rerun"]) == (
        "source.manifest_unknown",
        "source",
        "unknown",
    )


@given(st.text(), st.text(), st.text())
def test_data_survives_json(summary, detail, why):
    """Whatever was read at Harbor, the data are the same after a round trip."""
    diagnosis = replace(
        diagnose(some_facts()),
        summary=summary,
        checks=(Check(CheckName.LOG, CheckState.BAD, detail, at=PUSHED),),
        blind_spots=(BlindSpot(why, why, why),),
    )
    data = diagnosis_data(diagnosis)

    assert json.loads(json.dumps(data)) == data


def test_times_are_in_utc():
    """A time of any zone is written in UTC."""
    far = PUSHED.astimezone(timezone(timedelta(hours=8)))
    check = Check(CheckName.LOG, CheckState.BAD, "x", at=far)
    data = diagnosis_data(replace(diagnose(some_facts()), checks=(check,)))

    assert data["checks"][0]["at"] == "2026-11-06T05:48:05Z"


def test_a_diagnosis_in_words():
    """A terminal shows the sentence first, then what it rests on, and what was not seen."""
    words = diagnosis_words(diagnose(some_facts(blind_spots=(SPOT,))))

    assert words.startswith("frontend-rls/vira:v1.6.32-67284045 is not on prod: ")
    assert "\nVerdict     failed (source.manifest_unknown)\n" in words
    assert "\nRemedy      Run the copy again" in words
    assert "     bad  destination: not on prod (prod: tag)" in words
    assert "  unseen  prod: tags: it did not answer. Ask later." in words


def test_no_image_in_words():
    """Without an image there is no cause and no remedy, but what is close."""
    words = diagnosis_words(undecided(ImageRef("v"), looked_at=("stag",), close=("a/v:1",)))

    assert "\nVerdict     cannot_tell\n" in words
    assert "Remedy" not in words
    assert words.endswith("  perhaps a/v:1")


def test_an_explanation_in_words():
    """A terminal shows the cause, the line, and what else it may be."""
    explanation = an_explanation(alternatives=("network.timeout",), evidence=("\x1b[31mline",))
    words = explanation_words(explanation)

    assert words.startswith("Cause       network.dns: A host name cannot be resolved (")
    assert words.endswith("            \ufffd[31mline\nOr          network.timeout")


def test_an_explanation_without_alternatives():
    """Where nothing else fits, nothing else is named."""
    assert "Or  " not in explanation_words(an_explanation())
