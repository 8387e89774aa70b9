"""The simulated Slack as a process of its own, for tests that see the bot only from outside.

Knows its arguments and signals, nothing else.
"""

import argparse
import asyncio
import logging
import signal
import sys

from bot.playground.slack.simulator import RETRY_WAITS, SimulatedSlack


def seconds(text: str) -> tuple[float, ...]:
    """Read a list such as ``0,60,300``."""
    return tuple(float(each) for each in text.split(","))


async def serve(port: int, request_url: str | None, *, retry_waits: tuple[float, ...]) -> None:
    """Run until a signal says stop; say where on standard output."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with SimulatedSlack(
        port=port, request_url=request_url, retry_waits=retry_waits
    ) as slack:
        sys.stdout.write(f"ready {slack.url}\n")
        sys.stdout.flush()
        await stop.wait()


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="where to listen; 0: any free port")
    parser.add_argument("--request-url", help="where the app listens: http://.../slack/events")
    parser.add_argument(
        "--retry-waits",
        type=seconds,
        default=RETRY_WAITS,
        help="seconds before each time that an event is brought again (default: 0,60,300)",
    )
    given = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    asyncio.run(serve(given.port, given.request_url, retry_waits=given.retry_waits))


if __name__ == "__main__":
    main()
