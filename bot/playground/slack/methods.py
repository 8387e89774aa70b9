"""The table of Web API methods: what each takes, what scope it needs, what runs it.

A new method is one row here and one function beside its kin. Knows no HTTP.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.playground.slack import chat, lookups
from bot.playground.slack.arguments import (
    Reader,
    Refused,
    as_boolean,
    as_integer,
    as_json,
    as_string,
)
from bot.playground.slack.site import Site


READERS: Mapping[str, Reader] = {
    **dict.fromkeys(
        (
            "channel",
            "cursor",
            "icon_emoji",
            "icon_url",
            "latest",
            "message_ts",
            "oldest",
            "parse",
            "team_id",
            "text",
            "thread_ts",
            "ts",
            "user",
            "usergroup",
            "username",
            "users",
        ),
        as_string,
    ),
    **dict.fromkeys(
        (
            "as_user",
            "include_all_metadata",
            "include_disabled",
            "include_locale",
            "include_num_members",
            "inclusive",
            "link_names",
            "mrkdwn",
            "prevent_creation",
            "reply_broadcast",
            "return_im",
            "unfurl_links",
            "unfurl_media",
        ),
        as_boolean,
    ),
    **dict.fromkeys(("attachments", "blocks", "metadata"), as_json),
    "limit": as_integer,
}


# The client libraries add it to any call of a workspace that they know.
ALWAYS = frozenset({"team_id"})


@dataclass(frozen=True, slots=True)
class Method:
    """One method of the Web API."""

    run: Callable[[Site, dict[str, Any]], dict[str, Any]]
    scopes: frozenset[str]
    required: frozenset[str]
    optional: frozenset[str]

    def check(self, given: Mapping[str, Any]) -> list[str]:
        """Say which arguments are missing or unknown."""
        missing = sorted(self.required - given.keys())
        unknown = sorted(given.keys() - self.required - self.optional - ALWAYS)
        return [
            *(f"[ERROR] missing required field: {name}" for name in missing),
            *(f"[ERROR] unknown argument: {name}" for name in unknown),
        ]


def _method(
    run: Callable[[Site, dict[str, Any]], dict[str, Any]],
    scopes: str = "",
    *,
    required: str = "",
    optional: str = "",
) -> Method:
    words = (frozenset(each.split()) for each in (scopes, required, optional))
    return Method(run, *words)


_SAID = "text blocks attachments link_names parse"
_LOOK = "icon_emoji icon_url username as_user"
# Any of these opens the door: which one Slack asks for depends on the kind of channel.
_READ = "channels:read groups:read im:read"
_HISTORY = "channels:history groups:history im:history"

METHODS: Mapping[str, Method] = {
    "auth.test": _method(lookups.auth_test),
    "chat.delete": _method(chat.delete, "chat:write", required="channel ts", optional="as_user"),
    "chat.getPermalink": _method(chat.get_permalink, required="channel message_ts"),
    "chat.postEphemeral": _method(
        chat.post_ephemeral,
        "chat:write",
        required="channel user",
        optional=f"{_SAID} {_LOOK} thread_ts",
    ),
    "chat.postMessage": _method(
        chat.post_message,
        "chat:write",
        required="channel",
        optional=f"{_SAID} {_LOOK} thread_ts metadata mrkdwn reply_broadcast "
        "unfurl_links unfurl_media",
    ),
    "chat.update": _method(
        chat.update,
        "chat:write",
        required="channel ts",
        optional=f"{_SAID} as_user metadata",
    ),
    "conversations.info": _method(
        lookups.conversations_info,
        _READ,
        required="channel",
        optional="include_locale include_num_members",
    ),
    "conversations.open": _method(
        lookups.conversations_open,
        "im:write",
        optional="channel users return_im prevent_creation",
    ),
    "conversations.replies": _method(
        lookups.conversations_replies,
        _HISTORY,
        required="channel ts",
        optional="cursor inclusive include_all_metadata latest limit oldest",
    ),
    "usergroups.users.list": _method(
        lookups.usergroups_users_list,
        "usergroups:read",
        required="usergroup",
        optional="include_disabled",
    ),
    "users.info": _method(
        lookups.users_info, "users:read", required="user", optional="include_locale"
    ),
}


def find(name: str) -> Method:
    """Find a method by its *name*."""
    try:
        return METHODS[name]
    except KeyError:
        raise Refused("unknown_method", extra={"req_method": name}) from None
