"""Every intent is performed once, whatever dies on the way."""

import asyncio
import contextlib
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.errors import ChatError, StoreSilent
from bot.store.queue import TOGETHER
from tests.store.processes import a_bot, hears
from tests.store.support import QUICK, an_intent, opened, performing, queue_on, shrug, until


NEVER = timedelta(days=1)
NO_SWEEP = replace(QUICK, sweep_every=NEVER)


class Performed:
    """Notes what is performed; fails, or hangs, as told."""

    def __init__(self, *, failing=(), hanging=()):
        self.counts = Counter()
        self.cancelled = []
        self.release = asyncio.Event()
        self._failing = list(failing)
        self._hanging = hanging

    async def __call__(self, delivery):
        """Perform."""
        self.counts[delivery] += 1
        if self._failing:
            raise self._failing.pop(0)
        if delivery in self._hanging:
            try:
                await self.release.wait()
            except asyncio.CancelledError:
                self.cancelled.append(delivery)
                raise


async def test_an_intent_is_performed_and_done(at):
    """What is enqueued is performed; what perform returns from is done."""
    performed = Performed()
    await at.store.accept(an_intent())

    async with queue_on(at, pace=NO_SWEEP) as queue, performing(queue, performed):
        await queue.enqueue_all(["d1"])
        await until(lambda: _nothing_open(at))

    assert performed.counts == {"d1": 1}


async def test_two_processes_share_the_work(at):
    """Two bots on one store, both sweeping, perform each intent once."""
    performed = Performed()
    async with AsyncExitStack() as stack:
        queues = [await stack.enter_async_context(queue_on(at)) for _ in range(2)]
        for queue in queues:
            await stack.enter_async_context(performing(queue, performed))
        for number in range(40):
            await at.store.accept(an_intent(f"d{number}", user=f"U{number}"))
            await asyncio.gather(*(queue.enqueue_all([f"d{number}"]) for queue in queues))
        await until(lambda: _nothing_open(at))

    assert performed.counts == {f"d{number}": 1 for number in range(40)}


async def test_many_are_enqueued_together(at):
    """What is put there in one go is performed as if one by one, also where some are there."""
    deliveries = [f"d{number}" for number in range(2 * TOGETHER + 1)]
    performed = Performed()
    async with queue_on(at, pace=NO_SWEEP) as queue:
        await asyncio.gather(*(at.store.accept(an_intent(each)) for each in deliveries))
        await queue.enqueue_all([deliveries[7]])
        await queue.enqueue_all(deliveries)

        async with performing(queue, performed):
            await until(lambda: _nothing_open(at))

    assert performed.counts == dict.fromkeys(deliveries, 1)


async def test_many_at_once_are_all_enqueued(at):
    """More at the same time than there are connections wait for one; none is refused."""
    deliveries = [f"d{number}" for number in range(200)]
    performed = Performed()
    async with queue_on(at, pace=NO_SWEEP) as queue:
        await asyncio.gather(*(at.store.accept(an_intent(each)) for each in deliveries))
        await asyncio.gather(*(queue.enqueue_all([each]) for each in deliveries))

        async with performing(queue, performed):
            await until(lambda: _nothing_open(at))

    assert performed.counts == dict.fromkeys(deliveries, 1)


async def test_what_was_never_enqueued_is_swept(at):
    """A bot that was killed between accept and enqueue loses nothing."""
    performed = Performed()
    await at.store.accept(an_intent())

    async with queue_on(at) as queue, performing(queue, performed):
        await until(lambda: _nothing_open(at))

    assert performed.counts == {"d1": 1}


async def test_what_is_being_performed_is_not_swept(at):
    """A sweep leaves alone what somebody is at."""
    performed = Performed(hanging=["d1"])
    await at.store.accept(an_intent())

    async with queue_on(at) as queue, performing(queue, performed):
        await until(lambda: performed.counts["d1"])
        for _ in range(5):
            await queue.sweep()
        performed.release.set()
        await until(lambda: _nothing_open(at))

    assert performed.counts == {"d1": 1}


async def test_what_is_done_is_not_performed(at):
    """An id that comes twice through the queue is performed once."""
    performed = Performed()
    await at.store.accept(an_intent())
    await at.store.finish("d1")

    async with queue_on(at) as queue, performing(queue, performed):
        await queue.enqueue_all(["d1"])
        await at.store.accept(an_intent("d2"))
        await until(lambda: _nothing_open(at))

    assert performed.counts == {"d2": 1}


