"""The private way back to who asked: posting to a ``response_url``.

Knows which hosts may be posted to and how such a post can fail. Knows nothing of what is said. An
address is a secret: it stands in no log and no error.
"""

import ipaddress
from collections.abc import Sequence
from typing import Any
from urllib.parse import SplitResult, urlsplit

import aiohttp
import structlog

from bot.errors import ChatBusy, ChatError, ChatSilent, ChatUnclear
from bot.slack.web_api import (
    NEVER_SENT,
    NO_ANSWER,
    PATIENCE,
    SERVER_ERRORS,
    TOO_MANY,
    TRANSPORT_ERRORS,
    UNREACHABLE,
    Sleep,
    patiently,
    wait_wanted,
)


FOREIGN = "foreign_response_url"
EXPIRED = "expired_response_url"

_PORTS = {"https": 443, "http": 80}
_OK = 200

log = structlog.get_logger()


def is_allowed(url: str, hosts: Sequence[str]) -> bool:
    """Say whether *url* leads to one of *hosts*, each ``host`` or ``host:port``."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return False
    host = (parts.hostname or "").rstrip(".")
    if not host or parts.username is not None or parts.password is not None:
        return False
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        return False
    return any(_matches(allowed, host, port=port) for allowed in hosts)


def _matches(allowed: str, host: str, *, port: int) -> bool:
    # Without brackets an IPv6 address would be read as a host and a port.
    bare = f"[{allowed}]" if allowed.count(":") > 1 and "[" not in allowed else allowed
    try:
        wanted: SplitResult = urlsplit(f"//{bare}")
        wanted_port = wanted.port
    except ValueError:
        return False
    if (wanted.hostname or "") != host:
        return False
    if wanted_port is None:
        return _is_loopback(host) or port == _PORTS["https"]
    return port == wanted_port


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class ResponseUrls:
    """Posts to the addresses that Slack hands out with commands and button presses."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        *,
        hosts: Sequence[str],
        proxy: str,
        sleep: Sleep,
    ) -> None:
        self._session = session
        self._hosts = tuple(hosts)
        self._proxy = proxy or None
        self._sleep = sleep

    async def post(self, url: str, payload: dict[str, Any]) -> None:
        """Say something to whoever was given *url*."""
        if not is_allowed(url, self._hosts):
            log.warning("slack.response_url_refused")
            raise ChatError(
                "The way back that came with the request is not Slack's.", code=FOREIGN
            )
        await patiently(lambda: self._send(url, payload), sleep=self._sleep, repeatable=False)

    async def _send(self, url: str, payload: dict[str, Any]) -> None:
        try:
            async with self._session.post(
                url,
                json=payload,
                allow_redirects=False,
                proxy=self._proxy,
                timeout=aiohttp.ClientTimeout(total=PATIENCE),
            ) as response:
                status, asked = response.status, response.headers.get("Retry-After")
        # "from None": these errors carry the address.
        except NEVER_SENT:
            raise ChatSilent("Slack did not answer.", code=UNREACHABLE) from None
        except TRANSPORT_ERRORS:
            raise _unclear() from None
        _check(status, asked)


def _check(status: int, asked: str | None) -> None:
    if status == _OK:
        return
    if status == TOO_MANY:
        raise ChatBusy("Slack asks me to slow down.", retry_after=wait_wanted(asked))
    if status >= SERVER_ERRORS:
        raise _unclear()
    raise ChatError("Slack did not take the private answer; ask again.", code=EXPIRED)


def _unclear() -> ChatUnclear:
    return ChatUnclear("Slack did not confirm the private answer.", code=NO_ANSWER)
