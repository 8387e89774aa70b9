"""The playground as a process of its own, and as a stranger to the product."""

import ast
import asyncio
import signal
import sys
from pathlib import Path

import pytest

import bot.playground.harbor


ROOT = Path(bot.playground.harbor.__file__).parent


@pytest.mark.parametrize(
    ("end", "order", "path"),
    [
        (signal.SIGINT, ["--version", "v1.3.0"], "/api/systeminfo"),
        (signal.SIGTERM, ["--version", "v2.9.5"], "/api/v2.0/ping"),
        (
            signal.SIGINT,
            ["--world", "golden"],
            "/api/repositories/frontend-rls/vira/tags/v1.6.32-67284045",
        ),
        (
            signal.SIGTERM,
            ["--world", "modern"],
            "/api/v2.0/projects/team/repositories/app/artifacts/1.0",
        ),
    ],
)
async def test_a_process_says_when_it_is_ready_and_ends_on_a_signal(client, end, order, path):
    """``ready URL`` on standard output, answers, then status 0 without complaints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.playground.harbor",
        *order,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        line = (await process.stdout.readline()).decode().split()
        answer = await client.get(line[1] + path)
    finally:
        process.send_signal(end)
        _, complaints = await process.communicate()

    assert line[0] == "ready"
    assert answer.status == 200
    assert (process.returncode, complaints) == (0, b"")


def test_it_imports_nothing_of_the_product():
    """A mistake on one side must show on the other."""
    strangers = set()
    for file in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            strangers |= {name for name in names if name.startswith(("bot.", "handlers"))}

    assert {name for name in strangers if not name.startswith("bot.playground.harbor")} == set()
