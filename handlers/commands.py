"""The slash command: ``/harbor why …``, ``/harbor help``."""

from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.ports import Accepted, Asked, Way
from bot.slack import words
from handlers import grammar
from handlers.desk import Desk


async def on_command(ack: AsyncAck, command: dict[str, Any], desk: Desk) -> None:
    """``/harbor …``: write down what was asked, say that we have it, leave."""
    desk.check_team(command)
    wanted = grammar.read_command(command.get("text") or "")
    if wanted is None:
        await ack(words.help_text(desk.command))
        return
    asked = Asked(
        Way.COMMAND,
        team=command["team_id"],
        channel=command["channel_id"],
        user=command["user_id"],
        response_url=command.get("response_url", ""),
    )
    outcome = await desk.take(f"command:{command['trigger_id']}", asked, wanted)
    await ack(words.too_many_questions(desk.limit) if outcome is Accepted.LIMITED else "")
