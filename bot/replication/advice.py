"""What starting again is good for, how sure the cause is, and which defect explains it.

Knows how the advice of a log changes with what is true now. Does not know how it is worded in a
summary.
"""

from collections.abc import Sequence

from bot.replication.causes import Confidence, Rerun
from bot.replication.decisive import newer_doubt
from bot.replication.defects import Defect, defect_behind
from bot.replication.facts import Attempt, Facts
from bot.replication.matching import AFTER_PUSH
from bot.replication.model import Policy


_STEPS = (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)
# What is wrong with one tag, and not with the others of its job.
_OF_ONE_TAG = frozenset(
    {
        "source.manifest_unknown",
        "source.blob_missing",
        "source.scan_policy",
        "dest.blob_missing",
        "dest.immutable_tag",
        "manifest.unsupported",
    }
)
# Causes that cannot be while the destination has no such tag.
_NEED_THE_TAG_THERE = frozenset({"dest.immutable_tag", "policy.override_skip"})


def cause_of(attempt: Attempt) -> str:
    """Name the cause of a failed attempt, which is what its log says."""
    return attempt.explanation.cause if attempt.explanation else "unknown"


def race_behind(facts: Facts, attempt: Attempt) -> Defect | None:
    """Return the defect by which a copy came before its image could be read, if that was it.

    The log says that the tag was not there, not that the image is damaged; the attempt was for
    that push alone and came soon after it; and the tag can be read now.
    """
    told, task = attempt.explanation, attempt.task
    if told is None or told.rerun is not Rerun.UNKNOWN or task is None or not task.tags:
        return None
    if not facts.source.holds or attempt.blames:
        return None
    if facts.pushed_at and attempt.at and attempt.at - facts.pushed_at > AFTER_PUSH:
        return None
    return defect_behind(told.cause, facts.version)


def trust(facts: Facts, attempt: Attempt) -> Confidence:
    """Say how sure the cause of *attempt* is the image's, before anything was unseen."""
    told = attempt.explanation
    if told is None or told.cause == "unknown":
        return Confidence.LOW
    if told.cause in _NEED_THE_TAG_THERE and facts.destination.lacks:
        return Confidence.LOW
    doubts = (not attempt.names_tag, bool(attempt.blames), newer_doubt(facts, attempt) is not None)
    return lowered(told.confidence, sum(doubts))


def lowered(confidence: Confidence, steps: int) -> Confidence:
    """Take *steps* off *confidence*."""
    return _STEPS[max(0, _STEPS.index(confidence) - steps)]


def rerun_of(facts: Facts, attempt: Attempt) -> tuple[Rerun, str]:
    """Say what a start is good for now, and the fact that decides it."""
    told = attempt.explanation
    if told is None:
        why = "is gone" if attempt.log_gone else "could not be read"
        return Rerun.UNKNOWN, f"The log that would tell {why}."
    source = facts.source
    if attempt.blames and told.cause in _OF_ONE_TAG:
        when = f"A copy of this image alone does not meet {attempt.blames}."
        return startable(facts, Rerun.HELPS, when)
    if told.cause == "source.manifest_unknown" and told.rerun is Rerun.UNKNOWN and source.holds:
        return startable(facts, Rerun.HELPS, f"The tag is readable on {source.instance} now.")
    return startable(facts, told.rerun, told.rerun_when)


def startable(facts: Facts, rerun: Rerun, when: str) -> tuple[Rerun, str]:
    """Say that a policy has to be mended first, where a start would help but none can make it."""
    if rerun is not Rerun.HELPS or any(policy.enabled for policy in facts.selecting):
        return rerun, when
    return Rerun.AFTER_FIX, f"{_what_first(facts.selecting)}, then a start helps."


def remedy_of(facts: Facts, attempt: Attempt, rerun: Rerun) -> str:
    """Say what to do about a failed attempt."""
    told = attempt.explanation
    remedy = told.remedy if told else "Look for the task in Harbor's jobservice log."
    race = race_behind(facts, attempt)
    if race is not None:
        remedy = f"Run the copy again; Harbor {race.mended} and later do not have this race."
    if rerun is Rerun.AFTER_FIX and startable(facts, Rerun.HELPS, "")[0] is not Rerun.HELPS:
        return f"{_what_first(facts.selecting)}. {remedy}"
    return remedy


def _what_first(selecting: Sequence[Policy]) -> str:
    if selecting:
        return f"Enable policy {selecting[0].name}"
    return "Let a policy select the image"
