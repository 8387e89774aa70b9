"""What Slack sends to an app: the fields of commands, events and interactions.

Knows the shapes, field by field. Knows neither signatures nor sockets.
"""

from dataclasses import dataclass
from typing import Any

from bot.playground.slack.messages import Channel, Control, Message
from bot.playground.slack.people import Identity, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who does something, where, and how to answer."""

    identity: Identity
    user: User
    channel: Channel
    response_url: str
    trigger_id: str


def command(origin: Origin, name: str, text: str) -> dict[str, str]:
    """Give the form of a slash command."""
    identity = origin.identity
    return {
        "token": identity.verification_token,
        "team_id": identity.team_id,
        "team_domain": identity.team_domain,
        "channel_id": origin.channel.id,
        "channel_name": origin.channel.place.command_name,
        "user_id": origin.user.id,
        "user_name": origin.user.name,
        "command": name,
        "text": text,
        "api_app_id": identity.app_id,
        "is_enterprise_install": "false",
        "response_url": origin.response_url,
        "trigger_id": origin.trigger_id,
    }


def mention(message: Message) -> dict[str, Any]:
    """Give the event of a message that names the bot."""
    return {"type": "app_mention", **_said(message)}


def direct_message(message: Message) -> dict[str, Any]:
    """Give the event of a message to the bot alone."""
    return {"type": "message", "channel_type": "im", **_said(message)}


def _said(message: Message) -> dict[str, Any]:
    author = message.author
    event: dict[str, Any] = {
        "user": author.id,
        "text": message.text,
        "ts": message.ts,
        "client_msg_id": f"00000000-0000-4000-8000-{message.ts.replace('.', '')[-12:]}",
        "team": author.team_id,
        "channel": message.channel.id,
        "event_ts": message.ts,
        "blocks": [_typed(message.text)],
    }
    if message.thread_ts:
        event |= {"thread_ts": message.thread_ts, "parent_user_id": _parent(message)}
    if author.bot_id:
        event["bot_id"] = author.bot_id
    if author.is_stranger:
        event |= {"user_team": author.team_id, "source_team": author.team_id}
    return event


def _typed(text: str) -> dict[str, Any]:
    line = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "block_id": "typed", "elements": [line]}


def _parent(message: Message) -> str:
    root = message.channel.find(message.thread_ts or "")
    return root.author.id if root else ""


def callback(
    identity: Identity, event: dict[str, Any], *, event_id: str, shared: bool, now: float
) -> dict[str, Any]:
    """Wrap an *event* as the Events API does."""
    return {
        "token": identity.verification_token,
        "team_id": identity.team_id,
        "context_team_id": identity.team_id,
        "context_enterprise_id": None,
        "api_app_id": identity.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(now),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": identity.team_id,
                "user_id": identity.bot_user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": shared,
        "event_context": f"4-{event_id}",
    }


def verification(identity: Identity, challenge: str) -> dict[str, str]:
    """Ask the app whether the address is its own."""
    return {
        "token": identity.verification_token,
        "challenge": challenge,
        "type": "url_verification",
    }


def block_actions(
    origin: Origin,
    message: Message,
    *,
    control: Control,
    option: str | None = None,
    action_ts: str,
) -> dict[str, Any]:
    """Give the payload of a click in a message."""
    action = {
        **_chosen(control, option),
        "type": control.element["type"],
        "action_id": control.action_id,
        "block_id": control.block_id,
        "action_ts": action_ts,
    }
    payload = {
        "type": "block_actions",
        **_interaction(origin),
        "container": _container(message),
        "channel": {"id": origin.channel.id, "name": origin.channel.place.command_name},
        "state": {"values": {}},
        "actions": [action],
    }
    # Of an ephemeral message Slack tells the app no more than where it stood.
    return payload if message.ephemeral_to else {**payload, "message": _shown(message)}


def message_action(origin: Origin, message: Message, *, callback_id: str) -> dict[str, Any]:
    """Give the payload of a shortcut in a message's menu."""
    return {
        "type": "message_action",
        **_interaction(origin),
        "callback_id": callback_id,
        "action_ts": message.ts,
        "message_ts": message.ts,
        "channel": {"id": origin.channel.id, "name": origin.channel.place.command_name},
        "message": _shown(message),
    }


def _interaction(origin: Origin) -> dict[str, Any]:
    identity, user = origin.identity, origin.user
    return {
        "user": {
            "id": user.id,
            "username": user.name,
            "name": user.name,
            "team_id": user.team_id,
        },
        "api_app_id": identity.app_id,
        "token": identity.verification_token,
        "trigger_id": origin.trigger_id,
        "team": {"id": identity.team_id, "domain": identity.team_domain},
        "enterprise": None,
        "is_enterprise_install": False,
        "response_url": origin.response_url,
    }


def _container(message: Message) -> dict[str, Any]:
    container: dict[str, Any] = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel.id,
        "is_ephemeral": message.ephemeral_to is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    return container


def _shown(message: Message) -> dict[str, Any]:
    return message.as_json(metadata=True)


def _chosen(control: Control, option: str | None) -> dict[str, Any]:
    element = control.element
    if element["type"] == "button":
        return {key: element[key] for key in element if key in {"text", "value", "style"}}
    if "options" not in element:
        return {}
    for each in element["options"]:
        if each["value"] == option:
            return {"selected_option": each}
    there = [each["value"] for each in element["options"]]
    raise LookupError(f"There is no option {option!r} in this menu, only {there}.")
