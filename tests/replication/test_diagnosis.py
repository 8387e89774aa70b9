from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.replication.causes import CAUSES, Confidence, Rerun
from bot.replication.diagnosis import diagnose
from bot.replication.facts import Place, PolicyFit
from bot.replication.image_ref import ImageRef
from bot.replication.matching import Selection
from bot.replication.model import Status, Trigger, Version
from bot.replication.undecided import undecided, wayless
from bot.replication.verdicts import BlindSpot, CheckName, Verdict
from tests.replication.build import (
    DIGEST,
    NOW,
    OTHER_DIGEST,
    PUSHED,
    a_place,
    a_policy,
    a_run,
    a_task,
    an_attempt,
    an_execution,
    an_explanation,
    an_unseen,
    some_facts,
    told,
)


IMAGE = "frontend-rls/vira:v1.6.32-67284045"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
HARBOR_2 = Version(2, 9, 5)
NOT_ON_STAG = Place("stag", seen=True)
DAMAGED = told(
    b"2026-11-06T05:48:07Z [ERROR] [transfer.go:351]: an error occurred while pulling manifest of"
    b" frontend-rls/vira:v1.6.32-67284045 from http://registry:5000: 404"
    b' {"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown",'
    b'"detail":{"Name":"frontend-rls/vira","Revision":"sha256:bf"}}]}'
)
QUOTA = an_explanation("dest.quota_exceeded")
DROPPED = an_explanation("network.connection_dropped", rerun=Rerun.HELPS)
NO_ANSWER = an_explanation("unknown", confidence=Confidence.LOW, rerun=Rerun.UNKNOWN)
RETRYING = a_task(status=Status.IN_PROGRESS, retrying=True)
OFF = a_policy(enabled=False)


def facts_2(*attempts, **changes):
    """Make the facts of a Harbor 2."""
    return some_facts(version=HARBOR_2, attempts=attempts, **changes)


def without_tasks(**changes):
    """Make an execution that failed before it had tasks."""
    return an_attempt(task=None, execution=an_execution(ended_at=PUSHED + MINUTE), **changes)


def test_the_golden_case():
    """The race of 1.2.2 is named for certain, with its job and its line; running again helps."""
    answer = diagnose(some_facts())

    assert answer.summary == (
        f"{IMAGE} is not on prod: the copy ran before the image could be read at the source."
        " Running it again helps."
    )
    assert (answer.verdict, answer.cause) == (Verdict.FAILED, "source.manifest_unknown")
    assert (answer.confidence, answer.rerun) == (Confidence.HIGH, Rerun.HELPS)
    assert answer.remedy == ("Run the copy again; Harbor 1.7 and later do not have this race.")
    details = {check.name: check.detail for check in answer.checks}
    assert details[CheckName.ATTEMPTS] == "job 20049 failed 4 s after the build"
    assert "MANIFEST_UNKNOWN" in details[CheckName.LOG]
    assert "before 1.7" in details[CheckName.VERSION]
    assert answer.digest == DIGEST
    assert [(hop.source, hop.destination, hop.policy) for hop in answer.hops] == [
        ("stag", "prod", "sync-to-prod")
    ]


