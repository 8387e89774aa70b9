import asyncio
import signal
import sys

import aiohttp
import pytest


@pytest.fixture
async def process(app):
    """Give the simulation running as a process, and its address."""
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot.playground.slack", "--request-url", app.url, "--retry-waits", "0"),
        stdout=asyncio.subprocess.PIPE,
    )
    line = (await running.stdout.readline()).decode().split()
    yield running, line
    if running.returncode is None:
        running.kill()
        await running.wait()


async def ask(session, url, /, **body):
    """Call the control desk."""
    async with session.post(url, json=body) as response:
        return await response.json()


async def test_a_workspace_from_outside(process, app):
    """A test in any language can act in the workspace and see what was said."""
    running, (word, url) = process
    assert word == "ready"
    app.answers = [{"text": "on it"}, {"status": 500}, {}]
    async with aiohttp.ClientSession() as session:
        command = await ask(
            session, f"{url}/_control/command", user="wang", text="/harbor why vira:v1"
        )
        mention = await ask(session, f"{url}/_control/mention", user="wang", text="hello")
        await ask(session, f"{url}/_control/dm", user="li", text="hello")
        async with session.get(f"{url}/_control/messages?channel=%23releases") as response:
            messages = (await response.json())["messages"]
        async with session.get(f"{url}/_control/transcript") as response:
            transcript = await response.text()
        async with session.get(f"{url}/_control/state") as response:
            state = await response.json()

    assert command["attempts"][0]["status"] == 200
    assert [each["status"] for each in mention["attempts"]] == [500, 200]
    assert [each["plain"] for each in messages] == [
        "/harbor why vira:v1",
        "on it",
        "@harborbot hello",
    ]
    assert "harborbot (only to wang): on it" in transcript
    assert state["violations"] == []
    assert state["channels"]["releases"] == "C0RELEASES"

    running.send_signal(signal.SIGTERM)
    assert await running.wait() == 0


async def test_the_desk_makes_trouble_and_clicks(slack, app, call, session):
    """Faults, waiting, clicks and another address are at hand from outside, too."""
    desk = f"{slack.url}/_control"
    await ask(session, f"{desk}/fault", method="chat.postMessage", error="fatal_error")
    button = {
        "type": "button",
        "action_id": "go",
        "text": {"type": "plain_text", "text": "Go"},
    }
    post = {
        "channel": "C0RELEASES",
        "text": "card",
        "blocks": [{"type": "actions", "elements": [button]}],
    }
    assert (await call("chat.postMessage", **post))["error"] == "fatal_error"
    await call("chat.postMessage", **post)

    found = await ask(session, f"{desk}/wait", words="card")
    assert found["message"]["actions"] == ["go"]
    click = await ask(
        session,
        f"{desk}/click",
        user="li",
        channel="#releases",
        ts=found["message"]["ts"],
        action_id="go",
    )
    assert click["attempts"][0]["status"] == 200

    await ask(session, f"{desk}/request_url", url="http://127.0.0.1:9/")
    away = await ask(session, f"{desk}/command", user="li", text="/harbor")
    assert away["attempts"][0]["reason"] == "connection_failed"


@pytest.mark.parametrize(
    ("act", "body"),
    [
        ("command", {"user": "nobody", "text": "/harbor"}),
        ("mention", {"user": "wang"}),
        ("click", {"user": "wang", "channel": "#releases", "ts": "1.0", "action_id": "go"}),
        ("command", {"user": "wang", "text": "/harbor", "tamper": "odd"}),
        ("wait", {"words": "never said", "timeout": 0.01}),
    ],
)
async def test_the_desk_says_what_is_wrong(slack, session, act, body):
    """A request that makes no sense is answered with the reason."""
    assert "error" in await ask(session, f"{slack.url}/_control/{act}", **body)


async def test_the_simulation_stands_alone():
    """Importing it loads nothing of the product and none of its Slack libraries."""
    check = (
        "import sys, bot.playground.slack, bot.playground.slack.control;"
        "bad = ('slack_sdk', 'slack_bolt', 'bot.slack', 'bot.errors', 'bot.settings', 'handlers');"
        "sys.exit(any(name.startswith(bad) for name in sys.modules))"
    )
    running = await asyncio.create_subprocess_exec(sys.executable, "-c", check)
    assert await running.wait() == 0
