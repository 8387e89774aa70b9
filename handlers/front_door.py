"""HTTP as Slack and Kubernetes knock on it.

Raw bytes are checked before anything is parsed: Bolt would parse first, and log the body of a
request that it refuses. What passes goes to Bolt unchanged.
"""

import json
from dataclasses import dataclass
from urllib.parse import parse_qs

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.ports import Clock
from bot.slack import words
from bot.slack.signature import is_signed


LONGEST_BODY = 1024 * 1024  # bytes; Slack sends far less
_HEARD = {"app_mention", "message"}
_WORDS = ("subtype", "channel", "channel_type", "user", "text", "ts", "thread_ts")
_FORM = "application/x-www-form-urlencoded"

log = structlog.get_logger()


@dataclass(slots=True)
class FrontDoor:
    """The door to Bolt; *closing* is set when the process is about to end."""

    bolt: AsyncApp
    signing_secret: str
    clock: Clock
    closing: bool = False

    def application(self) -> web.Application:
        """Make the web application with its two routes."""
        app = web.Application(client_max_size=LONGEST_BODY)
        app.router.add_post("/slack/events", self.on_slack)
        app.router.add_get("/healthz", self.on_alive)
        return app

    async def on_alive(self, _request: web.Request) -> web.Response:
        """``GET /healthz``: the loop turns; looks at nothing outside."""
        return web.json_response({"alive": True})

    async def on_slack(self, request: web.Request) -> web.Response:
        """``POST /slack/events``: 413 too long, 401 not Slack's, 400 unreadable, else Bolt's."""
        try:
            raw = await request.read()
        except web.HTTPRequestEntityTooLarge:
            log.info("request.too_long", limit=LONGEST_BODY)
            return web.Response(status=413, text="too long")
        signed = is_signed(
            self.signing_secret,
            raw,
            timestamp=request.headers.get("X-Slack-Request-Timestamp"),
            signature=request.headers.get("X-Slack-Signature"),
            now=self.clock.now(),
        )
        if not signed:
            log.info("request.not_signed", peer=request.remote)
            return web.Response(status=401, text="not signed by Slack, or too old")
        body = _readable(raw, request.content_type)
        if body is None:
            log.info("request.unreadable", size=len(raw))
            return web.Response(status=400, text="unreadable")
        if self.closing:
            return _restarting(body, request.content_type)
        bolt_request = AsyncBoltRequest(
            body=body, query=request.query_string, headers=dict(request.headers)
        )
        return await to_aiohttp_response(await self.bolt.async_dispatch(bolt_request))


def _restarting(body: str, content_type: str) -> web.Response:
    # An event comes again, to another process, and a button shows that it failed; a command does
    # neither, but shows what it is answered.
    if content_type == _FORM and "command" in parse_qs(body):
        return web.Response(text=words.RESTARTING)
    return web.Response(status=503, text=words.RESTARTING)


def _readable(raw: bytes, content_type: str) -> str | None:
    """Return the body as text where it is what its type says: JSON's object, or a form."""
    try:
        body = raw.decode("utf-8")
        if content_type != _FORM:
            return body if _is_event(json.loads(body)) else None
        form = parse_qs(body, keep_blank_values=True, strict_parsing=True)
        payload = json.loads(form.get("payload", ["{}"])[0])
    except (ValueError, RecursionError):
        return None
    return body if form and isinstance(payload, dict) else None


def _is_event(data: object) -> bool:
    """Say whether *data* has the shape of what Slack sends as JSON, so that it can be read."""
    if not isinstance(data, dict):
        return False
    event = data.get("event", {})
    if not isinstance(event, dict):
        return False
    kind = event.get("type", "")
    if not isinstance(kind, str):
        return False
    if kind not in _HEARD:
        return True
    named = [data.get("event_id", ""), *(event.get(name, "") for name in _WORDS)]
    return all(isinstance(word, str) for word in named)