CASES = {
    "synced": (
        some_facts(destination=a_place()),
        "synced - high useless",
        "{} is on prod: the same content digest on both sides.",
    ),
    "synced, gone at the source": (
        some_facts(source=NOT_ON_STAG, destination=a_place(), attempts=()),
        "synced - medium useless",
        "{} is on prod: not on stag, so the two were not compared.",
    ),
    "there, and nothing says that it is the newest": (
        some_facts(source=an_unseen("stag"), destination=a_place(), attempts=()),
        "cannot_tell - low unknown",
        ("{} is on prod, but stag was not seen: whether it is the newest content is not known."),
    ),
    "source unseen, and what failed is older than what arrived": (
        some_facts(source=an_unseen("stag"), destination=a_place(pushed_at=PUSHED + HOUR)),
        "synced - medium useless",
        "{} is on prod: stag was not seen, so the two were not compared.",
    ),
    "source unseen, and a copy succeeded": (
        facts_2(
            a_run(8, Status.SUCCEED, began=MINUTE),
            source=an_unseen("stag"),
            destination=a_place(),
        ),
        "synced - medium useless",
        "{} is on prod: stag was not seen, so the two were not compared.",
    ),
    "source unseen, and a copy failed since": (
        some_facts(source=an_unseen("stag"), destination=a_place()),
        "failed source.manifest_unknown medium unknown",
        (
            "{} is on prod, perhaps with an older content: the copy asked the source registry"
            " for the"
            " image and was told that it does not exist there. Whether running it again helps is"
            " not"
            " known."
        ),
    ),
    "source unseen, and a copy runs": (
        facts_2(
            a_run(8, Status.IN_PROGRESS, began=timedelta(minutes=50)),
            source=an_unseen("stag"),
            destination=a_place(),
        ),
        "in_progress - medium wait",
        "{} is being copied to prod: task 8 of execution 8 is running.",
    ),
    "running": (
        facts_2(a_run(8, Status.IN_PROGRESS, began=timedelta(minutes=50))),
        "in_progress - high wait",
        "{} is being copied to prod: task 8 of execution 8 is running.",
    ),
    "running after a failure": (
        facts_2(a_run(8, Status.PENDING, began=timedelta(minutes=50)), a_run(7, began=MINUTE)),
        "in_progress - high wait",
        "{} is being copied to prod: task 8 of execution 8 waits for a worker.",
    ),
    "running, perhaps with this tag": (
        facts_2(
            a_run(8, Status.IN_PROGRESS, began=timedelta(minutes=50), names_tag=None),
            a_run(7, began=MINUTE),
        ),
        "in_progress - low wait",
        "{} is not on prod: task 8 of execution 8 is running and may take it along.",
    ),
    "running, but the source lost it": (
        facts_2(a_run(8, Status.IN_PROGRESS, began=timedelta(minutes=50)), source=NOT_ON_STAG),
        "in_progress - medium wait",
        (
            "{} is being copied to prod: task 8 of execution 8 is running, but the image is no"
            " longer"
            " on stag."
        ),
    ),
    "stuck": (
        facts_2(a_run(8, Status.IN_PROGRESS, began=MINUTE), now=PUSHED + 7 * HOUR),
        "in_progress - low wait",
        (
            "{} is being copied to prod: task 8 of execution 8 is running since 2026-11-06"
            " 05:49:05"
            " UTC (6 h), longer than a copy takes."
        ),
    ),
    "stuck, and a newer attempt failed": (
        facts_2(
            a_run(9, began=HOUR, explanation=QUOTA),
            a_run(8, Status.IN_PROGRESS, began=MINUTE),
            now=PUSHED + 7 * HOUR,
        ),
        "failed dest.quota_exceeded high after_fix",
        (
            "{} is not on prod: the copy would take the destination project above its quota."
            " Running it again helps only after a fix."
        ),
    ),
    "an uncertain run that is older than the failure": (
        facts_2(
            a_run(9, began=10 * MINUTE, explanation=QUOTA),
            a_run(8, Status.IN_PROGRESS, began=MINUTE, names_tag=None),
        ),
        "failed dest.quota_exceeded high after_fix",
        (
            "{} is not on prod: the copy would take the destination project above its quota."
            " Running it again helps only after a fix."
        ),
    ),
    "Harbor 2 will try again": (
        facts_2(a_run(8, began=timedelta(minutes=56), explanation=QUOTA)),
        "in_progress jobservice.retry_pending medium wait",
        (
            "{} is not on prod yet: task 8 of execution 8 failed (The project's quota is used up);"
            " Harbor tries a failed task up to three times."
        ),
    ),
    "Harbor 2 will try again, whatever it was": (
        facts_2(a_run(8, began=timedelta(minutes=56), explanation=None, names_tag=None)),
        "in_progress jobservice.retry_pending low wait",
        (
            "{} is not on prod yet: task 8 of execution 8, which may have had it, failed;"
            " Harbor tries a failed task up to three times."
        ),
    ),
    "Harbor 1.2 tries again": (
        some_facts(attempts=(an_attempt(task=RETRYING, explanation=an_explanation()),)),
        "in_progress jobservice.retry_pending medium wait",
        (
            "{} is not on prod yet: job 20049 failed (A host name cannot be resolved);"
            " Harbor tries it again every 5 minutes since 2026-11-06 05:48:07 UTC."
        ),
    ),
    "Harbor 1.2 tries again, since nobody knows when": (
        some_facts(attempts=(an_attempt(task=replace(RETRYING, started_at=None)),)),
        "in_progress jobservice.retry_pending medium wait",
        (
            "{} is not on prod yet: job 20049 failed (The source does not serve this tag);"
            " Harbor tries it again every 5 minutes."
        ),
    ),
    "an older job still retries": (
        some_facts(
            attempts=(
                an_attempt(task=a_task(id=20050, started_at=PUSHED + 9 * MINUTE)),
                an_attempt(task=RETRYING, explanation=None),
            )
        ),
        "in_progress jobservice.retry_pending medium wait",
        (
            "{} is not on prod yet: job 20049 failed;"
            " Harbor tries it again every 5 minutes since 2026-11-06 05:48:07 UTC."
        ),
    ),
    "a retry that its policy will cancel": (
        some_facts(attempts=(an_attempt(task=RETRYING, policy=OFF),), policy=OFF),
        "failed policy.disabled medium after_fix",
        (
            "{} is not on prod: job 20049 failed and is not tried again, because its policy is"
            " switched off. Running it again helps only after a fix."
        ),
    ),
    "a retry to come, but the source lost it": (
        facts_2(a_run(8, began=timedelta(minutes=56)), source=NOT_ON_STAG),
        "source_missing source.manifest_unknown high useless",
        "{} is not on stag, so there is nothing to copy.",
    ),
    "failed, final": (
        facts_2(a_run(8, began=MINUTE, explanation=QUOTA)),
        "failed dest.quota_exceeded high after_fix",
        (
            "{} is not on prod: the copy would take the destination project above its quota."
            " Running it again helps only after a fix."
        ),
    ),
    "damaged at the source": (
        some_facts(attempts=(an_attempt(explanation=DAMAGED),)),
        "failed source.manifest_unknown high after_fix",
        (
            "{} is not on prod: the copy asked the source registry for the image and was told"
            " that it"
            " does not exist there. Running it again helps only after a fix."
        ),
    ),
    "no race on a later Harbor": (
        facts_2(a_run(8, began=MINUTE)),
        "failed source.manifest_unknown high helps",
        (
            "{} is not on prod: the copy asked the source registry for the image and was told"
            " that it"
            " does not exist there. Running it again helps."
        ),
    ),
    "no race long after the push": (
        some_facts(pushed_at=PUSHED - HOUR),
        "failed source.manifest_unknown high helps",
        (
            "{} is not on prod: the copy asked the source registry for the image and was told"
            " that it"
            " does not exist there. Running it again helps."
        ),
    ),
    "a tag that cannot be seen now": (
        some_facts(source=an_unseen("stag")),
        "failed source.manifest_unknown medium unknown",
        (
            "{} is not on prod: the copy asked the source registry for the image and was told"
            " that it"
            " does not exist there. Whether running it again helps is not known."
        ),
    ),
    "helps, but the policy is off": (
        facts_2(a_run(8, began=MINUTE, explanation=DROPPED), policy=OFF),
        "failed network.connection_dropped high after_fix",
        (
            "{} is not on prod: the connection was cut in the middle of the copy."
            " Running it again helps only after a fix."
        ),
    ),
    "the destination unseen": (
        facts_2(a_run(8, began=MINUTE, explanation=QUOTA), destination=an_unseen()),
        "failed dest.quota_exceeded medium after_fix",
        (
            "{} is perhaps not on prod, which was not seen: the copy would take the destination"
            " project above its quota. Running it again helps only after a fix."
        ),
    ),
    "unknown, with its line": (
        facts_2(a_run(8, began=MINUTE, explanation=NO_ANSWER)),
        "failed unknown low unknown",
        (
            "{} is not on prod: the log shows a failure that none of the known causes explains."
            " Whether running it again helps is not known."
        ),
    ),
    "the log gone": (
        facts_2(a_run(8, began=MINUTE, explanation=None, log_gone=True)),
        "failed unknown low unknown",
        (
            "{} is not on prod: task 8 of execution 8 failed, and its log is gone."
            " Whether running it again helps is not known."
        ),
    ),
    "the log not read": (
        facts_2(a_run(8, began=MINUTE, explanation=None)),
        "failed unknown low unknown",
        (
            "{} is not on prod: task 8 of execution 8 failed, and its log could not be read."
            " Whether running it again helps is not known."
        ),
    ),
    "no tasks, no reason": (
        facts_2(without_tasks(explanation=replace(NO_ANSWER, evidence=()))),
        "failed unknown low unknown",
        (
            "{} is not on prod: execution 12 failed without saying why."
            " Whether running it again helps is not known."
        ),
    ),
    "a name keeps its capital": (
        facts_2(a_run(8, began=MINUTE, explanation=an_explanation("jobservice.transfer_timeout"))),
        "failed jobservice.transfer_timeout high after_fix",
        (
            "{} is not on prod: Harbor gives one request 30 minutes, and a layer did not pass"
            " within them. Running it again helps only after a fix."
        ),
    ),
    "no tasks": (
        facts_2(without_tasks(explanation=an_explanation())),
        "failed network.dns high after_fix",
        (
            "{} is not on prod: the name of the other registry could not be resolved from inside"
            " Harbor's containers. Running it again helps only after a fix."
        ),
    ),
    "no tasks, perhaps for another image": (
        facts_2(without_tasks(explanation=an_explanation(), names_tag=None)),
        "failed network.dns medium after_fix",
        (
            "{} is not on prod: execution 12, which may have had it, failed: the name of the other"
            " registry could not be resolved from inside Harbor's containers."
            " Running it again helps only after a fix."
        ),
    ),
    "a newer run may have had it": (
        facts_2(
            a_run(9, Status.SUCCEED, began=20 * MINUTE, names_tag=None),
            a_run(8, began=MINUTE, explanation=QUOTA),
        ),
        "failed dest.quota_exceeded medium after_fix",
        (
            "{} is not on prod: the copy would take the destination project above its quota;"
            " task 9 of"
            " execution 9, which is newer and succeeded, may have had it too."
            " Running it again helps only after a fix."
        ),
    ),
    "another tag stopped the job": (
        some_facts(attempts=(an_attempt(blames="v1.6.30"),)),
        "failed source.manifest_unknown medium helps",
        (
            "{} is not on prod: job 20049 ended at v1.6.30 before it came to this tag (the"
            " source does"
            " not serve this tag). Running it again helps."
        ),
    ),
    "another tag met what every tag meets": (
        some_facts(attempts=(an_attempt(blames="v1.6.30", explanation=QUOTA),)),
        "failed dest.quota_exceeded medium after_fix",
        (
            "{} is not on prod: job 20049 ended at v1.6.30 before it came to this tag (the"
            " project's"
            " quota is used up). Running it again helps only after a fix."
        ),
    ),
    "immutable, but not there": (
        facts_2(a_run(8, began=MINUTE, explanation=an_explanation("dest.immutable_tag"))),
        "failed dest.immutable_tag low after_fix",
        (
            "{} is not on prod: a rule of the destination project forbids replacing this tag,"
            " which"
            " exists there with other content. Running it again helps only after a fix."
        ),
    ),
    "other content there, and the newer copy failed": (
        facts_2(
            a_run(8, began=MINUTE, explanation=QUOTA), destination=a_place(digest=OTHER_DIGEST)
        ),
        "failed dest.quota_exceeded high after_fix",
        (
            "{} is on prod with another content digest: the copy would take the destination"
            " project"
            " above its quota. Running it again helps only after a fix."
        ),
    ),
    "stopped on Harbor 2": (
        facts_2(a_run(8, Status.STOPPED, began=MINUTE)),
        "failed operator.stopped high helps",
        "{} is not on prod: task 8 of execution 8 was stopped. Running it again helps.",
    ),
    "stopped on Harbor 1.2, its policy off": (
        some_facts(
            attempts=(an_attempt(task=a_task(status=Status.STOPPED), policy=OFF),), policy=OFF
        ),
        "failed policy.disabled high after_fix",
        (
            "{} is not on prod: job 20049 was stopped when policy sync-to-prod was switched off."
            " Running it again helps only after a fix."
        ),
    ),
    "stopped on Harbor 1.2, its policy on again": (
        some_facts(attempts=(an_attempt(task=a_task(status=Status.STOPPED)),)),
        "failed policy.disabled high helps",
        (
            "{} is not on prod: job 20049 was stopped when policy sync-to-prod was switched off."
            " Running it again helps."
        ),
    ),
    "gone at the source": (
        some_facts(source=NOT_ON_STAG, deleted_at=PUSHED + MINUTE, pushed_at=PUSHED),
        "source_missing source.manifest_unknown high useless",
        (
            "{} is not on stag, so there is nothing to copy. It was deleted there at 2026-11-06"
            " 05:49:05 UTC."
        ),
    ),
    "gone at the source, destination unseen": (
        some_facts(
            source=NOT_ON_STAG,
            destination=an_unseen(),
            attempts=(),
            deleted_at=PUSHED,
            pushed_at=PUSHED + MINUTE,
        ),
        "source_missing source.manifest_unknown medium useless",
        "{} is not on stag, so there is nothing to copy.",
    ),
    "gone at the source, failed before for another reason": (
        facts_2(a_run(8, began=MINUTE, explanation=QUOTA), source=NOT_ON_STAG),
        "source_missing source.manifest_unknown high useless",
        (
            "{} is not on stag, so there is nothing to copy. Before that, task 8 of execution 8"
            " failed: the project's quota is used up."
        ),
    ),
    "copied somewhere unseen": (
        facts_2(a_run(8, Status.SUCCEED, began=MINUTE), destination=an_unseen()),
        "cannot_tell - low unknown",
        "{} may be on prod, which was not seen: task 8 of execution 8 succeeded.",
    ),
    "copied somewhere unseen, gone at the source": (
        facts_2(
            a_run(8, Status.SUCCEED, began=MINUTE, names_tag=None),
            source=NOT_ON_STAG,
            destination=an_unseen(),
        ),
        "cannot_tell - low unknown",
        (
            "{} may be on prod, which was not seen: task 8 of execution 8, which may have had it,"
            " succeeded. It is no longer on stag."
        ),
    ),
    "succeeded but absent": (
        facts_2(a_run(8, Status.SUCCEED, began=9 * MINUTE), a_run(7, began=MINUTE)),
        "cannot_tell - low unknown",
        "{} is not on prod, although task 8 of execution 8 succeeded.",
    ),
    "succeeded while another failed": (
        facts_2(a_run(8, began=MINUTE), a_run(7, Status.SUCCEED, began=MINUTE)),
        "cannot_tell - low unknown",
        "{} is not on prod, although task 7 of execution 7 succeeded.",
    ),
    "failed, but its log ends well": (
        facts_2(a_run(8, began=MINUTE, explanation=an_explanation("none"))),
        "cannot_tell - low unknown",
        (
            "{} is not on prod, although the log of task 8 of execution 8, which failed, ends"
            " with the"
            " copy made."
        ),
    ),
    "other content, kept": (
        facts_2(
            a_run(
                8,
                Status.SUCCEED,
                began=MINUTE,
                explanation=an_explanation("policy.override_skip"),
            ),
            destination=a_place(digest=OTHER_DIGEST),
        ),
        "cannot_tell - low unknown",
        (
            "{} is on prod with another content digest, and task 8 of execution 8 left it so,"
            " because"
            " its policy may not override."
        ),
    ),
    "other content, newer than the failure": (
        facts_2(
            a_run(8, began=MINUTE),
            destination=a_place(digest=OTHER_DIGEST, pushed_at=PUSHED + HOUR),
        ),
        "cannot_tell - low unknown",
        (
            "{} is on prod with another content digest, and what is there is newer than task 8 of"
            " execution 8, which failed."
        ),
    ),
    "other content, newer than what was stopped": (
        facts_2(
            a_run(8, Status.STOPPED, began=MINUTE),
            destination=a_place(digest=OTHER_DIGEST, pushed_at=PUSHED + HOUR),
        ),
        "cannot_tell - low unknown",
        (
            "{} is on prod with another content digest, and what is there is newer than task 8 of"
            " execution 8, which was stopped."
        ),
    ),
    "other content, no attempt": (
        facts_2(destination=a_place(digest=OTHER_DIGEST), earlier=2),
        "cannot_tell - low unknown",
        (
            "{} is on prod with another content digest, and no attempt to copy it since it was"
            " pushed"
            " was found, although policy sync-to-prod selects it and runs on push."
        ),
    ),
    "no attempt": (
        facts_2(policy=a_policy(trigger=Trigger.SCHEDULED)),
        "cannot_tell - low unknown",
        (
            "{} is not on prod: no attempt to copy it was found, although policy sync-to-prod"
            " selects"
            " it and runs on a schedule."
        ),
    ),
    "no attempt, not everything seen": (
        facts_2(blind_spots=(BlindSpot("stag: records of policy x", "403", ""),)),
        "cannot_tell - low unknown",
        (
            "{} is not on prod: no attempt to copy it was found, although policy sync-to-prod"
            " selects"
            " it and runs on push, as far as could be seen."
        ),
    ),
    "the policy off": (
        facts_2(policy=OFF),
        "cannot_tell - low unknown",
        "{} is not on prod: policy sync-to-prod, which selects it, is disabled.",
    ),
    "no policy": (
        facts_2(policies=()),
        "cannot_tell - low unknown",
        "{} is not on prod: no policy goes from stag to prod.",
    ),
    "another tag's failure": (
        facts_2(a_run(8, began=MINUTE, names_tag=False), policies=()),
        "cannot_tell - low unknown",
        "{} is not on prod: no policy goes from stag to prod.",
    ),
    "none selects": (
        facts_2(
            policies=(
                PolicyFit(OFF, Selection(selects=False, clause="its tag filter; its name filter")),
                PolicyFit(
                    a_policy(name="releases"),
                    Selection(selects=False, clause="its tag filter `r*` does not match `v1`"),
                ),
            )
        ),
        "cannot_tell - low unknown",
        (
            "{} is not on prod: no policy from stag to prod selects it (releases: its tag filter"
            " `r*`"
            " does not match `v1`)."
        ),
    ),
}


