"""Bringing requests to the app: signing, sending, waiting, and bringing again.

Knows signatures, the three seconds, and what Slack does when an event is not taken. Knows no
payload. A test may have a request tampered with, to see that the app refuses it.
"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.playground.slack.messages import Message
from bot.playground.slack.people import OTHER_APP_ID, OTHER_TEAM_ID


FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tamper:
    """How a request differs from an honest one."""

    # Signed with this instead of the app's secret.
    secret: str | None = None
    # Seconds by which the time stamp is older than now; below zero: it lies ahead.
    age: float = 0
    timestamp: str | None = None
    signed: bool = True
    # Sent instead of the real body: before signing, or behind the signature's back.
    body: bytes | None = None
    body_after_signing: bytes | None = None
    team_id: str | None = None
    app_id: str | None = None


HONEST = Tamper()
FORGED = Tamper(secret="not the secret")  # noqa: S106 - made up, and wrong on purpose
STALE = Tamper(age=301)
FROM_THE_FUTURE = Tamper(age=-301)
ODD_TIMESTAMP = Tamper(timestamp="yesterday")
UNSIGNED = Tamper(signed=False)
BROKEN_BODY = Tamper(body=b'{"type": "event_callback", ')
NOT_UTF8 = Tamper(body=b"text=\xff\xfe&command=%2Fharbor")
CHANGED_BODY = Tamper(body_after_signing=b'{"type": "url_verification", "challenge": "3"}')
OTHER_TEAM = Tamper(team_id=OTHER_TEAM_ID)
OTHER_APP = Tamper(app_id=OTHER_APP_ID)


@dataclass(frozen=True, slots=True)
class Sent:
    """A request, byte for byte."""

    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One request to the app and what came back."""

    sent: Sent
    elapsed: float
    # None: no answer came in time, or none at all.
    status: int | None = None
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    # Slack's word for what went wrong, as in X-Slack-Retry-Reason.
    reason: str = ""

    @property
    def taken(self) -> bool:
        """Say whether the app took it."""
        return not self.reason


@dataclass(slots=True, eq=False, kw_only=True)
class Delivery:
    """Something Slack told the app, in as many attempts as it took."""

    kind: str
    payload: dict[str, Any]
    message: Message | None = None
    response_url: str = ""
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def last(self) -> Attempt:
        """Give the newest attempt."""
        if not self.attempts:
            raise LookupError("Slack had nothing to tell the app.")
        return self.attempts[-1]

    @property
    def status(self) -> int | None:
        """Say the HTTP status of the newest attempt."""
        return self.last.status

    @property
    def body(self) -> str:
        """Give the body of the newest answer."""
        return self.last.body

    @property
    def elapsed(self) -> float:
        """Say how many seconds the newest answer took."""
        return self.last.elapsed

    @property
    def taken(self) -> bool:
        """Say whether the app took it at last."""
        return bool(self.attempts) and self.last.taken


class Courier:
    """Carries requests to one address."""

    def __init__(
        self,
        secret: str,
        *,
        now: Callable[[], float],
        ack_within: float,
        retry_waits: tuple[float, ...],
    ) -> None:
        self.request_url: str | None = None
        self._secret = secret
        self._now = now
        self.ack_within = ack_within
        self._retry_waits = retry_waits
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close what was opened."""
        if self._session:
            await self._session.close()
            self._session = None

    def sealed(self, body: bytes, content_type: str, *, tamper: Tamper = HONEST) -> Sent:
        """Sign *body* as Slack does, or not quite."""
        body = body if tamper.body is None else tamper.body
        headers = {"Content-Type": content_type, "User-Agent": "Slackbot 1.0 (simulated)"}
        if tamper.signed:
            stamp = tamper.timestamp or str(int(self._now() - tamper.age))
            headers |= {
                "X-Slack-Request-Timestamp": stamp,
                "X-Slack-Signature": signature(tamper.secret or self._secret, stamp, body=body),
            }
        if tamper.body_after_signing is not None:
            body = tamper.body_after_signing
        return Sent(body, headers)

    async def bring(self, sent: Sent) -> Attempt:
        """Send a request once; no answer is an outcome, too."""
        if self.request_url is None:
            raise RuntimeError("Slack does not know yet where the app is: set request_url.")
        started = self._clock()
        try:
            async with asyncio.timeout(self.ack_within):
                return await self._exchange(sent, self.request_url, started=started)
        except TimeoutError:
            reason = "http_timeout"
        except aiohttp.ClientError:
            reason = "connection_failed"
        return Attempt(sent=sent, elapsed=self._clock() - started, reason=reason)

    async def _exchange(self, sent: Sent, url: str, *, started: float) -> Attempt:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        async with self._session.post(
            url, data=sent.body, headers=sent.headers, allow_redirects=False
        ) as response:
            body = await response.text(errors="replace")
            good = 200 <= response.status < 300  # noqa: PLR2004 - any success
            return Attempt(
                sent=sent,
                elapsed=self._clock() - started,
                status=response.status,
                body=body,
                headers=response.headers.copy(),
                reason="" if good else "http_error",
            )

    async def bring_event(
        self, delivery: Delivery, *, tamper: Tamper = HONEST, deliveries: int | None = None
    ) -> None:
        """Send an event until it is taken, as Slack does, or exactly *deliveries* times."""
        body = json.dumps(delivery.payload).encode()
        waits = self._retry_waits if deliveries is None else (0.0,) * (deliveries - 1)
        delivery.attempts.append(await self.bring(self.sealed(body, JSON, tamper=tamper)))
        for number, wait in enumerate(waits, start=1):
            last = delivery.last
            if deliveries is None and (last.taken or last.headers.get("X-Slack-No-Retry") == "1"):
                return
            await asyncio.sleep(wait)
            sent = self.sealed(body, JSON, tamper=tamper)
            delivery.attempts.append(
                await self.bring(again(sent, number=number, reason=last.reason))
            )

    def _clock(self) -> float:
        return asyncio.get_running_loop().time()


def signature(secret: str, timestamp: str, *, body: bytes) -> str:
    """Sign as Slack does, version 0."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def again(sent: Sent, *, number: int, reason: str) -> Sent:
    """Mark *sent* as brought again."""
    marks = {
        "X-Slack-Retry-Num": str(number),
        "X-Slack-Retry-Reason": reason or "http_timeout",
    }
    return Sent(sent.body, {**sent.headers, **marks})


def form(fields: Mapping[str, str]) -> bytes:
    """Write *fields* as a form."""
    return urlencode(fields).encode()
