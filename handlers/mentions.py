"""Plain words: a mention in a channel, a direct message."""

from typing import Any

from bot.ports import Accepted, Asked, Way
from bot.slack import words
from handlers import grammar
from handlers.desk import Desk


# What a person writes; every other subtype is an edit, a deletion, or somebody joining.
_SAID = {None, "file_share", "thread_broadcast"}


async def on_mention(body: dict[str, Any], event: dict[str, Any], desk: Desk) -> None:
    """``@Harborbot …``: answered in the thread of the mention."""
    if _from_a_bot(event):
        return
    thread = event.get("thread_ts") or event["ts"]
    await _take(body, event, desk, Way.MENTION, thread=thread)


async def on_message(body: dict[str, Any], event: dict[str, Any], desk: Desk) -> None:
    """Take a direct message; other messages are not for us."""
    if event.get("channel_type") != "im" or event.get("subtype") not in _SAID:
        return
    if _from_a_bot(event):
        return
    await _take(body, event, desk, Way.DM, thread=event.get("thread_ts", ""))


async def on_other() -> None:
    """Take any other event as heard: without an answer Slack would count it as failed."""


async def _take(
    body: dict[str, Any], event: dict[str, Any], desk: Desk, way: Way, *, thread: str
) -> None:
    desk.check_team(body)
    asked = Asked(
        way,
        team=body["team_id"],
        channel=event["channel"],
        user=event["user"],
        thread=thread,
        external=bool(body.get("is_ext_shared_channel")),
    )
    text = grammar.without_mention(event.get("text") or "", desk.bot_user)
    outcome = await desk.take(f"event:{body['event_id']}", asked, text)
    if outcome is Accepted.LIMITED:
        desk.tell(asked, words.too_many_questions(desk.limit))


def _from_a_bot(event: dict[str, Any]) -> bool:
    # Bolt drops our own messages, not those of other bots: two of them could talk for ever.
    return bool(event.get("bot_id")) or "user" not in event
