"""Two worlds to ask about: the golden pair of 1.2.2 and a pair of 2.x with troubles of its own.

Knows what happened in each, with fixed names, ids and times. Does not know how a Harbor
answers. Both are opened as ``async with golden_pair() as pair``: ``pair.stag`` and
``pair.prod`` run on loopback then, and ``pair.clock`` moves their time unless one was given.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.playground.harbor.clock import ManualClock, Now
from bot.playground.harbor.golden import fill_prod, fill_stag
from bot.playground.harbor.modern import tell
from bot.playground.harbor.server import SimulatedHarbor, no_penalty
from bot.playground.harbor.site import Habits


PASSWORD = "Harbor12345"  # noqa: S105 - Harbor's own default, of a server made of air
GOLDEN_NOON = datetime(2018, 11, 6, 6, 0, tzinfo=UTC)
MODERN_MORNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Pair:
    """A source and a destination, running."""

    stag: SimulatedHarbor
    prod: SimulatedHarbor
    clock: ManualClock


@asynccontextmanager
async def golden_pair(
    version: str = "v1.2.2",
    *,
    now: Now | None = None,
    habits: Habits | None = None,
    penalty: Callable[[], Awaitable[object]] = no_penalty,
    ports: tuple[int, int] = (0, 0),
) -> AsyncIterator[Pair]:
    """Open the seed's case; it is 2018-11-06T06:00:00Z there.

    On ``stag``: projects ``library`` (1), ``platform-rls`` (6), ``frontend-rls`` (14); target
    1 ``harbor-prod``, whose endpoint is the real URL of ``prod``; policies 3
    ``sync-platform-to-prod`` and 7 ``sync-to-prod``, both enabled.

    ======================================================  =======  ========  ==============
    image                                                   job      status    on prod
    ======================================================  =======  ========  ==============
    frontend-rls/vira:v1.6.32-67284045                      20049    error     no: the race
    frontend-rls/vira:v1.6.31-1b2c3d4e                      20031    finished  yes
    frontend-rls/vira-web:v0.3.1-9f8e7d6c                   20040    finished  yes
    frontend-rls/vira-docs:v0.1.0-3c2d1e0f                  none     --        no: pushed by a
                                                                               client without event
    frontend-rls/yy-admin:sandy-banner-5207e843             19954    error     no: the race
    frontend-rls/sprout-hybrid:v1.0.3-b3ce7f74              19693    error     no: 502 there
    frontend-rls/faas-node-runtime-latest:v0.2.0-13-...     19667    error     no: 502 there
    frontend-rls/cc-hybrid-reborn:1913-172588__v6-8-6-...   19652    error     no: the race
    platform-rls/gateway:v2.0.1-5e6f7a8b                    20010    finished  yes
    ======================================================  =======  ========  ==============

    Jobs, ids, times and the log of 20049 are the seed's; the causes of the other four errors
    are made up. Everything but ``vira-docs`` has a push row in the access log. Accounts:
    ``admin`` on both; ``dev``, an ordinary user, on ``stag``. *now* is the clock to live by.
    """
    clock = ManualClock(GOLDEN_NOON)
    stag = SimulatedHarbor(version, now=now or clock, habits=habits, penalty=penalty)
    prod = SimulatedHarbor(version, now=now or clock, habits=habits, penalty=penalty)
    async with _both(stag, prod, ports):
        fill_prod(prod.state)
        fill_stag(stag.state, prod.url, PASSWORD)
        yield Pair(stag, prod, clock)


@asynccontextmanager
async def modern_pair(
    version: str = "v2.15.2",
    *,
    now: Now | None = None,
    habits: Habits | None = None,
    penalty: Callable[[], Awaitable[object]] = no_penalty,
    ports: tuple[int, int] = (0, 0),
) -> AsyncIterator[Pair]:
    """Open a pair of 2.x; it all happened in the last hour, by real copies.

    On ``stag``: project ``team`` (1); registry 1 ``prod`` with the real URL of ``prod``, whose
    project ``team`` (1) has a quota of 90 MiB. Policies: 1 ``team-to-prod`` (event_based,
    ``team/**``), 2 ``web-releases`` (event_based, ``team/web``, tags ``v*``), 3
    ``team-nightly`` (scheduled), 4 ``web-stable`` (disabled, ``team/web``, tags ``stable-*``).

    ====================  =========  ====  ============================================
    image                 execution  task  what became of it
    ====================  =========  ====  ============================================
    team/app:1.0          1          1     Succeed, on prod
    team/app:1.1          2          2     Failed in its third run: quota exceeded
    team/web:2.0          3          3     Succeed, on prod
    team/web:2.0          4          --    Succeed without tasks: tag not selected (policy 2)
    team/app:0.9          5          4     Failed in its third run: ``artifact team/app:0.9
                                           not found``; the tag is gone from stag
    team/web:stable-7     6          5     Succeed by policy 1, on prod
    team/web:stable-7     7          --    Succeed without tasks (policy 2)
    team/app:1.2          8          6     InProgress, never ends; not on prod
    team/app:1.3          9          7     Failed once, tried again 23 s from now and healed
                                           then; its execution still says InProgress
    ====================  =========  ====  ============================================

    ``pair.clock`` stands ten seconds after the failure of 1.3. With *now* the story is told
    so that it ends at the present of that clock. Accounts: ``admin`` on both; ``dev``,
    developer of ``team``, on ``stag``.
    """
    clock = ManualClock(MODERN_MORNING)
    stag = SimulatedHarbor(version, now=clock, habits=habits, penalty=penalty)
    prod = SimulatedHarbor(version, now=clock, habits=habits, penalty=penalty)
    async with _both(stag, prod, ports):
        if now is not None:
            clock.pass_(now() - clock() - await _length(version))
        await tell(stag, prod, clock, password=PASSWORD)
        for harbor in (stag, prod):
            harbor.forget_requests()
            if now is not None:
                harbor.keep_time(now)
        yield Pair(stag, prod, clock)


async def _length(version: str) -> timedelta:
    """Say how long the story of the modern pair takes: tell it once, unwatched."""
    clock = ManualClock(MODERN_MORNING)
    stag, prod = SimulatedHarbor(version, now=clock), SimulatedHarbor(version, now=clock)
    async with _both(stag, prod, (0, 0)):
        await tell(stag, prod, clock, password=PASSWORD)
    return clock() - MODERN_MORNING


@asynccontextmanager
async def _both(
    stag: SimulatedHarbor, prod: SimulatedHarbor, ports: tuple[int, int]
) -> AsyncIterator[None]:
    await prod.start(port=ports[1])
    try:
        await stag.start(port=ports[0])
        try:
            yield
        finally:
            await stag.stop()
    finally:
        await prod.stop()
