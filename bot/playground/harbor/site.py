"""One simulated Harbor at work: what it holds, its version, its time, its way outside.

Knows how these hang together. Does not know HTTP routes or what a generation answers.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

from bot.playground.harbor.clock import Now, Timers
from bot.playground.harbor.failures import Orders
from bot.playground.harbor.outside import Outside
from bot.playground.harbor.records import Account
from bot.playground.harbor.state import State


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A Harbor release."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> "Version":
        """Read ``v2.15.2`` or ``v1.5.0-d59c257e``."""
        found = re.match(r"v?(\d+)\.(\d+)\.(\d+)", text)
        if found is None:
            raise ValueError(f"{text} is no version of Harbor.")
        return cls(*(int(part) for part in found.groups()))

    def at_least(self, major: int, minor: int) -> bool:
        """Say whether this release is of *major*.*minor* or later."""
        return (self.major, self.minor) >= (major, minor)


@dataclass(frozen=True, slots=True)
class Habits:
    """How long things take: the medians that were seen, or what a test wants instead.

    *queue* passes before a copy starts, *copying* while it runs. *again* are the gaps before
    the second and third run (2.x); *retry* the gap of ``retrying`` (1.2). *refresh* is how
    far the row of an execution lags behind its tasks from 2.8 on.
    """

    queue: timedelta = timedelta(0)
    copying: timedelta = timedelta(0)
    again: tuple[timedelta, ...] = (timedelta(seconds=33), timedelta(seconds=79))
    retry: timedelta = timedelta(minutes=5)
    refresh: timedelta = timedelta(seconds=30)


@dataclass(slots=True)
class Site:
    """One Harbor at work."""

    version: Version
    version_text: str
    state: State
    now: Now
    timers: Timers
    outside: Outside
    habits: Habits
    orders: Orders
    penalty: Callable[[], Awaitable[object]]
    locked: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, "Token"] = field(default_factory=dict)
    url: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """What a bearer of a token may do, repository by repository."""

    account: Account | None
    access: dict[str, frozenset[str]]
