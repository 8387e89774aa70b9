"""Starts ``bot_process.py`` and reads what it says."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from contextlib import asynccontextmanager
from pathlib import Path


ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def a_bot(settings, *deliveries):
    """Start a bot that takes *deliveries* in, or performs where there are none."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).with_name("bot_process.py")),
        json.dumps(settings),
        *deliveries,
        stdout=PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def hears(process, beginning):
    """Wait for a line that begins so."""
    async with asyncio.timeout(20):
        while line := (await process.stdout.readline()).decode():
            if line.startswith(beginning):
                return line.strip()
    raise AssertionError(f"the process ended without saying {beginning!r}")
