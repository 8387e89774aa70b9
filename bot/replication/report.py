"""A diagnosis and an explanation as plain data, and as plain words for a terminal.

Knows the names that outside tools rely on; times are RFC 3339 in UTC. Nothing is decided here.
"""

import re
from datetime import UTC, datetime
from typing import Any

from bot.replication.causes import cause
from bot.replication.explanation import Explanation
from bot.replication.verdicts import BlindSpot, Check, Diagnosis, Hop


# What steers a terminal: it must not come from a log.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def explanation_data(told: Explanation) -> dict[str, Any]:
    """Lay out what ``explain --json`` prints."""
    return {
        "cause": told.cause,
        "side": told.side,
        "confidence": told.confidence,
        "evidence": list(told.evidence),
        "remedy": told.remedy,
        "rerun": told.rerun,
        "rerun_when": told.rerun_when,
        "alternatives": list(told.alternatives),
    }


def diagnosis_data(diagnosis: Diagnosis) -> dict[str, Any]:
    """Lay out what ``why --json`` prints, but for what it cost."""
    return {
        "image": diagnosis.image,
        "verdict": diagnosis.verdict,
        "cause": diagnosis.cause,
        "confidence": diagnosis.confidence,
        "summary": diagnosis.summary,
        "checks": [_check(check) for check in diagnosis.checks],
        "rerun": diagnosis.rerun,
        "rerun_when": diagnosis.rerun_when,
        "actions": [],
        "blind_spots": [_blind_spot(spot) for spot in diagnosis.blind_spots],
        "candidates": list(diagnosis.candidates),
        "hops": [_hop(hop) for hop in diagnosis.hops],
    }


def explanation_words(told: Explanation) -> str:
    """Say what ``explain`` prints for a person."""
    lines = [
        f"Cause       {told.cause}: {cause(told.cause).title} ({told.confidence} confidence)",
        f"Remedy      {told.remedy}",
        f"Run again   {told.rerun}: {told.rerun_when}",
        *(f"            {line}" for line in told.evidence),
    ]
    if told.alternatives:
        lines.append(f"Or          {', '.join(told.alternatives)}")
    return _CONTROL.sub("\ufffd", "\n".join(lines))


def diagnosis_words(diagnosis: Diagnosis) -> str:
    """Say what ``why`` prints for a person, but for what it cost."""
    lines = [
        diagnosis.summary,
        "",
        f"Verdict     {diagnosis.verdict}" + (f" ({diagnosis.cause})" if diagnosis.cause else ""),
        f"Confidence  {diagnosis.confidence}",
        f"Run again   {diagnosis.rerun}: {diagnosis.rerun_when}",
    ]
    if diagnosis.remedy:
        lines.append(f"Remedy      {diagnosis.remedy}")
    lines.append("")
    lines += [_check_words(check) for check in diagnosis.checks]
    lines += [
        f"  unseen  {spot.what}: {spot.why.rstrip('.')}. {spot.remedy}"
        for spot in diagnosis.blind_spots
    ]
    lines += [f"  perhaps {name}" for name in diagnosis.candidates]
    return _CONTROL.sub("\ufffd", "\n".join(lines))


def _check_words(check: Check) -> str:
    proof = ", ".join(part for part in (check.source, _time(check.at)) if part)
    return f"{check.state:>8}  {check.name}: {check.detail}" + (f" ({proof})" if proof else "")


def _check(check: Check) -> dict[str, Any]:
    return {
        "name": check.name,
        "state": check.state,
        "detail": check.detail,
        "source": check.source,
        "at": _time(check.at),
    }


def _blind_spot(spot: BlindSpot) -> dict[str, str]:
    return {"what": spot.what, "why": spot.why, "remedy": spot.remedy}


def _hop(hop: Hop) -> dict[str, str]:
    return {
        "from": hop.source,
        "to": hop.destination,
        "policy": hop.policy,
        "verdict": hop.verdict,
    }


def _time(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at else None
