"""Text for Slack: what comes from outside can neither ping, link nor format, and leaks nothing.

Knows Slack's markup and its date tokens. Knows neither blocks nor what a text is about. Every
function takes raw text and gives finished text, but ``clip``, which shortens finished text.
"""

import re
from datetime import UTC, datetime

from bot.log import HIDDEN, redact


# No text of ours shows more; a message of 40 MB must not cost seconds.
_MOST_READ = 20_000

# Control characters, and what is invisible or turns the direction of writing; a lone surrogate
# cannot even be sent.
_HIDDEN_CHARACTERS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# The account with which one registry talks to the other, as job logs of 1.x print it.
_ACCOUNT = re.compile(r"(?i)\b((?:source|destination) user(?:name)?: *)[^\s,;\"']+")

# Slack has no way to escape these; each becomes a character that looks alike and means nothing.
_FORMATTING = str.maketrans(
    {"`": "\u02cb", "*": "\u2217", "~": "\u223c", "\uff0a": "\u2217", "\uff40": "\u02cb"}
)
_ITALIC = re.compile(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_QUOTE = re.compile(r"^\s*(?:&gt;)+", re.MULTILINE)
# Not the colons of a time of day; `:100:` and `:1234:` are emoji.
_EMOJI = re.compile(r":(?=(?:100|1234):)|:(?![0-9]+:)(?=[\w+'-]{1,100}:)")
_SHOUT = re.compile(r"(?i)@(?=channel|here|everyone)")

_CODE_SPAN = re.compile(r"`([^`\n]+)`")
_OPEN_END = re.compile(r"(?:&[a-z#0-9]{0,5}|<[^<>]*)\Z")
_CLOSING = "\n\u2026\n```"

# Shown where there is nothing to show: Slack refuses an empty text.
NOTHING = "\u2013"


def clean(text: str) -> str:
    """Take out what nobody should see: hidden characters and secrets."""
    if len(text) > _MOST_READ:
        # Not in the middle of a word: half a token is no longer known for one.
        text = text[:_MOST_READ].rpartition(" ")[0] + " \u2026"
    text = _HIDDEN_CHARACTERS.sub("", _LINE_ENDS.sub("\n", text)).expandtabs(4)
    lines = (_ACCOUNT.sub(rf"\g<1>{HIDDEN}", redact(line)) for line in text.split("\n"))
    return "\n".join(lines).strip()


def escape(text: str) -> str:
    """Write the three characters that Slack reads as markup as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _unformatted(text: str) -> str:
    shown = _QUOTE.sub("\u203a", escape(text)).translate(_FORMATTING)
    shown = _SHOUT.sub("\uff20", _EMOJI.sub("\u2236", shown))
    return _ITALIC.sub("\u02cd", shown)


def prose(text: str, limit: int = 300) -> str:
    """Show *text* on one line, as nothing but words."""
    return clip(_unformatted(" ".join(clean(text).split())), limit)


def unlinked(text: str, limit: int) -> str:
    """Show *text* where nothing but its look can keep Slack from making links of it."""
    return clip(prose(text, limit).replace("://", "\u2236//"), limit)


def spoken(text: str, limit: int = 3000) -> str:
    """Show a sentence of ours: its lines and code spans stand, all else is words."""
    parts = _CODE_SPAN.split(clean(text))
    shown = (
        code(part, limit) if at % 2 else _unformatted(part)
        for at, part in enumerate(parts)
        if part
    )
    return clip("".join(shown), limit)


def plain(text: str, limit: int) -> str:
    """Show *text* in a ``plain_text`` object, which knows no entities; the end is kept."""
    shown = " ".join(clean(text).split()).replace("<", "\u2039").replace(">", "\u203a")
    return shown if len(shown) <= limit else "\u2026" + shown[len(shown) - limit + 1 :]


def code(text: str, limit: int = 300) -> str:
    """Show *text* as inline code that its content cannot end."""
    shown = escape(" ".join(clean(text).split())).replace("`", "\u02cb")
    return f"`{clip(shown, limit - 2)}`" if shown else NOTHING


def fence(text: str, limit: int = 2800) -> str:
    """Show *text* as a block of code that its content cannot end."""
    shown = escape(clean(text)).replace("`", "\u02cb")
    return f"```\n{clip(shown, limit - 8)}\n```" if shown else ""


def bold(shown: str) -> str:
    """Make finished one-line text bold."""
    return f"*{shown}*" if shown else ""


def clip(shown: str, limit: int) -> str:
    """Shorten finished text; no entity is cut, no token, no code left open."""
    if len(shown) <= limit:
        return shown
    head = _OPEN_END.sub("", shown[: max(limit - len(_CLOSING), 0)]).rstrip("` \n")
    fences = head.split("```")
    if len(fences) % 2 == 0:
        return head + _CLOSING
    if sum(part.count("`") for part in fences[::2]) % 2:
        return head + "\u2026`"
    return head + "\u2026"


def date(at: datetime, *, seconds: bool = False) -> str:
    """Give a time that each reader sees in a zone of their own."""
    utc = at.astimezone(UTC)
    fallback = utc.strftime("%Y-%m-%d %H:%M:%S UTC" if seconds else "%Y-%m-%d %H:%M UTC")
    clock = "{time_secs}" if seconds else "{time}"
    return f"<!date^{int(utc.timestamp())}^{{date_short_pretty}} {clock}|{fallback}>"
