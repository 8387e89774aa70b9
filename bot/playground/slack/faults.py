"""Trouble on demand: which call fails next, and how.

Knows the kinds of trouble that a client of Slack's meets. What a method does is none of its
business; method names may be those of the Web API, or ``response_url``.
"""

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum


class Drop(StrEnum):
    """When the connection breaks: before the call has taken effect, or after."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(slots=True, eq=False)
class Gate:
    """A call that waits until a test lets it go on."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        """Let the call, and those after it, go on."""
        self.opened.set()

    async def passed(self) -> None:
        """Say that a call is here, and wait."""
        self.reached.set()
        await self.opened.wait()


@dataclass(slots=True, eq=False, kw_only=True)
class Fault:
    """What goes wrong with the next calls of one method."""

    method: str
    error: str | None = None
    status: int | None = None
    retry_after: int | None = None
    drop: Drop | None = None
    gate: Gate | None = None
    # None: until it is lifted.
    times: int | None = 1
    hits: int = 0

    @property
    def over(self) -> bool:
        """Say whether it has struck often enough."""
        return self.times is not None and self.hits >= self.times


@dataclass(slots=True)
class Faults:
    """All trouble that is still to come."""

    waiting: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> Fault:
        """Put *fault* behind the others of its method."""
        self.waiting.append(fault)
        return fault

    def fail(
        self,
        method: str,
        *,
        error: str | None = None,
        status: int | None = None,
        times: int | None = 1,
    ) -> Fault:
        """Let the next calls of *method* fail, by Slack's *error* or an HTTP *status*."""
        return self.add(Fault(method=method, error=error, status=status, times=times))

    def rate_limit(self, method: str, *, retry_after: int, times: int | None = 1) -> Fault:
        """Answer the next calls of *method* with 429."""
        return self.add(Fault(method=method, retry_after=retry_after, times=times))

    def drop(self, method: str, *, when: Drop, times: int | None = 1) -> Fault:
        """Break the connection before or after the next calls of *method* take effect."""
        return self.add(Fault(method=method, drop=when, times=times))

    def hold(self, method: str, *, times: int | None = 1) -> Gate:
        """Hold the next calls of *method* until the gate is released."""
        gate = Gate()
        self.add(Fault(method=method, gate=gate, times=times))
        return gate

    def lift(self, fault: Fault | None = None) -> None:
        """End *fault*, or all, and let go whoever is held by it."""
        ended = [one for one in self.waiting if fault in {None, one}]
        for one in ended:
            self.waiting.remove(one)
            if one.gate:
                one.gate.release()

    def take(self, method: str) -> Fault | None:
        """Say what strikes this call of *method*; ``*`` strikes any."""
        for fault in self.waiting:
            if fault.method in {method, "*"} and not fault.over:
                fault.hits += 1
                return fault
        return None
