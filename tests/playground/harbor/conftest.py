"""What the tests of the simulated Harbor share: a clock, and somebody who asks."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp
import pytest

from bot.playground.harbor import ManualClock
from bot.playground.harbor.outside import basic


ADMIN = ("admin", "Harbor12345")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, read."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self):
        """Read the body as text."""
        return self.body.decode()

    @property
    def json(self):
        """Read the body as JSON."""
        return json.loads(self.body)

    @property
    def kind(self):
        """Name the content type without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0]


class Client:
    """Somebody who asks a Harbor, as admin unless said otherwise."""

    def __init__(self, session):
        self._session = session

    async def ask(self, method, url, *, login=ADMIN, token="", order=None, body=None, **headers):
        """Send one request: *order* is JSON, ``user_agent`` and the like are headers."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        elif login:
            sent["Authorization"] = basic(*login)
        data = json.dumps(order).encode() if order is not None else body
        if order is not None:
            sent["Content-Type"] = "application/json"
        async with self._session.request(
            method, url, headers=sent, data=data, allow_redirects=False
        ) as answer:
            read = {name.lower(): value for name, value in answer.headers.items()}
            return Answer(answer.status, read, await answer.read())

    async def get(self, url, **about):
        """Read *url*."""
        return await self.ask("GET", url, **about)

    async def token(self, url, repository, *, actions="pull,push", login=ADMIN):
        """Fetch a token for the registry at *url*."""
        scope = f"service=harbor-registry&scope=repository:{repository}:{actions}"
        return (await self.get(f"{url}/service/token?{scope}", login=login)).json["token"]


@pytest.fixture
async def client():
    """Ask without cookies, each time on a new connection, so that nothing is repeated."""
    async with aiohttp.ClientSession(
        cookie_jar=aiohttp.DummyCookieJar(), connector=aiohttp.TCPConnector(force_close=True)
    ) as session:
        yield Client(session)


@pytest.fixture
def clock():
    """Hold time still at a Monday morning."""
    return ManualClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
