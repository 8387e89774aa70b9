"""The composition root: opens the outside, wires it together, runs it until told to stop.

The only place that knows everybody. Whoever opens something here closes it here, in reverse
order.
"""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import aiohttp
import structlog
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

import handlers
from bot.clock import SystemClock
from bot.errors import SettingsWrong
from bot.harbor.client import open_harbors
from bot.log import configure
from bot.ports import Asked, Readers
from bot.settings import Settings
from bot.settings import read as read_settings
from bot.slack.chat import SlackChat
from bot.slack.identity import Identity, identify
from bot.slack.web_api import open_client
from bot.store import Opened, open_store
from bot.use_cases.take_in import Reception
from bot.use_cases.take_question import Services, give_up_question, take_question
from handlers.desk import Desk
from handlers.front_door import FrontDoor


# Seconds before *looking into it* is shown, so that something is there within 1.5.
PATIENCE = 1.0
# Seconds that requests, and then errands, may go on after SIGTERM; the queue has a grace of its
# own, and together they must end within 30.
GRACE = 3.0

log = structlog.get_logger()


@dataclass(slots=True)
class Errands:
    """Small work that runs beside the handlers and is not lost from sight."""

    running: set[asyncio.Task[None]] = field(default_factory=set)

    def send(self, errand: Coroutine[Any, Any, None]) -> None:
        """Run *errand* soon; its failure is logged."""
        task = asyncio.get_running_loop().create_task(errand)
        self.running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("errand.failed", error=str(error), kind=type(error).__name__)

    async def finish(self) -> None:
        """Wait for what still runs; what takes longer than the grace is let go."""
        if self.running:
            _, late = await asyncio.wait(self.running, timeout=GRACE)
            for task in late:
                task.cancel()


def start() -> None:
    """Run the bot with the settings of the environment and ``.env``; SettingsWrong, ChatError."""
    settings = read_settings(needs_slack=True)
    configure(level=settings.log_level, style=settings.log_format)
    with contextlib.suppress(asyncio.CancelledError):  # told to stop before it was ready
        asyncio.run(run(settings))


async def run(settings: Settings) -> None:
    """Run the bot until SIGTERM or SIGINT; print ``ready http://HOST:PORT`` when it listens."""
    opening = asyncio.current_task()
    assert opening is not None  # noqa: S101 - for mypy: a coroutine runs in a task
    # A Slack that stays away is waited for; nothing runs yet that would have to be finished.
    _at_signals(opening.cancel)
    clock = SystemClock()
    secret = settings.slack_bot_token.get_secret_value()
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(_slack_session())
        client = open_client(
            session, token=secret, api_url=settings.slack_api_url, proxy=settings.slack_proxy
        )
        me = await identify(client, clock=clock)
        harbors = await stack.enter_async_context(open_harbors(settings.instances(), clock=clock))
        opened = await stack.enter_async_context(open_store(settings, secret=secret, clock=clock))
        chat = SlackChat(
            client,
            session,
            me=me,
            clock=clock,
            command=settings.slack_command,
            response_hosts=settings.slack_response_hosts,
        )
        services = Services(harbors, opened.store, chat, clock, _readers(settings), PATIENCE)
        errands = Errands()
        stack.push_async_callback(errands.finish)
        desk = _desk(settings, me, opened, services=services, errands=errands)
        door = FrontDoor(
            _bolt(client, me, secret, desk),
            settings.slack_signing_secret.get_secret_value(),
            clock,
        )
        await _serve(settings, door, opened, services)


async def _serve(settings: Settings, door: FrontDoor, opened: Opened, services: Services) -> None:
    runner = web.AppRunner(door.application(), access_log=None, shutdown_timeout=GRACE)
    await runner.setup()
    try:
        await _listen(runner, settings)
        work = asyncio.create_task(
            opened.queue.run(
                partial(take_question, services), give_up=partial(give_up_question, services)
            )
        )
        port = runner.addresses[0][1]
        print(f"ready http://{settings.host}:{port}", flush=True)
        log.info("bot.ready", harbors=list(settings.instances()), store=opened.kind)
        await _until_told_to_stop(work)
        door.closing = True
        log.info("bot.stopping")
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work
    finally:
        await runner.cleanup()


def _at_signals(act: Callable[[], object]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, act)


async def _until_told_to_stop(work: asyncio.Task[None]) -> None:
    # Work runs for ever: where it ends, it has a fault, which whoever awaits it sees.
    stop = asyncio.Event()
    _at_signals(stop.set)
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({stopped, work}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped.cancel()


async def _listen(runner: web.AppRunner, settings: Settings) -> None:
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else "there is no such address"
        where = f"{settings.host}:{settings.port}"
        raise SettingsWrong((f"HOST, PORT: cannot listen on {where}: {why}",)) from error


def _slack_session() -> aiohttp.ClientSession:
    # Proxies of the environment would take loopback and response_url along: only SLACK_PROXY.
    return aiohttp.ClientSession(trust_env=False, cookie_jar=aiohttp.DummyCookieJar())


def _bolt(client: AsyncWebClient, me: Identity, token: str, desk: Desk) -> AsyncApp:
    async def authorize() -> AuthorizeResult:
        # Bolt's own would ask Slack at the first request, and lose that request on failure.
        return AuthorizeResult(
            enterprise_id=None,
            team_id=me.team,
            bot_token=token,
            bot_id=me.bot,
            bot_user_id=me.user,
        )

    app = AsyncApp(
        logger=logging.getLogger("slack_bolt"),
        client=client,
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=False,
        ssl_check_enabled=False,
    )
    handlers.register(app, desk)
    return app


def _readers(settings: Settings) -> Readers:
    own = {name: harbor.readers for name, harbor in settings.instances().items()}
    return Readers(settings.readers, own)


def _desk(
    settings: Settings, me: Identity, opened: Opened, *, services: Services, errands: Errands
) -> Desk:
    reception = Reception(services.store, opened.queue, services.clock, errands.send)

    def tell(asked: Asked, sentence: str) -> None:
        errands.send(services.chat.tell(asked, sentence))

    return Desk(
        command=settings.slack_command,
        limit=settings.limit_questions,
        team=me.team,
        bot_user=me.user,
        clock=services.clock,
        accept=reception.accept,
        tell=tell,
    )
