"""Response URLs: the way back to whoever sent a command or pressed a button.

Knows how often and how long one may be used, and what may be sent to it. The answer in the body
of an acknowledgement is read by the same rules.
"""

import itertools
import json
import secrets
from dataclasses import dataclass
from functools import partial
from typing import Any

from aiohttp import web

from bot.playground.slack import arguments, content
from bot.playground.slack.arguments import Refused
from bot.playground.slack.faults import Drop
from bot.playground.slack.messages import Channel, Message
from bot.playground.slack.methods import READERS
from bot.playground.slack.people import User
from bot.playground.slack.site import Site, hung_up, struck


MOST_USES = 5
LIFETIME = 30 * 60.0
NAME = "response_url"

_CONTENT = ("text", "blocks", "attachments", "metadata", "thread_ts")
_FLAGS = ("replace_original", "delete_original", "unfurl_links", "unfurl_media", "mrkdwn")
_READERS: dict[str, arguments.Reader] = {
    **{name: READERS[name] for name in _CONTENT},
    **dict.fromkeys(_FLAGS, arguments.as_boolean),
    "response_type": arguments.as_string,
}


@dataclass(slots=True, eq=False)
class ResponseUrl:
    """One address that was handed out, to answer one person in one place."""

    path: str
    user: User
    channel: Channel
    made_at: float
    # The message whose button was pressed; a command has none.
    original: Message | None = None
    uses: int = 0


class Responses:
    """All response URLs of the workspace, and the server behind them."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._numbers = itertools.count(7001)
        self._open: dict[str, ResponseUrl] = {}

    def routes(self) -> list[web.RouteDef]:
        """Say where they are reached."""
        path = "/{kind:commands|actions}/{team}/{number}/{secret}"
        return [web.post(path, self._serve)]

    def open(
        self, kind: str, user: User, *, channel: Channel, original: Message | None = None
    ) -> ResponseUrl:
        """Hand out an address."""
        team = self._site.identity.team_id
        path = f"/{kind}/{team}/{next(self._numbers)}/{secrets.token_urlsafe(18)}"
        self._open[path] = ResponseUrl(
            path, user, channel, self._site.workspace.now(), original=original
        )
        return self._open[path]

    async def _serve(self, request: web.Request) -> web.Response:
        self._site.calls[NAME] += 1
        fault = self._site.faults.take(NAME)
        trouble = await struck(request, fault)
        if trouble is not None:
            return trouble
        status, answer, given = 200, "ok", {}
        try:
            target = self._target(request.path)
            given = await self._read(request)
            self.say(target, given, where=NAME)
        except Refused as refusal:
            status = 404 if refusal.error in {"used_url", "expired_url"} else 400
            answer = refusal.error
        self._site.record(NAME, given, answer={"status": status, "text": answer})
        if fault and fault.drop is Drop.AFTER:
            return hung_up(request)
        return web.Response(status=status, text=answer)

    def _target(self, path: str) -> ResponseUrl:
        target = self._open.get(path)
        if target is None or self._site.workspace.now() - target.made_at > LIFETIME:
            raise Refused("expired_url")
        if target.uses >= MOST_USES:
            raise Refused("used_url")
        target.uses += 1
        return target

    async def _read(self, request: web.Request) -> dict[str, Any]:
        try:
            body = json.loads(await request.read())
        except ValueError:
            body = None
        if not isinstance(body, dict):
            self._site.note(NAME, "invalid_payload: the body is no JSON object")
            raise Refused("invalid_payload")
        return body

    def say(self, target: ResponseUrl, given: dict[str, Any], *, where: str) -> Message | None:
        """Do what *given* asks for in the place of *target*."""
        try:
            wanted = self._checked(given)
            return self._said(target, wanted, where=where)
        except Refused as refusal:
            self._site.note(where, " ".join([refusal.error, *refusal.messages]))
            raise

    def _checked(self, given: dict[str, Any]) -> dict[str, Any]:
        present = {name: value for name, value in given.items() if value is not None}
        strange = sorted(present.keys() - _READERS.keys())
        if strange:
            raise Refused("invalid_payload", [f"unknown key: {name}" for name in strange])
        wanted = arguments.named(present, _READERS)
        if wanted.get("response_type", "ephemeral") not in {"ephemeral", "in_channel"}:
            raise Refused("invalid_payload", ["response_type is ephemeral or in_channel"])
        return wanted

    def _said(self, target: ResponseUrl, wanted: dict[str, Any], *, where: str) -> Message | None:
        original = target.original
        if wanted.get("delete_original") and original:
            self._site.workspace.delete(original)
            if not (wanted.get("text") or wanted.get("blocks")):
                return None
        version = content.read(wanted, partial(self._site.note, where))
        if wanted.get("replace_original") and original:
            self._site.workspace.edit(original, version)
            return original
        private = wanted.get("response_type", "ephemeral") == "ephemeral"
        return self._site.workspace.post(
            target.channel,
            self._site.workspace.bot,
            content=version,
            thread_ts=wanted.get("thread_ts"),
            ephemeral_to=target.user.id if private else None,
        )
