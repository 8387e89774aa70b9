"""The first word of a command, and what is left of a mention without its address."""

import re

from bot.errors import BadQuestion
from bot.replication.image_ref import EXAMPLE
from bot.replication.questions import asks_for_help


def read_command(text: str) -> str | None:
    """Return the question that ``why`` asks; None for help. BadQuestion for another word."""
    # Whatever is blank may stand after the word: a tab, a line's end, the wide blank of Chinese.
    word, rest = (*text.split(maxsplit=1), "", "")[:2]
    if asks_for_help(word):
        return None
    if word.lower() != "why":
        raise BadQuestion(f"I know `why` and `help`. For example: `why {EXAMPLE} to prod`.")
    if not rest.strip():
        raise BadQuestion(f"Which image? For example: `why {EXAMPLE}`.")
    return rest.strip()


def without_mention(text: str, bot_user: str) -> str:
    """Take the bot's own mention out of *text*."""
    return re.sub(rf"<@{re.escape(bot_user)}(?:\|[^>]*)?>", " ", text).strip()
