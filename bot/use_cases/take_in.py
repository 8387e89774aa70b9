"""Take in what is asked: written down before Slack hears that we have it, worked on afterwards."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.errors import BotError, StoreSilent
from bot.ports import Accepted, Clock, Intent, Store, Work


# So many intents are written down at once, and whoever has to wait is served in turn. Redis' own
# pool serves whoever comes: of 200 at once, some waited for longer than they may.
AT_ONCE = 8
TURN_WITHIN = 1.5
# While more than a few are at the door, work on what was taken waits, but not for longer than
# this, in seconds; a look at the door after each pause.
FEW = 8
HELD_BACK = 1.0
PAUSE = 0.02


@dataclass(slots=True)
class Reception:
    """Writes down what is asked, and puts it into the queue while nobody waits at the door.

    Slack waits for three seconds, a person can wait for longer. What is not in the queue yet is
    in the store: where this process ends, or the queue is silent, the sweep finds it. *send* runs
    something beside.
    """

    store: Store
    work: Work
    clock: Clock
    send: Callable[[Coroutine[Any, Any, None]], None]
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    at_the_door: int = 0
    taken: list[str] = field(default_factory=list)
    enqueuing: bool = False

    async def accept(self, intent: Intent) -> Accepted:
        """Write *intent* down; StoreSilent or StoreError when it could not be."""
        self.at_the_door += 1
        try:
            async with self._turn():
                outcome = await self.store.accept(intent)
        finally:
            self.at_the_door -= 1
        if outcome is Accepted.NEW:
            self.taken.append(intent.delivery)
            if not self.enqueuing:
                self.enqueuing = True
                self.send(self._enqueue())
        return outcome

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(TURN_WITHIN):
                await self.turns.acquire()
        except TimeoutError as error:
            raise StoreSilent("Redis did not answer.") from error
        try:
            yield
        finally:
            self.turns.release()

    async def _enqueue(self) -> None:
        try:
            while self.taken:
                await self._until_few_are_left()
                taken, self.taken = self.taken, []
                with contextlib.suppress(BotError):  # the sweep finds what is not there now
                    await self.work.enqueue_all(taken)
        finally:
            self.enqueuing = False

    async def _until_few_are_left(self) -> None:
        until = self.clock.monotonic() + HELD_BACK
        while self.at_the_door > FEW and self.clock.monotonic() < until:
            await self.clock.sleep(PAUSE)
