"""A crowd that knocks at the front door as Slack does, so lean that the door is what is measured.

Knows HTTP as far as it is needed here: connections that stay open, answers with a length.
"""

import asyncio
import itertools
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import quantiles
from urllib.parse import urlsplit

from bot.playground.slack import Identity
from bot.playground.slack.courier import form, signature


# Longer than Slack waits: who is late is counted, not cut off.
_WITHIN = 60.0
_STATUS = re.compile(rb"HTTP/1\.1 (\d{3})")
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Answers:
    """What a crowd was answered: the seconds until each ack, and how long all of it took."""

    sent: int
    waits: tuple[float, ...]
    seconds: float

    @property
    def rate(self) -> float:
        """Say how many a second."""
        return len(self.waits) / self.seconds

    def percentile(self, which: int) -> float:
        """Say within how many milliseconds *which* percent were acknowledged."""
        return quantiles(self.waits, n=100)[which - 1] * 1000

    @property
    def slowest(self) -> float:
        """Say how many seconds the slowest took."""
        return max(self.waits)


def command(url: str, slack: str, *, user: str, text: str) -> bytes:
    """Write a signed request of somebody's ``/harbor TEXT``; each is a new one."""
    identity, number = Identity(), next(_numbers)
    body = form(
        {
            "token": identity.verification_token,
            "team_id": identity.team_id,
            "team_domain": identity.team_domain,
            "channel_id": "C0RELEASES",
            "channel_name": "releases",
            "user_id": user,
            "user_name": "somebody",
            "command": "/harbor",
            "text": text,
            "api_app_id": identity.app_id,
            "is_enterprise_install": "false",
            "response_url": f"{slack}/commands/{identity.team_id}/{number}/a-made-up-secret",
            "trigger_id": f"{number}.1700000000.a-made-up-trigger",
        }
    )
    at = str(int(time.time()))  # noqa: TID251 - Slack's clock, not the product's
    head = (
        "POST /slack/events HTTP/1.1",
        f"Host: {urlsplit(url).netloc}",
        "User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)",
        "Accept: application/json,*/*",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        f"X-Slack-Request-Timestamp: {at}",
        f"X-Slack-Signature: {signature(identity.signing_secret, at, body=body)}",
    )
    return "\r\n".join((*head, "", "")).encode() + body


class _Knocker(asyncio.Protocol):
    """One connection: sends the next request when the one before is answered."""

    def __init__(self, requests: Iterator[bytes], waits: list[float]) -> None:
        self.done = asyncio.get_running_loop().create_future()
        self._requests, self._waits = requests, waits
        self._read = b""
        self._began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Hold the connection."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def knock(self) -> None:
        """Send the next request, or leave where there is none."""
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
            return
        self._began = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Read an answer, in as many pieces as it comes."""
        self._read += data
        head, parted, body = self._read.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not parted or len(body) < (int(length[1]) if length else 0):
            return
        status = _STATUS.match(head)
        # A question that is not taken is told so, in words.
        if status and status[1] == b"200" and not body:
            self._waits.append(time.perf_counter() - self._began)
        self._read = b""
        self.knock()

    def connection_lost(self, error: Exception | None) -> None:
        """Let the crowd go on without this one."""
        if not self.done.done():
            self.done.set_result(error)


async def knock(url: str, requests: Sequence[bytes], *, in_flight: int) -> Answers:
    """Send all *requests*, always as many at once; who was not taken is missing."""
    parts = urlsplit(url)
    loop, waits, rest = asyncio.get_running_loop(), [], iter(requests)
    crowd = [
        (await loop.create_connection(lambda: _Knocker(rest, waits), parts.hostname, parts.port))[
            1
        ]
        for _ in range(in_flight)
    ]
    began = time.perf_counter()
    for one in crowd:
        one.knock()
    await asyncio.wait([one.done for one in crowd], timeout=_WITHIN)
    return Answers(len(requests), tuple(waits), time.perf_counter() - began)
