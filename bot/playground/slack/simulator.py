"""The simulated Slack workspace: what people do in it, and what can be seen.

Knows people's acts and puts the other rooms together. Payloads, signatures, the Web API and the
rules of blocks are rooms of their own.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from types import TracebackType
from typing import Self, TypeVar

from aiohttp import web

from bot.playground.slack import control, payloads, transcript
from bot.playground.slack.app_link import AppLink
from bot.playground.slack.courier import HONEST, Courier, Delivery, Tamper
from bot.playground.slack.faults import Faults
from bot.playground.slack.messages import Channel, Control, Message, Version
from bot.playground.slack.people import BOT_USER_ID, PLACES, USERS, Identity, Place, User
from bot.playground.slack.responses import Responses
from bot.playground.slack.site import Call, Site
from bot.playground.slack.web_api import WebApi
from bot.playground.slack.workspace import Workspace


T = TypeVar("T")

HOST = "127.0.0.1"
ACK_WITHIN = 3.0
# Slack brings an event again at once, after one minute and after five.
RETRY_WAITS = (0.0, 60.0, 300.0)


def wall_clock() -> float:
    """Tell the time; a test may hand in another clock."""
    return time.time()  # noqa: TID251 - the one clock of a world that is not the product


class SimulatedSlack:
    """A workspace with people in it, its Web API, and the app that it talks to."""

    def __init__(  # noqa: PLR0913 - each has its default and is given by name
        self,
        *,
        request_url: str | None = None,
        identity: Identity | None = None,
        users: Iterable[User] = USERS,
        places: Iterable[Place] = PLACES,
        now: Callable[[], float] = wall_clock,
        ack_within: float = ACK_WITHIN,
        retry_waits: tuple[float, ...] = RETRY_WAITS,
        port: int = 0,
    ) -> None:
        self.identity = identity or Identity()
        self.workspace = Workspace(
            self.identity.account(),
            users,
            places=[_with_bot(place, self.identity.bot_user_id) for place in places],
            now=now,
        )
        self.site = Site(self.identity, self.workspace)
        self._responses = Responses(self.site)
        self._courier = Courier(
            self.identity.signing_secret, now=now, ack_within=ack_within, retry_waits=retry_waits
        )
        self._courier.request_url = request_url
        self.app = AppLink(self.site, self._responses, courier=self._courier)
        self._port = port
        self._runner: web.AppRunner | None = None

    # Running -----------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Open the servers on loopback."""
        app = web.Application()
        app.add_routes(WebApi(self.site).routes())
        app.add_routes(self._responses.routes())
        app.add_routes(control.Desk(self).routes())
        # Who still waits for an answer at the end is cut off, not waited for.
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, self._port).start()
        host, port = self._runner.addresses[0][:2]
        self.site.url = f"http://{host}:{port}"

    async def stop(self) -> None:
        """Close the servers, letting go whoever is held in them."""
        self.faults.lift()
        await self._courier.close()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    @property
    def url(self) -> str:
        """Say where it listens; the host is that of every response URL, too."""
        return self.site.url

    @property
    def api_url(self) -> str:
        """Say what the app takes for ``https://slack.com/api/``."""
        return f"{self.url}/api/"

    @property
    def request_url(self) -> str | None:
        """Say where the app listens."""
        return self._courier.request_url

    @request_url.setter
    def request_url(self, url: str | None) -> None:
        self._courier.request_url = url

    # What people do ----------------------------------------------------------------------

    async def command(
        self,
        user: str,
        name: str,
        text: str = "",
        *,
        channel: str = "#releases",
        tamper: Tamper = HONEST,
    ) -> Delivery:
        """Type a slash command; what its acknowledgement says is shown as Slack shows it."""
        who, where = self.user(user), self.channel(channel)
        typed = Version(f"{name} {text}".rstrip())
        self.workspace.post(where, who, content=typed, ephemeral_to=who.id, is_command=True)
        answer = self._responses.open("commands", who, channel=where)
        return await self.app.command(answer, name, text=text, tamper=tamper)

    async def mention(
        self,
        user: str,
        text: str,
        *,
        channel: str = "#releases",
        thread_ts: str | None = None,
        deliveries: int | None = None,
        tamper: Tamper = HONEST,
    ) -> Delivery:
        """Say something to the bot in a channel; it hears of it only where it is a member."""
        said = f"<@{self.identity.bot_user_id}> {text}"
        message = self.say(user, said, channel=channel, thread_ts=thread_ts)
        event = payloads.mention(message)
        if not self.workspace.has_bot(message.channel):
            return self.app.unheard(event, message)
        return await self.app.event(event, message=message, deliveries=deliveries, tamper=tamper)

    async def dm(
        self,
        user: str,
        text: str,
        *,
        thread_ts: str | None = None,
        deliveries: int | None = None,
        tamper: Tamper = HONEST,
    ) -> Delivery:
        """Say something to the bot alone."""
        place = self.workspace.dm(self.user(user)).id
        message = self.say(user, text, channel=place, thread_ts=thread_ts)
        event = payloads.direct_message(message)
        return await self.app.event(event, message=message, deliveries=deliveries, tamper=tamper)

    async def click(
        self,
        user: str,
        message: Message,
        action: str | Control,
        *,
        option: str | None = None,
        tamper: Tamper = HONEST,
    ) -> Delivery:
        """Press a button of *message*; one that was looked up earlier may be gone by now."""
        if message.ephemeral_to not in {None, self.user(user).id}:
            raise LookupError(f"{user} does not see this message and cannot press its buttons.")
        pressed = message.button(action) if isinstance(action, str) else action
        answer = self._responses.open(
            "actions", self.user(user), channel=message.channel, original=message
        )
        return await self.app.click(answer, message, control=pressed, option=option, tamper=tamper)

    async def shortcut(
        self, user: str, message: Message, callback_id: str, *, tamper: Tamper = HONEST
    ) -> Delivery:
        """Choose the app's shortcut in the menu of *message*."""
        answer = self._responses.open("actions", self.user(user), channel=message.channel)
        return await self.app.shortcut(answer, message, callback_id=callback_id, tamper=tamper)

    def say(
        self, user: str, text: str, *, channel: str = "#releases", thread_ts: str | None = None
    ) -> Message:
        """Say something that the app does not hear of."""
        content = Version(text)
        return self.workspace.post(
            self.channel(channel), self.user(user), content=content, thread_ts=thread_ts
        )

    # What can be seen --------------------------------------------------------------------

    @property
    def violations(self) -> list[str]:
        """List the app's mistakes: a test asserts that there are none."""
        return self.site.violations

    @property
    def calls(self) -> Counter[str]:
        """Count the calls of each method; ``response_url`` counts as one."""
        return self.site.calls

    @property
    def requests(self) -> list[Call]:
        """List the calls with arguments and answers, in order."""
        return self.site.requests

    @property
    def faults(self) -> Faults:
        """Give the trouble that is still to come, and the ways to make some."""
        return self.site.faults

    def user(self, name: str) -> User:
        """Find somebody by name or id."""
        return self.workspace.user(name)

    def channel(self, name: str) -> Channel:
        """Find a channel by ``#name`` or id, the bot's direct messages by ``@name``."""
        return self.workspace.channel(name)

    async def wait_for(
        self,
        predicate: Callable[[], T | None],
        *,
        timeout: float = 5.0,  # noqa: ASYNC109 - said in seconds beside what is waited for
    ) -> T:
        """Give what *predicate* finds once it is true; it looks again at every change."""
        try:
            return await self.workspace.wait_for(predicate, within=timeout)
        except TimeoutError:
            seen = self.transcript()
            raise TimeoutError(f"Not seen within {timeout} s. What was:\n{seen}") from None

    async def wait_for_message(
        self,
        words: str,
        *,
        channel: str = "#releases",
        timeout: float = 5.0,  # noqa: ASYNC109 - as above
    ) -> Message:
        """Wait until the bot says *words* in a channel, in a thread, or to somebody alone."""

        def said() -> Message | None:
            for message in self.channel(channel).everything():
                ours = message.author is self.workspace.bot and not message.deleted
                if ours and message.says(words):
                    return message
            return None

        return await self.wait_for(said, timeout=timeout)

    def transcript(self) -> str:
        """Show the workspace as plain text."""
        return transcript.written(self.workspace)


def _with_bot(place: Place, bot_user_id: str) -> Place:
    members = {bot_user_id if member == BOT_USER_ID else member for member in place.members}
    return replace(place, members=frozenset(members))
