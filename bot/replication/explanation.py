"""Reading a log, naming its cause: the whole of `explain`, as one function.

Knows how to weigh a run's error, its end, the status and the status text against each other. Does
not know what is true now: where the advice needs that, it is `unknown` and names the fact.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from bot.replication.causes import Confidence, Rerun, Side, cause
from bot.replication.log_lines import Attempt, Record, attempts, newest, record, records, redacted
from bot.replication.rules import (
    RULES,
    Fault,
    Rule,
    Step,
    body_of,
    first,
    peer_of,
    status_of,
    step_of,
    tags_of,
)


EVIDENCE = 600
ABOVE = 400
WHOLE = 12_000  # a longer line was cut, and a secret with it: its tail is not shown

_DONE = re.compile(
    r"^copy .*\(destination registry\) completed$|^manifest of .* has been pushed to "
    r"|skip manifest pushing$|next state is \"finished\"$|has been deleted$| is deleted$"
    r"|doesn't exist on the destination registry, skip$|delete the chart .* completed$"
    r"|^(?:repository|image) \S+ (?:not found|does not exist on \S+)$|has been sent successfully$",
    re.DOTALL,
)
_STOPPED = re.compile(r"^the job is (?:stopped|canceled)$")
_CANCELED = re.compile(r"^The job has been canceled$")
_GONE = re.compile(r"does not exist on source registry \S+ cancel manifest pushing")
_QUIET = re.compile(r"^an error occurred while checking the existence of manifest of ")
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
_FIRST_WITH_STOP = (1, 8)  # before it, stopped and canceled mean that the policy was switched off
_NEVER_HEALED = (1, 8)


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
class _Asked:
    """What was said beside the log."""

    version: tuple[int, int] | None
    word: str
    text: str


def explain(
    log: Iterable[bytes | str],
    *,
    harbor_version: str | None = None,
    status: str | None = None,
    status_text: str | None = None,
) -> Explanation:
    """Name the cause of the newest run in *log*; any word is accepted as *status*."""
    asked = _asked(harbor_version, status, status_text)
    return _explained(newest(log), asked)


def explain_each(
    log: Iterable[bytes | str],
    *,
    harbor_version: str | None = None,
    status: str | None = None,
    status_text: str | None = None,
) -> Iterator[tuple[str | None, Explanation]]:
    """Name the cause of each job in *log*, with its id where a line names it."""
    asked = _asked(harbor_version, status, status_text)
    for run in _jobs(attempts(log)):
        yield run.job, _explained(run, asked)


def _asked(version: str | None, status: str | None, text: str | None) -> _Asked:
    """Read what was said beside the log; what makes no sense is left out."""
    number = _NUMBER.search(version or "")
    return _Asked(
        version=(int(number.group(1)), int(number.group(2))) if number else None,
        word=_WORDS.get((status or "").strip().lower(), ""),
        text=(text or "").strip(),
    )


def _jobs(runs: Iterable[Attempt]) -> Iterator[Attempt]:
    """Take the runs of one job together; lines before the first job are none."""
    held: Attempt | None = None
    for run in runs:
        if held is not None and not _again(held, run) and (held.opens or held.job or held.error):
            yield held
        held = run
    if held is not None:
        yield held


def _again(earlier: Attempt, later: Attempt) -> bool:
    """Say whether *later* is Harbor's own retry of the same job (1.2 appends them)."""
    waiting = earlier.ending.rstrip().endswith(b"waiting for retrying...")
    return waiting and _opening_line(earlier) == _opening_line(later)


def _opening_line(run: Attempt) -> str:
    """Read the line with which *run* begins, without its time."""
    return record(run.opening.partition(b"\n")[0]).text


def _explained(run: Attempt, asked: _Asked) -> Explanation:
    """Weigh the end of a run, its error, the status text, any other line and the status."""
    tail = list(records(run.ending))
    last = tail[-1] if tail else Record("")
    return (
        _stopped(last)
        or _ended(run, asked, tail)
        or _halted(run, asked, last)
        or _failed(run, asked)
        or _told(asked)
        or _hinted(run, asked)
        or _worded(asked, last)
        or _unknown(run, asked, last)
    )


def _stopped(last: Record) -> Explanation | None:
    """Explain a run that somebody stopped."""
    if not _STOPPED.match(last.text):
        return None
    return _answer("operator.stopped", Confidence.HIGH, last.line)


def _ended(run: Attempt, asked: _Asked, tail: list[Record]) -> Explanation | None:
    """Explain a run that came to its end."""
    if not tail or not _DONE.search(tail[-1].text):
        return None
    line = tail[-1].line
    if gone := [entry.line for entry in tail if _GONE.search(entry.text)]:
        return _answer("source.manifest_unknown", Confidence.MEDIUM, *gone, line)
    if run.error is not None and ":[" not in tail[-1].text:
        return None
    if run.skipped:
        skips = [entry.line for entry in tail if "set to false, skip" in entry.text]
        return _answer("policy.override_skip", Confidence.HIGH, *skips[-1:], line)
    if asked.word == "failed" and asked.version in {_NEVER_HEALED, None} and "(source" in line:
        sure = Confidence.HIGH if asked.version else Confidence.LOW
        code = "harbor.failed_but_healed" if asked.version else "none"
        return _answer(code, sure, line, also=("none", "harbor.failed_but_healed"))
    return _answer("none", Confidence.MEDIUM if asked.word == "failed" else Confidence.HIGH, line)


