"""The queue: every intent is performed, by whichever process is free, and once.

Knows pydocket. It pickles, so that nothing but an id ever passes through it, and who can write to
its Redis runs code in the bot. What an intent says, it does not know; that nothing is lost between
the store and the queue is its care: a sweep puts every open intent into the queue again.
"""

import asyncio
import logging
import os
import socket
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from docket import Docket, Retry, Worker
from redis import exceptions

from bot.errors import BotError, StoreError
from bot.ports import Clock
from bot.store.connection import ANSWER_WITHIN, answering
from bot.store.intents import RedisStore
from bot.store.keys import Keys


# What is done with the intent of a delivery.
Perform = Callable[[str], Awaitable[None]]

_TASK = "perform_intent"

# The queue's connections fail at once where more than their number are wanted.
_ENQUEUE_AT_ONCE = 16
# So few that making them ready does not hold up the event loop.
TOGETHER = 50
# A restart of Redis leaves dead connections behind, and the queue's client does not try again.
_TRIES = 3

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Pace:
    """How the queue works and waits.

    Its *waits* follow an attempt that failed in passing; what they did not help, and every other
    failure, is left to the sweep, until there have been so many *attempts*.
    """

    # Work shares the loop with who is at the door: more at once delays every ack.
    concurrency: int = 8
    check_every: timedelta = timedelta(milliseconds=50)
    # Longer than the event loop is ever blocked: a lease is renewed four times within it.
    redeliver_after: timedelta = timedelta(seconds=10)
    reconnect_after: timedelta = timedelta(seconds=1)
    sweep_every: timedelta = timedelta(seconds=30)
    waits: tuple[timedelta, ...] = (
        timedelta(seconds=1),
        timedelta(seconds=5),
        timedelta(seconds=25),
        timedelta(minutes=2),
        timedelta(minutes=5),
        timedelta(minutes=10),
    )
    attempts: int = 10
    grace: timedelta = timedelta(seconds=12)
    # After the grace: what a cancelled piece of work, or Redis, may need to let go.
    let_go_within: timedelta = timedelta(seconds=3)


PACE = Pace()


@asynccontextmanager
async def open_queue(
    url: str, keys: Keys, *, store: RedisStore, clock: Clock, pace: Pace = PACE
) -> AsyncIterator["Queue"]:
    """Open the queue at *url*; nothing is performed before ``run``."""
    # It logs every step and every retry with a traceback; what matters is logged here.
    logging.getLogger("docket").setLevel(logging.CRITICAL)
    # Nobody reads a run's result or its end, and an exception kept may hold a secret.
    async with Docket(name=keys.work, url=url, execution_ttl=timedelta(0)) as docket:
        yield Queue(docket, store=store, clock=clock, pace=pace)


