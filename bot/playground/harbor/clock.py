"""Time in the playground: given as a callable, moved by hand in tests.

Knows what is due when. Does not know what a request, a job or a Harbor is.
"""

import heapq
import itertools
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta


Now = Callable[[], datetime]
Action = Callable[[], Awaitable[None]]


class ManualClock:
    """A clock that stands still until somebody moves it."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def __call__(self) -> datetime:
        return self._now

    def pass_(self, time: timedelta) -> None:
        """Let *time* pass at once."""
        self._now += time


def wall_clock() -> datetime:
    """Say what the clock on the wall says, for a playground that a person watches."""
    return datetime.now(UTC)  # noqa: TID251 - a demo has no test that could hand in the time


class Timers:
    """What is to happen at a time, in the order in which it is due."""

    def __init__(self, now: Now) -> None:
        self.now = now
        self._order = itertools.count()
        self._waiting: list[tuple[datetime, int, Action]] = []

    def after(self, delay: timedelta, action: Action) -> None:
        """Have *action* happen once *delay* has passed."""
        heapq.heappush(self._waiting, (self.now() + delay, next(self._order), action))

    def take_due(self) -> list[Action]:
        """Take out everything whose time has come."""
        due: list[Action] = []
        while self._waiting and self._waiting[0][0] <= self.now():
            due.append(heapq.heappop(self._waiting)[2])
        return due
