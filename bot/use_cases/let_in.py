"""Decide who gets an answer, and about which instances.

Asks the workspace anew each time; where it cannot say who asks, nobody is let in.
"""

from collections.abc import Sequence

from bot.errors import ChatError, NotAllowed
from bot.ports import Asked, Chat, Harbor, Place, Readers, Way


async def let_in(
    asked: Asked, harbors: Sequence[Harbor], *, chat: Chat, readers: Readers
) -> tuple[Harbor, ...]:
    """Return the instances that the person may read; NotAllowed, with the reason, for none."""
    person = await chat.person(asked.user)
    if not person.full_member:
        raise NotAllowed(person.why_not)
    lists = {harbor.name: readers.of(harbor.name) for harbor in harbors}
    listed = {
        entry: await _is_listed(asked.user, entry, chat=chat)
        for entry in {entry for entries in lists.values() for entry in entries}
    }
    allowed = tuple(
        harbor
        for harbor in harbors
        if not lists[harbor.name] or any(listed[entry] for entry in lists[harbor.name])
    )
    if not allowed:
        raise NotAllowed("You are not among the readers that my owners have named.")
    return allowed


async def _is_listed(user: str, entry: str, *, chat: Chat) -> bool:
    if not entry.startswith("S"):
        return entry == user
    try:
        return await chat.in_group(user, entry)
    except ChatError:
        # A group that cannot be read lets nobody in.
        return False


async def find_place(asked: Asked, *, chat: Chat) -> Place:
    """Say what kind of place the question came from; NotAllowed where others could read along."""
    place = await chat.place(asked.channel)
    if place.external or asked.external:
        raise NotAllowed(
            "This channel is shared with another organisation, so I do not answer here."
            " Ask me in a direct message."
        )
    if asked.way is Way.DM:
        return Place(asked.channel, member=True, external=False, direct=True)
    return place
