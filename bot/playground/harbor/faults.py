"""Ways in which a whole server misbehaves, whatever Harbor would have answered.

Knows connections, status codes and waiting. Does not know what a request means. Make one
with the functions below and put it to work with ``SimulatedHarbor.suffering``.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web


WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
ANY = frozenset({"GET", "HEAD", "OPTIONS"}) | WRITES
PORTAL = (
    "<!doctype html><html><head><title>Sign in</title></head>"
    "<body><form>Please sign in to the network.</form></body></html>\n"
)


@dataclass(slots=True)
class Fault:
    """One misbehaviour: for which requests, how often, and what happens instead.

    *wait* comes first. With *status* the server answers that and applies nothing. With
    *drop* it closes the connection without an answer: before it applied the request, or
    after if *applied*.
    """

    path: str = ""
    methods: frozenset[str] = ANY
    times: int | None = None
    wait: Callable[[], Awaitable[object]] | None = None
    status: int | None = None
    body: str = ""
    content_type: str = "text/html"
    headers: Mapping[str, str] = field(default_factory=dict)
    drop: bool = False
    applied: bool = False

    def strikes(self, method: str, path: str) -> bool:
        """Say whether this request is hit, and count it."""
        hit = self.times != 0 and method in self.methods and bool(re.search(self.path, path))
        if hit and self.times is not None:
            self.times -= 1
        return hit

    def answer(self) -> web.Response:
        """Say what is answered instead."""
        return web.Response(
            status=self.status or 500,
            text=self.body,
            content_type=self.content_type,
            headers=self.headers,
        )


def reset(path: str = "", *, times: int | None = None) -> Fault:
    """Close the connection without an answer, nothing applied, reads included."""
    return Fault(path, times=times, drop=True)


def drop_before_applying(path: str = "", *, times: int | None = 1) -> Fault:
    """Take a write and close the connection; Harbor has not done it."""
    return Fault(path, WRITES, times, drop=True)


def drop_after_applying(path: str = "", *, times: int | None = 1) -> Fault:
    """Take a write, do it, and close the connection without saying so."""
    return Fault(path, WRITES, times, drop=True, applied=True)


def slow(seconds: float, path: str = "", *, times: int | None = None) -> Fault:
    """Answer rightly, *seconds* late."""
    return Fault(path, times=times, wait=lambda: asyncio.sleep(seconds))


def held(event: asyncio.Event, path: str = "", *, times: int | None = None) -> Fault:
    """Answer rightly, once *event* is set."""
    return Fault(path, times=times, wait=event.wait)


def answering(
    status: int,
    body: str = "",
    *,
    path: str = "",
    times: int | None = None,
    retry_after: str | None = None,
    content_type: str = "application/json",
) -> Fault:
    """Answer *status* with *body* to everything, as a broken server or its front does."""
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    fault = Fault(path, times=times, status=status, body=body, content_type=content_type)
    fault.headers = headers
    return fault


def portal_page(path: str = "", *, times: int | None = None) -> Fault:
    """Answer 200 with the HTML page of a portal instead of JSON."""
    return Fault(path, times=times, status=200, body=PORTAL)


def redirecting(to: str, path: str = "", *, times: int | None = None) -> Fault:
    """Send everybody to another host."""
    return Fault(path, times=times, status=302, headers={"Location": to})
