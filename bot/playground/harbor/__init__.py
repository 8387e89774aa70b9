"""Simulated Harbors on real sockets: 1.2 to 1.3 and 2.2 to 2.15, single or as a pair.

One Harbor::

    harbor = SimulatedHarbor("v2.15.2", now=clock)          # now: any callable, or the wall
    harbor.state.add_project("team", clock())               # builders: see State
    async with running(harbor) as url:                      # or: async with harbor
        ...
        harbor.requests, harbor.writes                      # what clients sent, in order

Requests of other simulated Harbors are kept apart, in ``peer_requests``. A copy that is due
begins by itself; every request waits up to half a second for copies under way, and ``await
harbor.settle()`` waits for all that is due by the clock. Retries, refreshes and delays follow
the clock: move it (``ManualClock.pass_``), then settle. ``Habits`` says how long things take.

A pair that really replicates::

    async with golden_pair() as pair:                       # also: modern_pair("v2.9.5")
        pair.stag.push("frontend-rls/vira", "v2", an_image("v2"))
        await pair.stag.settle()                            # now it is on pair.prod

What goes wrong with a copy is ordered by name: ``harbor.fail(Failure.QUOTA_EXCEEDED,
repository="team/app", tag="1.1", times=3)``. Much comes about by itself: a destination that is
``down()``, read-only, full, immutable or has another password. What goes wrong with a whole
server: ``with harbor.suffering(faults.slow(2)):``; see ``faults``.

It knows nothing of the product and imports nothing of it. Python: ``python -m
bot.playground.harbor --world golden`` runs a pair as a process of its own.
"""

from bot.playground.harbor import faults
from bot.playground.harbor.clock import ManualClock, wall_clock
from bot.playground.harbor.failures import Failure
from bot.playground.harbor.images import Image, an_image
from bot.playground.harbor.server import SimulatedHarbor, keep_working, running
from bot.playground.harbor.site import Habits
from bot.playground.harbor.worlds import Pair, golden_pair, modern_pair


__all__ = [
    "Failure",
    "Habits",
    "Image",
    "ManualClock",
    "Pair",
    "SimulatedHarbor",
    "an_image",
    "faults",
    "golden_pair",
    "keep_working",
    "modern_pair",
    "running",
    "wall_clock",
]