async def test_a_passing_failure_is_tried_again(at):
    """What fails in passing is tried again by the queue itself, after growing waits."""
    performed = Performed(failing=[StoreSilent("made up"), StoreSilent("made up")])
    await at.store.accept(an_intent())

    async with queue_on(at, pace=NO_SWEEP) as queue, performing(queue, performed):
        await until(lambda: _nothing_open(at))

    assert performed.counts == {"d1": 3}


async def test_a_lasting_failure_is_given_up(at):
    """An intent that always fails is swept so many times, then finished and logged."""
    failing = [ChatError("made up"), *(ValueError("canary") for _ in range(20))]
    performed = Performed(failing=failing)
    await at.store.accept(an_intent())

    with capture_logs() as logs:
        async with queue_on(at) as queue, performing(queue, performed):
            await until(lambda: _nothing_open(at))
            await queue.sweep()

    assert performed.counts == {"d1": QUICK.attempts}
    [given_up] = [line for line in logs if line["event"] == "intent.given_up"]
    assert given_up["delivery"] == "d1"
    assert "canary" not in {line.get("error") for line in logs}


@pytest.mark.parametrize("failing", [[], [ChatError("made up")], [ValueError("canary")]])
async def test_who_asked_is_told_of_what_is_given_up(at, failing):
    """What is given up is handed over once, while its words are still there; then it is done."""
    told = Performed(failing=failing)
    await at.store.accept(an_intent())
    for _ in range(QUICK.attempts):
        await at.store.begin("d1")

    async with queue_on(at) as queue, performing(queue, Performed(), give_up=told):
        await until(lambda: _nothing_open(at))
        await queue.sweep()

    assert told.counts == {"d1": 1}


async def test_an_intent_that_kills_is_given_up(at):
    """One whose every attempt took the process along is not begun again."""
    performed = Performed()
    await at.store.accept(an_intent())
    for _ in range(QUICK.attempts):
        await at.store.begin("d1")

    async with queue_on(at) as queue, performing(queue, performed):
        await until(lambda: _nothing_open(at))

    assert performed.counts == {}


async def test_one_failure_does_not_stop_others(at):
    """While one intent waits for its next attempt, others are performed; no sweep hurries it."""
    waiting = replace(NO_SWEEP, waits=(NEVER,))
    performed = Performed(failing=[StoreSilent("made up")])
    await at.store.accept(an_intent("d1"))

    async with queue_on(at, pace=waiting) as queue, performing(queue, performed):
        await until(lambda: performed.counts["d1"])
        await at.store.accept(an_intent("d2"))
        await until(lambda: _swept(queue, performed, "d2"))
        await queue.sweep()

    assert performed.counts == {"d1": 1, "d2": 1}
    assert await at.store.list_open() == ("d1",)


async def test_running_work_is_finished_at_the_end(at):
    """Told to stop, the queue takes nothing new and lets finish what runs."""
    performed = Performed(hanging=["d1"])
    async with queue_on(at) as queue, performing(queue, performed) as running:
        await at.store.accept(an_intent("d1"))
        await until(lambda: performed.counts["d1"])
        running.cancel()
        await asyncio.sleep(0.05)
        await at.store.accept(an_intent("d2"))
        await queue.enqueue_all(["d2"])
        await asyncio.sleep(0.05)
        performed.release.set()
        await asyncio.wait({running})

    assert performed.counts == {"d1": 1}
    assert await at.store.list_open() == ("d2",)


async def test_what_outlasts_the_grace_is_performed_by_another(at):
    """Work that the grace does not suffice for is cancelled and handed to the next process."""
    short = replace(QUICK, grace=timedelta(milliseconds=50))
    first, second = Performed(hanging=["d1"]), Performed()
    await at.store.accept(an_intent())

    async with queue_on(at, pace=short) as queue, performing(queue, first) as running:
        await until(lambda: first.counts["d1"])
        running.cancel()
        await asyncio.wait({running})
    assert first.cancelled == ["d1"]
    assert await at.store.list_open() == ("d1",)

    async with queue_on(at) as queue, performing(queue, second):
        await until(lambda: _nothing_open(at))
    assert second.counts == {"d1": 1}


async def test_a_killed_worker_is_followed_by_another(server):
    """What a process was at when it was killed is performed by one that lives."""
    performed = Performed()
    async with (
        opened(server.url) as at,
        a_bot({"redis_url": at.url, "store_prefix": "bot1"}) as bot,
    ):
        await hears(bot, "ready")
        await at.store.accept(an_intent())
        assert await hears(bot, "began") == "began d1"
        bot.kill()
        await bot.wait()

        async with queue_on(at) as queue, performing(queue, performed):
            await until(lambda: _nothing_open(at))

    assert performed.counts == {"d1": 1}