def _halted(run: Attempt, asked: _Asked, last: Record) -> Explanation | None:
    """Explain a status that says a person ended it, whatever the log had come to."""
    canceled = asked.word == "canceled" or (
        not run.error and _CANCELED.match(last.text) is not None
    )
    if not canceled and asked.word != "stopped":
        return None
    old = canceled or (asked.version or _FIRST_WITH_STOP) < _FIRST_WITH_STOP
    other = _failed(run, asked)
    return _answer(
        "policy.disabled" if old else "operator.stopped",
        Confidence.MEDIUM,
        *(other.evidence[:1] if other else [last.line]),
        also=(other.cause,) if other and other.cause != "unknown" else (),
    )


def _failed(run: Attempt, asked: _Asked) -> Explanation | None:
    """Explain the first error of a run."""
    if run.error is None:
        return None
    opening = run.opening.decode("utf-8", "replace")
    fault = _fault(run.error.text)
    bare = fault.step is Step.OTHER
    if bare and run.before is not None:
        fault = replace(fault, step=step_of(run.before.text))
    fault = replace(
        fault,
        peer=peer_of(opening, fault.side),
        tags=tags_of(opening),
        waited=_waited(run),
        repeats=run.repeats,
    )
    rule = first(RULES, fault)
    if rule is None:
        return None
    context = _context(run, opening, rule.cause)
    unsure = asked.word == "done" or (bare and fault.step is not Step.OTHER)
    return _ruled(rule, asked, run.error.line, *context, unsure=unsure)


def _told(asked: _Asked) -> Explanation | None:
    """Explain an execution without tasks by what it says of itself."""
    if not asked.text:
        return None
    fault = _fault(asked.text)
    rule = first(RULES, fault)
    return _ruled(rule, asked, asked.text) if rule else None


def _hinted(run: Attempt, asked: _Asked) -> Explanation | None:
    """Explain by any other line: a log of another part of Harbor, or a text that was pasted."""
    text = run.opening if len(run.opening) < len(run.ending) else run.opening + run.ending
    text = run.ending if run.ending.endswith(run.opening) else text
    found = [entry for entry in records(text) if entry != run.error]
    for entry in sorted(found, key=lambda one: one.level in {"INFO", "DEBUG"}):
        quiet = entry.level in {"INFO", "DEBUG"}
        fault = _fault(entry.text)
        if quiet and not _QUIET.match(entry.text):
            fault = replace(fault, step=Step.OTHER, status=None)
        rule = first(RULES, fault)
        if rule and (not quiet or _QUIET.match(entry.text) or (rule.text and not rule.steps)):
            return _ruled(rule, asked, entry.line, unsure=fault.step is Step.OTHER)
    return None


def _worded(asked: _Asked, last: Record) -> Explanation | None:
    """Explain by the status alone."""
    code = {
        "done": "none",
        "pending": "jobservice.no_worker",
        "retrying": "jobservice.retry_pending",
    }
    if asked.word not in code:
        return None
    sure = Confidence.MEDIUM if asked.word == "retrying" else Confidence.LOW
    return _answer(code[asked.word], sure, last.line)


def _unknown(run: Attempt, asked: _Asked, last: Record) -> Explanation:
    """Name no cause, but show the line that decided."""
    line = run.error.line if run.error else asked.text or last.line
    side = _fault(run.error.text if run.error else line).side
    return replace(_answer("unknown", Confidence.LOW, line), side=side)


def _fault(message: str) -> Fault:
    """Read the parts of an error."""
    return Fault(
        message,
        step=step_of(message),
        status=status_of(message),
        body=body_of(message),
    )


def _waited(run: Attempt) -> float | None:
    """Count the seconds between the error and what stands above it."""
    if run.error is None or run.before is None or run.error.at is None or run.before.at is None:
        return None
    return (run.error.at - run.before.at).total_seconds()


def _context(run: Attempt, opening: str, code: str) -> list[str]:
    """Choose the lines that the error needs beside it to be understood."""
    if code == "jobservice.transfer_timeout" and run.before is not None:
        return [run.before.line]
    if code in {"harbor.external_url", "endpoint.wrong_url"}:
        return [line for line in opening.splitlines() if peer_of(line, Side.DESTINATION)][:1]
    return []


def _ruled(rule: Rule, asked: _Asked, *lines: str, unsure: bool = False) -> Explanation:
    """Answer with what *rule* names; `high` only where its words belong to one cause."""
    sure = rule.confidence
    if sure is Confidence.HIGH and (unsure or rule.also):
        sure = Confidence.MEDIUM
    code = rule.cause
    if code == "jobservice.log_missing" and asked.word == "pending":
        code, rule = "jobservice.no_worker", Rule(cause="jobservice.no_worker", also=(rule.cause,))
    answer = _answer(code, sure, *lines, also=rule.also)
    if code == "network.unreachable" and asked.word == "retrying":
        when = "Harbor before 1.4 tries again by itself every five minutes."
        return replace(answer, rerun=Rerun.WAIT, rerun_when=when)
    if rule.rerun is None:
        return answer
    return replace(answer, rerun=rule.rerun, rerun_when=rule.rerun_when)


def _answer(code: str, sure: Confidence, *lines: str, also: tuple[str, ...] = ()) -> Explanation:
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