@pytest.mark.parametrize(("facts", "outcome", "summary"), CASES.values(), ids=CASES)
def test_each_state_has_its_verdict_and_its_words(facts, outcome, summary):
    """What was seen leads to one verdict, one cause, one confidence, one advice, one summary."""
    answer = diagnose(facts)

    words = (answer.verdict, answer.cause or "-", answer.confidence, answer.rerun)
    assert (" ".join(words), answer.summary) == (outcome, summary.format(IMAGE))


REMEDIES = {
    "stopped, the policy off": (
        facts_2(a_run(8, Status.STOPPED, began=MINUTE), policy=OFF),
        "Enable policy sync-to-prod, then a start helps.",
    ),
    "helps, but no policy selects it now": (
        facts_2(a_run(8, began=MINUTE, explanation=DROPPED), policies=()),
        "Let a policy select the image, then a start helps.",
    ),
    "readable now": (facts_2(a_run(8, began=MINUTE)), "The tag is readable on stag now."),
    "gone": (
        facts_2(a_run(8, began=MINUTE, explanation=None, log_gone=True)),
        "The log that would tell is gone.",
    ),
}


@pytest.mark.parametrize(("facts", "when"), REMEDIES.values(), ids=REMEDIES)
def test_what_decides_about_a_start_is_said(facts, when):
    """Whether a start helps comes with the fact that decides it."""
    assert diagnose(facts).rerun_when == when


