"""What a rule is, and how the first that fits is found."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.replication.causes.kinds import Confidence, Rerun
from bot.replication.rules.fault import Fault, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row: the cause, and everything that must hold for it to be named.

    An empty condition holds always. `also` names causes that look the same from the log;
    `rerun` and `rerun_when` replace the cause's own advice.
    """

    cause: str
    text: str = ""
    steps: frozenset[Step] = frozenset()
    statuses: frozenset[int] = frozenset()
    where: Callable[[Fault], bool] | None = None
    confidence: Confidence = Confidence.HIGH
    also: tuple[str, ...] = ()
    rerun: Rerun | None = None
    rerun_when: str = ""

    def fits(self, fault: Fault) -> bool:
        """Say whether *fault* is of this kind."""
        return (
            (not self.steps or fault.step in self.steps)
            and (not self.statuses or fault.status in self.statuses)
            and (not self.text or re.search(self.text, fault.message) is not None)
            and (self.where is None or self.where(fault))
        )


def first(rules: Iterable[Rule], fault: Fault) -> Rule | None:
    """Find the first row that fits."""
    return next((rule for rule in rules if rule.fits(fault)), None)
