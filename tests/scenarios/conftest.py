"""One stage and one bot for the scenarios of a module; each leaves both as it found them."""

import pytest
import pytest_asyncio

from tests.scenarios.support import a_stage


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage():
    """Give a workspace, two Harbors of 1.2.2 and a Redis."""
    async with a_stage() as stage:
        yield stage


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(stage):
    """Give a bot that Slack brings everything to."""
    async with stage.bot() as bot:
        yield bot


@pytest.fixture(autouse=True)
def no_mistakes(stage):
    """Hold every scenario to Slack's rules, and take its troubles away."""
    yield
    stage.slack.faults.lift()
    assert stage.slack.violations == []
