"""A simulated Harbor, or a whole pair, as a process of its own.

``python -m bot.playground.harbor --version v1.2.2`` runs an empty one, ``--world golden`` or
``--world modern`` a filled pair. It prints ``ready URL`` (of a pair: stag's, then prod's) and
ends on SIGINT or SIGTERM.
"""

import argparse
import asyncio
import signal
import sys
from contextlib import AsyncExitStack, suppress

from bot.playground.harbor.clock import wall_clock
from bot.playground.harbor.server import SimulatedHarbor, keep_working, running
from bot.playground.harbor.worlds import golden_pair, modern_pair


WORLDS = {"golden": golden_pair, "modern": modern_pair}


async def serve(order: argparse.Namespace) -> None:
    """Run what was ordered until a signal comes."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        harbors = await _open(stack, order)
        sys.stdout.write(f"ready {' '.join(harbor.url for harbor in harbors)}\n")
        sys.stdout.flush()
        work = asyncio.create_task(keep_working(*harbors))
        await stop.wait()
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work


async def _open(stack: AsyncExitStack, order: argparse.Namespace) -> list[SimulatedHarbor]:
    if order.world is None:
        harbor = SimulatedHarbor(order.version or "v1.2.2")
        await stack.enter_async_context(running(harbor, port=order.port))
        return [harbor]
    versions = {"version": order.version} if order.version else {}
    ports = (order.port, order.port + 1 if order.port else 0)
    opened = WORLDS[order.world](now=wall_clock, ports=ports, **versions)
    pair = await stack.enter_async_context(opened)
    return [pair.stag, pair.prod]


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m bot.playground.harbor")
    parser.add_argument("--version", help="v1.2.2 if nothing is said, or what the world has")
    parser.add_argument("--port", type=int, default=0, help="0 is any free one")
    parser.add_argument("--world", choices=sorted(WORLDS))
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
