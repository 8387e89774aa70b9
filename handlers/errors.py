"""The one place that turns what a handler raised into an answer to Slack.

A command is told what went wrong; an event that could not be written down is refused, so that
Slack brings it again.
"""

import uuid
from typing import Any

import structlog
from slack_bolt.response import BoltResponse

from bot.errors import OurFault, Refused, StoreError
from bot.slack import text, words


log = structlog.get_logger()


async def on_error(error: Exception, body: dict[str, Any]) -> BoltResponse:
    """Answer a request whose handler raised."""
    is_event = "event" in body
    match error:
        case Refused() if is_event:
            log.info("event.refused", why=str(error))
            return BoltResponse(status=200)
        case Refused():
            return _said(str(error))
        case StoreError() if is_event:
            log.warning("event.not_taken", error=str(error))
            return BoltResponse(status=503)
        case StoreError():
            log.warning("command.not_taken", error=str(error))
            return _said(words.STORE_SILENT)
    ticket = uuid.uuid4().hex[:8]
    log.error("handler.crashed", ticket=ticket, exc_info=error)
    return BoltResponse(status=503) if is_event else _said(str(OurFault(ticket)))


def _said(sentence: str) -> BoltResponse:
    # A refusal may quote the question: it must neither ping nor link.
    return BoltResponse(status=200, body=text.spoken(sentence))
