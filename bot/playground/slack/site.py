"""What the servers of the simulated Slack share: identity, workspace, faults and records.

Knows who the app is and what was noticed about it. Knows no method and no route.
"""

import logging
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.playground.slack.faults import Drop, Fault, Faults
from bot.playground.slack.people import Identity
from bot.playground.slack.workspace import Workspace


log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the app, as it came in and as it was answered."""

    method: str
    given: dict[str, Any]
    answer: dict[str, Any]
    at: float


@dataclass(slots=True)
class Site:
    """The one Slack of a simulation."""

    identity: Identity
    workspace: Workspace
    faults: Faults = field(default_factory=Faults)
    # Where the servers listen, known once they do.
    url: str = ""
    calls: Counter[str] = field(default_factory=Counter)
    requests: list[Call] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def note(self, where: str, what: str) -> None:
        """Write down a mistake of the app that a test should fail for."""
        log.warning("The app is at fault in %s: %s", where, what)
        self.violations.append(f"{where}: {what}")

    def record(self, method: str, given: dict[str, Any], *, answer: dict[str, Any]) -> None:
        """Remember a call, without its token."""
        shown = {name: value for name, value in given.items() if name != "token"}
        self.requests.append(Call(method, shown, answer, self.workspace.now()))
        self.workspace.wake()


async def struck(request: web.Request, fault: Fault | None) -> web.Response | None:
    """Let *fault* strike before the call has any effect; None: the call goes on."""
    if fault is None:
        return None
    if fault.gate:
        await fault.gate.passed()
    if fault.drop is Drop.BEFORE:
        return hung_up(request)
    if fault.retry_after is not None:
        return web.json_response(
            {"ok": False, "error": "ratelimited"},
            status=429,
            headers={"Retry-After": str(fault.retry_after)},
        )
    if fault.status is not None:
        return web.Response(status=fault.status, text=fault.error or "")
    if fault.error:
        return web.json_response({"ok": False, "error": fault.error})
    return None


def hung_up(request: web.Request) -> web.Response:
    """Break the connection of *request*; what is returned reaches nobody."""
    if request.transport:
        request.transport.abort()
    return web.Response()
