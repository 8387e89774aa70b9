"""The five primitives of which every message of ours is made; they own Slack's limits.

Knows Block Kit's shapes and lengths. Knows no diagnosis: the texts they take are finished (see
``text``), but labels of buttons and headers, which are raw.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from bot.slack import text


Block = dict[str, Any]

MOST_BLOCKS = 50
_LONGEST_SECTION = 3000
_LONGEST_FIELD = 2000
_MOST_FIELDS = 10
_LONGEST_HEADER = 150
_LONGEST_LABEL = 75
_LONGEST_VALUE = 2000
_MOST_NOTES = 10
# Slack takes 25; more than five are no longer read.
_MOST_BUTTONS = 5


def _markdown(shown: str, limit: int) -> Block:
    # verbatim: else Slack makes links and mentions of whatever looks like one.
    words = text.clip(shown.strip(), limit) or text.NOTHING
    return {"type": "mrkdwn", "text": words, "verbatim": True}


def _plain(raw: str, limit: int) -> Block:
    words = text.plain(raw, limit) or text.NOTHING
    return {"type": "plain_text", "text": words, "emoji": False}


def header(raw: str) -> Block:
    """Make a heading."""
    return {"type": "header", "text": _plain(raw, _LONGEST_HEADER)}


def section(shown: str) -> Block:
    """Make a paragraph."""
    return {"type": "section", "text": _markdown(shown, _LONGEST_SECTION)}


def fields(pairs: Sequence[tuple[str, str]]) -> Block:
    """Make a grid of labelled values; there must be one at least."""
    return {
        "type": "section",
        "fields": [
            _markdown(f"*{label}*\n{shown}", _LONGEST_FIELD)
            for label, shown in pairs[:_MOST_FIELDS]
        ],
    }


def context(notes: Sequence[str]) -> Block:
    """Make a line of small print."""
    return {
        "type": "context",
        "elements": [_markdown(note, _LONGEST_FIELD) for note in notes[:_MOST_NOTES]],
    }


def button(label: str, action: str, *, value: str, says: str) -> Block:
    """Make a button; *says* is what a screen reader reads in place of its label."""
    return {
        "type": "button",
        "action_id": action,
        "text": _plain(label, _LONGEST_LABEL),
        "value": value[:_LONGEST_VALUE],
        "accessibility_label": text.plain(says, _LONGEST_LABEL),
    }


def actions(buttons: Sequence[Block]) -> Block:
    """Make a row of buttons; there must be one at least."""
    return {"type": "actions", "elements": list(buttons[:_MOST_BUTTONS])}


def paragraphs(title: str, lines: Iterable[str]) -> list[Block]:
    """Make as few sections as hold a *title* and its *lines*, none cut where two are in reach."""
    found: list[Block] = []
    gathered = text.bold(title)
    for line in lines:
        if len(gathered) + 1 + len(line) > _LONGEST_SECTION:
            found.append(section(gathered))
            gathered = line
        else:
            gathered = f"{gathered}\n{line}"
    return [*found, section(gathered)]
