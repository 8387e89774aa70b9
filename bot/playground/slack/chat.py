"""The methods ``chat.*``: posting, editing, deleting, linking.

Knows what each answers and refuses. Arguments arrive read and typed; HTTP is elsewhere.
"""

from functools import partial
from typing import Any

from bot.playground.slack import content
from bot.playground.slack.arguments import Refused
from bot.playground.slack.messages import Channel, Message
from bot.playground.slack.site import Site


# Slack documents this for edits only.
LONGEST_EDIT = 4_000


def post_message(site: Site, given: dict[str, Any]) -> dict[str, Any]:
    """chat.postMessage."""
    channel = _writable(site, given["channel"])
    version = content.read(given, partial(site.note, "chat.postMessage"))
    message = site.workspace.post(
        channel,
        site.workspace.bot,
        content=version,
        thread_ts=_root(channel, given),
        broadcast=given.get("reply_broadcast", False),
    )
    return {
        "channel": channel.id,
        "ts": message.ts,
        "message": message.as_json(metadata=True),
    }


def post_ephemeral(site: Site, given: dict[str, Any]) -> dict[str, Any]:
    """chat.postEphemeral."""
    channel = _writable(site, given["channel"])
    user = site.workspace.users.get(given["user"])
    if user is None or user.id not in channel.place.members:
        raise Refused("user_not_in_channel")
    version = content.read(given, partial(site.note, "chat.postEphemeral"))
    message = site.workspace.post(
        channel,
        site.workspace.bot,
        content=version,
        thread_ts=_root(channel, given),
        ephemeral_to=user.id,
    )
    return {"message_ts": message.ts}


def update(site: Site, given: dict[str, Any]) -> dict[str, Any]:
    """chat.update."""
    message = _own(site, given, refusal="cant_update_message")
    if not {"text", "blocks", "attachments"} & given.keys():
        raise Refused("no_text")
    before = message.content
    # Given a text alone, Slack drops the blocks; given blocks alone, it keeps the text.
    full = {
        "text": given.get("text", before.text),
        "blocks": given.get("blocks", [] if "text" in given else before.blocks),
        "attachments": given.get("attachments", before.attachments),
        "metadata": given.get("metadata", before.metadata),
    }
    if given.get("blocks") and not given.get("text"):
        site.note("chat.update", "blocks without text: the old text would be read out")
    version = content.read(full, partial(site.note, "chat.update"), longest_text=LONGEST_EDIT)
    site.workspace.edit(message, version)
    return {
        "channel": message.channel.id,
        "ts": message.ts,
        "text": message.text,
        "message": message.as_json(metadata=True),
    }


def delete(site: Site, given: dict[str, Any]) -> dict[str, Any]:
    """chat.delete."""
    message = _own(site, given, refusal="cant_delete_message")
    site.workspace.delete(message)
    return {"channel": message.channel.id, "ts": message.ts}


def get_permalink(site: Site, given: dict[str, Any]) -> dict[str, Any]:
    """chat.getPermalink."""
    channel = visible(site, given["channel"])
    message = channel.find(given["message_ts"])
    if message is None:
        raise Refused("message_not_found")
    return {"channel": channel.id, "permalink": permalink(site, message)}


def permalink(site: Site, message: Message) -> str:
    """Say where a browser finds *message*."""
    address = (
        f"https://{site.identity.team_domain}.slack.com/archives/"
        f"{message.channel.id}/p{message.ts.replace('.', '')}"
    )
    if message.thread_ts is None:
        return address
    return f"{address}?thread_ts={message.thread_ts}&cid={message.channel.id}"


def visible(site: Site, reference: str) -> Channel:
    """Find a channel that the bot may know of."""
    channel = site.workspace.visible(reference)
    if channel is None:
        raise Refused("channel_not_found")
    return channel


def _writable(site: Site, reference: str) -> Channel:
    user = site.workspace.users.get(reference)
    if user is not None:
        # Posting to a person's id reaches their direct messages with the bot.
        return site.workspace.dm(user)
    channel = visible(site, reference)
    if not site.workspace.has_bot(channel):
        raise Refused("not_in_channel")
    if channel.place.is_archived:
        raise Refused("is_archived")
    return channel


def _root(channel: Channel, given: dict[str, Any]) -> str | None:
    thread_ts: str | None = given.get("thread_ts")
    if thread_ts is None:
        return None
    root = channel.find(thread_ts)
    if root is None:
        raise Refused("thread_not_found")
    if root.thread_ts is not None:
        raise Refused("cannot_reply_to_message")
    return thread_ts


def _own(site: Site, given: dict[str, Any], *, refusal: str) -> Message:
    channel = visible(site, given["channel"])
    message = channel.find(given["ts"])
    if message is None:
        raise Refused("message_not_found")
    if message.author.id != site.identity.bot_user_id:
        raise Refused(refusal)
    return message
