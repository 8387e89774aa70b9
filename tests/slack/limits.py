"""Slack's limits, checked without any code that the bot uses, and by two other judges."""

import json

from slack_sdk.models.blocks import Block

from bot.playground.slack import block_kit


_LONGEST = {"header": 150, "section": 3000, "context": 2000}


def wrong_with(blocks) -> list[str]:
    """List what Slack, or somebody who knows it, would find wrong with *blocks*."""
    found = [str(problem) for problem in block_kit.problems(blocks)]
    if not 1 <= len(blocks) <= 50:
        found.append(f"{len(blocks)} blocks")
    if block_kit.text_length(blocks) > 10_000:
        found.append("more than 10,000 characters")
    for block in blocks:
        found += _wrong_with_block(block)
    # A lone surrogate cannot be sent.
    json.dumps(blocks, ensure_ascii=False).encode()
    for parsed in Block.parse_all(blocks):
        parsed.validate_json()
    return found


def _wrong_with_block(block) -> list[str]:
    kind = block["type"]
    if kind == "actions":
        elements = block["elements"]
        ids = [element["action_id"] for element in elements]
        wrong = [] if 1 <= len(elements) <= 5 else ["too many buttons"]
        wrong += [] if len(set(ids)) == len(ids) else ["two buttons of one id"]
        return wrong + [
            f"button {element}"
            for element in elements
            if not 1 <= len(element["text"]["text"]) <= 75
            or not 1 <= len(element["value"]) <= 2000
            or len(element["accessibility_label"]) > 75
        ]
    texts = [*block.get("fields", []), *block.get("elements", [])]
    texts += [block["text"]] if "text" in block else []
    return [
        f"{kind} text of {len(text['text'])}"
        for text in texts
        if not 1 <= len(text["text"]) <= (2000 if "fields" in block else _LONGEST[kind])
    ]
