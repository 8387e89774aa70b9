"""The stage of a scenario: a workspace, two Harbors, a real Redis, and bots as processes."""

import asyncio
import contextlib
import inspect
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from redis.asyncio import Redis

from bot.playground.harbor import SimulatedHarbor, faults, golden_pair
from bot.playground.harbor.worlds import Pair
from bot.playground.slack import Delivery, Message, SimulatedSlack
from bot.playground.story import wiring
from bot.store.keys import Keys
from tests.servers import RedisServer, redis_server


ANSWER = "harborbot.answer"
EVIDENCE = "harborbot.evidence"
VIRA = "frontend-rls/vira:v1.6.32-67284045"
PROOF = "MANIFEST_UNKNOWN"
REMEDY = "Run the copy again"

# Longer than another bot waits before it takes over, and than a busy machine takes to start one.
_WITHIN = 60.0
_POLL = 0.01


async def until(condition: Callable[[], object]) -> None:
    """Wait until *condition* holds; it may be a coroutine function."""
    async with asyncio.timeout(_WITHIN):
        while True:
            holds = condition()
            if await holds if inspect.isawaitable(holds) else holds:
                return
            await asyncio.sleep(_POLL)


@dataclass
class Bot:
    """A process of the bot, and everything that it says."""

    process: asyncio.subprocess.Process
    output: bytes = b""
    errors: bytes = b""
    listening: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def said(self) -> str:
        """Everything on standard output and standard error so far."""
        return (self.output + self.errors).decode()

    @property
    def url(self) -> str:
        """Where it takes Slack's requests, as its first line has it."""
        word, url = self.output.decode().split("\n", 1)[0].split(" ")
        assert word == "ready"
        return f"{url}/slack/events"

    async def ready(self) -> None:
        """Wait for its first line."""
        await until(lambda: b"\n" in self.output or self.process.returncode is not None)
        assert self.output, self.said

    async def killed(self) -> None:
        """End it as a crash does."""
        self.process.kill()
        await self.ended()

    def stop(self) -> None:
        """Ask it to end."""
        self.process.send_signal(signal.SIGTERM)

    async def ended(self) -> int:
        """Wait until it has ended; give its exit status."""
        async with asyncio.timeout(_WITHIN):
            status = await self.process.wait()
            await asyncio.gather(*self.listening)
        return status

    async def hear(self, stream: asyncio.StreamReader, name: str) -> None:
        """Keep what it says, line by line."""
        async for line in stream:
            setattr(self, name, getattr(self, name) + line)


