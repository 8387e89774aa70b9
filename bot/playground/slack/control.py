"""The control desk under ``/_control/``: what a test in another process does and sees.

Knows how people's acts and the workspace's state look as JSON. It is no part of Slack.
"""

import json
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from aiohttp import web

from bot.playground.slack import courier
from bot.playground.slack.courier import Delivery, Tamper
from bot.playground.slack.faults import Drop, Fault, Faults
from bot.playground.slack.messages import Channel, Control, Message
from bot.playground.slack.people import Identity
from bot.playground.slack.workspace import Workspace


TAMPERS = {
    "": courier.HONEST,
    "forged": courier.FORGED,
    "stale": courier.STALE,
    "unsigned": courier.UNSIGNED,
    "broken_body": courier.BROKEN_BODY,
    "other_team": courier.OTHER_TEAM,
    "other_app": courier.OTHER_APP,
}


class Slack(Protocol):
    """As much of the simulation as the desk needs."""

    identity: Identity
    workspace: Workspace

    @property
    def api_url(self) -> str: ...

    @property
    def violations(self) -> list[str]: ...

    @property
    def calls(self) -> Counter[str]: ...

    @property
    def faults(self) -> Faults: ...

    request_url: str | None

    def channel(self, name: str) -> Channel: ...

    def transcript(self) -> str: ...

    async def wait_for_message(
        self,
        words: str,
        *,
        channel: str,
        timeout: float,  # noqa: ASYNC109 - as the simulation names it
    ) -> Message: ...

    async def command(
        self, user: str, name: str, text: str, *, channel: str, tamper: Tamper
    ) -> Delivery: ...

    async def mention(
        self, user: str, text: str, *, channel: str, thread_ts: str | None, tamper: Tamper
    ) -> Delivery: ...

    async def dm(self, user: str, text: str, *, thread_ts: str | None) -> Delivery: ...

    async def click(
        self,
        user: str,
        message: Message,
        action: str | Control,
        *,
        option: str | None,
        tamper: Tamper,
    ) -> Delivery: ...


class Desk:
    """Serves the control API of one simulation."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    def routes(self) -> list[web.RouteDef]:
        """Say what can be asked for."""
        return [
            web.get("/_control/state", self._state),
            web.get("/_control/messages", self._messages),
            web.get("/_control/transcript", self._transcript),
            web.post("/_control/wait", _act(self._wait)),
            web.post("/_control/command", _act(self._command)),
            web.post("/_control/mention", _act(self._mention)),
            web.post("/_control/dm", _act(self._dm)),
            web.post("/_control/click", _act(self._click)),
            web.post("/_control/fault", _act(self._fault)),
            web.post("/_control/request_url", _act(self._request_url)),
        ]

    async def _state(self, request: web.Request) -> web.Response:  # noqa: ARG002 - asks nothing
        slack, identity = self._slack, self._slack.identity
        return web.json_response(
            {
                "api_url": slack.api_url,
                "request_url": slack.request_url,
                "team_id": identity.team_id,
                "app_id": identity.app_id,
                "bot_user_id": identity.bot_user_id,
                "users": {user.name: user.id for user in slack.workspace.users.values()},
                "channels": {
                    channel.place.name: channel.id for channel in slack.workspace.channels.values()
                },
                "calls": dict(slack.calls),
                "violations": slack.violations,
            }
        )

    async def _messages(self, request: web.Request) -> web.Response:
        wanted = request.query.get("channel")
        try:
            channels = (
                [self._slack.channel(wanted)]
                if wanted
                else list(self._slack.workspace.channels.values())
            )
        except LookupError as error:
            return web.json_response({"error": str(error)}, status=404)
        found = [shown(message) for channel in channels for message in channel.everything()]
        return web.json_response({"messages": found})

    async def _transcript(self, request: web.Request) -> web.Response:  # noqa: ARG002 - asks nothing
        return web.Response(text=self._slack.transcript())

    async def _wait(self, asked: dict[str, Any]) -> dict[str, Any]:
        found = await self._slack.wait_for_message(
            asked["words"],
            channel=asked.get("channel", "#releases"),
            timeout=asked.get("timeout", 5.0),
        )
        return {"message": shown(found)}

    async def _command(self, asked: dict[str, Any]) -> dict[str, Any]:
        name, _, text = asked["text"].partition(" ")
        delivery = await self._slack.command(
            asked["user"],
            name,
            text,
            channel=asked.get("channel", "#releases"),
            tamper=TAMPERS[asked.get("tamper", "")],
        )
        return _told(delivery)

    async def _mention(self, asked: dict[str, Any]) -> dict[str, Any]:
        delivery = await self._slack.mention(
            asked["user"],
            asked["text"],
            channel=asked.get("channel", "#releases"),
            thread_ts=asked.get("thread_ts"),
            tamper=TAMPERS[asked.get("tamper", "")],
        )
        return _told(delivery)

    async def _dm(self, asked: dict[str, Any]) -> dict[str, Any]:
        delivery = await self._slack.dm(
            asked["user"], asked["text"], thread_ts=asked.get("thread_ts")
        )
        return _told(delivery)

    async def _click(self, asked: dict[str, Any]) -> dict[str, Any]:
        delivery = await self._slack.click(
            asked["user"],
            self._message(asked["channel"], asked["ts"]),
            asked["action_id"],
            option=asked.get("option"),
            tamper=TAMPERS[asked.get("tamper", "")],
        )
        return _told(delivery)

    async def _fault(self, asked: dict[str, Any]) -> dict[str, Any]:
        drop = asked.get("drop")
        self._slack.faults.add(
            Fault(
                method=asked["method"],
                error=asked.get("error"),
                status=asked.get("status"),
                retry_after=asked.get("retry_after"),
                drop=Drop(drop) if drop else None,
                times=asked.get("times", 1),
            )
        )
        return {}

    async def _request_url(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._slack.request_url = asked["url"]
        return {}

    def _message(self, channel: str, ts: str) -> Message:
        for message in self._slack.channel(channel).everything():
            if message.ts == ts and not message.deleted:
                return message
        raise LookupError(f"There is no message {ts} in {channel}.")


def _act(
    act: Callable[[dict[str, Any]], Awaitable[dict[str, Any]]],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def serve(request: web.Request) -> web.Response:
        try:
            answer = await act(json.loads(await request.read()))
        except (LookupError, ValueError, TypeError, TimeoutError) as error:
            return web.json_response({"error": f"{type(error).__name__}: {error}"}, status=400)
        return web.json_response({"ok": True, **answer})

    return serve


def _told(delivery: Delivery) -> dict[str, Any]:
    message = delivery.message
    return {
        "ts": message.ts if message else None,
        "channel": message.channel.id if message else None,
        "attempts": [
            {
                "status": attempt.status,
                "body": attempt.body,
                "elapsed": attempt.elapsed,
                "reason": attempt.reason,
            }
            for attempt in delivery.attempts
        ],
    }


def shown(message: Message) -> dict[str, Any]:
    """Give a message with all that a test may want to know of it."""
    return {
        **message.as_json(metadata=True),
        "channel": message.channel.id,
        "author": message.author.name,
        "ephemeral_to": message.ephemeral_to,
        "is_command": message.is_command,
        "deleted": message.deleted,
        "edits": [{"text": before.text, "blocks": before.blocks} for before in message.edits],
        "plain": message.plain(),
        "actions": [control.action_id for control in message.controls()],
    }
