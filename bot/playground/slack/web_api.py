"""The Web API over HTTP, under ``/api/``.

Knows tokens, scopes, the order of checks and the headers of an answer. What a method does is in
the table of methods.
"""

import itertools
from typing import Any

from aiohttp import web

from bot.playground.slack import arguments, methods
from bot.playground.slack.arguments import Refused
from bot.playground.slack.faults import Drop
from bot.playground.slack.methods import Method
from bot.playground.slack.site import Site, hung_up, struck


# Refusals that say the app was written wrongly, whatever the state of the workspace.
MISTAKES = frozenset(
    {
        "cannot_reply_to_message",
        "invalid_arguments",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_json",
        "invalid_metadata_format",
        "invalid_post_type",
        "json_not_object",
        "metadata_too_large",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "unknown_method",
    }
)


class WebApi:
    """The server side of every method."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._numbers = itertools.count(1)

    def routes(self) -> list[web.RouteDef]:
        """Say where it is reached."""
        path = "/api/{method}"
        return [web.post(path, self._serve), web.get(path, self._serve, allow_head=False)]

    async def _serve(self, request: web.Request) -> web.Response:
        name = request.match_info["method"]
        self._site.calls[name] += 1
        fault = self._site.faults.take(name)
        trouble = await struck(request, fault)
        if trouble is not None:
            self._site.record(name, {}, answer={"ok": False, "error": "(made to fail)"})
            return trouble
        answer = await self._answer(name, request)
        if fault and fault.drop is Drop.AFTER:
            return hung_up(request)
        return web.json_response(answer, headers=self._headers(name))

    async def _answer(self, name: str, request: web.Request) -> dict[str, Any]:
        given: dict[str, Any] = {}
        try:
            given = await arguments.read(request)
            answer = self._run(name, given, header=request.headers.get("Authorization"))
        except Refused as refusal:
            answer = refusal.as_json()
            if refusal.error in MISTAKES:
                self._site.note(name, " ".join([refusal.error, *refusal.messages]))
        self._site.record(name, given, answer=answer)
        return answer

    def _run(self, name: str, given: dict[str, Any], *, header: str | None) -> dict[str, Any]:
        method = methods.find(name)
        self._let_in(method, given, header=header)
        wanted = {key: value for key, value in given.items() if key != "token"}
        wrong = method.check(wanted)
        if wrong:
            raise Refused("invalid_arguments", wrong)
        return {"ok": True, **method.run(self._site, arguments.named(wanted, methods.READERS))}

    def _let_in(self, method: Method, given: dict[str, Any], *, header: str | None) -> None:
        token = header.removeprefix("Bearer ") if header else given.get("token")
        if not token:
            raise Refused("not_authed")
        identity = self._site.identity
        if token != identity.bot_token:
            raise Refused("invalid_auth")
        if method.scopes and not method.scopes & identity.scopes:
            raise Refused(
                "missing_scope",
                extra={
                    "needed": ",".join(sorted(method.scopes)),
                    "provided": ",".join(sorted(identity.scopes)),
                },
            )

    def _headers(self, name: str) -> dict[str, str]:
        method = methods.METHODS.get(name)
        return {
            "X-OAuth-Scopes": ",".join(sorted(self._site.identity.scopes)),
            "X-Accepted-OAuth-Scopes": ",".join(sorted(method.scopes)) if method else "",
            "X-Slack-Req-Id": f"simulated{next(self._numbers):06d}",
        }
