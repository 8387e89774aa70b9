"""The command line as a person has it: a process of its own, its outputs and its status."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.playground.harbor.worlds import PASSWORD, Pair


PROGRAM = str(Path(sys.executable).with_name("harborbot"))
LOGS = Path(__file__).parents[1] / "data" / "logs"
# Longer than a busy machine needs; nothing is measured by it.
WITHIN = 60.0


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that has ended."""

    status: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, Any]:
        """The one JSON object on standard output, which holds nothing else."""
        [line] = self.out.splitlines()
        found: dict[str, Any] = json.loads(line)
        return found


def plain() -> dict[str, str]:
    """Lay out an environment without any setting of the bot."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "COLUMNS": "100"}


def naming(pair: Pair, **more: str) -> dict[str, str]:
    """Lay out the settings that name *pair*, and nothing of Slack."""
    instances = {
        f"HARBORS__{name}__{field}": value
        for name, harbor in (("STAG", pair.stag), ("PROD", pair.prod))
        for field, value in (("URL", harbor.url), ("USERNAME", "admin"), ("PASSWORD", PASSWORD))
    }
    return {**instances, **more}


@asynccontextmanager
async def started(
    *arguments: str, settings: Mapping[str, str] | None = None, cwd: Path | str = "/"
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start a command; whatever becomes of it, it is gone afterwards."""
    process = await asyncio.create_subprocess_exec(
        PROGRAM,
        *arguments,
        env={**plain(), **(settings or {})},
        cwd=cwd,
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def harborbot(
    *arguments: str,
    given: bytes = b"",
    settings: Mapping[str, str] | None = None,
    cwd: Path | str = "/",
) -> Ended:
    """Run a command to its end, with *given* on its standard input."""
    async with started(*arguments, settings=settings, cwd=cwd) as process:
        async with asyncio.timeout(WITHIN):
            out, err = await process.communicate(given)
        return Ended(process.returncode or 0, out.decode(), err.decode())
