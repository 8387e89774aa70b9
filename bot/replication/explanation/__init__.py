"""Reading a log, naming its cause: the whole of `explain`.

Knows how to weigh a run's error, its end, the status and the status text against each other. Does
not know what is true now: where the advice needs that, it is `unknown` and names the fact.
"""

from collections.abc import Iterable, Iterator

from bot.replication.explanation.answer import EVIDENCE, Explanation, asked_for
from bot.replication.explanation.weighing import explained
from bot.replication.log_lines import Attempt, again, attempts, newest, remembering


__all__ = ["EVIDENCE", "Explanation", "explain", "explain_each"]


def explain(
    log: Iterable[bytes | str],
    *,
    harbor_version: str | None = None,
    status: str | None = None,
    status_text: str | None = None,
) -> Explanation:
    """Name the cause of the newest run in *log*; any word is accepted as *status*."""
    asked = asked_for(harbor_version, status, status_text)
    return explained(newest(log), asked)


def explain_each(
    log: Iterable[bytes | str],
    *,
    harbor_version: str | None = None,
    status: str | None = None,
    status_text: str | None = None,
) -> Iterator[tuple[str | None, Explanation]]:
    """Name the cause of each job in *log*, with its id where a line names it."""
    asked = asked_for(harbor_version, status, status_text)
    for run in _jobs(attempts(log)):
        yield run.job, explained(run, asked)


def _jobs(runs: Iterable[Attempt]) -> Iterator[Attempt]:
    """Take the runs of one job together; lines before the first job are none."""
    held: Attempt | None = None
    for run in runs:
        if held is not None and not again(held, run) and (held.opens or held.job or held.error):
            yield held
        held = remembering(held, run) if held is not None else run
    if held is not None:
        yield held
