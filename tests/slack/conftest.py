"""A simulated workspace, and our side of it with a clock that never makes anybody wait."""

from datetime import UTC, datetime

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.slack import SimulatedSlack
from bot.slack.chat import SlackChat
from bot.slack.identity import Identity
from bot.slack.web_api import open_client


class Patience:
    """A clock that notes how long it was asked to wait, and does not."""

    def __init__(self):
        self.waits = []

    def now(self):
        """Tell a time."""
        return datetime(2026, 5, 14, tzinfo=UTC)

    def monotonic(self):
        """Tell seconds."""
        return 0.0

    async def sleep(self, seconds):
        """Note the wait."""
        self.waits.append(seconds)


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def session():
    """Open a session that the environment has no say in."""
    async with aiohttp.ClientSession(trust_env=False) as opened:
        yield opened


@pytest.fixture
def clock():
    """Time that passes at once."""
    return Patience()


@pytest.fixture
async def slack():
    """Open a workspace in which the bot makes no mistake."""
    async with SimulatedSlack() as simulated:
        yield simulated
        assert simulated.violations == []


@pytest.fixture
def client(session, slack):
    """Make a careful client of the workspace."""
    return open_client(session, token=slack.identity.bot_token, api_url=slack.api_url, proxy="")


@pytest.fixture
def chat(client, session, clock, slack):
    """Our side of the workspace."""
    return a_chat(client, session, clock, slack.identity)


def a_chat(client: AsyncWebClient, session, clock, identity) -> SlackChat:
    """Make our side for any client."""
    return SlackChat(
        client,
        session,
        me=Identity(identity.team_id, identity.bot_user_id, identity.bot_id),
        clock=clock,
        command="/harbor",
        response_hosts=("127.0.0.1",),
    )
