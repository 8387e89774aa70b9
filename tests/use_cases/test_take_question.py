"""What becomes of a question that was written down, on a real store and in a workspace."""

from dataclasses import replace

import aiohttp
import pytest

from bot.clock import SystemClock
from bot.harbor.client import open_harbors
from bot.playground.harbor import golden_pair
from bot.playground.harbor.worlds import PASSWORD
from bot.playground.slack import SimulatedSlack
from bot.ports import Readers
from bot.settings import HarborSettings
from bot.slack.web_api import open_client
from bot.use_cases.take_question import Services, give_up_question, take_question
from tests.servers import redis_server
from tests.slack.conftest import a_chat
from tests.store.support import an_intent, opened


@pytest.fixture
async def slack():
    """Open a workspace in which the bot makes no mistake."""
    async with SimulatedSlack() as simulated:
        yield simulated
        assert simulated.violations == []


@pytest.fixture
async def services(slack):
    """Give a bot without instances."""
    async with (
        redis_server() as server,
        opened(server.url) as at,
        aiohttp.ClientSession(trust_env=False) as session,
    ):
        token = slack.identity.bot_token
        client = open_client(session, token=token, api_url=slack.api_url, proxy="")
        chat = a_chat(client, session, SystemClock(), slack.identity)
        yield Services((), at.store, chat, SystemClock(), Readers(), 1.0)


async def test_who_asked_is_told_of_a_question_that_was_given_up(services, slack):
    """After the last attempt the person hears that there is no answer, and nobody else does."""
    intent = an_intent()
    wang = slack.user("wang").id
    asked = replace(intent.asked, channel=slack.channel("#releases").id, user=wang, thread="")
    await services.store.accept(replace(intent, asked=asked))

    await give_up_question(services, intent.delivery)

    [told] = slack.channel("#releases").everything()
    assert told.says("could not answer your question")
    assert told.ephemeral_to == wang


async def test_a_question_that_is_done_is_not_given_up(services, slack):
    """What somebody has answered meanwhile is not called unanswered."""
    await give_up_question(services, "gone")

    assert list(slack.channel("#releases").everything()) == []


async def test_a_refused_image_does_not_cost_the_others(services, slack):
    """Of two images one may not be shown: that is told privately, and the other is answered."""
    hidden = {"username": "admin", "password": PASSWORD, "projects": ("frontend-*",)}
    async with golden_pair() as pair:
        urls = {"stag": pair.stag.url, "prod": pair.prod.url}
        settings = {name: HarborSettings(url=url, **hidden) for name, url in urls.items()}
        intent = an_intent()
        wang, releases = slack.user("wang").id, slack.channel("#releases")
        asked = replace(intent.asked, channel=releases.id, user=wang, thread="")
        text = "platform-rls/gateway:v2.0.1 frontend-rls/vira:v1.6.31"
        await services.store.accept(replace(intent, asked=asked, text=text))
        async with open_harbors(settings, clock=services.clock) as harbors:
            await take_question(replace(services, harbors=harbors), intent.delivery)

    [refusal] = [one for one in releases.everything() if one.ephemeral_to == wang]
    [answer] = releases.messages
    assert refusal.says("may not show")
    assert answer.says("is on prod")
