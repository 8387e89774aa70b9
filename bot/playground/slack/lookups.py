"""The methods that look something up: ``auth.test``, ``conversations.*``, ``users.info``.

Knows what each answers and refuses. Arguments arrive read and typed; HTTP is elsewhere.
"""

from typing import Any

from bot.playground.slack.arguments import Refused
from bot.playground.slack.chat import visible
from bot.playground.slack.site import Site


MOST_REPLIES = 1000


def auth_test(site: Site, given: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001 - takes none
    """auth.test."""
    identity = site.identity
    return {
        "url": f"https://{identity.team_domain}.slack.com/",
        "team": identity.team_domain.capitalize(),
        "user": identity.bot_name,
        "team_id": identity.team_id,
        "user_id": identity.bot_user_id,
        "bot_id": identity.bot_id,
        "is_enterprise_install": False,
    }


def conversations_info(site: Site, given: dict[str, Any]) -> dict[str, Any]:
    """conversations.info."""
    channel = visible(site, given["channel"])
    return {"channel": channel.place.described(to=site.identity.bot_user_id)}


def conversations_open(site: Site, given: dict[str, Any]) -> dict[str, Any]:
    """conversations.open, for direct messages with one person."""
    if "channel" in given:
        channel = visible(site, given["channel"])
    else:
        user = site.workspace.users.get(given.get("users", ""))
        if user is None:
            raise Refused("user_not_found" if given.get("users") else "users_list_not_supplied")
        if user.deleted:
            raise Refused("user_disabled")
        if user.id == site.identity.bot_user_id or user.is_bot:
            raise Refused("cannot_dm_bot")
        channel = site.workspace.dm(user)
    full = channel.place.described(to=site.identity.bot_user_id)
    return {"channel": full if given.get("return_im") else {"id": channel.id}}


def conversations_replies(site: Site, given: dict[str, Any]) -> dict[str, Any]:
    """conversations.replies: the root first, then its replies, page by page."""
    channel = visible(site, given["channel"])
    if not site.workspace.has_bot(channel):
        raise Refused("not_in_channel")
    message = channel.find(given["ts"])
    root = channel.find(message.thread_ts) if message and message.thread_ts else message
    if root is None:
        raise Refused("thread_not_found")
    after = given.get("oldest", "")
    found = [root, *(reply for reply in root.replies if reply.ts > after)]
    start = _start(given.get("cursor"))
    end = start + min(given.get("limit", MOST_REPLIES), MOST_REPLIES)
    with_metadata = given.get("include_all_metadata", False)
    return {
        "messages": [each.as_json(metadata=with_metadata) for each in found[start:end]],
        "has_more": end < len(found),
        "response_metadata": {"next_cursor": f"next:{end}" if end < len(found) else ""},
    }


def users_info(site: Site, given: dict[str, Any]) -> dict[str, Any]:
    """users.info."""
    user = site.workspace.users.get(given["user"])
    if user is None:
        raise Refused("user_not_found")
    return {"user": user.described(locale=given.get("include_locale", False))}


def usergroups_users_list(site: Site, given: dict[str, Any]) -> dict[str, Any]:
    """usergroups.users.list."""
    members = site.workspace.groups.get(given["usergroup"])
    if members is None:
        raise Refused("no_such_subteam")
    return {"users": [member for member in members if not site.workspace.users[member].deleted]}


def _start(cursor: str | None) -> int:
    if not cursor:
        return 0
    kind, _, number = cursor.partition(":")
    if kind != "next" or not number.isdigit():
        raise Refused("invalid_cursor")
    return int(number)
