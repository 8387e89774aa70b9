"""What the product promises in numbers, each beside what it is compared to, in one run.

``make bench``: loopback only, a few minutes at most. Nothing is asserted; a person reads it.
``python -m tests.bench door`` measures one of PARTS alone.
"""

import asyncio
import sys
from collections.abc import AsyncIterator

from rich.console import Console
from rich.table import Table

from bot.playground.harbor import golden_pair, modern_pair
from tests.bench.costs import Row
from tests.bench.front_door import door
from tests.bench.logs import explained
from tests.bench.questions import asked
from tests.bench.start import cold


async def why() -> AsyncIterator[Row]:
    """Ask on three generations of Harbor."""
    async with golden_pair() as pair:
        async for row in asked("golden 1.2.2", pair, "vira:v1.6.32"):
            yield row
    for version in ("v2.9.5", "v2.15.2"):
        async with modern_pair(version) as pair:
            async for row in asked(version, pair, "team/app:1.1"):
                yield row


async def explain() -> AsyncIterator[Row]:
    """Explain a log that is long, and one that is very long."""
    for megabytes in (10, 200):
        for row in explained(megabytes):
            yield row


PARTS = {"why": why, "explain": explain, "start": cold, "door": door}


async def main() -> None:
    """Print the table of what was asked for, or of everything, measured one after the other."""
    table = Table("what", "ours", "beside", "ratio", "bar")
    for name in sys.argv[1:] or PARTS:
        async for row in PARTS[name]():
            print(f"  {row.what}: {row.ours}", file=sys.stderr)
            table.add_row(row.what, row.ours, row.beside, row.ratio, row.bar)
    Console(width=100).print(table)


if __name__ == "__main__":
    asyncio.run(main())
