"""Builders of made-up facts for the tests of the pure core."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.replication.causes import Confidence, Rerun, Side
from bot.replication.explanation import Explanation, explain
from bot.replication.facts import Attempt, Facts, Place, PolicyFit
from bot.replication.image_ref import ImageRef
from bot.replication.matching import Selection
from bot.replication.model import (
    LOCAL,
    Artifact,
    Execution,
    Policy,
    Registry,
    Status,
    Task,
    Trigger,
    Version,
)


PUSHED = datetime(2026, 11, 6, 5, 48, 5, tzinfo=UTC)
NOW = PUSHED + timedelta(hours=1)
DIGEST = "sha256:" + "bf" * 32
OTHER_DIGEST = "sha256:" + "0a" * 32
PROD = Registry(id=1, name="prod", url="https://prod-reg.example.com")
RACE = (
    b"2026-11-06T05:48:07Z [ERROR] [transfer.go:351]: an error occurred while pulling manifest of"
    b" frontend-rls/vira:v1.6.32-67284045 from http://registry:5000: 404"
    b' {"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown",'
    b'"detail":{"Tag":"v1.6.32-67284045"}}]}'
)


def a_policy(**changes):
    """Make an enabled policy that copies the project on push."""
    policy = Policy(
        id=7,
        name="sync-to-prod",
        source=LOCAL,
        destination=PROD,
        enabled=True,
        trigger=Trigger.EVENT_BASED,
        project="frontend-rls",
        project_id=14,
        created_at=PUSHED - timedelta(days=30),
    )
    return replace(policy, **changes)


def an_artifact(**changes):
    """Make the image as the source serves it."""
    artifact = Artifact(
        "frontend-rls/vira", "v1.6.32-67284045", DIGEST, built_at=PUSHED - timedelta(seconds=2)
    )
    return replace(artifact, **changes)


def a_task(**changes):
    """Make a failed job of Harbor 1.2."""
    task = Task(
        id=20049,
        status=Status.FAILED,
        repository="frontend-rls/vira",
        policy_id=7,
        tags=("v1.6.32-67284045",),
        started_at=PUSHED + timedelta(seconds=2),
        changed_at=PUSHED + timedelta(seconds=2),
    )
    return replace(task, **changes)


def an_execution(**changes):
    """Make a failed execution without tasks of Harbor 2."""
    execution = Execution(
        id=12,
        policy_id=7,
        status=Status.FAILED,
        started_at=PUSHED + timedelta(seconds=1),
        trigger=Trigger.EVENT_BASED,
    )
    return replace(execution, **changes)


def told(log=RACE, **said):
    """Explain a log."""
    return explain([log], **said)


def an_explanation(cause="network.dns", **changes):
    """Make an explanation out of nothing."""
    explanation = Explanation(
        cause=cause,
        side=Side.NETWORK,
        confidence=Confidence.HIGH,
        evidence=("the line",),
        remedy="Mend it.",
        rerun=Rerun.AFTER_FIX,
        rerun_when="When it is mended.",
    )
    return replace(explanation, **changes)


def an_attempt(**changes):
    """Make the failed job with its log read."""
    task = changes.pop("task", a_task())
    status = task.status if task else Status.FAILED
    attempt = Attempt(
        policy=a_policy(),
        execution=Execution(id=None, policy_id=7, status=status),
        task=task,
        explanation=told(),
        excerpt="the excerpt",
    )
    return replace(attempt, **changes)


def some_facts(**changes):
    """Make the facts of the race: tag at the source, absent at the destination, one failed job."""
    policy = changes.pop("policy", a_policy())
    facts = Facts(
        asked=ImageRef("vira", "v1.6.32"),
        repository="frontend-rls/vira",
        tag="v1.6.32-67284045",
        exact=False,
        source=Place("stag", seen=True, artifact=an_artifact()),
        destination=Place("prod", seen=True),
        holder="stag",
        version=Version(1, 2, 2),
        policies=(PolicyFit(policy, Selection(selects=True)),),
        attempts=(an_attempt(),),
        now=NOW,
    )
    return replace(facts, **changes)


def a_run(number, status=Status.FAILED, *, began, **changes):
    """Make an attempt of Harbor 2, *began* so long after the push, ended a minute later."""
    at = PUSHED + began
    ended = at + timedelta(minutes=1) if status.ended else at
    task = a_task(
        id=number,
        status=status,
        execution_id=number,
        tags=None,
        started_at=at,
        changed_at=ended,
    )
    execution = an_execution(id=number, status=status, started_at=at, total=1)
    return an_attempt(task=task, execution=execution, **changes)


def a_place(instance="prod", *, digest=DIGEST, **changes):
    """Make an instance that holds the tag with *digest*."""
    return Place(instance, seen=True, artifact=an_artifact(digest=digest, **changes))


def an_unseen(instance="prod"):
    """Make an instance that nobody could look at."""
    return Place(instance, seen=False)
