"""The steps of the ladder as evidence: what each one saw, where, and when.

Says what was seen; decides nothing.
"""

from dataclasses import replace
from datetime import datetime

from bot.replication.decisive import last_ended, newer_doubt
from bot.replication.defects import Defect
from bot.replication.explanation import Explanation
from bot.replication.facts import Attempt, Facts, Place
from bot.replication.model import Status
from bot.replication.sentences import RUNS, does, nearest, policy_name, spelled, stamp
from bot.replication.verdicts import Check, CheckName, CheckState


_STATED = {
    Status.SUCCEED: CheckState.OK,
    Status.FAILED: CheckState.BAD,
    Status.STOPPED: CheckState.BAD,
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
        _endpoint(facts, attempt),
        _version(facts, defect),
    )


def _image(facts: Facts) -> Check:
    if facts.exact:
        return Check(CheckName.IMAGE, CheckState.OK, f"{facts.image} is the name in full")
    return Check(
        CheckName.IMAGE,
        CheckState.OK,
        f"{facts.asked} is read as {facts.image}, the only image that fits",
    )


def _source(facts: Facts) -> Check:
    check = _place(CheckName.SOURCE, facts.source, facts, pushed_at=facts.pushed_at)
    if facts.source.lacks and facts.deleted_at:
        detail = f"{check.detail}; deleted there {stamp(facts.deleted_at)}"
        return replace(check, detail=detail, at=facts.deleted_at)
    return check


def _destination(facts: Facts) -> Check:
    here, there = facts.source.artifact, facts.destination.artifact
    check = _place(CheckName.DESTINATION, facts.destination, facts)
    if here is None or there is None or here.digest == there.digest:
        return check
    detail = f"{check.detail}, not what the source holds"
    return replace(check, state=CheckState.BAD, detail=detail)


def _place(
    name: CheckName, place: Place, facts: Facts, *, pushed_at: datetime | None = None
) -> Check:
    where = f"{place.instance}: tag"
    if not place.seen:
        return Check(name, CheckState.UNKNOWN, f"{place.instance} was not seen", where)
    artifact = place.artifact
    if artifact is None:
        return Check(name, CheckState.BAD, f"not on {place.instance}", where)
    at = pushed_at or artifact.pushed_at or artifact.built_at
    how = "pushed" if pushed_at or artifact.pushed_at else "built"
    when = f", {how} {stamp(at)}" if at else ""
    other = "" if artifact.repository == facts.repository else f" as {artifact.repository}"
    detail = f"on {place.instance}{other}, {artifact.digest[:19]}{when}"
    return Check(name, CheckState.OK, detail, where, at)


def _policy(facts: Facts) -> Check:
    where = f"{facts.holder}: policies"
    if not facts.selecting:
        state = CheckState.UNKNOWN if facts.records_hidden else CheckState.BAD
        return Check(CheckName.POLICY, state, _none_selects(facts), where)
    policy = facts.selecting[0]
    fit = next(fit for fit in facts.policies if fit.policy is policy)
    state = CheckState.OK if policy.enabled else CheckState.BAD
    enabled = f"enabled, runs {RUNS[policy.trigger]}" if policy.enabled else "disabled"
    detail = f"{policy_name(policy)} selects it, {enabled}"
    if fit.selection.unknown:
        detail += f"; not judged: {fit.selection.unknown}"
        state = CheckState.UNKNOWN if policy.enabled else state
    others = len(facts.selecting) - 1
    detail += f"; {others} more select it" if others else ""
    return Check(CheckName.POLICY, state, detail, where, policy.active_since)


def _none_selects(facts: Facts) -> str:
    seen = " that was seen" if facts.records_hidden else ""
    near = nearest(facts)
    if near is None:
        return f"no policy{seen} goes from {facts.source.instance} to {facts.destination.instance}"
    name, clause = policy_name(near.policy), near.selection.clause
    return f"no policy{seen} selects it; the nearest, {name}, does not: {clause}"


def _attempts(facts: Facts, decisive: Attempt | None) -> Check:
    where = f"{facts.holder}: records of the policies"
    attempt = decisive or last_ended(facts)
    if attempt is None:
        state = CheckState.UNKNOWN if facts.records_hidden else CheckState.BAD
        return Check(CheckName.ATTEMPTS, state, _none_found(facts), where)
    state = _STATED.get(attempt.status, CheckState.UNKNOWN)
    known = "" if attempt.names_tag else ", which may not have had this tag"
    others = [one for one in facts.attempts if one is not attempt and one.names_tag is not False]
    doubt = newer_doubt(facts, attempt)
    more = f"; {len(others)} more" if others else ""
    if doubt:
        more += f", of which {doubt.label} is newer, {does(doubt)} and may have had it"
    detail = f"{attempt.label} {does(attempt)}{_after(facts, attempt)}{known}{more}"
    return Check(CheckName.ATTEMPTS, state, detail, where, attempt.at)


def _none_found(facts: Facts) -> str:
    if facts.earlier:
        return f"no attempt since the push; {facts.earlier} before it, for an earlier content"
    return "no attempt was found"


def _after(facts: Facts, attempt: Attempt) -> str:
    artifact = facts.source.artifact
    pushed = facts.pushed_at or (artifact.pushed_at if artifact else None)
    since = pushed or (artifact.built_at if artifact else None)
    if since is None or attempt.at is None or attempt.at < since:
        return ""
    return f" {spelled(attempt.at - since)} after the {'push' if pushed else 'build'}"


def _log(facts: Facts, attempt: Attempt | None) -> Check:
    if attempt is None:
        return Check(CheckName.LOG, CheckState.SKIPPED, "no attempt whose log would tell")
    what = "log" if attempt.task else "status text"
    where = f"{facts.holder}: {what} of {attempt.label}"
    told = attempt.explanation
    if attempt.log_gone:
        return Check(CheckName.LOG, CheckState.UNKNOWN, "the log is gone", where)
    if told is None and attempt.status is Status.PENDING:
        return Check(CheckName.LOG, CheckState.SKIPPED, "not begun, so no log yet", where)
    if told is None:
        return Check(CheckName.LOG, CheckState.UNKNOWN, "the log was not read", where)
    if not told.evidence:
        return Check(CheckName.LOG, CheckState.UNKNOWN, f"the {what} says nothing", where)
    state, detail = _read(told, attempt.status)
    return Check(CheckName.LOG, state, detail, where, attempt.changed_at)


def _read(told: Explanation, status: Status) -> tuple[CheckState, str]:
    if status is Status.SUCCEED and told.cause != "none":
        # Lines of a run before it, which Harbor's own retry left in the file.
        return CheckState.OK, "what went wrong in it was overcome"
    quiet = told.cause == "none" or not status.ended_badly
    return CheckState.OK if quiet else CheckState.BAD, told.evidence[0]


def _endpoint(facts: Facts, attempt: Attempt | None) -> Check:
    policy = attempt.policy if attempt else next(iter(facts.selecting), None)
    endpoint = None
    if policy is not None:
        endpoint = policy.destination if policy.source.local else policy.source
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
