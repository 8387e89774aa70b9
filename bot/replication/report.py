"""A diagnosis and an explanation as plain data, in the names that outside tools rely on.

Times are RFC 3339 in UTC. Nothing is decided here.
"""

from datetime import UTC, datetime
from typing import Any

from bot.replication.explanation import Explanation
from bot.replication.verdicts import BlindSpot, Check, Diagnosis, Hop


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
        "remedy": diagnosis.remedy,
        "checks": [_check(check) for check in diagnosis.checks],
        "rerun": diagnosis.rerun,
        "rerun_when": diagnosis.rerun_when,
        "actions": [],
        "blind_spots": [_blind_spot(spot) for spot in diagnosis.blind_spots],
        "candidates": list(diagnosis.candidates),
        "hops": [_hop(hop) for hop in diagnosis.hops],
    }


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
