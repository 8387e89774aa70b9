import json
import re
from pathlib import Path

import pytest

from bot.replication.causes import CAUSES, Rerun, cause
from bot.replication.explanation import explain
from bot.replication.rules import RULES, Fault, body_of, peer_of, status_of, step_of, tags_of
from bot.replication.rules.fault import Endpoint, Step
from bot.replication.rules.rule import Rule, first


CASES = Path(__file__).parents[1] / "data" / "cases"
TEMPLATES = [json.loads(row) for row in (CASES / "templates.jsonl").read_text().splitlines()]
PREFIX = "2026-11-24T03:18:14Z [ERROR] [/replication/transfer/image/transfer.go:333]: "


@pytest.mark.parametrize("row", TEMPLATES, ids=lambda row: row["message"][:60])
def test_each_template_names_its_cause(row):
    """The software's words name their cause, in a log and as a status text."""
    assert explain([PREFIX + row["message"]]).cause == row["cause"]
    assert explain([], status_text=row["message"]).cause == row["cause"]


def test_each_row_has_a_log_that_only_it_explains(monkeypatch):
    """No row stands behind a broader one, and none is there without a case."""
    used = set()

    def noting(rules, fault):
        rule = first(rules, fault)
        used.add(id(rule))
        return rule

    monkeypatch.setattr("bot.replication.explanation.weighing.first", noting)
    for row in TEMPLATES:
        explain([PREFIX + row["message"]])
        explain([], status_text=row["message"])
    for name in ("public", "recorded", "unseen"):
        for row in map(json.loads, (CASES / f"{name}.jsonl").read_text().splitlines()):
            explain([row["log"] or ""], status_text=row.get("status_text"))
    for row in map(json.loads, (CASES / "in_context.jsonl").read_text().splitlines()):
        explain([row["log"]])
    assert [rule for rule in RULES if id(rule) not in used] == []


IN_CONTEXT = [json.loads(row) for row in (CASES / "in_context.jsonl").read_text().splitlines()]


@pytest.mark.parametrize("row", IN_CONTEXT, ids=lambda row: row["why"])
def test_lines_around_an_error_change_what_it_means(row):
    """The same error has another cause between other endpoints or after another wait."""
    assert explain([row["log"]]).cause == row["cause"]


def test_rows_name_causes_that_exist():
    """A row can only name what the table of causes knows, its look-alikes included."""
    named = {code for rule in RULES for code in (rule.cause, *rule.also)}
    assert named <= set(CAUSES)
    assert all(rule.rerun_when for rule in RULES if rule.rerun is not None)


def test_each_cause_is_told_completely():
    """A title that fits, one sentence, one remedy, one advice with its reason."""
    for code, row in CAUSES.items():
        assert row.code == code
        assert 0 < len(row.title) <= 60
        for text in (row.sentence, row.remedy, row.rerun_when):
            assert re.fullmatch(r"[A-Z0-9].*\.", text), text
        assert row.rerun in Rerun
    assert cause("dest.immutable_tag").rerun is Rerun.USELESS
    assert cause("no such code").code == "unknown"


@pytest.mark.parametrize(
    ("message", "status", "body"),
    [
        ('from http://registry:5000: 404 {"errors":[]}', 404, '{"errors":[]}'),
        ("on https://prod-reg.example.com: 502 ", 502, ""),
        ("http error: code 401, message ", 401, ""),
        ("http error: code 403 , message {}", 403, "{}"),
        ("failed: http status code: 413, body: <html>", 413, "<html>"),
        ("429 -- slow down", 429, "-- slow down"),
        ("error parsing HTTP 413 response body", 413, ""),
        ("size 500: EOF", None, ""),
    ],
)
def test_a_status_is_read_in_the_shape_of_any_generation(message, status, body):
    """1.2 prints a bare code, 1.5 to 1.10 an http error, 2.x a status code and a body."""
    assert (status_of(message), body_of(message)) == (status, body)


def test_a_step_says_whose_side_it_is():
    """Only a step that asks one registry has a side."""
    assert Fault("", step=Step.PULL_BLOB).side == "source"
    assert Fault("", step=Step.PROJECT).side == "destination"
    assert Fault("").side is None
    assert step_of("nothing known") is Step.OTHER


def test_endpoints_are_read_from_the_opening_lines_of_any_generation():
    """By their side; a log without such lines names none."""
    new = (
        "client for source registry [type: docker-hub, URL: https://hub.docker.com, insecure: no]"
        "\nclient for destination registry [type: harbor, URL: http://core:8080, insecure: true]"
    )
    assert peer_of(new, "source") == Endpoint("docker-hub", "https://hub.docker.com")
    assert peer_of(new, "destination") == Endpoint("harbor", "http://core:8080", insecure=True)
    old = (
        "source URL: http://registry:5000, destination URL: http://p, insecure: true, destination"
    )
    assert peer_of(old, "destination") == Endpoint("harbor", "http://p", insecure=True)
    middle = (
        "source registry: URL-https://s insecure-true, "
        "destination registry: URL-https://p insecure-false"
    )
    assert peer_of(middle, "source") == Endpoint("harbor", "https://s", insecure=True)
    assert peer_of(middle, "destination") == Endpoint("harbor", "https://p")
    assert peer_of("", "source") is peer_of(middle, None) is peer_of(new, None) is None


def test_the_tags_of_a_task_are_read_where_they_stand():
    """1.8 and later list them when copying begins, older ones when initializing."""
    assert tags_of("copying a/b:[1,2](source registry) to") == "1,2"
    assert tags_of("repository: a/b, tags: [1 2], source") == "1 2"
    assert tags_of("") == ""


def test_an_empty_row_fits_everything():
    """A condition that is not stated always holds."""
    assert Rule(cause="unknown").fits(Fault("anything"))
    assert first((), Fault("anything")) is None