async def test_redis_may_go_and_come_back(server):
    """A Redis that is killed and started again is worked for again, and heard of once each."""
    performed = Performed()
    with capture_logs() as logs:
        async with opened(server.url) as at, queue_on(at) as queue, performing(queue, performed):
            await at.store.accept(an_intent("before"))
            await until(lambda: _nothing_open(at))
            await server.kill()
            await until(lambda: _heard(logs, "store.went_silent"))
            await server.start()
            await at.store.accept(an_intent("after"))
            await until(lambda: performed.counts["after"])
            await until(lambda: _heard(logs, "store.came_back"))

    assert performed.counts == {"before": 1, "after": 1}
    assert [line["event"] for line in logs] == ["store.went_silent", "store.came_back"]


async def test_redis_may_die_under_running_work(server):
    """Work that ran while Redis was away is done when it is back."""
    performed = Performed(hanging=["d1"])
    async with opened(server.url) as at, queue_on(at) as queue, performing(queue, performed):
        await at.store.accept(an_intent("d1"))
        await until(lambda: performed.counts["d1"])
        await server.kill()
        performed.release.set()
        await server.start()
        await until(lambda: _nothing_open(at))

        await at.store.accept(an_intent("d2"))
        await until(lambda: performed.counts["d2"])


async def test_enqueueing_after_a_restart_works(server):
    """The dead connections that a restart leaves behind are not the caller's trouble."""
    performed = Performed()
    async with opened(server.url) as at, queue_on(at, pace=NO_SWEEP) as queue:
        deliveries = [f"d{number}" for number in range(8)]
        await asyncio.gather(*(queue.enqueue_all([f"x{number}"]) for number in range(8)))
        await asyncio.gather(*(at.store.accept(an_intent(each)) for each in deliveries))

        await server.restart()
        await asyncio.gather(*(queue.enqueue_all([each]) for each in deliveries))

        async with performing(queue, performed):
            await until(lambda: _nothing_open(at))
    assert performed.counts == dict.fromkeys(deliveries, 1)


async def test_enqueueing_into_silence_is_told(server):
    """Where Redis is gone, the caller hears so; the sweep will do it."""
    async with opened(server.url) as at, queue_on(at) as queue:
        await server.kill()

        with pytest.raises(StoreSilent):
            await queue.enqueue_all(["d1"])


async def test_work_that_will_not_stop_does_not_hold_up_the_end(at):
    """Work that ignores being cancelled is left behind in bounded time."""
    short = replace(QUICK, grace=timedelta(0), let_go_within=timedelta(milliseconds=50))
    release, stubborn = asyncio.Event(), asyncio.Event()

    async def perform(delivery):
        stubborn.set()
        while not release.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await release.wait()

    await at.store.accept(an_intent())
    async with queue_on(at, pace=short) as queue, performing(queue, perform) as running:
        await stubborn.wait()
        running.cancel()
        await asyncio.wait({running}, timeout=2)

        assert running.done()
        release.set()
        await until(lambda: not queue._running)


async def test_a_fault_in_the_queue_is_seen(at):
    """A sweep that ends with an error that nobody foresaw ends the queue with it."""
    async with queue_on(at) as queue:
        queue._store = None

        with pytest.raises(AttributeError):
            await queue.run(Performed(), give_up=shrug)


async def test_a_frozen_redis_does_not_hold_up_the_end(server):
    """Where Redis hangs, the queue ends in bounded time, and so does what ran."""
    short = replace(QUICK, grace=timedelta(milliseconds=100))
    performed = Performed(hanging=["d1"])
    async with opened(server.url) as at, queue_on(at, pace=short) as queue:
        running = asyncio.create_task(queue.run(performed, give_up=shrug))
        await at.store.accept(an_intent())
        await until(lambda: performed.counts["d1"])
        server.pause()

        running.cancel()
        await asyncio.wait({running}, timeout=2)

        assert running.done()
        assert performed.cancelled == ["d1"]
        server.resume()


async def _nothing_open(at):
    try:
        return not await at.store.list_open()
    except StoreSilent:
        return False


async def _swept(queue, performed, delivery):
    await queue.sweep()
    return performed.counts[delivery]


def _heard(logs, event):
    return event in [line["event"] for line in logs]
