"""All I/O with one Harbor instance, in one ``_send``.

Knows connections, patience and secrets. Does not know what any call means: ``wire`` reads what
came, ``network`` words what did not.
"""

import asyncio
import base64
import ssl
import uuid
from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from typing import TypeVar
from urllib.parse import quote, urlencode, urlsplit

import aiohttp
import structlog
from yarl import URL

from bot.errors import (
    HarborBroken,
    HarborBusy,
    HarborError,
    HarborMissing,
    HarborUnauthorized,
    HarborUnclear,
)
from bot.harbor import network, wire
from bot.harbor.session import LeftUnansweredError, once
from bot.harbor.wire import Account, Answer, Call
from bot.ports import Clock
from bot.replication.meter import Meter
from bot.settings import HarborSettings


log = structlog.get_logger()
Value = TypeVar("Value")

JSON_LIMIT = 32 * 2**20
LOG_LIMIT = 10 * 2**20
# Seconds before a read goes out again; with their default a dead instance is known in a second.
BACKOFFS = (0.2, 0.6)

# A wrong password takes Harbor 1.5 s to refuse and locks the account for as long; whoever asks
# with the right one meanwhile is refused at once.
_PENALTY = 1.5
_UNLOCKED_AFTER = 2.0
_WORTH_WAITING = 10.0
_PASSING = {429, 502, 503, 504}
_TRACED = "/api/v2.0/"
_CHUNK = 2**16


async def side_by_side(*wanted: Awaitable[Value]) -> list[Value]:
    """Wait for all of *wanted*; raise the first error among them once all have ended."""
    ended = await asyncio.gather(*wanted, return_exceptions=True)
    values = []
    for value in ended:
        if isinstance(value, BaseException):
            raise value
        values.append(value)
    return values