def test_a_disabled_policy_is_to_be_enabled_first():
    """Where the policy is off, the remedy says so before anything else."""
    answer = diagnose(facts_2(a_run(8, began=MINUTE, explanation=QUOTA), policy=OFF))

    assert answer.remedy == "Enable policy sync-to-prod. Mend it."


@pytest.mark.parametrize(
    ("what", "confidence"),
    [
        ("stag: older records of policy sync-to-prod", Confidence.HIGH),
        ("stag: project log", Confidence.MEDIUM),
        ("dr: tags", Confidence.MEDIUM),
    ],
)
def test_what_was_not_seen_lowers_the_confidence(what, confidence):
    """Everything unseen costs confidence, but for records older than the newest."""
    facts = some_facts(blind_spots=(BlindSpot(what, "it did not answer", "Look there."),))

    assert diagnose(facts).confidence is confidence


def test_nothing_unseen_changes_equal_digests():
    """Two digests that are equal are proof enough."""
    spots = (BlindSpot("stag: records", "403", ""),)

    assert diagnose(some_facts(destination=a_place(), blind_spots=spots)).confidence == "high"


def test_an_image_by_digest_keeps_it():
    """An image asked for by its digest is named by it, also where nothing holds it."""
    asked = ImageRef("frontend-rls/vira", digest=DIGEST)
    answer = diagnose(some_facts(asked=asked, tag="", source=NOT_ON_STAG))

    assert (answer.image, answer.digest) == (f"frontend-rls/vira@{DIGEST}", DIGEST)


