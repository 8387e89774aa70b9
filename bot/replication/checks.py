"""The steps of the ladder as evidence: what each one saw, where, and when.

Says what was seen; decides nothing.
"""

from datetime import datetime

from bot.replication.defects import Defect
from bot.replication.facts import Attempt, Facts, Place
from bot.replication.model import Status, Trigger
from bot.replication.verdicts import Check, CheckName, CheckState


_STATED = {Status.SUCCEED: CheckState.OK, Status.FAILED: CheckState.BAD}
_RUNS = {
    Trigger.EVENT_BASED: "on push",
    Trigger.SCHEDULED: "on a schedule",
    Trigger.MANUAL: "by hand",
}


def all_checks(facts: Facts, attempt: Attempt | None, defect: Defect | None) -> tuple[Check, ...]:
    """Return the eight steps in their order; *attempt* is the one that decided, if any."""
    return (
        _image(facts),
        _source(facts),
        _destination(facts),
        _policy(facts),
        _attempts(facts, attempt),
        _log(facts, attempt),
        _endpoint(facts),
        _version(facts, defect),
    )


def _image(facts: Facts) -> Check:
    if facts.exact:
        return Check(CheckName.IMAGE, CheckState.OK, f"{facts.image} is the name in full")
    return Check(
        CheckName.IMAGE,
        CheckState.OK,
        f"{facts.asked} is read as {facts.image}, the only tag that begins so",
    )


def _source(facts: Facts) -> Check:
    return _place(CheckName.SOURCE, facts.source, pushed_at=facts.pushed_at)


def _destination(facts: Facts) -> Check:
    here, there = facts.source.artifact, facts.destination.artifact
    check = _place(CheckName.DESTINATION, facts.destination)
    if here is None or there is None or here.digest == there.digest:
        return check
    return Check(check.name, CheckState.BAD, f"{check.detail}, not what the source holds")


def _place(name: CheckName, place: Place, *, pushed_at: datetime | None = None) -> Check:
    where = f"{place.instance}: tag"
    if not place.seen:
        return Check(name, CheckState.UNKNOWN, f"{place.instance} was not seen", where)
    artifact = place.artifact
    if artifact is None:
        return Check(name, CheckState.BAD, f"not on {place.instance}", where)
    at = pushed_at or artifact.pushed_at or artifact.built_at
    how = "pushed" if pushed_at or artifact.pushed_at else "built"
    when = f", {how} {_stamp(at)}" if at else ""
    detail = f"on {place.instance}, {artifact.digest[:19]}{when}"
    return Check(name, CheckState.OK, detail, where, at)


def _policy(facts: Facts) -> Check:
    where = f"{facts.holder}: policies"
    way = f"from {facts.source.instance} to {facts.destination.instance}"
    selecting = [fit.policy for fit in facts.policies if fit.selection.selects]
    if not selecting:
        clause = next((fit.selection.clause for fit in facts.policies), "")
        why = f": {clause}" if clause else f": none goes {way}"
        return Check(CheckName.POLICY, CheckState.BAD, f"no policy selects it{why}", where)
    policy = next((one for one in selecting if one.enabled), selecting[0])
    state = CheckState.OK if policy.enabled else CheckState.BAD
    enabled = f"enabled, runs {_RUNS[policy.trigger]}" if policy.enabled else "disabled"
    detail = f"{policy.name} ({policy.id}) selects it, {enabled}"
    return Check(CheckName.POLICY, state, detail, where, policy.active_since)


def _attempts(facts: Facts, attempt: Attempt | None) -> Check:
    where = f"{facts.holder}: policy records"
    if attempt is None:
        state = CheckState.UNKNOWN if _hidden(facts) else CheckState.BAD
        return Check(CheckName.ATTEMPTS, state, "no attempt was found", where)
    status = attempt.task.status if attempt.task else attempt.execution.status
    state = _STATED.get(status, CheckState.UNKNOWN)
    known = "" if attempt.names_tag else ", which may not have had this tag"
    others = len(facts.attempts) - 1
    more = f"; {others} more" if others else ""
    detail = f"{attempt.label} {_ended(attempt)}{_after(facts, attempt)}{known}{more}"
    return Check(CheckName.ATTEMPTS, state, detail, where, attempt.at)


def _hidden(facts: Facts) -> bool:
    return any("records" in spot.what for spot in facts.blind_spots)


def _ended(attempt: Attempt) -> str:
    if attempt.task is not None and attempt.task.retrying:
        return "failed and waits for Harbor's next try"
    status = attempt.task.status if attempt.task else attempt.execution.status
    return {
        Status.SUCCEED: "succeeded",
        Status.FAILED: "failed",
        Status.STOPPED: "was stopped",
        Status.IN_PROGRESS: "is running",
        Status.PENDING: "waits for a worker",
    }[status]


def _after(facts: Facts, attempt: Attempt) -> str:
    artifact = facts.source.artifact
    pushed = facts.pushed_at or (artifact.pushed_at if artifact else None)
    since = pushed or (artifact.built_at if artifact else None)
    if since is None or attempt.at is None or attempt.at < since:
        return ""
    seconds = round((attempt.at - since).total_seconds())
    return f" {_span(seconds)} after the {'push' if pushed else 'build'}"


def _log(facts: Facts, attempt: Attempt | None) -> Check:
    if attempt is None:
        return Check(CheckName.LOG, CheckState.SKIPPED, "no attempt, no log")
    where = f"{facts.holder}: log of {attempt.label}"
    told = attempt.explanation
    if attempt.log_gone:
        return Check(CheckName.LOG, CheckState.UNKNOWN, "the log is gone", where)
    if told is None:
        return Check(CheckName.LOG, CheckState.SKIPPED, "not read", where)
    if not told.evidence:
        return Check(CheckName.LOG, CheckState.OK, "nothing in it points to a failure", where)
    state = CheckState.OK if told.cause == "none" else CheckState.BAD
    return Check(CheckName.LOG, state, told.evidence[0], where, attempt.changed_at)


def _endpoint(facts: Facts) -> Check:
    fit = next((fit for fit in facts.policies if fit.selection.selects), None)
    endpoint = None
    if fit is not None:
        endpoint = fit.policy.destination if fit.policy.source.local else fit.policy.source
    if endpoint is None or not endpoint.status:
        why = "Harbor holds no opinion of its health"
        return Check(CheckName.ENDPOINT, CheckState.SKIPPED, why)
    state = {"healthy": CheckState.OK, "unhealthy": CheckState.BAD}.get(
        endpoint.status, CheckState.UNKNOWN
    )
    detail = f"{facts.holder} calls {endpoint.name} {endpoint.status}"
    where = f"{facts.holder}: registries"
    return Check(CheckName.ENDPOINT, state, detail, where, endpoint.checked_at)


def _version(facts: Facts, defect: Defect | None) -> Check:
    where = f"{facts.holder}: version"
    version = facts.version
    if version is None:
        return Check(CheckName.VERSION, CheckState.UNKNOWN, "the version was not seen", where)
    name = f"{facts.holder} runs Harbor {version}"
    if defect is None:
        return Check(CheckName.VERSION, CheckState.OK, name, where)
    detail = f"{name}: before {defect.mended} {defect.why} ({defect.known_from})"
    return Check(CheckName.VERSION, CheckState.BAD, detail, where)


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _span(seconds: int) -> str:
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