@dataclass(frozen=True, slots=True)
class Transport:
    """The way to one instance; copies share session and places, each has its own meter."""

    name: str
    settings: HarborSettings = field(repr=False)
    session: aiohttp.ClientSession = field(repr=False)
    clock: Clock = field(repr=False)
    backoffs: tuple[float, ...]
    tls: ssl.SSLContext | bool = field(repr=False)
    places: asyncio.Semaphore = field(repr=False)
    meter: Meter | None = None

    def metered(self, meter: Meter) -> "Transport":
        """Return a copy that notes its requests in *meter*."""
        return replace(self, meter=meter)

    async def ask(self, call: Call) -> Answer:
        """Ask for what changes nothing, again where that can help."""
        answer = await self.look(call)
        if answer.status == wire.UNAUTHORIZED and self._may_be_locked_out(answer):
            log.info("harbor.maybe_locked", instance=self.name, path=call.path)
            await self.clock.sleep(_UNLOCKED_AFTER)
            answer = await self.look(call)
        if answer.status == wire.UNAUTHORIZED:
            await self._explain(call)
        return wire.check(answer)

    async def find(self, call: Call) -> Answer | None:
        """Ask for what may not be there; None where it is not."""
        try:
            return await self.ask(replace(call, may_miss=True))
        except HarborMissing:
            return None

    async def change(self, call: Call) -> Answer:
        """Send what changes something, exactly once; HarborUnclear where it may have worked."""
        answer = await self.send_once(call)
        if answer.status >= wire.SERVER_ERRORS:
            # A front says 502 or 504 also when the work behind it was done; so did 1.5.0 with 500.
            raise self._unclear(call, f"it answered HTTP status {answer.status}")
        return wire.check(answer)

    async def send_once(self, call: Call) -> Answer:
        """Send a call exactly once and return whatever answer came."""
        try:
            return await self._send(call, once)
        except network.NOTHING_LEFT as error:
            raise self._in_words(error) from error
        except (*network.FAILURES, LeftUnansweredError) as error:
            raise self._unclear(call, "no answer came") from error

    async def look(self, call: Call) -> Answer:
        """Ask for what changes nothing, again where that can help; return whatever came."""
        # Our own loop, not stamina's: that one sleeps by itself, and here waiting is the clock's.
        for backoff in self.backoffs:
            try:
                answer = await self._send(call)
                wait = max(backoff, wire.retry_after(answer))
                if answer.status not in _PASSING or wait > _WORTH_WAITING:
                    return answer
                why = f"HTTP status {answer.status}"
            except network.FAILURES as error:
                if not network.is_passing(error):
                    raise self._in_words(error) from error
                wait, why = backoff, type(error).__name__
            log.warning(
                "harbor.read_retried", instance=self.name, path=call.path, wait=wait, why=why
            )
            await self.clock.sleep(wait)
        try:
            return await self._send(call)
        except network.FAILURES as error:
            raise self._in_words(error) from error

    async def _send(self, call: Call, *middlewares: aiohttp.ClientMiddlewareType) -> Answer:
        wanted = self.clock.monotonic()
        headers = self._headers(call)
        async with self.places:
            began = self.clock.monotonic()
            try:
                async with self.session.request(
                    call.method,
                    self._address(call),
                    headers=headers,
                    data=call.body or None,
                    allow_redirects=False,
                    ssl=self.tls,
                    timeout=aiohttp.ClientTimeout(total=self._seconds),
                    middlewares=middlewares,
                ) as response:
                    body = await self._body(response, call)
            finally:
                ended = self.clock.monotonic()
                if self.meter is not None:
                    self.meter.note(wanted, ended, counts=call.counts)
        if response.status >= wire.REFUSALS:
            body = self._without_secrets(body)
        sent_back = {name.lower(): value for name, value in response.headers.items()}
        return Answer(self.name, call, response.status, sent_back, body, ended - began)

    async def _body(self, response: aiohttp.ClientResponse, call: Call) -> bytes:
        kept = bytearray()
        async for chunk in response.content.iter_chunked(_CHUNK):
            kept += chunk
            if call.tail and len(kept) > 2 * LOG_LIMIT:
                del kept[:-LOG_LIMIT]
            elif not call.tail and len(kept) > JSON_LIMIT:
                raise HarborBroken(
                    f"{self.name} answered without an end when asked to {call.purpose}.",
                    instance=self.name,
                )
        return bytes(kept[-LOG_LIMIT:] if call.tail else kept)

    @property
    def _seconds(self) -> float:
        return self.settings.timeout.total_seconds()

    def _address(self, call: Call) -> URL:
        start = self.settings.url
        if call.rooted:
            start = "{0.scheme}://{0.netloc}".format(urlsplit(start))
        query = urlencode(call.params, quote_via=quote)
        return URL(f"{start}{call.path}" + (f"?{query}" if query else ""), encoded=True)

    def _headers(self, call: Call) -> dict[str, str]:
        headers = {"User-Agent": "harborbot", **call.headers}
        user, password = self._account(call.account)
        if user:
            headers["Authorization"] = f"Basic {_packed(user, password)}"
        if call.path.startswith(_TRACED):
            headers["X-Request-ID"] = str(uuid.uuid4())
        return headers

    def _account(self, account: Account) -> tuple[str, str]:
        try:
            match account:
                case Account.NOBODY:
                    return "", ""
                case Account.READING:
                    return self.settings.read_account()
                case Account.MAIN:
                    return self.settings.account()
        except (OSError, ValueError) as error:
            raise HarborUnauthorized(
                f"The password file of {self.name} cannot be read.",
                instance=self.name,
                remedy="Check the file that PASSWORD_FILE of the instance names.",
            ) from error

    def _without_secrets(self, body: bytes) -> bytes:
        # Words of a refusal are shown to people, and a front may echo what it was sent.
        for account in (Account.MAIN, Account.READING):
            user, password = self._account(account)
            for secret in (_packed(user, password), password):
                if password:
                    body = body.replace(secret.encode(), b"[hidden]")
        return body

    def _may_be_locked_out(self, answer: Answer) -> bool:
        user, _ = self._account(answer.call.account)
        return bool(user) and answer.elapsed < _PENALTY

    async def _explain(self, call: Call) -> None:
        """Raise what a 401 means where it does not mean the password."""
        if call.account is not Account.NOBODY and not self._account(call.account)[0]:
            raise HarborUnauthorized(
                f"{self.name} wants an account to {call.purpose}, and the bot has none for it.",
                instance=self.name,
                remedy="Set USERNAME and PASSWORD of the instance.",
            )
        if call.doubt:
            await self._suspect_database(call)

    async def _suspect_database(self, call: Call) -> None:
        # 2.15 answers the right password with 401 while its database is down.
        suspect = Call(
            purpose="list projects", path=call.doubt, params={"page_size": "1"}, counts=False
        )
        try:
            answer = await self._send(suspect)
        except (*network.FAILURES, HarborError):
            return
        if answer.status == wire.SERVER_ERRORS:
            raise HarborBusy(
                f"{self.name} refuses the bot's account, but its database seems to be down.",
                instance=self.name,
                remedy="Look at the instance's database first; the password is likely right.",
            )

    def _in_words(self, error: Exception) -> HarborError:
        host = urlsplit(self.settings.url).netloc
        return network.in_words(error, self.name, host=host, seconds=self._seconds)

    def _unclear(self, call: Call, what: str) -> HarborUnclear:
        return HarborUnclear(
            f"{self.name} was asked to {call.purpose}, and {what}: it may have been done.",
            instance=self.name,
        )


def _packed(user: str, password: str) -> str:
    return base64.b64encode(f"{user}:{password}".encode()).decode()
