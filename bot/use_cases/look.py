"""Looking at instances side by side, without one that fails hiding what the others say.

Knows how an error of an instance becomes a blind spot, and how many requests a look may cost.
"""

import asyncio
from collections.abc import Awaitable, Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bot.errors import HarborError, HarborMissing, HarborUnauthorized, HarborUnreachable
from bot.ports import Harbor
from bot.replication.verdicts import BlindSpot


Value = TypeVar("Value")


@dataclass(slots=True)
class Eyes:
    """Collects what could not be seen while looking.

    *answered* names the instances of which at least one read was answered, *silent* those that
    let one wait in vain, *refusing* those that do not accept the account: public reads of theirs
    are answered all the same, slowly and with less.
    """

    blind_spots: list[BlindSpot] = field(default_factory=list)
    answered: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    refusing: set[str] = field(default_factory=set)

    async def see(
        self, look: Coroutine[Any, Any, Value], *, instance: str, what: str
    ) -> Value | None:
        """Await *look*; where the instance fails, note the blind spot and return None.

        HarborMissing is an answer, and goes on to whoever asked.
        """
        if instance in self.refusing | (self.silent - self.answered):
            # Its blind spot is noted; once more would cost a time-out, or lock the account.
            look.close()
            return None
        try:
            value = await look
        except HarborMissing:
            self.answered.add(instance)
            raise
        except HarborError as error:
            match error:
                case HarborUnauthorized():
                    self.refusing.add(instance)
                case HarborUnreachable():
                    self.silent.add(instance)
            self.miss(f"{instance}: {what}", str(error), error.remedy)
            return None
        self.answered.add(instance)
        return value

    def miss(self, what: str, why: str, remedy: str) -> None:
        """Note a blind spot, once for each reason."""
        spot = BlindSpot(what, why, remedy)
        instance = what.partition(":")[0]
        same = (
            known
            for known in self.blind_spots
            if known.why == why and known.what.partition(":")[0] == instance
        )
        if next(same, None) is None:
            self.blind_spots.append(spot)


def may_show(harbors: Iterable[Harbor], repository: str) -> bool:
    """Say whether *repository* is in a project that every instance lets be shown."""
    project = repository.partition("/")[0]
    return all(harbor.shows(project) for harbor in harbors)


async def together(looks: Iterable[Awaitable[Value]]) -> list[Value]:
    """Await all of *looks* side by side, and keep their order."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_awaited(look)) for look in looks]
    return [task.result() for task in tasks]


async def _awaited(look: Awaitable[Value]) -> Value:
    return await look
