"""Weighing a run's error, its end, the status and the status text against each other."""

import re
from dataclasses import replace

from bot.replication.causes import Confidence, Side
from bot.replication.explanation.answer import Asked, Explanation, answered, ruled
from bot.replication.log_lines import Attempt, Record, records
from bot.replication.rules import (
    RULES,
    Fault,
    Step,
    body_of,
    first,
    peer_of,
    status_of,
    step_of,
    tags_of,
)


_DONE = re.compile(
    r"^copy .*\(destination registry\) completed$|^manifest of .* has been pushed to "
    r"|skip manifest pushing$|next state is \"finished\"$|has been deleted$| is deleted$"
    r"|doesn't exist on the destination registry, skip$|delete the chart .* completed$"
    r"|^(?:repository|image) \S+ (?:not found|does not exist on \S+)$|has been sent successfully$"
)
_STOPPED = re.compile(r"^the job is (?:stopped|canceled)$")
_CANCELED = re.compile(r"^The job has been canceled$")
_GONE = re.compile(r"does not exist on source registry \S+ cancel manifest pushing")
_QUIET = re.compile(r"^an error occurred while checking the existence of manifest of ")
_FIRST_WITH_STOP = (1, 8)  # before it, stopped and canceled mean that the policy was switched off
_NEVER_HEALED = (1, 8)


def explained(run: Attempt, asked: Asked) -> Explanation:
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
        or _earlier(run, asked)
        or _worded(asked, last)
        or _unknown(run, asked, last)
    )


def _stopped(last: Record) -> Explanation | None:
    """Explain a run that somebody stopped."""
    if not _STOPPED.match(_said(last)):
        return None
    return answered("operator.stopped", Confidence.HIGH, last.line)


def _ended(run: Attempt, asked: Asked, tail: list[Record]) -> Explanation | None:
    """Explain a run that came to its end."""
    if not tail or not _DONE.search(_said(tail[-1])):
        return None
    line = tail[-1].line.partition("\n")[0]
    if gone := [entry.line for entry in tail if _GONE.search(entry.text)]:
        return answered("source.manifest_unknown", Confidence.MEDIUM, *gone, line)
    if run.error is not None and ":[" not in tail[-1].text:
        return None
    if run.skipped:
        skips = [entry.line for entry in tail if "set to false, skip" in entry.text]
        return answered("policy.override_skip", Confidence.HIGH, *skips[-1:], line)
    if asked.word == "failed" and asked.version in {_NEVER_HEALED, None} and "(source" in line:
        sure = Confidence.HIGH if asked.version else Confidence.LOW
        code = "harbor.failed_but_healed" if asked.version else "none"
        return answered(code, sure, line, also=("none", "harbor.failed_but_healed"))
    return answered("none", Confidence.MEDIUM if asked.word == "failed" else Confidence.HIGH, line)


def _halted(run: Attempt, asked: Asked, last: Record) -> Explanation | None:
    """Explain a status that says a person ended it, whatever the log had come to."""
    canceled = asked.word == "canceled" or (
        not run.error and _CANCELED.match(last.text) is not None
    )
    if not canceled and asked.word != "stopped":
        return None
    old = canceled or (asked.version or _FIRST_WITH_STOP) < _FIRST_WITH_STOP
    other = _failed(run, asked)
    answer = answered(
        "policy.disabled" if old else "operator.stopped",
        Confidence.MEDIUM,
        *(other.evidence[:1] if other else [last.line]),
        also=(other.cause,) if other and other.cause != "unknown" else (),
    )
    if old or other is None:
        return answer
    return replace(answer, rerun=other.rerun, rerun_when=other.rerun_when)


def _failed(run: Attempt, asked: Asked) -> Explanation | None:
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
    return ruled(rule, asked, run.error.line, *context, unsure=unsure)


def _told(asked: Asked) -> Explanation | None:
    """Explain an execution without tasks by what it says of itself."""
    if not asked.text:
        return None
    fault = _fault(asked.text)
    rule = first(RULES, fault)
    return ruled(rule, asked, asked.text) if rule else None


def _earlier(run: Attempt, asked: Asked) -> Explanation | None:
    """Explain a run that goes on by the error that an older run has left behind it."""
    for entry in records(run.older):
        rule = first(RULES, _fault(entry.text)) if entry.level == "ERROR" else None
        if rule is not None:
            return replace(ruled(rule, asked, entry.line), confidence=Confidence.LOW)
    return None


def _hinted(run: Attempt, asked: Asked) -> Explanation | None:
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
            return ruled(rule, asked, entry.line, unsure=fault.step is Step.OTHER)
    return None


def _worded(asked: Asked, last: Record) -> Explanation | None:
    """Explain by the status alone."""
    code = {
        "done": "none",
        "pending": "jobservice.no_worker",
        "retrying": "jobservice.retry_pending",
    }
    if asked.word not in code:
        return None
    sure = Confidence.MEDIUM if asked.word == "retrying" else Confidence.LOW
    return answered(code[asked.word], sure, last.line)


def _unknown(run: Attempt, asked: Asked, last: Record) -> Explanation:
    """Name no cause, but show the line that decided."""
    line = run.error.line if run.error else asked.text or last.line
    side = _fault(run.error.text if run.error else line).side
    return replace(answered("unknown", Confidence.LOW, line), side=side)


def _said(entry: Record) -> str:
    """Read the first line of *entry*; below the last one anything may have been pasted."""
    return entry.text.partition("\n")[0].rstrip()


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
