"""Composition objects: texts, options, confirmation dialogs.

Knows their limits as Slack documents them; knows no element and no block.
"""

from bot.playground.slack.block_kit.schema import (
    Check,
    also,
    array,
    boolean,
    choice,
    only_one_of,
    string,
    thing,
    typed,
)


ACTION_ID = string(255)
URL = string(3000)
ALT_TEXT = string(2000)
STYLE = choice("primary", "danger")


def plain(longest: int) -> Check:
    """Accept a ``plain_text`` object only."""
    fields = {"type": choice("plain_text"), "text": string(longest)}
    return typed({"plain_text": thing(fields, {"emoji": boolean})})


def words(longest: int) -> Check:
    """Accept a text object of either kind."""
    text = string(longest)
    return typed(
        {
            "plain_text": thing({"type": choice("plain_text"), "text": text}, {"emoji": boolean}),
            "mrkdwn": thing({"type": choice("mrkdwn"), "text": text}, {"verbatim": boolean}),
        }
    )


CONFIRM = thing(
    {"title": plain(100), "text": words(300), "confirm": plain(30), "deny": plain(30)},
    {"style": STYLE},
)

OPTION = thing({"text": plain(75), "value": string(150)}, {"description": plain(75)})
# Only an overflow menu's option may open a page, only a radio or checkbox may be formatted.
OVERFLOW_OPTION = thing(
    {"text": plain(75), "value": string(150)}, {"description": plain(75), "url": URL}
)
RICH_OPTION = thing({"text": words(75), "value": string(150)}, {"description": words(75)})

OPTION_GROUP = thing({"label": plain(75), "options": array(OPTION, most=100)})

SLACK_FILE = also(thing({}, {"id": string(255), "url": URL}), only_one_of("id", "url"))
