"""The front door: how soon a question is acknowledged while others are being answered.

The bot, both Harbors, Slack and Redis are processes of their own; the crowd is this one.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import aiohttp
from redis.asyncio import Redis

from bot.playground.harbor.worlds import PASSWORD
from bot.playground.slack import Identity
from bot.store.keys import Keys
from tests.bench.costs import Row
from tests.bench.knocking import Answers, command, knock
from tests.cli.support import plain
from tests.servers import redis_server


ROOT = Path(__file__).parents[2]
KEYS = Keys("harborbot")
QUESTION = "why vira:v1.6.32"
QUESTIONS = 400
MEMBERS = ("U0WANG0001", "U0LI000001", "U0CHEN0001")
# Whose question is written down and queued like any other, and refused as soon as it is looked at.
GUEST = "U0GUEST001"
CONNECTIONS = 200
BURST = 2000
ROUNDS = 3
ANSWERED_WITHIN = 120.0


@dataclass(frozen=True, slots=True)
class Stage:
    """A bot and what it stands on; *bot* and *slack* are addresses."""

    bot: str
    slack: str
    redis: Redis
    http: aiohttp.ClientSession

    async def count_written(self) -> int:
        """Count the intents that were ever written down."""
        return len([key async for key in self.redis.scan_iter(KEYS.seen("*"), count=1000)])

    async def count_answers(self) -> Counter[str]:
        """Count the answers that are shown, for each question."""
        where = f"{self.slack}/_control/messages?channel=C0RELEASES"
        async with self.http.get(where) as answer:
            messages = (await answer.json())["messages"]
        notes = [message.get("metadata") or {} for message in messages]
        answers = [note["event_payload"] for note in notes if _is_answer(note)]
        return Counter(each["id"] for each in answers if each["state"] != "looking")

    async def until_nothing_is_open(self) -> None:
        """Wait until every intent is done."""
        async with asyncio.timeout(ANSWERED_WITHIN):
            while await self.redis.zcard(KEYS.open):  # noqa: ASYNC110 - another process does it
                await asyncio.sleep(0.1)


def _is_answer(note: dict[str, object]) -> bool:
    return note.get("event_type") == "harborbot.answer"


@asynccontextmanager
async def _process(
    *arguments: str, settings: dict[str, str] | None = None, cwd: Path = ROOT
) -> AsyncIterator[list[str]]:
    """Run a module as a process of its own; yield the addresses that it says it listens at."""
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        *arguments,
        env={**plain(), **(settings or {})},
        cwd=cwd,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(60):
            line = await running.stdout.readline() if running.stdout else b""
        ready, *urls = line.decode().split() or [""]
        if ready != "ready":
            raise RuntimeError(f"{arguments[0]} was not ready.")
        yield urls
    finally:
        if running.returncode is None:
            running.kill()
        await running.wait()


def _settings(slack: str, harbors: list[str], redis: str) -> dict[str, str]:
    identity = Identity()
    instances = {
        f"HARBORS__{name}__{field}": value
        for name, url in zip(("STAG", "PROD"), harbors, strict=True)
        for field, value in (("URL", url), ("USERNAME", "admin"), ("PASSWORD", PASSWORD))
    }
    return {
        **instances,
        "SLACK_BOT_TOKEN": identity.bot_token,
        "SLACK_SIGNING_SECRET": identity.signing_secret,
        "SLACK_API_URL": f"{slack}/api/",
        "SLACK_RESPONSE_HOSTS": "127.0.0.1",
        "REDIS_URL": redis,
        "LIMIT_QUESTIONS": "1000000",
        "LOG_LEVEL": "WARNING",
        "PORT": "0",
    }


@asynccontextmanager
async def _staged() -> AsyncIterator[Stage]:
    """Start everything from nothing."""
    with TemporaryDirectory(prefix="harborbot-") as folder:
        async with (
            redis_server() as server,
            _process("bot.playground.harbor", "--world", "golden") as harbors,
            _process("bot.playground.slack") as [slack],
            _process("bot", settings=_settings(slack, harbors, server.url), cwd=Path(folder)) as [
                bot
            ],
            Redis.from_url(server.url, decode_responses=True) as redis,
            aiohttp.ClientSession() as http,
        ):
            yield Stage(bot, slack, redis, http)


async def _questions(stage: Stage, in_flight: int) -> AsyncIterator[Row]:
    """Ask real questions, so many at once; every one is answered in the end."""
    shown = (await stage.count_answers()).total()
    requests = [
        command(stage.bot, stage.slack, user=MEMBERS[number % len(MEMBERS)], text=QUESTION)
        for number in range(QUESTIONS)
    ]
    acks = await knock(stage.bot, requests, in_flight=in_flight)
    await stage.until_nothing_is_open()
    answers = await stage.count_answers()
    twice = sum(1 for count in answers.values() if count > 1)
    name = f"door, {in_flight} in flight"
    middle = f"p50 {acks.percentile(50):.0f} ms"
    if in_flight == CONNECTIONS:
        yield Row(f"{name}: slowest ack", f"{acks.slowest:.2f} s", middle, "", "< 3 s")
    else:
        yield Row(f"{name}: ack p99", f"{acks.percentile(99):.0f} ms", middle, "", "< 250 ms")
    lost = f"{QUESTIONS - (answers.total() - shown)} lost, {twice} twice"
    given = f"{len(acks.waits)} acked"
    yield Row(f"{name}: answers", f"{answers.total() - shown}", given, lost, "0 lost")


async def _burst(url: str, slack: str, many: int) -> Answers:
    """Knock as a guest, *many* times."""
    requests = [command(url, slack, user=GUEST, text=QUESTION) for _ in range(many)]
    return await knock(url, requests, in_flight=CONNECTIONS)


async def _door_and_bolt() -> tuple[Answers, Answers]:
    """Knock at the door, then at a plain Bolt app."""
    identity = Identity()
    secrets = (identity.bot_token, identity.signing_secret)
    async with _staged() as stage:
        # The first ones only open the connections behind the door.
        await _burst(stage.bot, stage.slack, CONNECTIONS)
        await stage.until_nothing_is_open()
        ours = await _burst(stage.bot, stage.slack, BURST)
        if await stage.count_written() < CONNECTIONS + len(ours.waits):
            raise RuntimeError("An acknowledged question was not written down.")
    # By itself: the bot would still be at work on what it took.
    async with (
        _process("bot.playground.slack") as [slack],
        _process("tests.bench.plain_bolt", f"{slack}/api/", *secrets) as [bolt],
    ):
        await _burst(bolt, slack, CONNECTIONS)
        return ours, await _burst(bolt, slack, BURST)


async def door() -> AsyncIterator[Row]:
    """Knock with real questions, then as fast as the door opens, beside a plain Bolt app."""
    async with _staged() as stage:
        for in_flight in (50, CONNECTIONS):
            async for row in _questions(stage, in_flight):
                yield row
    rounds = [await _door_and_bolt() for _ in range(ROUNDS)]
    ratio = median(ours.rate / beside.rate for ours, beside in rounds)
    refused = sum(BURST - len(ours.waits) for ours, _ in rounds)
    yield Row(
        f"door, {CONNECTIONS} connections: guests' questions written down (and refused later)",
        f"{median(ours.rate for ours, _ in rounds):.0f}/s",
        f"{median(beside.rate for _, beside in rounds):.0f}/s",
        f"{ratio:.2f}" + (f", {refused} told to try again" if refused else ""),
        ">= 0.5",
    )
