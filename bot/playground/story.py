"""The story told in the terminal: a workspace, two Harbors, a question, its answer with proof.

The bot runs as a process of its own, wired by its environment alone, as anywhere else.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from bot.playground.harbor import golden_pair
from bot.playground.harbor.worlds import PASSWORD, Pair
from bot.playground.slack import SimulatedSlack


# Seconds; a slow machine needs about three for each.
READY_WITHIN = 60.0
ANSWERED_WITHIN = 30.0

QUESTION = "why vira:v1.6.32"
PROOF = "MANIFEST_UNKNOWN"
VERDICT = "is not on prod"


async def tell(write: Callable[[str], object]) -> int:
    """Tell the story through *write*; 0 where it went as it should, else 1."""
    async with AsyncExitStack() as stack:
        pair = await stack.enter_async_context(golden_pair())
        slack = await stack.enter_async_context(SimulatedSlack(retry_waits=(0.0, 0.0, 0.0)))
        state = stack.enter_context(tempfile.TemporaryDirectory(prefix="harborbot-"))
        environment = wiring(slack, pair, Path(state))
        slack.request_url = await stack.enter_async_context(running_bot(environment))
        write("A workspace, two Harbors of 1.2.2 and the bot are running. The story:\n")
        try:
            await _ask(slack)
        except TimeoutError as error:
            write(slack.transcript())
            write(f"The story broke off: {error}")
            return 1
        told = slack.transcript()
        write(told)
        return 0 if VERDICT in told and PROOF in told and not slack.violations else 1


async def _ask(slack: SimulatedSlack) -> None:
    await slack.command("wang", "/harbor", QUESTION, channel="#releases")
    await _answered(slack, "#releases", PROOF)
    await slack.mention("chen", "vira:v1.6.31 为什么没同步到 prod?", channel="#war-room")
    await _answered(slack, "#war-room", "is on prod")
    await slack.dm("li", "why didn't gateway:v9 sync?")
    await _answered(slack, "@li", "is not known")
    await slack.command("guest", "/harbor", QUESTION, channel="#random")
    await _answered(slack, "#random", "guest")


async def _answered(slack: SimulatedSlack, channel: str, words: str) -> None:
    await slack.wait_for_message(words, channel=channel, timeout=ANSWERED_WITHIN)


def wiring(slack: SimulatedSlack, pair: Pair, state: Path) -> dict[str, str]:
    """Lay out the environment that ties a bot to a workspace and a pair of Harbors."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    instances = {
        f"HARBORS__{name}__{field}": value
        for name, url in (("STAG", pair.stag.url), ("PROD", pair.prod.url))
        for field, value in (("URL", url), ("USERNAME", "admin"), ("PASSWORD", PASSWORD))
    }
    return {
        **kept,
        **instances,
        "SLACK_BOT_TOKEN": slack.identity.bot_token,
        "SLACK_SIGNING_SECRET": slack.identity.signing_secret,
        "SLACK_API_URL": slack.api_url,
        "SLACK_RESPONSE_HOSTS": "127.0.0.1",
        "STATE_DIR": str(state),
        "HOST": "127.0.0.1",
        "PORT": "0",
        "LOG_LEVEL": "WARNING",
    }


@asynccontextmanager
async def running_bot(environment: Mapping[str, str]) -> AsyncIterator[str]:
    """Run a bot; yield where it takes Slack's requests. TimeoutError where it is not ready."""
    bot = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        env=dict(environment),
        stdout=asyncio.subprocess.PIPE,
        # A directory without .env: the story must not find anybody's real settings.
        cwd=environment["STATE_DIR"],
    )
    try:
        async with asyncio.timeout(READY_WITHIN):
            url = await _ready(bot)
        yield f"{url}/slack/events"
    finally:
        if bot.returncode is None:
            bot.terminate()
        await bot.wait()


async def _ready(bot: asyncio.subprocess.Process) -> str:
    output = bot.stdout
    if output is None:
        raise ValueError("The bot was started without a pipe.")
    while line := (await output.readline()).decode():
        word, _, url = line.strip().partition(" ")
        if word == "ready":
            return url
    raise TimeoutError("The bot ended before it was ready; what it said is above.")
