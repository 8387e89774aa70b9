"""The first word of a command, and what is left of a mention without its address."""

import re

from bot.errors import BadQuestion


_HELP = {"", "help", "?"}


def read_command(text: str) -> str | None:
    """Return the question that ``why`` asks; None for help. BadQuestion for another word."""
    word, _, rest = text.strip().partition(" ")
    match word.lower():
        case "why" if rest.strip():
            return rest.strip()
        case "why":
            raise BadQuestion("Which image? For example: `why frontend-rls/vira:v1.6.32`.")
        case known if known in _HELP:
            return None
        case _:
            raise BadQuestion(
                "I know `why` and `help`. For example: `why frontend-rls/vira:v1.6.32 to prod`."
            )


def without_mention(text: str, bot_user: str) -> str:
    """Take the bot's own mention out of *text*."""
    return re.sub(rf"<@{re.escape(bot_user)}(?:\|[^>]*)?>", " ", text).strip()
