"""What an error means: rows of data, narrow before broad, the first that fits wins.

Knows the words of Harbor's templates and of the registries, clouds and fronts behind them.
Does not know how a log is read (`log_lines`) nor the state of any registry (`diagnosis`).
"""

from bot.replication.rules import answers, jobs, rights, roads
from bot.replication.rules.fault import Fault, Step, body_of, peer_of, status_of, step_of, tags_of
from bot.replication.rules.rule import Rule, first


__all__ = [
    "RULES",
    "Fault",
    "Rule",
    "Step",
    "body_of",
    "first",
    "peer_of",
    "status_of",
    "step_of",
    "tags_of",
]

RULES: tuple[Rule, ...] = (*jobs.ROWS, *roads.ROWS, *rights.ROWS, *answers.ROWS)
