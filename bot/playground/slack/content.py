"""What a message may say: text, blocks, metadata, and whether Slack would take them.

Knows the limits of content. Knows neither channels nor who is asking. Besides what Slack refuses,
it notes what Slack lets pass and this project does not: these notes are *violations*.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from bot.playground.slack import block_kit
from bot.playground.slack.arguments import Refused
from bot.playground.slack.messages import Version


# Slack cuts text here, and a well-made message ends long before.
MOST_TEXT = 40_000
GOOD_TEXT = 4_000
# The sum of text in blocks that this project allows itself; Slack's own limit is not documented.
BLOCK_TEXT_BUDGET = 10_000
MOST_METADATA = 8_000

Note = Callable[[str], None]


def read(given: Mapping[str, Any], note: Note, *, longest_text: int = MOST_TEXT) -> Version:
    """Check what *given* would put into a message, or raise what Slack answers."""
    text, blocks = given.get("text", ""), given.get("blocks", [])
    attachments = given.get("attachments", [])
    if not (text or blocks or attachments):
        raise Refused("no_text")
    _check_text(text, note, longest=longest_text)
    _check_blocks(blocks, note)
    if blocks and not text:
        note("blocks without text: notifications and screen readers have nothing to read")
    metadata = given.get("metadata") or None
    if metadata is not None:
        _check_metadata(metadata)
    return Version(text, blocks, metadata, attachments)


def _check_text(text: str, note: Note, *, longest: int) -> None:
    if len(text) > longest:
        raise Refused("msg_too_long")
    if len(text) > GOOD_TEXT:
        note(f"text of {len(text)} characters, more than {GOOD_TEXT}")


def _check_blocks(blocks: Any, note: Note) -> None:
    found = block_kit.problems(blocks)
    if found:
        raise Refused("invalid_blocks", [str(problem) for problem in found])
    length = block_kit.text_length(blocks)
    if length > block_kit.MOST_TEXT:
        raise Refused("msg_blocks_too_long")
    if length > BLOCK_TEXT_BUDGET:
        note(f"blocks hold {length} characters, more than {BLOCK_TEXT_BUDGET}")


def _check_metadata(metadata: Any) -> None:
    match metadata:
        case {"event_type": str(kind), "event_payload": dict(payload), **rest}:
            if not kind or rest:
                raise Refused("invalid_metadata_format")
            if len(json.dumps(payload)) > MOST_METADATA:
                raise Refused("metadata_too_large")
        case _:
            raise Refused("invalid_metadata_format")
