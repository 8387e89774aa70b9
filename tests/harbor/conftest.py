"""What the tests of the Harbor client share: a clock that never waits, servers on loopback."""

import asyncio
import time
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest
from aiohttp import web

from bot.harbor.client import connect
from bot.harbor.session import open_session
from bot.settings import HarborSettings


class PatientClock:
    """Remembers how long it was asked to wait, and does not."""

    def __init__(self):
        self.waits = []

    def now(self):
        """Tell one time for ever."""
        return datetime(2026, 11, 24, tzinfo=UTC)

    def monotonic(self):
        """Tell the real one: what is measured here is real."""
        return time.monotonic()

    async def sleep(self, seconds):
        """Note the wait and go on."""
        self.waits.append(seconds)
        await asyncio.sleep(0)


@pytest.fixture
def clock():
    """Hand out a clock that never waits."""
    return PatientClock()


@pytest.fixture
async def outside():
    """Close in reverse order what a test opened."""
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
async def session(outside):
    """Open the session that the client wants."""
    return await outside.enter_async_context(open_session())


@pytest.fixture
def connected(session, clock):
    """Make a client of whatever is at an address."""

    def make(url, **settings):
        given = {"username": "admin", "password": "Harbor12345", **settings}
        return connect(
            "stag",
            HarborSettings(url=url, **given),
            session=session,
            clock=clock,
            backoffs=(0.2, 0.6),
        )

    return make


@pytest.fixture
async def serve(outside):
    """Answer every request on loopback by a function; remember them."""

    async def start(answer, *, tls=None):
        requests = []

        async def handle(request):
            requests.append(request)
            return await answer(request)

        runner = web.ServerRunner(web.Server(handle, access_log=None), shutdown_timeout=0.1)
        await runner.setup()
        outside.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        scheme = "https" if tls else "http"
        return f"{scheme}://127.0.0.1:{runner.addresses[0][1]}", requests

    return start


@pytest.fixture
async def old_harbor(serve):
    """Start something that says it is 1.2.2 and answers the rest by a function."""

    async def start(answer, **rest):
        async def handle(request):
            if request.path.endswith(("/api/version", "/api/v2.0/systeminfo")):
                return web.Response(status=404, text="404 page not found")
            if request.path.endswith("/api/systeminfo"):
                return web.json_response({"harbor_version": "v1.2.2"})
            return await answer(request)

        return await serve(handle, **rest)

    return start


@pytest.fixture
async def new_harbor(serve):
    """Start something that says it is 2.15.2 and answers the rest by a function."""

    async def start(answer, *, version="v2.15.2-080b0220", **rest):
        async def handle(request):
            if request.path.endswith("/api/version"):
                return web.Response(text='{"version":"v2.0"}')
            if request.path.endswith("/systeminfo"):
                return web.json_response({"harbor_version": version} if version else {})
            return await answer(request)

        return await serve(handle, **rest)

    return start
