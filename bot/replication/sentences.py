"""The summaries of the ladder: one sentence or two, for who released the image.

Knows how a finding is said. Decides nothing.
"""

from datetime import datetime, timedelta

from bot.replication.advice import cause_of, race_behind
from bot.replication.causes import CAUSES, Rerun
from bot.replication.decisive import newer_doubt, stuck, switched_off
from bot.replication.facts import Attempt, Facts, PolicyFit
from bot.replication.model import Policy, Status, Trigger


RUNS = {
    Trigger.EVENT_BASED: "on push",
    Trigger.SCHEDULED: "on a schedule",
    Trigger.MANUAL: "by hand",
}
_DOES = {
    Status.SUCCEED: "succeeded",
    Status.FAILED: "failed",
    Status.STOPPED: "was stopped",
    Status.IN_PROGRESS: "is running",
    Status.PENDING: "waits for a worker",
}
_ADVICE = {
    Rerun.HELPS: "Running it again helps.",
    Rerun.WAIT: "Waiting helps, running it again does not.",
    Rerun.AFTER_FIX: "Running it again helps only after a fix.",
    Rerun.USELESS: "Running it again changes nothing.",
    Rerun.UNKNOWN: "Whether running it again helps is not known.",
}


def failed(facts: Facts, attempt: Attempt, rerun: Rerun) -> str:
    """Say that the copy failed, why, and what a start is good for."""
    return f"{facts.image} {absence(facts)}: {_why(facts, attempt)}. {_ADVICE[rerun]}"


def stopped(facts: Facts, attempt: Attempt, rerun: Rerun) -> str:
    """Say that the copy was stopped, or canceled with its policy."""
    how = f"{attempt.label} was stopped"
    if switched_off(attempt):
        how = f"{attempt.label} failed and is not tried again, because its policy is switched off"
    elif attempt.job:
        how += f" when policy {attempt.policy.name} was switched off"
    return f"{facts.image} {absence(facts)}: {how}. {_ADVICE[rerun]}"


def running(facts: Facts, attempt: Attempt) -> str:
    """Say that the copy is under way, and since when where that is long."""
    doing = does(attempt)
    if stuck(facts, attempt) and attempt.at:
        span = spelled(facts.now - attempt.at)
        doing += f" since {stamp(attempt.at)} ({span}), longer than a copy takes"
    there = facts.destination.instance
    if attempt.names_tag:
        said = f"{facts.image} is being copied to {there}: {attempt.label} {doing}"
    else:
        said = f"{facts.image} {absence(facts)}: {attempt.label} {doing} and may take it along"
    if facts.source.lacks:
        said += f", but the image is no longer on {facts.source.instance}"
    return f"{said}."


def waiting(facts: Facts, attempt: Attempt) -> str:
    """Say that an attempt failed and that Harbor will try again."""
    told = attempt.explanation
    known = told is not None and told.cause not in {"none", "unknown"}
    because = f" ({CAUSES[told.cause].title})" if told and known else ""
    how = "Harbor tries a failed task up to three times"
    if attempt.job:
        since = f" since {stamp(attempt.at)}" if attempt.at else ""
        how = f"Harbor tries it again every 5 minutes{since}"
    perhaps = "" if attempt.names_tag else ", which may have had it,"
    return f"{facts.image} {absence(facts)} yet: {attempt.label}{perhaps} failed{because}; {how}."


def source_missing(facts: Facts, attempt: Attempt | None) -> str:
    """Say that there is nothing to copy, since when, and what failed before."""
    said = f"{facts.image} is not on {facts.source.instance}, so there is nothing to copy."
    deleted = facts.deleted_at
    if deleted and (facts.pushed_at is None or deleted >= facts.pushed_at):
        return f"{said} It was deleted there at {stamp(deleted)}."
    told = attempt.explanation if attempt else None
    if attempt is None or told is None or attempt.status is not Status.FAILED:
        return said
    if told.cause in {"none", "unknown", "source.manifest_unknown"}:
        return said
    return f"{said} Before that, {attempt.label} failed: {_lower(CAUSES[told.cause].title)}."


