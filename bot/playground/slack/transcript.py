"""The workspace as a page of plain text, for a terminal.

Knows how to lay out what was said. It shows what people see: blocks hide the text under them.
"""

from collections.abc import Iterator

from bot.playground.slack.messages import Channel, Message
from bot.playground.slack.workspace import Workspace


def written(workspace: Workspace) -> str:
    """Show every channel in which something was said."""
    spoken = [channel for channel in workspace.channels.values() if channel.timeline]
    return "\n\n".join("\n".join(_channel(workspace, channel)) for channel in spoken)


def _channel(workspace: Workspace, channel: Channel) -> Iterator[str]:
    place = channel.place
    if place.is_im:
        names = sorted(workspace.name_of(member) for member in place.members)
        yield "direct messages: " + " and ".join(names)
    else:
        yield f"#{place.name}"
    for message in channel.timeline:
        yield from _message(workspace, message, indent="  ")


def _message(workspace: Workspace, message: Message, *, indent: str) -> Iterator[str]:
    if message.deleted:
        return
    who = message.author.name
    if message.ephemeral_to and not message.is_command:
        who += f" (only to {workspace.name_of(message.ephemeral_to)})"
    first, *rest = message.seen()
    yield f"{indent}{who}: {first}"
    yield from (f"{indent}    {line}" for line in rest)
    if message.broadcast:
        yield f"{indent}    (also sent to the channel)"
    if message.edits:
        yield f"{indent}    (edited)"
    for reply in message.thread:
        yield from _message(workspace, reply, indent=indent + "    ")
