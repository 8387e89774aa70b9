"""Who and what is in the workspace: people, bots, channels, and how Slack's API describes them.

Knows the shapes of ``users.info`` and ``conversations.info``. Knows no message and no socket.
"""

from dataclasses import dataclass, field
from typing import Any


TEAM_ID = "T0HARBOR01"
OTHER_TEAM_ID = "T0OTHER001"
OTHER_APP_ID = "A0OTHERAPP"
BOT_USER_ID = "U0HARBORBT"

SCOPES = frozenset(
    {
        "app_mentions:read",
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "files:write",
        "groups:history",
        "groups:read",
        "im:history",
        "im:read",
        "im:write",
        "usergroups:read",
        "users:read",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The app's installation in this workspace: ids and made-up secrets."""

    team_id: str = TEAM_ID
    team_domain: str = "harborworks"
    app_id: str = "A0HARBORBT"
    bot_id: str = "B0HARBORBT"
    bot_user_id: str = BOT_USER_ID
    bot_name: str = "harborbot"
    bot_token: str = "xoxb-simulated-workspace-token"  # noqa: S105 - made up
    signing_secret: str = "simulated-signing-secret"  # noqa: S105 - made up
    verification_token: str = "simulated-verification-token"  # noqa: S105 - made up
    scopes: frozenset[str] = SCOPES

    def account(self) -> "User":
        """Give the bot's own user."""
        return User(
            id=self.bot_user_id,
            name=self.bot_name,
            team_id=self.team_id,
            is_bot=True,
            bot_id=self.bot_id,
            app_id=self.app_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody with an account that the workspace can see."""

    id: str
    name: str
    team_id: str = TEAM_ID
    is_admin: bool = False
    is_bot: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    deleted: bool = False
    bot_id: str | None = None
    app_id: str | None = None
    locale: str = "en-US"
    tz: str = "Asia/Shanghai"

    def described(self, *, locale: bool) -> dict[str, Any]:
        """Give the ``user`` object of ``users.info``."""
        real_name = self.name.capitalize()
        answer: dict[str, Any] = {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name,
            "deleted": self.deleted,
            "real_name": real_name,
            "profile": {
                "real_name": real_name,
                "display_name": self.name,
                "team": self.team_id,
                **({"bot_id": self.bot_id} if self.bot_id else {}),
            },
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": 1_700_000_000,
        }
        if self.is_stranger:
            answer["is_stranger"] = True
        # Of a deactivated account Slack leaves out what it may do.
        if not self.deleted:
            answer |= self._rights() | ({"locale": self.locale} if locale else {})
        return answer

    def _rights(self) -> dict[str, Any]:
        return {
            "tz": self.tz,
            "tz_label": "China Standard Time",
            "tz_offset": 28_800,
            "is_admin": self.is_admin,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": self.is_ultra_restricted,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A channel or a direct message as it is set up; what is said there is elsewhere."""

    id: str
    name: str
    is_private: bool = False
    is_im: bool = False
    is_ext_shared: bool = False
    is_archived: bool = False
    members: frozenset[str] = field(default_factory=frozenset)

    @property
    def command_name(self) -> str:
        """Say the ``channel_name`` that a slash command carries from here."""
        if self.is_im:
            return "directmessage"
        return "privategroup" if self.is_private else self.name

    def described(self, *, to: str) -> dict[str, Any]:
        """Give the ``channel`` object of ``conversations.info``, as user *to* sees it."""
        common = {
            "id": self.id,
            "created": 1_700_000_000,
            "is_archived": self.is_archived,
            "is_im": self.is_im,
            "is_mpim": False,
            "is_org_shared": False,
            "context_team_id": TEAM_ID,
            "updated": 1_700_000_000_000,
        }
        if self.is_im:
            other = next((member for member in sorted(self.members) if member != to), to)
            return {**common, "user": other, "is_user_deleted": False, "priority": 0}
        return {**common, **self._named(), "is_member": to in self.members}

    def _named(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": not self.is_private,
            "is_group": False,
            "is_private": self.is_private,
            "is_general": False,
            "is_shared": self.is_ext_shared,
            "is_ext_shared": self.is_ext_shared,
            "is_pending_ext_shared": False,
            "shared_team_ids": [TEAM_ID, *([OTHER_TEAM_ID] if self.is_ext_shared else [])],
            "creator": "U0WANG0001",
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
            "num_members": len(self.members),
        }


# Speaks for Slack itself: "/harbor failed ...".
SLACKBOT = User(id="USLACKBOT", name="slackbot", is_bot=True)

USERS = (
    SLACKBOT,
    User(id="U0WANG0001", name="wang"),
    User(id="U0LI000001", name="li", is_admin=True),
    User(id="U0CHEN0001", name="chen", locale="zh-CN"),
    User(id="U0GUEST001", name="guest", is_restricted=True),
    # Slack sets both flags for a guest of a single channel.
    User(id="U0VISITOR1", name="visitor", is_restricted=True, is_ultra_restricted=True),
    User(id="U0BUILDER1", name="builder", is_bot=True, bot_id="B0BUILDER1"),
    User(id="U0STRANGE1", name="stranger", team_id=OTHER_TEAM_ID, is_stranger=True),
    User(id="U0FORMER01", name="former", deleted=True),
)

_PEOPLE = frozenset({"U0WANG0001", "U0LI000001", "U0CHEN0001", "U0BUILDER1"})
_ALL = _PEOPLE | {BOT_USER_ID}

PLACES = (
    Place(id="C0RELEASES", name="releases", members=_ALL | {"U0GUEST001", "U0VISITOR1"}),
    Place(id="C0APPROVE1", name="approvals", members=_ALL),
    Place(id="C0RANDOM01", name="random", members=_PEOPLE | {"U0GUEST001"}),
    Place(id="C0WARROOM1", name="war-room", is_private=True, members=_ALL),
    Place(id="C0SECRET01", name="secret", is_private=True, members=_PEOPLE),
    Place(id="C0PARTNER1", name="partner", is_ext_shared=True, members=_ALL | {"U0STRANGE1"}),
    Place(id="C0OLDDAYS1", name="old-days", is_archived=True, members=_ALL),
    # Two people among themselves: a slash command comes from here, but the bot cannot post.
    Place(
        id="D0WANGLI01",
        name="wang-li",
        is_im=True,
        members=frozenset({"U0WANG0001", "U0LI000001"}),
    ),
)
