"""What every command has in common, and the story that ends with nothing left running."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from tests.cli.support import PROGRAM, WITHIN, harborbot, plain, started


COMMANDS = ["run", "why", "explain", "demo"]
POLL = 0.02


@pytest.mark.parametrize("command", COMMANDS)
async def test_every_command_explains_itself(command):
    """--help prints what a command does, without settings, and ends with 0."""
    ended = await harborbot(command, "--help")

    assert (ended.status, ended.err) == (0, "")
    assert f"harborbot {command}" in ended.out


async def test_the_program_lists_its_commands():
    """--help alone, and nothing at all, name every command."""
    for arguments in (["--help"], []):
        ended = await harborbot(*arguments)

        assert ended.status == 0
        assert all(f" {command} " in ended.out for command in COMMANDS)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--bogus"],
        ["nope"],
        ["why"],
        ["why", "vira:v1", "second"],
        ["why", "vira:v1", "--bogus"],
        ["why", "vira:v1", "--to"],
        ["explain", "--bogus"],
        ["explain", "--no-json"],
        ["run", "now"],
        ["demo", "--bogus"],
    ],
    ids=" ".join,
)
async def test_wrong_usage(arguments):
    """What a command does not know is told in a sentence on standard error, with status 2."""
    ended = await harborbot(*arguments)

    assert (ended.status, ended.out) == (2, "")
    assert ended.err.endswith("See harborbot --help.\n")
    assert "Traceback" not in ended.err


async def test_run_without_settings():
    """The bot itself names what it needs, all of it, and ends with 2."""
    ended = await harborbot("run")

    assert (ended.status, ended.out) == (2, "")
    assert [line.partition(":")[0] for line in ended.err.splitlines()] == [
        "SLACK_BOT_TOKEN",
        "SLACK_SIGNING_SECRET",
        "HARBORS__<NAME>__URL",
    ]


async def test_nobody_listens(tmp_path):
    """A reader that has enough ends the program quietly."""
    log = tmp_path / "task.log"
    log.write_bytes(b"2018-11-06T05:48:07Z [ERROR] [a.go:1]: no\n")
    read, write = os.pipe()
    os.close(read)
    process = await asyncio.create_subprocess_exec(
        PROGRAM,
        "explain",
        str(log),
        env=plain(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=write,
        stderr=asyncio.subprocess.PIPE,
    )
    os.close(write)
    _, err = await process.communicate()

    assert err == b""
    assert process.returncode != 0


def left_running(mark: str) -> list[str]:
    """List the processes whose environment has *mark*."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            environment = (process / "environ").read_bytes()
            command = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if mark.encode() in environment and command:
            found.append(command.decode(errors="replace"))
    return found


async def gone(mark: str) -> bool:
    """Wait until no process has *mark*; a server that is told to end needs a moment."""
    async with asyncio.timeout(WITHIN):
        while left_running(mark):  # noqa: ASYNC110 - other processes set no event of ours
            await asyncio.sleep(POLL)
    return True


def marked(folder: Path) -> dict[str, str]:
    """Lay out an environment by which the story's processes and files are found again."""
    # The bot gets HOME on, and its state is made in TMPDIR.
    return {"HOME": str(folder), "TMPDIR": str(folder)}


@pytest.mark.parametrize("arguments", [["--story"], []])
async def test_the_story(tmp_path, arguments):
    """The question, the verdict and the proof are told, and nothing is left of it."""
    ended = await harborbot("demo", *arguments, settings=marked(tmp_path))

    assert ended.status == 0, ended.err
    for part in ("why vira:v1.6.32", "is not on prod", "MANIFEST_UNKNOWN", "为什么没同步到"):
        assert part in ended.out
    assert left_running(str(tmp_path)) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_the_story_breaks_off(tmp_path, number):
    """Whoever ends it in the middle finds nothing left running, and no files."""
    async with started("demo", settings=marked(tmp_path)) as process:
        assert process.stdout is not None
        # It is in the middle once its first words are out: a bot is running then.
        assert b"running" in await process.stdout.readline()
        assert len(left_running(str(tmp_path))) > 1
        process.send_signal(number)
        async with asyncio.timeout(WITHIN):
            _, err = await process.communicate()

    assert process.returncode == 0
    assert b"Traceback" not in err
    assert await gone(str(tmp_path))
    assert list(tmp_path.iterdir()) == []
