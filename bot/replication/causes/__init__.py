"""Every cause this product can name, one row each.

Knows what a cause means and what to do about it. Does not know how a cause is recognised:
from a log that is `rules`, from the state of two registries it is `diagnosis`.
"""

from collections.abc import Mapping

from bot.replication.causes import destination, harbor, network, nothing, policy, source
from bot.replication.causes.kinds import Cause, Confidence, Rerun, Side


__all__ = ["CAUSES", "Cause", "Confidence", "Rerun", "Side", "cause"]

CAUSES: Mapping[str, Cause] = {
    row.code: row
    for room in (source, destination, network, policy, harbor, nothing)
    for row in room.ROWS
}


def cause(code: str) -> Cause:
    """Look up the row of *code*; a code nobody knows is the unknown cause."""
    return CAUSES.get(code, CAUSES["unknown"])
