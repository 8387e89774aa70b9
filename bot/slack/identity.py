"""Who the bot is, by its own token: asked once, before anything else.

Knows ``auth.test`` and how long to wait for a Slack that is not there.
"""

from dataclasses import dataclass
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import ChatError, SettingsWrong
from bot.ports import Clock
from bot.slack.web_api import SERVER_ERRORS, TRANSPORT_ERRORS


# Seconds between two tries, before `run` gives up: a minute, and what the tries themselves take.
WAITS = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
# What Slack says of itself, not of the token.
_PASSING = {"ratelimited", "internal_error", "fatal_error"}

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Identity:
    """The workspace and the user of the bot's token; *enterprise* is empty outside of a Grid."""

    team: str
    user: str
    bot: str
    enterprise: str = ""


async def identify(client: AsyncWebClient, *, clock: Clock) -> Identity:
    """Ask ``auth.test``, again for a minute while Slack cannot be reached or answers 5xx.

    SettingsWrong where the token is not accepted, ChatError where Slack stays away.
    """
    for wait in (*WAITS, None):
        try:
            answer = await client.auth_test()
        except SlackApiError as error:
            # Its text holds the whole answer, so it is never a cause that a log prints.
            status, code = error.response.status_code, _code(error.response.data)
            if status < SERVER_ERRORS and code not in _PASSING:
                raise SettingsWrong(
                    (f"SLACK_BOT_TOKEN: Slack does not accept it ({code or status}).",)
                ) from None
            why = code or str(status)
        # AttributeError: the client takes a plain text for an object.
        except (*TRANSPORT_ERRORS, SlackClientError, AttributeError) as error:
            why = type(error).__name__
        else:
            enterprise = str(answer.get("enterprise_id") or "")
            return Identity(answer["team_id"], answer["user_id"], answer["bot_id"], enterprise)
        if wait is not None:
            log.warning("slack.not_there", why=why, wait=wait)
            await clock.sleep(wait)
    raise ChatError("Slack could not be reached for a minute: is SLACK_API_URL right?")


def _code(data: Any) -> str:
    # A front of Slack's answers a page, not an object.
    return str(data.get("error", "")) if isinstance(data, dict) else ""