class Queue:
    """Fits the ``Work`` port, and performs what is in it."""

    def __init__(self, docket: Docket, *, store: RedisStore, clock: Clock, pace: Pace) -> None:
        self._docket = docket
        self._store = store
        self._clock = clock
        self._pace = pace
        self._perform: Perform = _nobody
        self._give_up: Perform = _nobody
        self._running: set[asyncio.Task[Any]] = set()
        self._enqueuing = asyncio.Semaphore(_ENQUEUE_AT_ONCE)
        self._stopping = False
        self._silent = False
        docket.register(self._attempt, names=[_TASK])

    async def enqueue_all(self, deliveries: Sequence[str]) -> None:
        """Have the intents of *deliveries* performed soon, once, by whichever process is free.

        One that waits or is being performed is not put there again. Where this fails, the next
        sweep does it.
        """
        for few in (deliveries[at : at + TOGETHER] for at in range(0, len(deliveries), TOGETHER)):
            async with answering(ANSWER_WITHIN), self._enqueuing:
                await self._add(few)

    async def _add(self, deliveries: Sequence[str]) -> None:
        for left in reversed(range(_TRIES)):
            calls = [
                self._docket.call(_TASK, key=f"intent:{delivery}")(delivery)
                for delivery in deliveries
            ]
            try:
                added = await self._docket.add_many(calls)
            except exceptions.ConnectionError:
                if not left:
                    raise
            else:
                for failure in (each.schedule_exception for each in added):
                    if failure is not None:
                        raise failure
                return

    async def run(self, perform: Perform, *, give_up: Perform) -> None:
        """Perform until cancelled; then finish what runs, within the grace.

        What *perform* returns from is done; what it failed at for the last time is handed to
        *give_up*, again only where that was cut off. What the grace does not suffice for is
        cancelled, and performed anew by another process or after the next start.
        """
        self._perform, self._give_up, self._stopping = perform, give_up, False
        worker = asyncio.create_task(self._work())
        sweep = asyncio.create_task(self._sweep_for_ever())
        try:
            # Both run for ever: one that ends has a fault, which must be seen.
            ended, _ = await asyncio.wait({worker, sweep}, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()
        finally:
            self._stopping = True
            sweep.cancel()
            await self._stop(worker)

    async def sweep(self) -> None:
        """Put every open intent into the queue that is not there."""
        await self.enqueue_all(await self._store.list_open())

    async def _work(self) -> None:
        while not self._stopping:
            try:
                async with self._worker() as worker:
                    await worker.run_forever()
            except Exception:
                # The library waits for Redis by itself; what ends it is a fault in it, and the
                # bot would go on taking in what nobody performs.
                log.exception("queue.worker_failed")
                await self._clock.sleep(self._pace.reconnect_after.total_seconds())

    def _worker(self) -> Worker:
        # A container starts again under the same host name and process id.
        name = f"{socket.gethostname()}#{os.getpid()}#{uuid.uuid4().hex[:8]}"
        return Worker(
            self._docket,
            name=name,
            concurrency=self._pace.concurrency,
            minimum_check_interval=self._pace.check_every,
            scheduling_resolution=self._pace.check_every * 5,
            redelivery_timeout=self._pace.redeliver_after,
            reconnection_delay=self._pace.reconnect_after,
            schedule_automatic_tasks=False,
        )

    async def _stop(self, worker: asyncio.Task[None]) -> None:
        # Cancelled once it takes nothing new and waits for what runs.
        worker.cancel()
        await asyncio.wait({worker}, timeout=self._pace.grace.total_seconds())
        if worker.done():
            return
        log.warning("queue.work_handed_back", running=len(self._running))
        for each in self._running:
            each.cancel()
        await asyncio.wait({worker}, timeout=self._pace.let_go_within.total_seconds())
        # Still there where Redis hangs. It is not waited for longer than this.
        worker.cancel()
        await asyncio.wait({worker}, timeout=self._pace.let_go_within.total_seconds())

    async def _attempt(
        self,
        delivery: str,
        retry: Retry = Retry(attempts=None),  # noqa: B008 - the library's way to inject it
    ) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - for mypy: a coroutine runs in a task
        self._running.add(task)
        try:
            wait = await self._performed(delivery)
        finally:
            self._running.discard(task)
        if wait is not None:
            retry.after(wait)

    async def _performed(self, delivery: str) -> timedelta | None:
        """Perform once; return after which time it should be tried again, if by the queue."""
        attempt = 1
        try:
            attempt = await self._store.begin(delivery)
            if not attempt:
                return None
            if attempt > self._pace.attempts:
                # Asked here and not after a failure: an attempt may also take its process along.
                await self._let_go(delivery)
            else:
                await self._perform(delivery)
            await self._store.finish(delivery)
        except Exception as error:  # noqa: BLE001 - an intent must not take the queue along
            return self._failed(delivery, attempt, error)
        return None

    def _failed(self, delivery: str, attempt: int, error: Exception) -> timedelta | None:
        foreseen = isinstance(error, BotError)
        log.warning(
            "intent.failed",
            delivery=delivery,
            attempt=attempt,
            kind=type(error).__name__,
            error=str(error) if foreseen else "",
            exc_info=None if foreseen else error,
        )
        transient = isinstance(error, BotError) and error.transient
        if transient and attempt <= len(self._pace.waits):
            return self._pace.waits[attempt - 1]
        return None

    async def _let_go(self, delivery: str) -> None:
        log.error("intent.given_up", delivery=delivery, attempts=self._pace.attempts)
        try:
            await self._give_up(delivery)
        except Exception as error:  # noqa: BLE001 - whatever it is, this intent has had its chances
            self._failed(delivery, self._pace.attempts, error)

    async def _sweep_for_ever(self) -> None:
        while True:
            try:
                await self.sweep()
            except StoreError as error:
                self._note(silent=True, error=str(error))
            else:
                self._note(silent=False)
            await self._clock.sleep(self._pace.sweep_every.total_seconds())

    def _note(self, *, silent: bool, error: str = "") -> None:
        if silent and not self._silent:
            log.error("store.went_silent", error=error)
        if self._silent and not silent:
            log.info("store.came_back")
        self._silent = silent


async def _nobody(_delivery: str) -> None:
    raise StoreError("Nothing performs here yet.")