def open_end(facts: Facts, attempt: Attempt | None) -> str:
    """Say what was seen where that does not make an answer."""
    if attempt is None:
        joint = ", and" if facts.destination.holds else ":"
        return f"{facts.image} {absence(facts)}{joint} {_unattempted(facts)}."
    if attempt.status is Status.SUCCEED and not facts.destination.seen:
        perhaps = "" if attempt.names_tag else ", which may have had it,"
        gone = f" It is no longer on {facts.source.instance}." if facts.source.lacks else ""
        where = facts.destination.instance
        return (
            f"{facts.image} may be on {where}, which was not seen:"
            f" {attempt.label}{perhaps} succeeded.{gone}"
        )
    return f"{facts.image} {absence(facts)}, {_but(facts, attempt)}."


def absence(facts: Facts) -> str:
    """Say what is known of the destination, as what the image is."""
    there = facts.destination
    if there.holds and not facts.source.seen:
        return f"is on {there.instance}, perhaps with an older content"
    if there.holds:
        return f"is on {there.instance} with another content digest"
    if there.lacks:
        return f"is not on {there.instance}"
    return f"is perhaps not on {there.instance}, which was not seen"


def does(attempt: Attempt) -> str:
    """Say what an attempt does or did."""
    if attempt.task is not None and attempt.task.retrying:
        return "failed and waits for Harbor's next try"
    return _DOES[attempt.status]


def nearest(facts: Facts) -> PolicyFit | None:
    """Return the policy that comes nearest to selecting the image, of those that do not."""
    others = [fit for fit in facts.policies if not fit.selection.selects]
    return min(others, key=_distance, default=None)


def policy_name(policy: Policy) -> str:
    """Name a policy with its number in Harbor."""
    return f"{policy.name} ({policy.id})"


def stamp(at: datetime) -> str:
    """Write a time for people."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def spelled(span: timedelta) -> str:
    """Write a length of time in its largest unit that has at least two."""
    seconds = round(span.total_seconds())
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s" if seconds else "less than 1 s"


def _why(facts: Facts, attempt: Attempt) -> str:
    told = attempt.explanation
    race = race_behind(facts, attempt)
    if race is not None:
        return race.told + _newer(facts, attempt)
    if told is None:
        log = "is gone" if attempt.log_gone else "could not be read"
        return f"{attempt.label} failed, and its log {log}"
    if not told.evidence:
        return f"{attempt.label} failed without saying why"
    code = cause_of(attempt)
    if attempt.blames:
        title = _lower(CAUSES[code].title)
        return f"{attempt.label} ended at {attempt.blames} before it came to this tag ({title})"
    perhaps = "" if attempt.names_tag else f"{attempt.label}, which may have had it, failed: "
    return perhaps + _lower(CAUSES[code].sentence.rstrip(".")) + _newer(facts, attempt)


def _newer(facts: Facts, attempt: Attempt) -> str:
    newer = newer_doubt(facts, attempt)
    return (
        f"; {newer.label}, which is newer and {does(newer)}, may have had it too" if newer else ""
    )


def _but(facts: Facts, attempt: Attempt) -> str:
    told = attempt.explanation
    if attempt.status is not Status.SUCCEED:
        if facts.destination.holds:
            return f"and what is there is newer than {attempt.label}, which {does(attempt)}"
        return f"although the log of {attempt.label}, which failed, ends with the copy made"
    if told is not None and told.cause == "policy.override_skip":
        return f"and {attempt.label} left it so, because its policy may not override"
    perhaps = "" if attempt.names_tag else ", which may have had it,"
    return f"although {attempt.label}{perhaps} succeeded"


def _unattempted(facts: Facts) -> str:
    way = f"from {facts.source.instance} to {facts.destination.instance}"
    hidden = ", as far as could be seen" if facts.records_hidden else ""
    if not facts.policies:
        return f"no policy goes {way}{hidden}"
    if not facts.selecting:
        near = nearest(facts)
        clause = f" ({near.policy.name}: {near.selection.clause})" if near else ""
        return f"no policy {way} selects it{clause}{hidden}"
    policy = facts.selecting[0]
    if not policy.enabled:
        return f"policy {policy.name}, which selects it, is disabled{hidden}"
    since = " since it was pushed" if facts.earlier else ""
    runs = RUNS[policy.trigger]
    return (
        f"no attempt to copy it{since} was found, although policy {policy.name} selects it"
        f" and runs {runs}{hidden}"
    )


def _distance(fit: PolicyFit) -> tuple[int, bool]:
    return fit.selection.clause.count("; "), not fit.policy.enabled


def _lower(sentence: str) -> str:
    # "Harbor" and "HTTP" keep their capitals, "The" does not.
    if sentence.startswith("Harbor") or sentence[1:2].isupper():
        return sentence
    return sentence[:1].lower() + sentence[1:]