ASKED = ImageRef("vira", "v1")


@pytest.mark.parametrize(
    ("found", "summary", "candidates"),
    [
        (
            {"fitting": ("a/vira:v1", "b/vira:v1")},
            "vira:v1 fits 2 images: which one is meant?",
            ("a/vira:v1", "b/vira:v1"),
        ),
        (
            {"close": ("a/vita:v1",)},
            "vira:v1 is not known on stag, prod. Close: a/vita:v1.",
            ("a/vita:v1",),
        ),
        ({}, "vira:v1 is not known on stag, prod.", ()),
        (
            {"unseen": ("prod",)},
            (
                "vira:v1 is not known on stag."
                " prod could not be asked, so vira:v1 may be there all the same."
            ),
            (),
        ),
        (
            {"unseen": ("stag", "prod")},
            "stag, prod could not be asked, so vira:v1 may be there all the same.",
            (),
        ),
    ],
)
def test_no_image_is_guessed(found, summary, candidates):
    """Without one image the answer says what fits, or where was looked and what is close."""
    answer = undecided(ASKED, looked_at=("stag", "prod"), **found)

    assert (answer.verdict, answer.confidence) == (Verdict.CANNOT_TELL, Confidence.LOW)
    assert (answer.summary, answer.candidates) == (summary, candidates)


