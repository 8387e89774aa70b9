"""Where every handler leaves what was asked.

Knows the workspace that the bot belongs to, and how to write a request down; knows no store.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.errors import NotAllowed
from bot.ports import Accepted, Asked, Clock, Intent
from bot.slack import words


@dataclass(frozen=True, slots=True)
class Desk:
    """What handlers share.

    *accept* writes an intent down, claims its delivery and has it performed; StoreSilent or
    StoreError when it could not. *tell* says a sentence to one person, later and on its own.
    *limit* is how many questions a minute one person may ask; *team* and *bot_user* are those of
    the bot's own token.
    """

    command: str
    limit: int
    team: str
    bot_user: str
    clock: Clock
    accept: Callable[[Intent], Awaitable[Accepted]]
    tell: Callable[[Asked, str], None]

    def check_team(self, body: dict[str, Any]) -> None:
        """Refuse what another workspace sends: the token answers in its own alone."""
        team = body.get("team_id") or (body.get("team") or {}).get("id")
        if team != self.team:
            raise NotAllowed(words.FOREIGN_WORKSPACE)

    async def take(self, delivery: str, asked: Asked, text: str) -> Accepted:
        """Write down that *asked* wants *text* answered."""
        return await self.accept(Intent(delivery, asked, text, self.clock.now()))
