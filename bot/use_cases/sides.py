"""The two ends of a way, as instances that can be asked, and the names that are asked for."""

from dataclasses import dataclass

from bot.ports import Harbor
from bot.replication.records import Scope


@dataclass(frozen=True, slots=True)
class Sides:
    """The instances of one way, and what is looked at there.

    *source* or *destination* is None where that end is no configured instance, or one of the
    *barred*, which the person may not read.
    """

    scope: Scope
    holder: Harbor
    source: Harbor | None
    destination: Harbor | None
    barred: frozenset[str]

    @property
    def own_names(self) -> list[str]:
        """The repositories' names at the source."""
        return [one.name for one in self.scope.repositories]

    @property
    def names_there(self) -> list[str]:
        """Their names at the destination."""
        return list(dict.fromkeys(there for _here, there in self.scope.pairs))
