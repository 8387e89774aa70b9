from dataclasses import replace
from datetime import timedelta

import pytest

from bot.replication.checks import all_checks
from bot.replication.facts import Place, PolicyFit
from bot.replication.matching import Selection
from bot.replication.model import Registry, Status, Version
from bot.replication.verdicts import BlindSpot, CheckName
from tests.replication.build import (
    DIGEST,
    LOCAL,
    NOW,
    OTHER_DIGEST,
    PROD,
    PUSHED,
    a_place,
    a_policy,
    a_run,
    a_task,
    an_artifact,
    an_attempt,
    an_execution,
    an_explanation,
    an_unseen,
    some_facts,
)


MINUTE = timedelta(minutes=1)
HIDDEN = (BlindSpot("stag: policies", "403", ""),)
OFF = a_policy(id=9, name="off", enabled=False)
LATER = a_run(9, began=MINUTE)
WITHOUT_TASKS = an_attempt(task=None, execution=an_execution())


def fit(policy, **selection):
    """Hold a policy against the image."""
    return PolicyFit(policy, Selection(**{"selects": True, **selection}))


def first(facts):
    """Take the newest attempt as the one that decided."""
    return next(iter(facts.attempts), None)


MISS = {"selects": False, "clause": "its tag filter `r*` does not match `v1`"}
CHECKS = {
    "a name in full": (
        "image",
        some_facts(exact=True),
        "ok frontend-rls/vira:v1.6.32-67284045 is the name in full",
    ),
    "a beginning": (
        "image",
        some_facts(),
        "ok vira:v1.6.32 is read as frontend-rls/vira:v1.6.32-67284045, the only image that fits",
    ),
    "built": (
        "source",
        some_facts(),
        f"ok on stag, {DIGEST[:19]}, built 2026-11-06 05:48:03 UTC",
    ),
    "pushed": (
        "source",
        some_facts(pushed_at=PUSHED),
        f"ok on stag, {DIGEST[:19]}, pushed 2026-11-06 05:48:05 UTC",
    ),
    "at no known time": (
        "source",
        some_facts(source=a_place("stag", built_at=None)),
        f"ok on stag, {DIGEST[:19]}",
    ),
    "absent": ("source", some_facts(source=Place("stag", seen=True)), "bad not on stag"),
    "deleted": (
        "source",
        some_facts(source=Place("stag", seen=True), deleted_at=PUSHED),
        "bad not on stag; deleted there 2026-11-06 05:48:05 UTC",
    ),
    "unseen": ("destination", some_facts(destination=an_unseen()), "unknown prod was not seen"),
    "arrived under another name": (
        "destination",
        some_facts(destination=a_place(repository="mirror/vira", built_at=None)),
        f"ok on prod as mirror/vira, {DIGEST[:19]}",
    ),
    "other content": (
        "destination",
        some_facts(destination=a_place(digest=OTHER_DIGEST, built_at=None)),
        f"bad on prod, {OTHER_DIGEST[:19]}, not what the source holds",
    ),
    "a policy": ("policy", some_facts(), "ok sync-to-prod (7) selects it, enabled, runs on push"),
    "two policies": (
        "policy",
        some_facts(policies=(fit(OFF), fit(a_policy()))),
        "ok sync-to-prod (7) selects it, enabled, runs on push; 1 more select it",
    ),
    "a disabled policy": (
        "policy",
        some_facts(policies=(fit(OFF, unknown="the label filter `x`"),)),
        "bad off (9) selects it, disabled; not judged: the label filter `x`",
    ),
    "a policy that is not judged": (
        "policy",
        some_facts(policies=(fit(a_policy(), unknown="the label filter `x`"),)),
        (
            "unknown sync-to-prod (7) selects it, enabled, runs on push; not judged: the label"
            " filter"
            " `x`"
        ),
    ),
    "none selects": (
        "policy",
        some_facts(policies=(fit(a_policy(), **MISS),)),
        (
            "bad no policy selects it; the nearest, sync-to-prod (7), does not: its tag filter"
            " `r*`"
            " does not match `v1`"
        ),
    ),
    "no policy": ("policy", some_facts(policies=()), "bad no policy goes from stag to prod"),
    "no policy that was seen": (
        "policy",
        some_facts(policies=(), blind_spots=HIDDEN),
        "unknown no policy that was seen goes from stag to prod",
    ),
    "a job": ("attempts", some_facts(), "bad job 20049 failed 4 s after the build"),
    "a job after the push": (
        "attempts",
        some_facts(pushed_at=PUSHED - 3 * MINUTE),
        "bad job 20049 failed 3 min after the push",
    ),
    "a job at once": (
        "attempts",
        some_facts(pushed_at=some_facts().attempts[0].at),
        "bad job 20049 failed less than 1 s after the push",
    ),
    "a job from before": (
        "attempts",
        some_facts(pushed_at=NOW),
        "bad job 20049 failed",
    ),
    "a job, the source unseen": (
        "attempts",
        some_facts(source=an_unseen("stag")),
        "bad job 20049 failed",
    ),
    "a job without a time": (
        "attempts",
        some_facts(attempts=(an_attempt(task=a_task(started_at=None)),)),
        "bad job 20049 failed",
    ),
    "a job that retries": (
        "attempts",
        some_facts(attempts=(an_attempt(task=a_task(status=Status.IN_PROGRESS, retrying=True)),)),
        "unknown job 20049 failed and waits for Harbor's next try 4 s after the build",
    ),
    "others": (
        "attempts",
        some_facts(attempts=(an_attempt(), an_attempt(names_tag=False), WITHOUT_TASKS)),
        "bad job 20049 failed 4 s after the build; 1 more",
    ),
    "perhaps a newer one": (
        "attempts",
        some_facts(attempts=(an_attempt(), replace(LATER, names_tag=None))),
        (
            "bad job 20049 failed 4 s after the build; 1 more, of which task 9 of execution 9 is"
            " newer, failed and may have had it"
        ),
    ),
    "perhaps another tag": (
        "attempts",
        some_facts(attempts=(an_attempt(names_tag=None),)),
        "bad job 20049 failed 4 s after the build, which may not have had this tag",
    ),
    "no attempt": ("attempts", some_facts(attempts=()), "bad no attempt was found"),
    "no attempt that was seen": (
        "attempts",
        some_facts(attempts=(), blind_spots=HIDDEN),
        "unknown no attempt was found",
    ),
    "no attempt since": (
        "attempts",
        some_facts(attempts=(), earlier=2),
        "bad no attempt since the push; 2 before it, for an earlier content",
    ),
    "a line": (
        "log",
        some_facts(attempts=(an_attempt(explanation=an_explanation()),)),
        "bad the line",
    ),
    "a good end": (
        "log",
        some_facts(attempts=(an_attempt(explanation=an_explanation("none")),)),
        "ok the line",
    ),
    "a copy that succeeded": (
        "log",
        some_facts(
            attempts=(a_run(8, Status.SUCCEED, began=MINUTE, explanation=an_explanation("none")),)
        ),
        "ok the line",
    ),
    "a copy that succeeded in a later run": (
        "log",
        some_facts(
            attempts=(a_run(8, Status.SUCCEED, began=MINUTE, explanation=an_explanation()),)
        ),
        "ok what went wrong in it was overcome",
    ),
    "a log gone": (
        "log",
        some_facts(attempts=(an_attempt(explanation=None, log_gone=True),)),
        "unknown the log is gone",
    ),
    "a log not read": (
        "log",
        some_facts(attempts=(an_attempt(explanation=None),)),
        "unknown the log was not read",
    ),
    "no log yet": (
        "log",
        some_facts(attempts=(a_run(8, Status.PENDING, began=MINUTE, explanation=None),)),
        "skipped not begun, so no log yet",
    ),
    "nothing said": (
        "log",
        some_facts(attempts=(replace(WITHOUT_TASKS, explanation=an_explanation(evidence=())),)),
        "unknown the status text says nothing",
    ),
    "no log at all": ("log", some_facts(attempts=()), "skipped no attempt whose log would tell"),
    "no opinion": ("endpoint", some_facts(), "skipped Harbor holds no opinion of its health"),
    "no policy, no endpoint": (
        "endpoint",
        some_facts(attempts=(), policies=()),
        "skipped Harbor holds no opinion of its health",
    ),
    "healthy": (
        "endpoint",
        some_facts(attempts=(), policy=a_policy(destination=replace(PROD, status="healthy"))),
        "ok stag calls prod healthy",
    ),
    "unhealthy, pulled from": (
        "endpoint",
        some_facts(
            attempts=(
                an_attempt(
                    policy=a_policy(
                        source=Registry(2, "far", "https://far.example.com", status="unhealthy"),
                        destination=LOCAL,
                    )
                ),
            ),
        ),
        "bad stag calls far unhealthy",
    ),
    "neither": (
        "endpoint",
        some_facts(attempts=(), policy=a_policy(destination=replace(PROD, status="unknown"))),
        "unknown stag calls prod unknown",
    ),
    "a version": ("version", some_facts(version=Version(2, 9, 5)), "ok stag runs Harbor 2.9.5"),
    "no version": ("version", some_facts(version=None), "unknown the version was not seen"),
}


