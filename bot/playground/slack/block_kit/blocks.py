"""The blocks that a message may hold, and the limits of each.

Knows one block at a time; what holds for a message as a whole is in ``message``.
"""

from collections.abc import Mapping
from typing import Any

from bot.playground.slack.block_kit import elements
from bot.playground.slack.block_kit.objects import ALT_TEXT, SLACK_FILE, URL, plain, words
from bot.playground.slack.block_kit.rich_text import RICH_TEXT
from bot.playground.slack.block_kit.schema import (
    Check,
    Problem,
    also,
    any_of,
    array,
    boolean,
    choice,
    integer,
    number,
    only_one_of,
    string,
    thing,
    typed,
    unique,
)


BLOCK_ID = string(255)


def block(
    kind: str,
    required: Mapping[str, Check] | None = None,
    optional: Mapping[str, Check] | None = None,
) -> Check:
    """Accept a block of one *kind*."""
    always = {"type": choice(kind), **(required or {})}
    return thing(always, {"block_id": BLOCK_ID, **(optional or {})})


def _action_ids_differ(value: dict[str, Any], where: str) -> list[Problem]:
    found = [
        (f"{where}/elements/{at}/action_id", each["action_id"])
        for at, each in enumerate(value["elements"])
        if "action_id" in each
    ]
    return unique(found, what="action_id")


def _rows_alike(value: dict[str, Any], where: str) -> list[Problem]:
    widths = {len(row) for row in value["rows"]}
    return [] if len(widths) == 1 else [Problem(f"{where}/rows", "rows differ in length")]


def _header_is_plain(value: dict[str, Any], where: str) -> list[Problem]:
    if all(cell["type"] != "rich_text" for cell in value["rows"][0]):
        return []
    return [Problem(f"{where}/rows/0", "rich_text is not allowed in the header row")]


SECTION = also(
    block(
        "section",
        {},
        {
            "text": words(3000),
            "fields": array(words(2000), most=10),
            "accessory": typed(elements.IN_SECTION),
            "expand": boolean,
        },
    ),
    any_of("text", "fields"),
)

IMAGE = also(
    block(
        "image",
        {"alt_text": ALT_TEXT},
        {"image_url": URL, "slack_file": SLACK_FILE, "title": plain(2000)},
    ),
    only_one_of("image_url", "slack_file"),
)

ACTIONS = also(
    block("actions", {"elements": array(typed(elements.IN_ACTIONS), most=25)}), _action_ids_differ
)

CONTEXT_ACTIONS = also(
    block("context_actions", {"elements": array(typed(elements.IN_CONTEXT_ACTIONS), most=5)}),
    _action_ids_differ,
)

_CELL = typed(
    {
        "raw_text": thing({"type": choice("raw_text"), "text": string(10_000)}),
        "raw_number": thing(
            {"type": choice("raw_number"), "value": number}, {"text": string(10_000)}
        ),
        "rich_text": RICH_TEXT,
    }
)

_COLUMN = thing({}, {"align": choice("left", "center", "right"), "is_wrapped": boolean})

TABLE = block(
    "table",
    {"rows": array(array(_CELL, most=20), most=100)},
    {"column_settings": array(_COLUMN, most=20)},
)

DATA_TABLE = also(
    block(
        "data_table",
        {"caption": string(10_000), "rows": array(array(_CELL, most=20), least=2, most=101)},
        {"page_size": integer(1, 100), "row_header_column_index": integer(0, 19)},
    ),
    _rows_alike,
    _header_is_plain,
)

_POINT = thing({"label": string(20), "value": number})
_SERIES = array(thing({"name": string(20), "data": array(_POINT, most=20)}), most=6)
_AXIS = thing(
    {"categories": array(string(20), most=20)}, {"x_label": string(50), "y_label": string(50)}
)


def _plotted(kind: str) -> Check:
    return thing({"type": choice(kind), "series": _SERIES, "axis_config": _AXIS})


DATA_VISUALIZATION = block(
    "data_visualization",
    {
        "title": string(50),
        "chart": typed(
            {
                "pie": thing({"type": choice("pie"), "segments": array(_POINT, most=6)}),
                "bar": _plotted("bar"),
                "area": _plotted("area"),
                "line": _plotted("line"),
            }
        ),
    },
)

_SOURCE = thing({"type": choice("url"), "url": URL, "text": string(255)})
_TITLE = string(255)

TASK_CARD = block(
    "task_card",
    {
        "task_id": string(255),
        "title": _TITLE,
        "status": choice("pending", "in_progress", "complete", "error"),
    },
    {
        "details": typed({"rich_text": RICH_TEXT}),
        "output": typed({"rich_text": RICH_TEXT}),
        "sources": array(_SOURCE, most=50),
    },
)

PLAN = block("plan", {"title": _TITLE}, {"tasks": array(typed({"task_card": TASK_CARD}), most=50)})

INPUT = block(
    "input",
    {"label": plain(2000), "element": typed(elements.IN_INPUT)},
    {"hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
)

MESSAGE_BLOCK = typed(
    {
        "actions": ACTIONS,
        "context": block("context", {"elements": array(typed(elements.IN_CONTEXT), most=10)}),
        "context_actions": CONTEXT_ACTIONS,
        "data_table": DATA_TABLE,
        "data_visualization": DATA_VISUALIZATION,
        "divider": block("divider"),
        "header": block("header", {"text": plain(150)}),
        "image": IMAGE,
        "input": INPUT,
        "markdown": block("markdown", {"text": string(12_000)}),
        "plan": PLAN,
        "rich_text": RICH_TEXT,
        "section": SECTION,
        "table": TABLE,
        "task_card": TASK_CARD,
    }
)