def test_nowhere_was_looked():
    """Where no instance could be asked, none is named."""
    assert undecided(ASKED, looked_at=()).summary == "vira:v1 is not known on no instance."


def test_nothing_says_where_it_should_go():
    """Without a way nothing was compared, and nothing is said of where the image is."""
    answer = wayless(ASKED, blind_spots=())

    assert (answer.verdict, answer.confidence) == (Verdict.CANNOT_TELL, Confidence.LOW)
    assert answer.summary == "Nothing says where vira:v1 should go, so it was not looked for."


# --- whatever was seen --------------------------------------------------------------------

_SPANS = st.integers(-30, 600).map(lambda minutes: timedelta(minutes=minutes))
_EXPLANATIONS = st.none() | st.builds(
    an_explanation,
    cause=st.sampled_from(sorted(CAUSES)),
    confidence=st.sampled_from(Confidence),
    rerun=st.sampled_from(Rerun),
    evidence=st.sampled_from([(), ("the line",)]),
)
_POLICIES = st.sampled_from([a_policy(), OFF])
_MAYBE = st.none() | st.booleans()
_RUNS = st.builds(
    a_run,
    st.integers(1, 9),
    st.sampled_from(Status),
    began=_SPANS,
    explanation=_EXPLANATIONS,
    names_tag=_MAYBE,
    policy=_POLICIES,
    blames=st.sampled_from(["", "v0"]),
)
_JOBS = st.builds(
    an_attempt,
    task=st.builds(
        a_task,
        status=st.sampled_from(Status),
        tags=st.sampled_from([None, ("v1.6.32-67284045",)]),
        started_at=st.none() | _SPANS.map(lambda span: PUSHED + span),
        changed_at=st.none() | _SPANS.map(lambda span: PUSHED + span),
    ),
    explanation=_EXPLANATIONS,
    names_tag=_MAYBE,
    policy=_POLICIES,
)
_RETRYING = st.builds(an_attempt, task=st.just(RETRYING), names_tag=_MAYBE, policy=_POLICIES)
_WITHOUT_TASKS = st.builds(without_tasks, explanation=_EXPLANATIONS, names_tag=_MAYBE)