@pytest.mark.parametrize(("name", "facts", "seen"), CHECKS.values(), ids=CHECKS)
def test_each_step_says_what_it_saw(name, facts, seen):
    """A step is a state and a phrase that names what was seen, and nothing more."""
    checks = all_checks(facts, first(facts), None)
    [check] = [check for check in checks if check.name == name]

    assert f"{check.state} {check.detail}" == seen


def test_an_attempt_that_did_not_decide_is_shown():
    """Also an answer that rests on no attempt shows the last one there was."""
    checks = {check.name: check for check in all_checks(some_facts(), None, None)}

    assert checks[CheckName.ATTEMPTS].detail == "job 20049 failed 4 s after the build"


@pytest.mark.parametrize(
    ("span", "words"), [(119, "119 s"), (7199, "119 min"), (172799, "47 h"), (172800, "2 d")]
)
def test_a_span_is_in_the_largest_unit_with_two(span, words):
    """Lengths of time are short and never coarser than by half."""
    built = an_artifact(built_at=PUSHED + timedelta(seconds=2 - span))
    facts = some_facts(source=Place("stag", seen=True, artifact=built))
    [check] = [one for one in all_checks(facts, first(facts), None) if one.name == "attempts"]

    assert check.detail == f"job 20049 failed {words} after the build"
