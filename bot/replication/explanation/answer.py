"""What is answered, and what was said beside the log when it was asked."""

import re
from dataclasses import dataclass, replace

from bot.replication.causes import Confidence, Rerun, Side, cause
from bot.replication.log_lines import redacted
from bot.replication.rules import Rule


EVIDENCE = 600
ABOVE = 400
WHOLE = 12_000  # a longer line was cut, and a secret with it: its tail is not shown

_NUMBER = re.compile(r"(\d+)\.(\d+)")
_WORDS = {
    "finished": "done",
    "succeed": "done",
    "success": "done",
    "succeeded": "done",
    "completed": "done",
    "error": "failed",
    "failed": "failed",
    "failure": "failed",
    "pending": "pending",
    "scheduled": "pending",
    "retrying": "retrying",
    "stopped": "stopped",
    "canceled": "canceled",
    "cancelled": "canceled",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a log says about why a copy ended as it did; `evidence` begins with what decided."""

    cause: str
    side: Side | None
    confidence: Confidence
    evidence: tuple[str, ...]
    remedy: str
    rerun: Rerun
    rerun_when: str
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was said beside the log."""

    version: tuple[int, int] | None
    word: str
    text: str


def asked_for(version: str | None, status: str | None, text: str | None) -> Asked:
    """Read what was said beside the log; what makes no sense is left out."""
    number = _NUMBER.search(version or "")
    return Asked(
        version=(int(number.group(1)), int(number.group(2))) if number else None,
        word=_WORDS.get((status or "").strip().lower(), ""),
        text=(text or "").strip(),
    )


def ruled(rule: Rule, asked: Asked, *lines: str, unsure: bool = False) -> Explanation:
    """Answer with what *rule* names; `high` only where its words belong to one cause."""
    sure = rule.confidence
    if sure is Confidence.HIGH and (unsure or rule.also):
        sure = Confidence.MEDIUM
    code = rule.cause
    if code == "jobservice.log_missing" and asked.word == "pending":
        code, rule = "jobservice.no_worker", Rule(cause="jobservice.no_worker", also=(rule.cause,))
    answer = answered(code, sure, *lines, also=rule.also)
    if code == "jobservice.log_missing" and asked.word == "failed":
        when = "It depends on why the task failed, which only its log would have told."
        return replace(answer, rerun=Rerun.UNKNOWN, rerun_when=when)
    if code == "network.unreachable" and asked.word == "retrying":
        when = "Harbor before 1.4 tries again by itself every five minutes."
        return replace(answer, rerun=Rerun.WAIT, rerun_when=when)
    if rule.rerun is None:
        return answer
    return replace(answer, rerun=rule.rerun, rerun_when=rule.rerun_when)


def answered(code: str, sure: Confidence, *lines: str, also: tuple[str, ...] = ()) -> Explanation:
    """Put an answer together from the row of *code*."""
    row = cause(code)
    return Explanation(
        cause=row.code,
        side=None if row.code in {"none", "unknown"} else row.side,
        confidence=sure,
        evidence=tuple(_shown(line) for line in lines if line),
        remedy=row.remedy,
        rerun=row.rerun,
        rerun_when=row.rerun_when,
        alternatives=tuple(other for other in also if other != row.code),
    )


def _shown(line: str) -> str:
    """Make *line* fit to be shown: nothing secret, one paragraph, not too long."""
    text = " ".join(redacted(line).split())
    if len(text) <= EVIDENCE:
        return text
    if len(line) < WHOLE:
        return f"{text[:ABOVE]} … {text[ABOVE + 3 - EVIDENCE :]}"
    return f"{text[: EVIDENCE - 1]}…"