async def start_bot(environment: dict[str, str], directory: Path) -> Bot:
    """Start a bot with no settings but *environment*; it may still be on its way up."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", env=environment, cwd=directory, stdout=PIPE, stderr=PIPE
    )
    bot = Bot(process)
    for name, stream in (("output", process.stdout), ("errors", process.stderr)):
        assert stream is not None
        bot.listening.append(asyncio.create_task(bot.hear(stream, name)))
    return bot


@dataclass
class Stage:
    """Everything around the bots of a scenario."""

    slack: SimulatedSlack
    pair: Pair
    redis: RedisServer
    directory: Path

    def environment(self, **settings: str) -> dict[str, str]:
        """Lay out the settings of a bot; an empty one is not set."""
        laid = {
            **wiring(self.slack, self.pair, self.directory / "state"),
            "REDIS_URL": self.redis.url,
            # One person asks everything here.
            "LIMIT_QUESTIONS": "1000",
            **settings,
        }
        return {name: value for name, value in laid.items() if value}

    @asynccontextmanager
    async def bot(self, **settings: str) -> AsyncIterator[Bot]:
        """Run a bot, and have Slack bring everything to it."""
        bot = await start_bot(self.environment(**settings), self.directory)
        before = self.slack.request_url
        try:
            await bot.ready()
            self.slack.request_url = bot.url
            yield bot
        finally:
            self.slack.request_url = before
            if bot.process.returncode is None:
                # What is still asked of Slack or Harbor is let go with the stage.
                bot.process.kill()
            await bot.ended()

    async def all_done(self, prefix: str = "harborbot") -> None:
        """Wait until no question that was taken is open."""
        async with Redis.from_url(self.redis.url) as redis:

            async def done() -> bool:
                return not await redis.exists(Keys(prefix).open)

            await until(done)

    async def noted(self, signs: list[Message]) -> None:
        """Wait until the store, whichever it is, knows where *signs* are."""
        socket = self.directory / "state" / "valkey.sock"
        url = f"unix://{socket}" if socket.exists() else self.redis.url
        keys = [Keys("harborbot").posted(m.metadata["event_payload"]["id"]) for m in signs]
        async with Redis.from_url(url) as redis:

            async def known() -> bool:
                return await redis.exists(*keys) == len(keys)

            await until(known)

    def harbor_requests(self) -> int:
        """Count what both Harbors were asked."""
        return len(self.pair.stag.requests) + len(self.pair.prod.requests)

    async def harbor_asked(self) -> None:
        """Wait until a Harbor is asked something more."""
        before = self.harbor_requests()
        await until(lambda: self.harbor_requests() > before)

    # What was said -------------------------------------------------------------------------

    def ours(self) -> list[Message]:
        """List everything the bot ever said, wherever."""
        return [
            message
            for channel in self.slack.workspace.channels.values()
            for message in channel.everything()
            if message.author is self.slack.workspace.bot and not message.deleted
        ]

    def about(self, delivery: Delivery, kind: str = ANSWER) -> list[Message]:
        """List the messages of *kind* that say in their metadata that they answer *delivery*."""
        payload = delivery.payload
        wanted = payload.get("trigger_id") or payload["event_id"]
        return [
            message
            for message in self.ours()
            if message.metadata
            and message.metadata["event_type"] == kind
            and message.metadata["event_payload"]["id"].partition(":")[2] == wanted
        ]

    async def answered(self, delivery: Delivery, words: str = "") -> Message:
        """Wait for the answer to *delivery*, more than that it is looked into."""

        def answer() -> Message | None:
            return next((m for m in self.about(delivery) if not _looks(m) and m.says(words)), None)

        return await self.slack.wait_for(answer, timeout=_WITHIN)

    async def proven(self, delivery: Delivery) -> Message:
        """Wait for the evidence below the answer to *delivery*."""

        def evidence() -> Message | None:
            return next(iter(self.about(delivery, EVIDENCE)), None)

        return await self.slack.wait_for(evidence, timeout=_WITHIN)

    async def whole(self, delivery: Delivery) -> str:
        """Wait for answer and evidence; give all their words."""
        answer, evidence = await self.answered(delivery), await self.proven(delivery)
        return f"{answer.plain()}\n{evidence.plain()}"

    async def told(self, user: str, words: str, *, channel: str, after: int = 0) -> Message:
        """Wait until *user* alone is told *words*, past the first *after* private messages."""

        def sentence() -> Message | None:
            return next((m for m in self.private(user, channel)[after:] if m.says(words)), None)

        return await self.slack.wait_for(sentence, timeout=_WITHIN)

    def private(self, user: str, channel: str) -> list[Message]:
        """List what only *user* sees in *channel*."""
        return self.slack.channel(channel).ephemeral(self.slack.user(user))


def _looks(message: Message) -> bool:
    return message.metadata["event_payload"]["state"] == "looking"


def once(messages: list[Message]) -> Message:
    """Give the one message there is."""
    [message] = messages
    return message


@asynccontextmanager
async def a_stage() -> AsyncIterator[Stage]:
    """Build a stage; nobody acts on it yet."""
    async with AsyncExitStack() as stack:
        directory = Path(stack.enter_context(TemporaryDirectory(prefix="harborbot-test-")))
        redis = await stack.enter_async_context(redis_server())
        pair = await stack.enter_async_context(golden_pair())
        slack = await stack.enter_async_context(SimulatedSlack(retry_waits=()))
        yield Stage(slack, pair, redis, directory)


@contextlib.contextmanager
def holding(*harbors: SimulatedHarbor) -> Iterator[asyncio.Event]:
    """Let Harbors answer only once the block is left."""
    release = asyncio.Event()
    with contextlib.ExitStack() as stack:
        for harbor in harbors:
            stack.enter_context(harbor.suffering(faults.held(release)))
        try:
            yield release
        finally:
            release.set()
