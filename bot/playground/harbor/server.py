"""A simulated Harbor on a real socket: its life, its record of requests, its faults.

Knows HTTP, the order of a request and when work is done behind it. What is answered is a
generation's business.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Self
from urllib.parse import unquote

from aiohttp import web

from bot.playground.harbor import access
from bot.playground.harbor.clock import Now, Timers, wall_clock
from bot.playground.harbor.dispatch import Asked, find, read_query
from bot.playground.harbor.failures import Failure, Order, Orders
from bot.playground.harbor.faults import WRITES, Fault
from bot.playground.harbor.generation import Generation
from bot.playground.harbor.generation_a import GENERATION_A
from bot.playground.harbor.generation_e import GENERATION_E
from bot.playground.harbor.images import Image
from bot.playground.harbor.outside import PEER, Outside
from bot.playground.harbor.records import Received
from bot.playground.harbor.site import Habits, Site, Version
from bot.playground.harbor.state import State


# A read waits this long for copies under way, so that one that takes milliseconds is done.
PATIENCE = 0.5


async def no_penalty() -> None:
    """Answer a wrong password at once."""


def generation_of(version: Version) -> Generation:
    """Say who speaks for *version*."""
    if (1, 2) <= (version.major, version.minor) <= (1, 3):
        return GENERATION_A
    if version.major == 2 and version.minor >= 2:  # noqa: PLR2004 - 2.2 is where this one began
        return GENERATION_E
    raise ValueError(f"Harbor {version} is not simulated; 1.2, 1.3 and 2.2 to 2.15 are.")


class SimulatedHarbor:
    """One Harbor: fill ``state``, ``start`` it, ask it, read ``requests`` and ``writes``."""

    def __init__(
        self,
        version: str = "v1.2.2",
        *,
        now: Now = wall_clock,
        habits: Habits | None = None,
        penalty: Callable[[], Awaitable[object]] = no_penalty,
        patience: float = PATIENCE,
    ) -> None:
        parsed = Version.parse(version)
        self._generation = generation_of(parsed)
        self.routes = self._generation.routes(parsed)
        self.state = State()
        self.orders = Orders()
        self.site = Site(
            version=parsed,
            version_text=version,
            state=self.state,
            now=now,
            timers=Timers(now),
            outside=Outside(),
            habits=habits or Habits(),
            orders=self.orders,
            penalty=penalty,
        )
        self.requests: list[Received] = []
        self.peer_requests: list[Received] = []
        self.faults: list[Fault] = []
        self.url = ""
        self._address = ("127.0.0.1", 0)
        self._patience = patience
        self._runner: web.ServerRunner | None = None
        self._work: set[asyncio.Future[None]] = set()
        self._crashes: list[Exception] = []
        self.state.add_account("admin", "Harbor12345", admin=True)

    @property
    def writes(self) -> list[Received]:
        """List what was sent to change something; a ping changes nothing."""
        return [
            request
            for request in self.requests
            if request.method in WRITES and not request.path.endswith("/ping")
        ]

    def forget_requests(self) -> None:
        """Count anew from here."""
        self.requests.clear()
        self.peer_requests.clear()

    def push(self, repository: str, tag: str, image: Image, *, by: str = "admin") -> None:
        """Push *image* as docker does: it is there, and what a push sets off is under way."""
        self.state.add_tag(repository, tag, image=image, at=self.site.now())
        self._generation.announce(self.site, repository, tag, by)

    def keep_time(self, now: Now) -> None:
        """Live by another clock from here."""
        self.site.now = now
        self.site.timers.now = now

    def fail(
        self, failure: Failure, *, repository: str = "*", tag: str = "*", times: int | None = None
    ) -> Order:
        """Have the next *times* copies that fit go wrong, or all of them (patterns allowed)."""
        if failure not in self._generation.failures:
            raise ValueError(f"Harbor {self.site.version_text} has no failure {failure!r}.")
        return self.orders.add(failure, repository=repository, tag=tag, times=times)

    @contextmanager
    def suffering(self, fault: Fault) -> Iterator[Fault]:
        """Misbehave in one way for a while."""
        self.faults.append(fault)
        try:
            yield fault
        finally:
            self.faults.remove(fault)

    @asynccontextmanager
    async def down(self) -> AsyncIterator[None]:
        """Refuse connections for a while, then be back under the same address."""
        await self.stop()
        try:
            yield
        finally:
            await self.start(*self._address)

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listen on loopback and say under which URL."""
        self.site.outside.open()
        self._runner = web.ServerRunner(
            web.Server(self._handle, access_log=None), shutdown_timeout=0.1
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port, reuse_address=True).start()
        self._address = self._runner.addresses[0][:2]
        self.url = f"http://{self._address[0]}:{self._address[1]}"
        self.site.url = self.url
        return self.url

    async def stop(self) -> None:
        """Close everything; what went wrong behind the scenes is raised here."""
        for work in self._work:
            work.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        await self.site.outside.close()
        if self._crashes:
            raise ExceptionGroup("The simulated Harbor crashed.", self._crashes)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def settle(self) -> None:
        """Do everything that is due by now, and wait until it is done."""
        self._start_due()
        while self._work:
            await asyncio.wait(self._work)
            self._start_due()

    def _start_due(self) -> None:
        for action in self.site.timers.take_due():
            work = asyncio.ensure_future(action())
            self._work.add(work)
            work.add_done_callback(self._done)

    def _done(self, work: asyncio.Future[None]) -> None:
        self._work.discard(work)
        error = None if work.cancelled() else work.exception()
        if isinstance(error, Exception):
            self._crashes.append(error)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        path, _, query = request.raw_path.partition("?")
        received = self._received(request, path=path, query=query, body=body)
        peer = PEER in request.headers
        (self.peer_requests if peer else self.requests).append(received)
        fault = next((one for one in self.faults if one.strikes(received.method, path)), None)
        if fault is not None and fault.wait is not None:
            await fault.wait()
        if fault is not None and fault.status is not None:
            return fault.answer()
        if fault is not None and fault.drop and not fault.applied:
            return _hang_up(request)
        base = self.state.external_url or f"http://{request.host}"
        answer = await self._watched_answer(received, base=base, peer=peer)
        return _hang_up(request) if fault is not None and fault.drop else answer

    def _received(
        self, request: web.BaseRequest, *, path: str, query: str, body: bytes
    ) -> Received:
        given = access.named(request.headers)
        token = access.bearer(self.site, request.headers)
        user = given[0] if given else "anonymous"
        if token is not None and token.account is not None:
            user = token.account.name
        headers = {name.lower(): value for name, value in request.headers.items()}
        at = self.site.now()
        return Received(request.method, path, query, user, headers=headers, body=body, at=at)

    async def _watched_answer(
        self, received: Received, *, base: str, peer: bool
    ) -> web.StreamResponse:
        try:
            if not peer:
                await self._let_work()
            return await self._answer(received, base)
        except Exception as error:
            self._crashes.append(error)
            raise

    async def _let_work(self) -> None:
        self._start_due()
        if self._work:
            await asyncio.wait(self._work, timeout=self._patience)

    async def _answer(self, received: Received, base: str) -> web.StreamResponse:
        path = unquote(received.path)
        found = find(self.routes, received.method, path)
        headers = {name.title(): value for name, value in received.headers.items()}
        asked = Asked(
            method=received.method,
            path=path,
            query=read_query(received.query),
            headers=headers,
            body=received.body,
            base=base,
            account=await access.authenticate(self.site, headers),
            params=found.params,
        )
        early = self._generation.refuse_early(self.site, asked)
        if early is not None:
            answer = early
        elif found.handler is not None:
            answer = await found.handler(self.site, asked)
        elif found.methods:
            answer = self._generation.wrong_method(asked, found.methods)
        else:
            answer = self._generation.unknown(asked)
        self._generation.finish(asked, answer)
        answer.set_cookie(self._generation.cookie, "playground", httponly=True)
        self._start_due()
        return answer


def _hang_up(request: web.BaseRequest) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def keep_working(*harbors: SimulatedHarbor, every: float = 0.2) -> None:
    """Do what falls due even while nobody asks, until cancelled; for watched playgrounds."""
    while True:
        for harbor in harbors:
            await harbor.settle()
        await asyncio.sleep(every)


@asynccontextmanager
async def running(
    harbor: SimulatedHarbor, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[str]:
    """Run *harbor* for a while; what comes out is its URL."""
    url = await harbor.start(host, port)
    try:
        yield url
    finally:
        await harbor.stop()
