"""A simulated workspace, an app that it can talk to, and a client as plain as possible."""

import asyncio

import aiohttp
import pytest
from aiohttp import web

from bot.playground.slack import SimulatedSlack


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self):
        self.seconds = 1_800_000_000.0

    def __call__(self):
        """Tell the time."""
        return self.seconds

    def pass_(self, seconds):
        """Let *seconds* go by."""
        self.seconds += seconds


class App:
    """The far side: keeps what it gets and answers what it is told to."""

    def __init__(self):
        self.requests = []
        self.answers = []
        self.stuck = asyncio.Event()
        self.url = ""

    async def serve(self, request):
        """Keep *request* and give the next answer."""
        self.requests.append((dict(request.headers), await request.read()))
        answer = self.answers.pop(0) if self.answers else {}
        if answer == "silence":
            await self.stuck.wait()
            return web.Response()
        return web.Response(
            status=answer.get("status", 200),
            text=answer.get("text", ""),
            headers=answer.get("headers", {}),
        )


class Client:
    """Calls the Web API as any HTTP client could."""

    def __init__(self, slack, session):
        self.slack = slack
        self.session = session

    async def __call__(self, method, token=None, **arguments):
        """Call *method*."""
        headers = {"Authorization": f"Bearer {token or self.slack.identity.bot_token}"}
        url = self.slack.api_url + method
        async with self.session.post(url, json=arguments, headers=headers) as response:
            return await response.json()

    async def respond(self, url, **body):
        """Post to a response URL."""
        async with self.session.post(url, json=body) as response:
            return response.status, await response.text()


@pytest.fixture
def clock():
    """Give a clock that stands still."""
    return Clock()


@pytest.fixture
async def app():
    """Give the app's side, listening."""
    far_side = App()
    application = web.Application()
    application.router.add_post("/slack/events", far_side.serve)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    far_side.url = f"http://{host}:{port}/slack/events"
    yield far_side
    far_side.stuck.set()
    await runner.cleanup()


@pytest.fixture
async def slack(app, clock):
    """Give a workspace that talks to the app."""
    async with SimulatedSlack(request_url=app.url, now=clock, retry_waits=(0, 0, 0)) as simulated:
        yield simulated


@pytest.fixture
async def session():
    """Give an HTTP client."""
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
def call(slack, session):
    """Give a client of the Web API."""
    return Client(slack, session)


@pytest.fixture
def respond(call):
    """Give a client of response URLs."""
    return call.respond