def _places(name):
    return st.sampled_from(
        [
            an_unseen(name),
            Place(name, seen=True),
            a_place(name),
            a_place(name, digest=OTHER_DIGEST, pushed_at=PUSHED + 9 * MINUTE),
        ]
    )


FACTS = st.builds(
    some_facts,
    policy=_POLICIES,
    source=_places("stag"),
    destination=_places("prod"),
    attempts=st.lists(_RUNS | _JOBS | _RETRYING | _WITHOUT_TASKS, max_size=4).map(tuple),
    version=st.sampled_from([None, Version(1, 2, 2), HARBOR_2]),
    now=_SPANS.map(lambda span: NOW + span),
    pushed_at=st.none() | st.just(PUSHED),
    deleted_at=st.none() | st.just(PUSHED + MINUTE),
    earlier=st.integers(0, 2),
    blind_spots=st.sampled_from(
        [(), (BlindSpot("stag: tags", "403", ""),), (BlindSpot("stag: older records", "", ""),)]
    ),
)


@given(FACTS)
def test_every_state_gets_an_answer_that_keeps_the_promises(facts):
    """No state is without eight checks in order, a sentence, a cause where one is due."""
    answer = diagnose(facts)

    assert [check.name for check in answer.checks] == list(CheckName)
    assert all(check.detail for check in answer.checks)
    assert answer.summary.startswith(f"{IMAGE} ")
    assert answer.summary.endswith(".")
    assert answer.rerun_when
    if answer.verdict in {Verdict.FAILED, Verdict.SOURCE_MISSING}:
        assert answer.cause in CAUSES
        assert answer.cause != "none"
        assert answer.remedy
    if not (facts.source.seen and facts.destination.seen):
        assert answer.confidence is not Confidence.HIGH
    if answer.verdict is not Verdict.SYNCED and facts.unseen:
        assert answer.confidence is not Confidence.HIGH


@given(FACTS)
def test_a_start_is_advised_only_where_nothing_is_in_its_way(facts):
    """A start helps only with an enabled policy, a source that may hold it, nothing running."""
    answer = diagnose(facts)

    if answer.rerun is Rerun.HELPS:
        assert any(policy.enabled for policy in facts.selecting)
        assert not facts.source.lacks
        assert answer.verdict is Verdict.FAILED


@given(FACTS)
def test_the_newest_certain_run_is_never_blamed_past(facts):
    """No failure is blamed while a certain attempt that ended later succeeded."""
    answer = diagnose(facts)
    certain = [one for one in facts.attempts if one.names_tag and one.changed_at]
    latest = max(
        certain, key=lambda one: (one.changed_at, one.status is Status.SUCCEED), default=None
    )

    if latest and latest.status is Status.SUCCEED:
        assert answer.verdict is not Verdict.FAILED
