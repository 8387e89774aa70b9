"""A message and the channel it stands in, with all that ever happened to it.

Knows versions, threads and who may see what. Knows neither the API's arguments nor sockets.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

from bot.playground.slack import plain
from bot.playground.slack.people import Place, User


@dataclass(frozen=True, slots=True)
class Version:
    """What a message said at one time."""

    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    metadata: dict[str, Any] | None = None
    attachments: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Control:
    """A button, menu or the like in one version of a message."""

    block_id: str
    element: dict[str, Any]

    @property
    def action_id(self) -> str:
        """Say the id that the app gave it."""
        return str(self.element["action_id"])

    @property
    def label(self) -> str:
        """Say what is written on it."""
        return plain.text_object(self.element.get("text", {}))

    @property
    def value(self) -> str | None:
        """Say what the app hid behind it."""
        return self.element.get("value")


@dataclass(slots=True, eq=False)
class Message:
    """Something said in a channel, publicly or to one person."""

    ts: str
    channel: "Channel"
    author: User
    content: Version
    thread_ts: str | None = None
    ephemeral_to: str | None = None
    is_command: bool = False
    broadcast: bool = False
    deleted: bool = False
    edits: list[Version] = field(default_factory=list)
    thread: list[Self] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Say what notifications and screen readers read."""
        return self.content.text

    @property
    def blocks(self) -> list[dict[str, Any]]:
        """Give the blocks as they are now."""
        return self.content.blocks

    @property
    def metadata(self) -> dict[str, Any] | None:
        """Give what the app attached for itself."""
        return self.content.metadata

    @property
    def replies(self) -> list[Self]:
        """Give what everybody sees in its thread."""
        return [m for m in self.thread if m.ephemeral_to is None and not m.deleted]

    def edit(self, content: Version) -> None:
        """Take new *content* and remember the old."""
        self.edits.append(self.content)
        self.content = content

    def plain(self) -> str:
        """Give all visible text: the notification's, then each block's."""
        return "\n".join([self._mrkdwn(self.text), *self._lines()])

    def seen(self) -> list[str]:
        """Give the lines that a person sees in the channel: blocks hide the text."""
        return self._lines() or self._mrkdwn(self.text).split("\n")

    def says(self, words: str) -> bool:
        """Say whether *words* can be read in it."""
        return words in self.plain()

    def controls(self) -> Iterator[Control]:
        """Go through everything that can be clicked."""
        for at, block in enumerate(self.blocks):
            block_id = block.get("block_id", f"b{at}")
            inside = [*block.get("elements", []), block.get("accessory", {})]
            yield from (Control(block_id, each) for each in inside if "action_id" in each)

    def button(self, action_id: str) -> Control:
        """Find what can be clicked by its *action_id*, as a person finds a button."""
        for control in self.controls():
            if control.action_id == action_id:
                return control
        there = [control.action_id for control in self.controls()]
        raise LookupError(f"There is no {action_id!r} in this message, only {there}.")

    def as_json(self, *, metadata: bool = False) -> dict[str, Any]:
        """Give the message as Slack's API does."""
        answer: dict[str, Any] = {
            "type": "message",
            "user": self.author.id,
            "ts": self.ts,
            "text": self.text,
            "team": self.author.team_id,
        }
        if self.broadcast:
            answer["subtype"] = "thread_broadcast"
        if self.author.bot_id:
            answer["bot_id"] = self.author.bot_id
        if self.author.app_id:
            answer["app_id"] = self.author.app_id
        if self.blocks:
            answer["blocks"] = [
                {"block_id": f"b{at}", **copy.deepcopy(block)}
                for at, block in enumerate(self.blocks)
            ]
        if self.thread_ts or self.replies:
            answer["thread_ts"] = self.thread_ts or self.ts
        if self.replies:
            answer |= {
                "reply_count": len(self.replies),
                "latest_reply": self.replies[-1].ts,
                "reply_users": sorted({reply.author.id for reply in self.replies}),
            }
        if metadata and self.metadata:
            answer["metadata"] = self.metadata
        return answer

    def _mrkdwn(self, text: str) -> str:
        return plain.mrkdwn(text, self.channel.name_of)

    def _lines(self) -> list[str]:
        return plain.lines(self.blocks, self.channel.name_of)


@dataclass(slots=True, eq=False)
class Channel:
    """A place and everything said in it, in order."""

    place: Place
    name_of: plain.Names
    timeline: list[Message] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Say the channel's id."""
        return self.place.id

    @property
    def messages(self) -> list[Message]:
        """Give what everybody in the channel sees; of replies those sent to it, too."""
        said = [m for m in self.timeline if m.ephemeral_to is None and not m.deleted]
        sent_on = [reply for m in said for reply in m.replies if reply.broadcast]
        return sorted([*said, *sent_on], key=lambda message: message.ts)

    def ephemeral(self, user: User) -> list[Message]:
        """Give what only *user* sees here, in the channel and in its threads."""
        return [
            message
            for message in self.everything()
            if message.ephemeral_to == user.id and not (message.is_command or message.deleted)
        ]

    def everything(self) -> Iterator[Message]:
        """Go through all there ever was, each message before its replies."""
        for message in self.timeline:
            yield message
            yield from message.thread

    def find(self, ts: str) -> Message | None:
        """Find a message that everybody can see."""
        for message in self.everything():
            if message.ts == ts and message.ephemeral_to is None and not message.deleted:
                return message
        return None
