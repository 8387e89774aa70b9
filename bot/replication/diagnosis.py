"""The ladder: from facts to one verdict, its cause, and what starting again is good for.

Decides; fetches nothing. The order of the steps is the order of the functions below: what is at
the destination counts first, then what Harbor is doing, then whether there is anything to copy,
then what Harbor did last.
"""

from dataclasses import dataclass, replace

from bot.replication import sentences
from bot.replication.advice import (
    cause_of,
    lowered,
    race_behind,
    remedy_of,
    rerun_of,
    startable,
    trust,
)
from bot.replication.causes import CAUSES, Confidence, Rerun
from bot.replication.checks import all_checks
from bot.replication.decisive import (
    last_ended,
    newer_doubt,
    retry_to_come,
    stuck,
    switched_off,
    under_way,
)
from bot.replication.defects import Defect
from bot.replication.facts import Attempt, Facts
from bot.replication.model import Status
from bot.replication.verdicts import (
    Diagnosis,
    Hop,
    Verdict,
)


# A log of a failed task that says so: Harbor lost the better end of it.
_WELL = frozenset({"none", "harbor.failed_but_healed"})


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict before it is dressed: what, why, how sure, and what to do."""

    verdict: Verdict
    summary: str
    cause: str
    confidence: Confidence
    rerun: Rerun
    rerun_when: str
    remedy: str = ""
    attempt: Attempt | None = None
    defect: Defect | None = None


def diagnose(facts: Facts) -> Diagnosis:
    """Say where the image stands and why, from *facts* alone."""
    finding = _doubted(facts, _find(facts))
    return Diagnosis(
        image=facts.image,
        verdict=finding.verdict,
        cause=finding.cause,
        confidence=finding.confidence,
        summary=finding.summary,
        checks=all_checks(facts, finding.attempt, finding.defect),
        rerun=finding.rerun,
        rerun_when=finding.rerun_when,
        remedy=finding.remedy,
        blind_spots=facts.blind_spots,
        hops=_hops(facts, finding.verdict),
        excerpt=finding.attempt.excerpt if finding.attempt else "",
        source=facts.source.instance,
        destination=facts.destination.instance,
        digest=_digest(facts),
    )


def _find(facts: Facts) -> Finding:
    for step in (_arrived, _under_way, _gone_at_source, _failed, _stopped):
        finding = step(facts)
        if finding is not None:
            return finding
    return _open(facts)


def _arrived(facts: Facts) -> Finding | None:
    here, there = facts.source, facts.destination
    if there.artifact is None:
        return None
    if here.artifact is not None:
        if here.artifact.digest != there.artifact.digest:
            return None
        how, sure = "the same content digest on both sides", Confidence.HIGH
    elif here.seen:
        how, sure = (
            f"not on {here.instance}, so the two were not compared",
            Confidence.MEDIUM,
        )
    elif _may_be_outdated(facts):
        return None
    elif last_ended(facts) is None:
        return _uncompared(facts)
    else:
        how, sure = f"{here.instance} was not seen, so the two were not compared", Confidence.HIGH
    ended = last_ended(facts)
    return Finding(
        Verdict.SYNCED,
        f"{facts.image} is on {there.instance}: {how}.",
        "",
        sure,
        Rerun.USELESS,
        "The image is at the destination.",
        attempt=ended if ended and ended.status is Status.SUCCEED else None,
    )


def _uncompared(facts: Facts) -> Finding:
    here, there = facts.source.instance, facts.destination.instance
    return Finding(
        Verdict.CANNOT_TELL,
        f"{facts.image} is on {there}, but {here} was not seen: whether it is the newest content"
        " is not known.",
        "",
        Confidence.LOW,
        Rerun.UNKNOWN,
        f"Ask again when {here} can be seen.",
    )


def _may_be_outdated(facts: Facts) -> bool:
    """Say whether an attempt that did not arrive is newer than what the destination holds."""
    if under_way(facts) is not None:
        return True
    ended = last_ended(facts)
    if ended is None or ended.status is Status.SUCCEED:
        return False
    return not _overtaken(facts, ended)


def _under_way(facts: Facts) -> Finding | None:
    attempt = under_way(facts)
    if attempt is None:
        return None
    if retry_to_come(facts, attempt):
        return None if facts.source.lacks else _waits(facts, attempt)
    sure = Confidence.HIGH if attempt.names_tag else Confidence.MEDIUM
    if stuck(facts, attempt) or (not attempt.names_tag and last_ended(facts) is not None):
        sure = Confidence.LOW
    return Finding(
        Verdict.IN_PROGRESS,
        sentences.running(facts, attempt),
        "",
        lowered(sure, int(facts.source.lacks)),
        Rerun.WAIT,
        "Wait until it has ended; a second copy would do the same work twice.",
        attempt=attempt,
    )


def _waits(facts: Facts, attempt: Attempt) -> Finding:
    cause = CAUSES["jobservice.retry_pending"]
    return Finding(
        Verdict.IN_PROGRESS,
        sentences.waiting(facts, attempt),
        cause.code,
        lowered(Confidence.MEDIUM, int(not attempt.names_tag)),
        Rerun.WAIT,
        "Ask again in a few minutes; Harbor's own attempt comes first.",
        remedy=attempt.explanation.remedy if attempt.explanation else cause.remedy,
        attempt=attempt,
    )


def _gone_at_source(facts: Facts) -> Finding | None:
    attempt = last_ended(facts)
    if not facts.source.lacks:
        return None
    if attempt and attempt.status is Status.SUCCEED and not facts.destination.seen:
        return None
    cause = CAUSES["source.manifest_unknown"]
    return Finding(
        Verdict.SOURCE_MISSING,
        sentences.source_missing(facts, attempt),
        cause.code,
        Confidence.HIGH,
        Rerun.USELESS,
        f"The tag is absent on {facts.source.instance}: push it there first.",
        remedy=f"Push the image to {facts.source.instance}, or mend the policy's tag filter.",
        attempt=attempt,
    )


def _failed(facts: Facts) -> Finding | None:
    attempt = last_ended(facts)
    if attempt is None or attempt.status is not Status.FAILED or _overtaken(facts, attempt):
        return None
    code = cause_of(attempt)
    if code in _WELL:
        return None
    rerun, when = rerun_of(facts, attempt)
    return Finding(
        Verdict.FAILED,
        sentences.failed(facts, attempt, rerun),
        code,
        trust(facts, attempt),
        rerun,
        when,
        remedy=remedy_of(facts, attempt, rerun),
        attempt=attempt,
        defect=race_behind(facts, attempt),
    )


def _stopped(facts: Facts) -> Finding | None:
    attempt = last_ended(facts)
    if attempt is None or _overtaken(facts, attempt):
        return None
    if attempt.status is not Status.STOPPED and not switched_off(attempt):
        return None
    # Up to 1.7 nobody can stop a job: it stops when its policy is switched off.
    cause = CAUSES["policy.disabled" if attempt.job else "operator.stopped"]
    sure = Confidence.MEDIUM if switched_off(attempt) else Confidence.HIGH
    doubts = (not attempt.names_tag, newer_doubt(facts, attempt) is not None)
    when = "A start copies it, unless the content is at the destination already."
    rerun, when = startable(facts, Rerun.HELPS, when)
    return Finding(
        Verdict.FAILED,
        sentences.stopped(facts, attempt, rerun),
        cause.code,
        lowered(sure, sum(doubts)),
        rerun,
        when,
        remedy=cause.remedy
        if rerun is Rerun.AFTER_FIX
        else "Start it again if it is still wanted.",
        attempt=attempt,
    )


def _overtaken(facts: Facts, attempt: Attempt) -> bool:
    """Say whether the destination's content came after *attempt*, so that it explains nothing."""
    there = facts.destination.artifact
    if there is None or there.pushed_at is None or attempt.changed_at is None:
        return False
    return there.pushed_at > attempt.changed_at


def _open(facts: Facts) -> Finding:
    attempt = last_ended(facts)
    return Finding(
        Verdict.CANNOT_TELL,
        sentences.open_end(facts, attempt),
        "",
        Confidence.LOW,
        Rerun.UNKNOWN,
        "What was seen, and what is missing, is listed with the checks.",
        attempt=attempt,
    )


def _doubted(facts: Facts, finding: Finding) -> Finding:
    """Lower the confidence for what was not seen; equal content on both sides leaves no doubt."""
    blind = not (facts.source.seen and facts.destination.seen)
    if finding.verdict is not Verdict.SYNCED:
        blind = blind or facts.unseen
    return replace(finding, confidence=lowered(finding.confidence, int(blind)))


def _hops(facts: Facts, verdict: Verdict) -> tuple[Hop, ...]:
    name = next((policy.name for policy in facts.selecting), "")
    return (Hop(facts.source.instance, facts.destination.instance, name, verdict),)


def _digest(facts: Facts) -> str:
    artifact = facts.source.artifact or facts.destination.artifact
    return artifact.digest if artifact else facts.asked.digest
