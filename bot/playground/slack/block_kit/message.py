"""What holds for the blocks of one message together: how many, how unlike, how long.

Knows the sums; knows single blocks only through ``blocks``.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from bot.playground.slack.block_kit.blocks import MESSAGE_BLOCK
from bot.playground.slack.block_kit.schema import Problem, array, unique


MOST_BLOCKS = 50
# Slack documents no sum; it was seen to refuse messages from about here on.
MOST_TEXT = 13_200
MOST_MARKDOWN = 12_000
MOST_DATA_TABLE = 10_000
# One message may hold so many blocks of these kinds.
MOST_OF = {"table": 1, "data_visualization": 2}

# Keys whose strings a reader sees; a number's or a link's own text counts too.
_SEEN = frozenset({"text", "title", "caption", "label", "name", "alt_text", "categories"})
_UNSEEN = frozenset({"confirm", "placeholder", "hint"})


def problems(blocks: Any) -> list[Problem]:
    """Say everything that Slack would refuse in the *blocks* of a message."""
    found = array(MESSAGE_BLOCK, most=MOST_BLOCKS, least=0)(blocks, "/blocks")
    # The sums below read blocks as they should be.
    return found or [*_twins(blocks), *_crowds(blocks), *_overlong(blocks)]


def text_length(blocks: list[dict[str, Any]]) -> int:
    """Count the characters of all text in *blocks*, as the sum limit does."""
    return sum(len(text) for text in _texts(blocks))


def _twins(blocks: list[dict[str, Any]]) -> list[Problem]:
    named = [
        (f"/blocks/{at}/block_id", block["block_id"])
        for at, block in enumerate(blocks)
        if "block_id" in block
    ]
    return unique(named, what="block_id")


def _crowds(blocks: list[dict[str, Any]]) -> list[Problem]:
    counted = Counter(block["type"] for block in blocks)
    return [
        Problem("/blocks", f"no more than {most} {kind} blocks allowed")
        for kind, most in MOST_OF.items()
        if counted[kind] > most
    ]


def _overlong(blocks: list[dict[str, Any]]) -> list[Problem]:
    limits = {"markdown": MOST_MARKDOWN, "data_table": MOST_DATA_TABLE}
    return [
        Problem("/blocks", f"no more than {most} characters allowed in {kind} blocks")
        for kind, most in limits.items()
        if text_length([block for block in blocks if block["type"] == kind]) > most
    ]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, str):
                yield from [inner] if key in _SEEN else []
            elif key == "categories":
                yield from inner
            elif key not in _UNSEEN:
                yield from _texts(inner)
