"""Who asks and where, read from what Slack says about users and conversations.

Pure. Whatever Slack does not say counts against an answer: a person is a full member, and a place
is ours alone, only where every field says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.ports import Person, Place
from bot.slack import words


_SLACKBOT = "USLACKBOT"
_BOT_FLAGS = ("is_bot", "is_workflow_bot", "is_connector_bot")
_GUEST_FLAGS = ("is_restricted", "is_ultra_restricted", "is_invited_user")
_ALWAYS_NAMED = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted")
_TEAM_LISTS = (
    "shared_team_ids",
    "connected_team_ids",
    "internal_team_ids",
    "pending_shared",
    "pending_connected_team_ids",
)


@dataclass(frozen=True, slots=True)
class Home:
    """The workspace that the token belongs to; *enterprise* is empty outside of a Grid."""

    team: str
    enterprise: str = ""


def read_person(user: str, data: Any, home: Home) -> Person:
    """Read a ``user`` object; *user* is whom we asked for."""
    found = data if isinstance(data, dict) else {}
    why_not = _why_not(user, found, home)
    return Person(
        id=user,
        full_member=not why_not,
        why_not=why_not,
    )


def _why_not(user: str, data: Mapping[str, Any], home: Home) -> str:
    reasons = (
        words.WHO_ASKS if data.get("id") != user else "",
        words.DEACTIVATED if data.get("deleted") else "",
        words.BOT if user == _SLACKBOT or any(data.get(flag) for flag in _BOT_FLAGS) else "",
        words.STRANGER if data.get("is_stranger") else "",
        _elsewhere(data, home),
        words.GUEST if any(data.get(flag) for flag in _GUEST_FLAGS) else "",
        # Slack names these for every active account; where it does not, we cannot tell.
        "" if all(data.get(flag) is False for flag in _ALWAYS_NAMED) else words.WHO_ASKS,
    )
    return next(filter(None, reasons), "")


def _elsewhere(data: Mapping[str, Any], home: Home) -> str:
    grid = data.get("enterprise_user")
    if not isinstance(grid, dict) or not grid:
        return "" if home.team and data.get("team_id") == home.team else words.STRANGER
    if not home.enterprise or grid.get("enterprise_id") != home.enterprise:
        return words.STRANGER
    teams = grid.get("teams")
    if isinstance(teams, list):
        return "" if home.team in teams else words.OTHER_WORKSPACE
    return "" if data.get("team_id") == home.team else words.OTHER_WORKSPACE


def unknown_place(channel: str) -> Place:
    """Describe a place that Slack does not let us look into."""
    return Place(id=channel, member=False, external=False)


def read_place(channel: str, data: Any, home: Home) -> Place:
    """Read a ``channel`` object."""
    if not isinstance(data, dict) or data.get("id") != channel:
        return unknown_place(channel)
    direct = data.get("is_im") is True
    return Place(
        id=channel,
        member=direct or data.get("is_member") is True,
        external=_is_external(data, home),
        direct=direct,
    )


def _is_external(data: Mapping[str, Any], home: Home) -> bool:
    if any(data.get(flag) for flag in ("is_ext_shared", "is_pending_ext_shared", "is_org_shared")):
        return True
    teams: set[Any] = set()
    for name in _TEAM_LISTS:
        listed = data.get(name)
        teams |= {str(team) for team in listed} if isinstance(listed, list) else set()
    if teams - {home.team}:
        return True
    # Shared, and with nobody named: somebody else all the same.
    return data.get("is_shared") is True and not teams
