import asyncio

import aiohttp
import pytest

from bot.playground.slack import Drop


POST = {"channel": "C0RELEASES", "text": "hi"}


async def test_an_error_on_demand(call, slack):
    """A method fails as often as it was told to, without any effect, then works again."""
    slack.faults.fail("chat.postMessage", error="internal_error", times=2)

    answers = [await call("chat.postMessage", **POST) for _ in range(3)]

    assert [each.get("error") for each in answers] == ["internal_error", "internal_error", None]
    assert len(slack.channel("#releases").messages) == 1


@pytest.mark.parametrize("retry_after", [None, 7])
async def test_a_status_on_demand(slack, session, retry_after):
    """A method can answer 500, or 429 with the time to wait."""
    if retry_after:
        slack.faults.rate_limit("auth.test", retry_after=retry_after)
    else:
        slack.faults.fail("auth.test", status=500)
    async with session.post(slack.api_url + "auth.test") as response:
        assert response.status == (429 if retry_after else 500)
        assert response.headers.get("Retry-After") == ("7" if retry_after else None)


@pytest.mark.parametrize(("when", "posted"), [(Drop.BEFORE, 0), (Drop.AFTER, 1)])
async def test_a_broken_connection(call, slack, when, posted):
    """The connection breaks before the call takes effect, or after: the client cannot tell."""
    slack.faults.drop("chat.postMessage", when=when)

    with pytest.raises(aiohttp.ClientError):
        await call("chat.postMessage", **POST)
    assert len(slack.channel("#releases").messages) == posted


async def test_a_held_call(call, slack):
    """A call can be held until the test lets it go."""
    gate = slack.faults.hold("chat.postMessage")
    running = asyncio.create_task(call("chat.postMessage", **POST))
    await gate.reached.wait()

    assert not running.done()
    gate.release()
    assert (await running)["ok"]


async def test_faults_can_be_lifted(call, slack):
    """A fault without an end lasts until it is lifted; that of one method spares the others."""
    fault = slack.faults.fail("chat.update", error="fatal_error", times=None)

    assert (await call("auth.test"))["ok"]
    assert (await call("chat.update", channel="C", ts="1"))["error"] == "fatal_error"
    slack.faults.lift(fault)
    assert (await call("chat.update", channel="C", ts="1"))["error"] == "channel_not_found"
