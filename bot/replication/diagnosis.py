"""The ladder: from facts to one verdict, its cause, and what starting again is good for.

Decides; fetches nothing. The order of the steps is the order of the functions below: what is at
the destination counts first, then what Harbor is doing, then what it did, then what is missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.replication.causes import CAUSES, Confidence, Rerun
from bot.replication.checks import all_checks
from bot.replication.defects import defect_behind
from bot.replication.explanation import Explanation
from bot.replication.facts import Attempt, Facts
from bot.replication.image_ref import ImageRef
from bot.replication.model import Status
from bot.replication.verdicts import (
    BlindSpot,
    Check,
    CheckName,
    CheckState,
    Diagnosis,
    Hop,
    Verdict,
)


# From 1.8 on a failed task is tried again by Harbor; after this long without change it is not
# (seen live: the third run ends 67 to 329 s after the first began, with gaps below 120 s).
RETRIES_END_AFTER = timedelta(minutes=5)

_LOWER = {
    Confidence.HIGH: Confidence.MEDIUM,
    Confidence.MEDIUM: Confidence.LOW,
    Confidence.LOW: Confidence.LOW,
}


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


def diagnose(facts: Facts) -> Diagnosis:
    """Say where the image stands and why, from *facts* alone."""
    finding = _doubted(facts, _find(facts))
    version = facts.version
    return Diagnosis(
        image=facts.image,
        verdict=finding.verdict,
        cause=finding.cause,
        confidence=finding.confidence,
        summary=finding.summary,
        checks=all_checks(facts, finding.attempt, defect_behind(finding.cause, version)),
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


def undecided(
    asked: ImageRef,
    *,
    looked_at: Sequence[str],
    fitting: Sequence[str] = (),
    close: Sequence[str] = (),
    blind_spots: Sequence[BlindSpot] = (),
) -> Diagnosis:
    """Say that no single image is meant: which ones fit, or where was looked and what is close."""
    where = ", ".join(looked_at) or "no instance"
    if fitting:
        summary = f"{asked} fits {len(fitting)} images: which one is meant?"
        check = Check(CheckName.IMAGE, CheckState.UNKNOWN, f"fits {', '.join(fitting[:5])}", where)
    else:
        near = f" Close: {', '.join(close[:3])}." if close else ""
        summary = f"{asked} is not known on {where}.{near}"
        check = Check(CheckName.IMAGE, CheckState.BAD, f"no such image on {where}", where)
    return Diagnosis(
        image=str(asked),
        verdict=Verdict.CANNOT_TELL,
        cause="",
        confidence=Confidence.LOW,
        summary=summary,
        checks=(check,),
        rerun=Rerun.UNKNOWN,
        rerun_when="Ask again with the name in full.",
        blind_spots=tuple(blind_spots),
        candidates=tuple(fitting or close),
    )


def _find(facts: Facts) -> Finding:
    for step in (_arrived, _under_way, _failed, _stopped, _gone_at_source):
        finding = step(facts)
        if finding is not None:
            return finding
    return _open(facts)


def _arrived(facts: Facts) -> Finding | None:
    here, there = facts.source, facts.destination
    if there.artifact is None:
        return None
    if here.artifact is not None and here.artifact.digest != there.artifact.digest:
        return None
    if here.artifact is not None:
        summary, confidence = "the same content digest on both sides", Confidence.HIGH
    else:
        why = f"no longer on {here.instance}" if here.lacks else f"{here.instance} was not seen"
        summary, confidence = f"{why}, so the two could not be compared", Confidence.MEDIUM
    return Finding(
        Verdict.SYNCED,
        f"{facts.image} is on {there.instance}: {summary}.",
        "",
        confidence,
        Rerun.USELESS,
        "The image is at the destination.",
    )


def _under_way(facts: Facts) -> Finding | None:
    attempt = _newest(facts)
    if attempt is None or attempt.names_tag is False:
        return None
    if attempt.task is not None and attempt.task.retrying:
        return _waits(facts, attempt, "Harbor tries it again by itself every 5 minutes")
    if not _status(attempt).ended:
        return Finding(
            Verdict.IN_PROGRESS,
            f"{facts.image} is being copied to {facts.destination.instance}:"
            f" {attempt.label} is {_status(attempt)}.",
            "",
            Confidence.HIGH if attempt.names_tag else Confidence.MEDIUM,
            Rerun.WAIT,
            "Wait until it has ended; a second copy would do the same work twice.",
            attempt=attempt,
        )
    if _retry_to_come(facts, attempt):
        return _waits(facts, attempt, "Harbor tries a failed task up to three times")
    return None


def _waits(facts: Facts, attempt: Attempt, how: str) -> Finding:
    cause = CAUSES["jobservice.retry_pending"]
    return Finding(
        Verdict.IN_PROGRESS,
        f"{facts.image} is not on {facts.destination.instance} yet: {attempt.label} failed"
        f"{_because(attempt)}, and {how}.",
        cause.code,
        Confidence.MEDIUM,
        Rerun.WAIT,
        "Ask again in a few minutes; Harbor's own attempt comes first.",
        remedy=attempt.explanation.remedy if attempt.explanation else cause.remedy,
        attempt=attempt,
    )


def _failed(facts: Facts) -> Finding | None:
    attempt = _newest(facts)
    if attempt is None or _status(attempt) is not Status.FAILED:
        return None
    if facts.source.lacks:
        return _source_missing(facts, attempt)
    told = attempt.explanation
    code = told.cause if told else "unknown"
    if code == "none":
        code = "unknown"
    rerun, when = _rerun(facts, told, code)
    return Finding(
        Verdict.FAILED,
        f"{facts.image} is {_absence(facts)}: {_sentence(facts, code)}. {_advice(rerun)}",
        code,
        _trust(attempt),
        rerun,
        when,
        remedy=_remedy(facts, told, code),
        attempt=attempt,
    )


def _stopped(facts: Facts) -> Finding | None:
    attempt = _newest(facts)
    if attempt is None or _status(attempt) is not Status.STOPPED:
        return None
    if facts.source.lacks:
        return _source_missing(facts, attempt)
    code = "operator.stopped" if attempt.policy.enabled else "policy.disabled"
    cause = CAUSES[code]
    return Finding(
        Verdict.FAILED,
        f"{facts.image} is {_absence(facts)}: {attempt.label} was stopped. "
        + _advice(cause.rerun),
        code,
        Confidence.HIGH if attempt.names_tag else Confidence.MEDIUM,
        cause.rerun,
        cause.rerun_when,
        remedy=cause.remedy,
        attempt=attempt,
    )


def _gone_at_source(facts: Facts) -> Finding | None:
    if not facts.source.lacks:
        return None
    return _source_missing(facts, _newest(facts))


def _source_missing(facts: Facts, attempt: Attempt | None) -> Finding:
    cause = CAUSES["source.manifest_unknown"]
    deleted = f" It was deleted there at {facts.deleted_at:%Y-%m-%d %H:%M} UTC."
    return Finding(
        Verdict.SOURCE_MISSING,
        f"{facts.image} is not on {facts.source.instance}, so there is nothing to copy."
        + (deleted if facts.deleted_at else ""),
        cause.code,
        Confidence.HIGH,
        Rerun.USELESS,
        f"The tag is absent on {facts.source.instance}: push it there first.",
        remedy=f"Push the image to {facts.source.instance}, or mend the policy's tag filter.",
        attempt=attempt,
    )


def _open(facts: Facts) -> Finding:
    return Finding(
        Verdict.CANNOT_TELL,
        f"{facts.image} is {_absence(facts)}, and {_open_end(facts)}.",
        "",
        Confidence.LOW,
        Rerun.UNKNOWN,
        "What is missing is listed with the checks.",
        attempt=_newest(facts),
    )


def _open_end(facts: Facts) -> str:
    attempt = _newest(facts)
    if facts.source.artifact and facts.destination.artifact:
        return "the two sides hold different contents under that tag"
    if attempt is not None and _status(attempt) is Status.SUCCEED:
        return f"{attempt.label} says that it succeeded"
    if not facts.policies:
        return f"no policy of {facts.holder} goes there"
    if not any(fit.selection.selects for fit in facts.policies):
        return "no policy that goes there selects it"
    return "no attempt to copy it was found"


def _newest(facts: Facts) -> Attempt | None:
    certain = [attempt for attempt in facts.attempts if attempt.names_tag]
    return next(iter(certain or facts.attempts), None)


def _status(attempt: Attempt) -> Status:
    return attempt.task.status if attempt.task else attempt.execution.status


def _retry_to_come(facts: Facts, attempt: Attempt) -> bool:
    task = attempt.task
    if task is None or task.execution_id is None or task.status is not Status.FAILED:
        return False
    return task.changed_at is not None and facts.now - task.changed_at < RETRIES_END_AFTER


def _because(attempt: Attempt) -> str:
    told = attempt.explanation
    if told is None or told.cause in {"none", "unknown"}:
        return ""
    return f" ({CAUSES[told.cause].title})"


def _absence(facts: Facts) -> str:
    there = facts.destination
    if there.artifact is not None:
        return f"on {there.instance} with another content digest"
    if there.lacks:
        return f"not on {there.instance}"
    return f"perhaps not on {there.instance}, which was not seen"


def _sentence(facts: Facts, code: str) -> str:
    defect = defect_behind(code, facts.version)
    if defect is not None and facts.source.holds:
        return defect.told
    sentence = CAUSES[code].sentence.rstrip(".")
    # "HTTP" keeps its capitals, "The" does not.
    return sentence if sentence[1:2].isupper() else sentence[:1].lower() + sentence[1:]


def _advice(rerun: Rerun) -> str:
    return {
        Rerun.HELPS: "Running it again helps.",
        Rerun.WAIT: "Waiting helps, running it again does not.",
        Rerun.AFTER_FIX: "Running it again helps only after a fix.",
        Rerun.USELESS: "Running it again changes nothing.",
        Rerun.UNKNOWN: "Whether running it again helps is not known.",
    }[rerun]


def _trust(attempt: Attempt) -> Confidence:
    told = attempt.explanation
    if told is None or told.cause in {"unknown", "none"}:
        return Confidence.LOW
    return told.confidence if attempt.names_tag else _LOWER[told.confidence]


def _rerun(facts: Facts, told: Explanation | None, code: str) -> tuple[Rerun, str]:
    if told is None:
        return Rerun.UNKNOWN, "The log that would tell is not there any more."
    if code == "source.manifest_unknown" and told.rerun is Rerun.UNKNOWN and facts.source.holds:
        return Rerun.HELPS, f"The tag is readable on {facts.source.instance} now."
    return told.rerun, told.rerun_when


def _remedy(facts: Facts, told: Explanation | None, code: str) -> str:
    if told is None:
        return CAUSES[code].remedy
    defect = defect_behind(code, facts.version)
    if defect is not None and facts.source.holds:
        return f"Run the copy again; Harbor {defect.mended} and later do not have this race."
    return told.remedy


def _doubted(facts: Facts, finding: Finding) -> Finding:
    blind = finding.verdict is Verdict.FAILED and not (
        facts.source.seen and facts.destination.seen
    )
    if not blind:
        return finding
    return replace(finding, confidence=_LOWER[finding.confidence])


def _hops(facts: Facts, verdict: Verdict) -> tuple[Hop, ...]:
    selecting = [fit.policy.name for fit in facts.policies if fit.selection.selects]
    name = next(iter(selecting), "")
    return (Hop(facts.source.instance, facts.destination.instance, name, verdict),)


def _digest(facts: Facts) -> str:
    artifact = facts.source.artifact or facts.destination.artifact
    return artifact.digest if artifact else facts.asked.digest
