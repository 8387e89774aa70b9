import re

import pytest
import pytest_asyncio

from bot.playground.harbor import faults
from tests.scenarios.support import PROOF


pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("bot")]

QUESTION = "why frontend-rls/vira:v1.6.32-67284045 from stag to prod"
CANARY = "canary-in-a-body-of-harbor"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(stage):
    """Give a bot that does not wait long for a Harbor."""
    settings = {"HARBORS__STAG__TIMEOUT": "1s", "HARBORS__PROD__TIMEOUT": "1s"}
    async with stage.bot(**settings) as bot:
        yield bot


async def ask(stage):
    """Ask, and give all the words of the answer and its evidence."""
    return await stage.whole(await stage.slack.command("wang", "/harbor", QUESTION))


TROUBLES = {
    "slow": (faults.slow(30), "none came within 1 s", "Check that the instance runs"),
    "gone": (faults.reset(), "gave no answer", "Check that the instance runs"),
    "portal": (faults.portal_page(), "", "Check the instance's URL"),
    "down behind its front": (faults.answering(503, CANARY), "503", "health"),
    "another password": (faults.answering(401, CANARY), "account", "password"),
    "no rights": (faults.answering(403, CANARY), "", "right"),
    "broken": (faults.answering(500, CANARY), "500", "health"),
    "redirecting": (faults.redirecting("https://elsewhere.example.com/"), "", "URL"),
    "nonsense": (faults.answering(200, '{"a": [' + CANARY), "unreadable", "cuts or changes"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_the_destination_in_trouble(stage, trouble):
    """An instance that fails is named with a remedy, and the rest of the answer still comes."""
    fault, why, remedy = TROUBLES[trouble]
    with stage.pair.prod.suffering(fault):
        told = await ask(stage)

    assert PROOF in told
    assert re.search(rf"prod: .*{why}.*\u2192 .*{remedy}", told), told
    assert CANARY not in told
    assert "Confidence\nHigh" not in told


async def test_the_destination_down(stage):
    """An instance that is not there at all is told like one that is silent."""
    async with stage.pair.prod.down():
        told = await ask(stage)

    assert PROOF in told
    assert re.search(r"prod: .*\u2192 Check that", told)


@pytest.mark.parametrize("trouble", ["slow", "portal", "broken"])
async def test_all_in_trouble(stage, trouble):
    """Where no instance answers, the answer says so of each and what to do."""
    fault, _, remedy = TROUBLES[trouble]
    with stage.pair.stag.suffering(fault), stage.pair.prod.suffering(fault):
        told = await ask(stage)

    assert "Cannot tell" in told, told
    assert re.search(rf"stag: .*\u2192 .*{remedy}", told)
    assert re.search(rf"prod: .*\u2192 .*{remedy}", told)
    assert "is not known on" not in told
    assert CANARY not in told


async def test_the_password_really_changed(stage):
    """A password that the instance no longer takes is named as such, by a real refusal."""
    account = stage.pair.prod.state.accounts["admin"]
    before, account.password = account.password, "another one"
    try:
        told = await ask(stage)
    finally:
        account.password = before

    assert PROOF in told
    assert re.search(r"prod: .*\u2192 Check the account's user name and password", told)


@pytest.mark.parametrize("trouble", ["slow", "another password"])
async def test_a_shut_instance_is_knocked_at_once(stage, trouble):
    """A Harbor that answers nothing, or takes no password, is not asked at every further step."""
    fault, _, _ = TROUBLES[trouble]
    with stage.pair.stag.suffering(fault):
        before = len(stage.pair.stag.requests)
        await ask(stage)
        asked = [request.path for request in stage.pair.stag.requests[before:]]

    assert not [path for path in asked if path.startswith("/v2/") or "jobs" in path]


@pytest.mark.parametrize("trouble", ["slow", "another password"])
async def test_the_source_in_trouble(stage, trouble):
    """What only the source could know is not told as if it had been asked."""
    fault, why, remedy = TROUBLES[trouble]
    with stage.pair.stag.suffering(fault):
        told = await ask(stage)

    assert re.search(rf"stag: .*{why}.*\u2192 .*{remedy}", told), told
    assert "is not known on stag" not in told


async def test_it_recovers_by_itself(stage):
    """After the trouble the same question is answered in full."""
    with stage.pair.stag.suffering(faults.answering(503)):
        await ask(stage)

    told = await ask(stage)

    assert "Confidence\nHigh" in told, told
    assert "could not be checked" not in told
