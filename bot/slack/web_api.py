"""Calls to Slack's Web API: what may be sent again is, and no error of a library gets out.

Knows tokens, transport and Slack's way to refuse. Knows no method's meaning and no message.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import ChatBusy, ChatError, ChatSilent, ChatUnclear


T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]

# In seconds.
PATIENCE = 10.0
BACKOFFS = (0.2, 1.0)
# Somebody waits for the answer: who asks us to wait longer than this gets it in words instead.
LONGEST_WAIT = 30.0
_DEFAULT_WAIT = 1.0

# Codes of our own, for what never reached Slack, and for what Slack never answered.
UNREACHABLE = "unreachable"
NO_ANSWER = "no_answer"

_CODE = re.compile(r"[a-z0-9_]{1,80}")
# Slack says of these that something may have been done all the same.
_UNCLEAR = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
# HTTP's.
SERVER_ERRORS = 500
TOO_MANY = 429

# Raised before a byte of the request has left.
NEVER_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
)
TRANSPORT_ERRORS = (aiohttp.ClientError, TimeoutError, OSError, ValueError)

log = structlog.get_logger()


class _Client(AsyncWebClient):
    """Slack's client, which here follows no redirect and does not wait for ever."""

    async def _request(
        self, *, http_verb: str, api_url: str, req_args: dict[str, Any]
    ) -> dict[str, Any]:
        # With a session of ours, the client's own timeout is not used.
        limits = {"allow_redirects": False, "timeout": aiohttp.ClientTimeout(total=PATIENCE)}
        answer: dict[str, Any] = await super()._request(
            http_verb=http_verb, api_url=api_url, req_args={**req_args, **limits}
        )
        return answer


def open_client(
    session: aiohttp.ClientSession, *, token: str, api_url: str, proxy: str
) -> AsyncWebClient:
    """Make a client that connects to *api_url* only, through *proxy* where one is set."""
    client = _Client(
        token=token,
        base_url=api_url,
        session=session,
        trust_env_in_session=False,
        # The default would send a message a second time when a connection breaks.
        retry_handlers=[],
    )
    # Left to itself, the client takes a proxy from the environment.
    client.proxy = proxy or None
    return client


def refused(error: ChatError) -> bool:
    """Say whether Slack itself said no, for certain."""
    return not error.transient


async def patiently(send: Callable[[], Awaitable[T]], *, sleep: Sleep, repeatable: bool) -> T:
    """Send, and again where it did not arrive, or where it does not matter that it did."""
    for backoff in BACKOFFS:
        try:
            return await send()
        except ChatBusy as error:
            if error.retry_after > LONGEST_WAIT:
                raise
            wait, why = max(backoff, error.retry_after), error.code
        except ChatUnclear as error:
            if not repeatable:
                raise
            wait, why = backoff, error.code
        except ChatError as error:
            if refused(error):
                raise
            wait, why = backoff, error.code
        log.warning("slack.sent_again", reason=why, wait=wait)
        await sleep(wait)
    return await send()


def wait_wanted(header: str | None) -> float:
    """Read ``Retry-After``."""
    try:
        return min(max(float(header or _DEFAULT_WAIT), 0.0), 3600.0)
    except ValueError:
        return _DEFAULT_WAIT


class WebApi:
    """Slack's methods, by name."""

    def __init__(self, client: AsyncWebClient, *, sleep: Sleep) -> None:
        self._client = client
        self._sleep = sleep

    async def read(self, method: str, **params: Any) -> dict[str, Any]:
        """Ask something."""

        async def send() -> dict[str, Any]:
            return await self._send(method, writes=False, http_verb="GET", params=params)

        return await patiently(send, sleep=self._sleep, repeatable=True)

    async def write(
        self, method: str, payload: dict[str, Any], *, repeatable: bool
    ) -> dict[str, Any]:
        """Change something; *repeatable* where doing it twice comes to the same."""

        async def send() -> dict[str, Any]:
            return await self._send(method, writes=True, json=payload)

        return await patiently(send, sleep=self._sleep, repeatable=repeatable)

    async def _send(self, method: str, *, writes: bool, **request: Any) -> dict[str, Any]:
        try:
            answer = await self._client.api_call(method, **request)
        except asyncio.CancelledError:
            raise
        except SlackApiError as error:
            raise _from_answer(method, error, writes=writes) from error
        except NEVER_SENT as error:
            raise ChatSilent(_silence(method), code=UNREACHABLE) from error
        # AttributeError: the client takes a plain text for an object.
        except (*TRANSPORT_ERRORS, SlackClientError, AttributeError) as error:
            raise _silent(method, writes=writes) from error
        if not isinstance(answer.data, dict):
            raise _silent(method, writes=writes)
        return answer.data


def _from_answer(method: str, error: SlackApiError, *, writes: bool) -> ChatError:
    status = getattr(error.response, "status_code", getattr(error.response, "status", 0))
    if status == TOO_MANY:
        wait = wait_wanted(error.response.headers.get("Retry-After"))
        return ChatBusy("Slack asks me to slow down.", retry_after=wait)
    data = getattr(error.response, "data", None)
    code = data.get("error") if isinstance(data, dict) else None
    known = isinstance(code, str) and _CODE.fullmatch(code)
    if code == "ratelimited":
        return ChatBusy("Slack asks me to slow down.", retry_after=_DEFAULT_WAIT)
    if not known or code in _UNCLEAR or status >= SERVER_ERRORS:
        return _silent(method, writes=writes)
    return ChatError(f"Slack refused {method}: {code}.", code=str(code))


def _silent(method: str, *, writes: bool) -> ChatError:
    if writes:
        sentence = f"Slack did not confirm {method}; the message may be there."
        return ChatUnclear(sentence, code=NO_ANSWER)
    return ChatSilent(_silence(method), code=NO_ANSWER)


def _silence(method: str) -> str:
    return f"Slack did not answer {method}."
