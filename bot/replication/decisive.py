"""Which attempt decides: one that Harbor still works at, else the one that ended last.

Knows what Harbor will still do by itself, and when an attempt is too old to wait for. Does not
know what its log says, nor what follows from it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.replication.facts import Attempt, Facts
from bot.replication.model import Status


# From 1.8 on a failed task is tried again by Harbor; after this long without change it is not
# (seen live: the third run ends 67 to 329 s after the first began, with gaps below 120 s).
RETRIES_END_AFTER = timedelta(minutes=5)
# Hardly any copy takes longer: Harbor gives one request 30 minutes.
STUCK_AFTER = timedelta(hours=2)

_NEVER = datetime.min.replace(tzinfo=UTC)
_NOT_YET = datetime.max.replace(tzinfo=UTC)


def under_way(facts: Facts) -> Attempt | None:
    """Return the attempt that Harbor runs, or will try again by itself; certain ones first.

    One that seems stuck counts only where nothing began after it, and one that may not have the
    tag only where nothing that certainly had it began after it.
    """
    certain, perhaps = _split(facts)
    at_work = [one for one in certain if works_at(facts, one)]
    at_work += [one for one in perhaps if works_at(facts, one) and not _began_after(one, certain)]
    fresh = (
        one
        for one in at_work
        if not stuck(facts, one) or not _began_after(one, [*certain, *perhaps])
    )
    return next(fresh, None)


def last_ended(facts: Facts) -> Attempt | None:
    """Return the attempt that ended last; of those that ended together one that succeeded."""
    certain, perhaps = _split(facts)
    ended = [one for one in certain or perhaps if one.status.ended or switched_off(one)]
    return max(ended, key=lambda one: (_ended(one), one.status is Status.SUCCEED), default=None)


def newer_doubt(facts: Facts, attempt: Attempt) -> Attempt | None:
    """Return a newer attempt that may have had the tag, if *attempt* certainly had it."""
    if not attempt.names_tag:
        return None
    _certain, perhaps = _split(facts)
    return next((one for one in perhaps if _ended(one) >= _ended(attempt)), None)


def works_at(facts: Facts, attempt: Attempt) -> bool:
    """Say whether Harbor runs *attempt*, or will try it again by itself."""
    if switched_off(attempt):
        return False
    return not attempt.status.ended or retry_to_come(facts, attempt)


def retry_to_come(facts: Facts, attempt: Attempt) -> bool:
    """Say whether *attempt* failed and is still going to be tried again."""
    if attempt.task is not None and attempt.task.retrying:
        return True
    if attempt.task is None or attempt.job or attempt.status is not Status.FAILED:
        return False
    changed = attempt.changed_at
    return changed is not None and facts.now - changed < RETRIES_END_AFTER


def switched_off(attempt: Attempt) -> bool:
    """Say whether a retry of 1.2-1.3 will be canceled at its turn: its policy is disabled."""
    task = attempt.task
    return task is not None and task.retrying and not attempt.policy.enabled


def stuck(facts: Facts, attempt: Attempt) -> bool:
    """Say whether *attempt* has been at work for longer than a copy takes."""
    if attempt.status.ended or retry_to_come(facts, attempt):
        return False
    return attempt.at is not None and facts.now - attempt.at > STUCK_AFTER


def _split(facts: Facts) -> tuple[list[Attempt], list[Attempt]]:
    """Part the attempts that had the tag from those that may have had it, newest first each."""
    ordered = sorted(facts.attempts, key=_began, reverse=True)
    certain = [one for one in ordered if one.names_tag]
    return certain, [one for one in ordered if one.names_tag is None]


def _began_after(attempt: Attempt, others: Sequence[Attempt]) -> bool:
    return any(_began(other) > _began(attempt) for other in others)


def _began(attempt: Attempt) -> datetime:
    # One that has not started yet is the newest there is.
    return attempt.at or _NOT_YET


def _ended(attempt: Attempt) -> datetime:
    return attempt.changed_at or _NEVER
