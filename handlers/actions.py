"""Buttons under an answer that ask again: the same question, or for one of several images."""

from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.errors import StoreError
from bot.ports import Accepted, Asked, Way
from bot.slack import words
from handlers.desk import Desk


async def on_ask(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], desk: Desk) -> None:
    """``ask_again``, ``pick_image``: the button's value is the question in full."""
    desk.check_team(body)
    container = body.get("container", {})
    asked = Asked(
        Way.ACTION,
        team=body["team"]["id"],
        channel=body.get("channel", {}).get("id") or container.get("channel_id", ""),
        user=body["user"]["id"],
        thread=container.get("thread_ts", ""),
        message="" if container.get("is_ephemeral") else container.get("message_ts", ""),
        response_url=body.get("response_url", ""),
        private=bool(container.get("is_ephemeral")),
    )
    try:
        outcome = await desk.take(f"action:{body['trigger_id']}", asked, action["value"])
    except StoreError:
        desk.tell(asked, words.PRESS_AGAIN)
    else:
        if outcome is Accepted.LIMITED:
            desk.tell(asked, words.too_many_questions(desk.limit))
    await ack()


async def on_other(ack: AsyncAck) -> None:
    """Take any other button as pressed: one of an older or a newer release, say."""
    await ack()
