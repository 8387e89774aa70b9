"""How a copying job reaches another registry: real requests on real sockets.

Knows connections and how Go words their failures. Does not know what is copied.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp

from bot.playground.harbor.images import Image


PEER = "X-Playground-Peer"
BUILT = "X-Playground-Built"


@dataclass(frozen=True, slots=True)
class Heard:
    """What another registry answered."""

    status: int
    body: str
    headers: Mapping[str, str]


class Unreachable(Exception):
    """No answer came."""

    def __init__(self, method: str, url: str, reason: str) -> None:
        self.method = method
        self.url = url
        self.reason = reason
        super().__init__(f"{method} {url}: {reason}")


class Outside:
    """The network as jobs see it; open between ``start`` and ``stop`` of the server."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    def open(self) -> None:
        """Get ready to ask."""
        self._session = aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
        )

    async def close(self) -> None:
        """Let go of all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def ask(
        self,
        method: str,
        url: str,
        *,
        login: tuple[str, str],
        body: bytes | None = None,
        image: Image | None = None,
        token: str = "",
    ) -> Heard:
        """Ask *url* once, following nothing; an *image* is pushed, a *body* is JSON."""
        if self._session is None:
            raise RuntimeError("This Harbor is not running.")
        headers = {
            "Authorization": f"Bearer {token}" if token else basic(*login),
            "User-Agent": "harbor-registry-client",
            PEER: "yes",
        }
        if body is not None:
            headers["Content-Type"] = "application/json"
        if image is not None:
            # Configurations are not copied, so the time of the build travels beside them.
            headers |= {"Content-Type": image.media_type, BUILT: image.built}
        try:
            async with self._session.request(
                method,
                url,
                headers=headers,
                data=image.body if image else body,
                allow_redirects=False,
            ) as answer:
                return Heard(answer.status, await answer.text(), answer.headers)
        except (aiohttp.ClientError, OSError) as error:
            raise Unreachable(method, url, _as_go_says(error, url)) from error


def basic(name: str, password: str) -> str:
    """Write the header of basic authentication."""
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def _as_go_says(error: Exception, url: str) -> str:
    parts = urlsplit(url)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return f"dial tcp: lookup {parts.hostname} on 127.0.0.11:53: no such host"
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"dial tcp {parts.hostname}:{parts.port or 80}: connect: connection refused"
    return "EOF"
