"""What is written into Redis, and reading it back.

Knows the shape of a record and its version, nothing of Redis. A release reads what the one before
it wrote; what a later one wrote is an error, never a guess.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from bot.errors import StoreError
from bot.ports import Asked, Intent, MessageRef, Way


VERSION = 1

Value = TypeVar("Value")


def write_intent(intent: Intent) -> str:
    """Write an intent down, but for its way back: that is a secret and kept apart."""
    asked = intent.asked
    return _write(
        delivery=intent.delivery,
        way=asked.way.value,
        team=asked.team,
        channel=asked.channel,
        user=asked.user,
        thread=asked.thread,
        message=asked.message,
        private="yes" if asked.private else "",
        external="yes" if asked.external else "",
        text=intent.text,
        at=intent.at.isoformat(),
    )


def read_intent(record: str, *, response_url: str) -> Intent:
    """Read an intent, with the way back that was kept apart."""

    def intent(data: dict[str, Any]) -> Intent:
        asked = Asked(
            way=Way(data["way"]),
            team=data["team"],
            channel=data["channel"],
            user=data["user"],
            thread=data["thread"],
            message=data["message"],
            response_url=response_url,
            private=bool(data["private"]),
            external=bool(data["external"]),
        )
        at = datetime.fromisoformat(data["at"])
        return Intent(delivery=data["delivery"], asked=asked, text=data["text"], at=at)

    return _read(record, intent)


def write_message(message: MessageRef) -> str:
    """Write down where a message of ours is."""
    return _write(channel=message.channel, ts=message.ts)


def read_message(record: str) -> MessageRef:
    """Read where a message of ours is."""
    return _read(record, lambda data: MessageRef(channel=data["channel"], ts=data["ts"]))


def _write(**fields: str) -> str:
    return json.dumps({"v": VERSION, **fields}, ensure_ascii=False, separators=(",", ":"))


def _read(record: str, read: Callable[[dict[str, Any]], Value]) -> Value:
    try:
        data = json.loads(record)
        version = data["v"]
        if version == VERSION:
            return read(data)
    except (KeyError, TypeError, ValueError) as error:
        raise StoreError("A record in Redis cannot be read: it is damaged.") from error
    raise StoreError(
        f"A record in Redis is of version {version}, this release of the bot reads {VERSION}."
    )
