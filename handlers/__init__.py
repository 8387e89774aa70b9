"""Every way in: this is the table of contents.

Raw HTTP is checked in ``front_door`` before any of it gets here. A handler writes down what was
asked, acknowledges, and leaves; it decides nothing. What was written down is answered by
``bot.use_cases.take_question``, in the queue's hands.
"""

import re
from collections.abc import Awaitable, Callable

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.slack.ids import Action, any_of
from handlers import actions, commands, errors, mentions
from handlers.desk import Desk


def register(app: AsyncApp, desk: Desk) -> None:
    """Put every Slack handler on *app*."""

    async def inject(context: AsyncBoltContext, next: Callable[[], Awaitable[None]]) -> None:  # noqa: A002 - Bolt's name
        context["desk"] = desk
        await next()

    app.middleware(inject)
    app.command(desk.command)(commands.on_command)
    app.event("app_mention")(mentions.on_mention)
    app.event("message")(mentions.on_message)
    app.action(any_of(Action.ASK_AGAIN, Action.PICK_IMAGE))(actions.on_ask)
    # Bolt asks in this order: what nothing above has taken.
    app.event(re.compile(".*"))(mentions.on_other)
    app.action(re.compile(".*"))(actions.on_other)
    app.error(errors.on_error)
