"""Rich text: sections, lists, quotes and code with styled runs inside.

Knows what may stand in which; knows no other block.
"""

from collections.abc import Mapping

from bot.playground.slack.block_kit.objects import URL
from bot.playground.slack.block_kit.schema import (
    Check,
    array,
    boolean,
    choice,
    integer,
    string,
    thing,
    typed,
)


_STYLE = thing({}, dict.fromkeys(("bold", "italic", "strike", "code", "underline"), boolean))
_MENTION_STYLE = thing(
    {},
    dict.fromkeys(
        ("bold", "italic", "strike", "highlight", "client_highlight", "unlink"), boolean
    ),
)
_ANY_LENGTH = 40_000


def _run(
    kind: str, required: Mapping[str, Check], optional: Mapping[str, Check] | None = None
) -> Check:
    return thing({"type": choice(kind), **required}, optional)


_RUNS = typed(
    {
        "text": _run("text", {"text": string(_ANY_LENGTH)}, {"style": _STYLE}),
        "link": _run(
            "link",
            {"url": URL},
            {"text": string(_ANY_LENGTH), "unsafe": boolean, "style": _STYLE},
        ),
        "emoji": _run("emoji", {"name": string(255)}, {"unicode": string(255), "style": _STYLE}),
        "user": _run("user", {"user_id": string(255)}, {"style": _MENTION_STYLE}),
        "channel": _run("channel", {"channel_id": string(255)}, {"style": _MENTION_STYLE}),
        "usergroup": _run("usergroup", {"usergroup_id": string(255)}, {"style": _MENTION_STYLE}),
        "broadcast": _run("broadcast", {"range": choice("here", "channel", "everyone")}),
        "color": _run("color", {"value": string(7)}),
        "date": _run(
            "date",
            {"timestamp": integer(0, 9_999_999_999), "format": string(255)},
            {"url": URL, "fallback": string(255), "style": _STYLE},
        ),
    }
)

_LINE = array(_RUNS, most=1000)
_SECTION = thing({"type": choice("rich_text_section"), "elements": _LINE})

RICH_TEXT = thing(
    {
        "type": choice("rich_text"),
        "elements": array(
            typed(
                {
                    "rich_text_section": _SECTION,
                    "rich_text_preformatted": thing(
                        {"type": choice("rich_text_preformatted"), "elements": _LINE},
                        {"border": integer(0, 1), "language": string(255)},
                    ),
                    "rich_text_quote": thing(
                        {"type": choice("rich_text_quote"), "elements": _LINE},
                        {"border": integer(0, 1)},
                    ),
                    "rich_text_list": thing(
                        {
                            "type": choice("rich_text_list"),
                            "style": choice("bullet", "ordered"),
                            "elements": array(typed({"rich_text_section": _SECTION}), most=1000),
                        },
                        {
                            "indent": integer(0, 8),
                            "offset": integer(0, 1000),
                            "border": integer(0, 1),
                        },
                    ),
                }
            ),
            most=1000,
        ),
    },
    {"block_id": string(255)},
)
