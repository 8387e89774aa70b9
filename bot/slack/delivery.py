"""Getting one message through: smaller when Slack finds it too large, at last as words alone.

Knows what Slack says of blocks that it does not take. Does not know which way a message goes.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import structlog

from bot.errors import ChatError, ChatUnclear
from bot.ports import MessageRef
from bot.slack.message import BUDGETS, Message
from bot.slack.web_api import NO_ANSWER


R = TypeVar("R")

_BLOCKS_REFUSED = frozenset(
    {"msg_blocks_too_long", "msg_too_long", "invalid_blocks", "invalid_blocks_format"}
)

log = structlog.get_logger()


async def deliver(message: Message, send: Callable[[dict[str, Any]], Awaitable[R]]) -> R:
    """Send *message* as large as Slack takes it."""
    for budget in BUDGETS[:-1]:
        try:
            return await send(message.content(budget))
        except ChatError as error:
            if error.code not in _BLOCKS_REFUSED:
                raise
            log.warning("slack.blocks_refused", kind=str(message.kind), reason=error.code)
    return await send(message.content(BUDGETS[-1]))


def reference(answer: dict[str, Any], channel: str) -> MessageRef:
    """Read where a message that was just posted is."""
    ts = answer.get("ts")
    if not isinstance(ts, str) or not ts:
        raise ChatUnclear("Slack did not say where the message is.", code=NO_ANSWER)
    return MessageRef(str(answer.get("channel") or channel), ts)
