import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.replication.explanation import explain
from bot.replication.log_excerpt import LONGEST_EXCERPT, excerpt, tags_in_log
from tests.replication.build import RACE, an_explanation


INFO = b"2026-11-06T05:48:07Z [INFO] [transfer.go:80]: %s"


@pytest.mark.parametrize(
    ("line", "tags"),
    [
        (b"copying team/app:[1.0](source registry) to team/app:[1.0](destination", ("1.0",)),
        (b"copying a/b:[1.0,2.0](source registry) to", ("1.0", "2.0")),
        (b"copying a/b:[](source registry) to", None),
        (b"initialization completed: project: p, tags: [v1 v2], insecure: false", ("v1", "v2")),
        (b"initialization completed: project: p, tags: [], insecure: false", None),
        (b"nothing of the kind", None),
    ],
)
def test_the_tags_that_a_log_names(line, tags):
    """Both generations name the tags they took; none named is not known, never none."""
    assert tags_in_log(INFO % line) == tags


def test_the_last_run_counts():
    """A log that was appended to tells of its newest run."""
    log = b"tags: [v1],\n".join([INFO % b"initialization completed: "] * 2)
    log += b"tags: [v2], insecure"

    assert tags_in_log(log) == ("v2",)


def test_the_decisive_line_stands_among_its_neighbours():
    """Six lines above, six below, and the line itself."""
    above = [INFO % f"above {number}".encode() for number in range(9)]
    below = [INFO % f"below {number}".encode() for number in range(9)]
    log = b"\n".join([*above, RACE, *below])

    lines = excerpt(log, explain([log])).splitlines()

    assert len(lines) == 13
    assert "MANIFEST_UNKNOWN" in lines[6]


def test_long_neighbours_are_left_out():
    """The nearest lines come first, each at most 400 characters; what does not fit is left out."""
    long = [INFO % (b"x" * 600)] * 6
    log = b"\n".join([*long, RACE, *long])

    shown = excerpt(log, explain([log]))

    assert len(shown) <= LONGEST_EXCERPT
    assert [len(line) for line in shown.splitlines()].count(400) >= 5
    assert "MANIFEST_UNKNOWN" in shown


def test_secrets_do_not_survive_the_cut():
    """A line is redacted before it is shortened, so that no half of a secret is shown."""
    secret = b"https://admin:" + b"p" * 390 + b"@prod-reg.example.com"
    log = RACE + b"\n" + INFO % secret

    assert "ppp" not in excerpt(log, explain([log]))


def test_a_decisive_line_that_is_far_up_stands_alone():
    """What is not among the last lines is shown by itself."""
    log = RACE + b"\n" + b"x\n" * 6000
    told = explain([log])

    assert excerpt(log, told) == told.evidence[0]


def test_without_evidence_the_end_is_shown():
    """A log without a decisive line is shown from its end."""
    assert excerpt(b"one\ntwo", an_explanation(evidence=())) == "one\ntwo"


def test_an_empty_log_has_no_excerpt():
    """Nothing is cut out of nothing."""
    assert excerpt(b"", an_explanation(evidence=())) == ""


@given(st.lists(st.binary(max_size=700), max_size=12), st.lists(st.binary(max_size=700)))
def test_it_fits_and_shows_what_decided(above, below):
    """Whatever stands around it, the excerpt is short enough and has the decisive line."""
    log = b"\n".join([*above, RACE, *below])
    told = explain([log])

    shown = excerpt(log, told)

    assert len(shown) <= LONGEST_EXCERPT
    start = next(iter(told.evidence), "")[:60]
    assert start in " ".join(shown.split())
