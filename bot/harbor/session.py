"""How this room connects: nothing kept between requests, whose certificate counts, no write twice.

Knows aiohttp's session. Knows no instance and no call.
"""

import ssl

import aiohttp

from bot.errors import SettingsWrong
from bot.settings import HarborSettings


def open_session() -> aiohttp.ClientSession:
    """Open a session as this room needs it; whoever opens it closes it."""
    return aiohttp.ClientSession(
        # With a cookie, 2.x asks for a CSRF token; without one it takes the password.
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        connector=aiohttp.TCPConnector(limit=0),
    )


def trust(name: str, settings: HarborSettings) -> ssl.SSLContext | bool:
    """Return what aiohttp takes as *ssl*; SettingsWrong where the CA file holds none."""
    if not settings.verify_tls:
        return False
    if settings.ca_file is None:
        return True
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(settings.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise SettingsWrong((f"CA_FILE of {name}: holds no certificate",)) from error
    return context


class LeftUnansweredError(Exception):
    """A request left and no answer came; aiohttp does not know this exception, so it stops."""


async def once(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Let no write leave twice: aiohttp repeats PUT and DELETE on these two errors."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise  # nothing has left
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise LeftUnansweredError from error
