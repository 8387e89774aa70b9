"""The state of the simulated workspace: who is there, what was said, and waiting for more.

Knows rules of visibility that hold whoever asks. Knows neither HTTP nor the app.
"""

import asyncio
import itertools
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar

from bot.playground.slack.messages import Channel, Message, Version
from bot.playground.slack.people import Place, User


T = TypeVar("T")


class Workspace:
    """People, channels and messages; every change wakes those who wait."""

    def __init__(
        self,
        bot: User,
        users: Iterable[User],
        *,
        places: Iterable[Place],
        now: Callable[[], float],
    ) -> None:
        self.bot = bot
        self.now = now
        self.users = {user.id: user for user in (bot, *users)}
        self.channels: dict[str, Channel] = {}
        # User groups: the members of each, by its id.
        self.groups: dict[str, list[str]] = {}
        self._names = {user.name: user.id for user in self.users.values()}
        self._numbers = itertools.count(1)
        self._changed = asyncio.Event()
        for place in places:
            self.add_channel(place)

    # People and places -------------------------------------------------------------------

    def add_user(self, user: User) -> User:
        """Let *user* in, or change what is known of them."""
        self.users[user.id] = user
        self._names[user.name] = user.id
        return user

    def add_channel(self, place: Place) -> Channel:
        """Open a channel."""
        channel = Channel(place, self.name_of)
        self.channels[place.id] = channel
        return channel

    def change_channel(self, name: str, **changes: object) -> Channel:
        """Rename, archive, share or re-people a channel."""
        channel = self.channel(name)
        # Any field of Place may change, so the keywords cannot be typed more closely.
        channel.place = replace(channel.place, **changes)  # type: ignore[arg-type]
        return channel

    def user(self, name: str) -> User:
        """Find somebody by ``wang``, ``@wang`` or id."""
        plain = name.removeprefix("@")
        try:
            return self.users[self._names.get(plain, plain)]
        except KeyError:
            raise LookupError(f"There is nobody called {name!r} in the workspace.") from None

    def channel(self, name: str) -> Channel:
        """Find a channel by ``#releases``, ``releases``, ``@wang`` (the bot's DM) or id."""
        if name in self.channels:
            return self.channels[name]
        if name.startswith("@"):
            return self.dm(self.user(name))
        plain = name.removeprefix("#")
        for channel in self.channels.values():
            if channel.place.name == plain:
                return channel
        raise LookupError(f"There is no channel {name!r} in the workspace.")

    def dm(self, user: User, other: User | None = None) -> Channel:
        """Open the direct messages between *user* and the bot, or another person."""
        members = frozenset({user.id, (other or self.bot).id})
        for channel in self.channels.values():
            if channel.place.is_im and channel.place.members == members:
                return channel
        name = "-".join(sorted(self.users[member].name for member in members))
        number = next(self._numbers)
        place = Place(id=f"D0DIRECT{number:02d}", name=name, is_im=True, members=members)
        return self.add_channel(place)

    def visible(self, reference: str) -> Channel | None:
        """Find the channel that the bot means, if Slack would let it know of it."""
        channel = self.channels.get(reference)
        if channel is None:
            return None
        hidden = channel.place.is_private or channel.place.is_im
        return None if hidden and not self.has_bot(channel) else channel

    def has_bot(self, channel: Channel) -> bool:
        """Say whether the bot is a member."""
        return self.bot.id in channel.place.members

    def name_of(self, reference: str) -> str:
        """Say the name behind an id; an unknown id stays as it is."""
        if reference in self.users:
            return self.users[reference].name
        channel = self.channels.get(reference)
        return channel.place.name if channel else reference

    # Messages ----------------------------------------------------------------------------

    def next_ts(self) -> str:
        """Make up a time stamp: the clock's seconds and a number that never repeats."""
        return f"{int(self.now())}.{next(self._numbers):06d}"

    def post(
        self,
        channel: Channel,
        author: User,
        *,
        content: Version,
        thread_ts: str | None = None,
        ephemeral_to: str | None = None,
        is_command: bool = False,
        broadcast: bool = False,
    ) -> Message:
        """Put a message into *channel*, at its end or in a thread."""
        message = Message(
            self.next_ts(),
            channel,
            author,
            content,
            thread_ts=thread_ts,
            ephemeral_to=ephemeral_to,
            is_command=is_command,
            broadcast=broadcast,
        )
        root = channel.find(thread_ts) if thread_ts else None
        (root.thread if root else channel.timeline).append(message)
        self.wake()
        return message

    def edit(self, message: Message, content: Version) -> None:
        """Change what *message* says."""
        message.edit(content)
        self.wake()

    def delete(self, message: Message) -> None:
        """Take *message* away; its history stays."""
        message.deleted = True
        self.wake()

    # Waiting -----------------------------------------------------------------------------

    def wake(self) -> None:
        """Let everybody who waits look again."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait_for(self, look: Callable[[], T | None], *, within: float) -> T:
        """Give what *look* finds as soon as it finds something true, *within* so many seconds."""
        async with asyncio.timeout(within):
            while True:
                changed = self._changed
                found = look()
                if found:
                    return found
                await changed.wait()
