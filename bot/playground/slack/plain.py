"""What a person reads: mrkdwn and blocks as plain text.

Knows how Slack's markup and blocks look on a screen. Names behind ids come in as a function; it
checks nothing, and shows whatever it is given.
"""

import html
import re
from collections.abc import Callable, Iterator
from typing import Any


Names = Callable[[str], str]

_LINK = re.compile(r"<([^<>]+)>")
_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
_STYLED = re.compile(r"(?<![\w*_~])([*_~])(?=\S)(.+?)(?<=\S)\1(?![\w*_~])")
_STATES = {"pending": "○", "in_progress": "…", "complete": "✔", "error": "✖"}


def unnamed(reference: str) -> str:
    """Leave an id as it is, where nobody knows its name."""
    return reference


def mrkdwn(text: str, names: Names = unnamed) -> str:
    """Show *text* without its markup."""
    parts = _CODE.split(text)
    return "".join(
        _unescaped(part.strip("`").strip("\n"))
        if _CODE.fullmatch(part)
        else _unstyled(html.unescape(_LINK.sub(lambda link: _linked(link[1], names), part)))
        for part in parts
    )


def _unescaped(code: str) -> str:
    return html.unescape(code)


def _unstyled(text: str) -> str:
    before = None
    while text != before:
        before, text = text, _STYLED.sub(r"\2", text)
    return text


def _linked(inside: str, names: Names) -> str:
    target, _, label = inside.partition("|")
    if target.startswith(("@", "#")):
        return target[0] + (label or names(target[1:]))
    if target.startswith("!date^"):
        return label
    if target.startswith("!subteam^"):
        return label or "@" + names(target.removeprefix("!subteam^"))
    if target.startswith("!"):
        return "@" + target[1:]
    return label or target


def text_object(value: dict[str, Any], names: Names = unnamed) -> str:
    """Show a text object of either kind."""
    text: str = value.get("text", "")
    return mrkdwn(text, names) if value.get("type") == "mrkdwn" else text


def lines(blocks: list[dict[str, Any]], names: Names = unnamed) -> list[str]:
    """Show *blocks* from top to bottom, one or more lines each."""
    return [line for block in blocks for text in _shown(block, names) for line in _split(text)]


def _split(text: str) -> list[str]:
    return text.split("\n")


def _shown(block: dict[str, Any], names: Names) -> Iterator[str]:
    match block:
        case {"type": "divider"}:
            yield "────"
        case {"type": "section"}:
            yield from _section(block, names)
        case {"type": "header", "text": text}:
            yield text_object(text, names)
        case {"type": "markdown", "text": str(text)}:
            yield text
        case {"type": "context", "elements": elements}:
            yield " · ".join(_element(each, names) for each in elements)
        case {"type": "actions" | "context_actions", "elements": elements}:
            yield " ".join(_element(each, names) for each in elements)
        case {"type": "image", "alt_text": alt_text}:
            yield f"(image: {alt_text})"
        case {"type": "input", "label": label}:
            yield text_object(label, names) + ": ____"
        case _:
            yield from _structured(block, names)


def _structured(block: dict[str, Any], names: Names) -> Iterator[str]:
    match block:
        case {"type": "table" | "data_table", "rows": rows}:
            yield from [block["caption"]] if "caption" in block else []
            yield from (" | ".join(_cell(cell, names) for cell in row) for row in rows)
        case {"type": "plan", "title": title}:
            yield title
            for task in block.get("tasks", []):
                yield from _shown(task, names)
        case {"type": "task_card", "title": title, "status": status}:
            yield f"{_STATES.get(status, '?')} {title}"
            for part in ("details", "output"):
                yield from _shown(block[part], names) if part in block else []
        case {"type": "rich_text", "elements": elements}:
            yield from (_rich(each, names) for each in elements)
        case {"type": "data_visualization", "title": title, "chart": chart}:
            yield f"(chart: {title})"
            yield from _chart(chart)
        case _:
            yield f"({block.get('type')})"


def _section(block: dict[str, Any], names: Names) -> Iterator[str]:
    if "text" in block:
        yield text_object(block["text"], names)
    yield from (text_object(field, names) for field in block.get("fields", []))
    if "accessory" in block:
        yield _element(block["accessory"], names)


def _element(element: dict[str, Any], names: Names) -> str:
    match element:
        case {"type": "mrkdwn" | "plain_text"}:
            return text_object(element, names)
        case {"type": "image", "alt_text": alt_text}:
            return f"(image: {alt_text})"
        case _:
            return _clickable(element)


def _clickable(element: dict[str, Any]) -> str:
    match element:
        case {"type": "button" | "icon_button", "text": text}:
            return f"[{text_object(text)}]"
        case {"type": "overflow" | "radio_buttons" | "checkboxes", "options": options}:
            return "[" + " / ".join(text_object(option["text"]) for option in options) + "]"
        case {"type": "feedback_buttons", "positive_button": good, "negative_button": bad}:
            return f"[{text_object(good['text'])}] [{text_object(bad['text'])}]"
        case {"placeholder": placeholder}:
            return f"[{text_object(placeholder)} ▾]"
        case _:
            return f"[{element.get('type')} ▾]"


def _cell(cell: dict[str, Any], names: Names) -> str:
    match cell:
        case {"type": "rich_text", "elements": elements}:
            return " ".join(_rich(each, names) for each in elements)
        case {"text": text}:
            return str(text)
        case _:
            return str(cell.get("value", ""))


def _rich(element: dict[str, Any], names: Names) -> str:
    match element:
        case {"type": "rich_text_list", "elements": items}:
            return "\n".join("• " + _rich(item, names) for item in items)
        case {"elements": runs}:
            return "".join(_rich(run, names) for run in runs)
        case _:
            return _run(element, names)


def _run(run: dict[str, Any], names: Names) -> str:
    match run:
        case {"type": "user", "user_id": who}:
            return "@" + names(who)
        case {"type": "channel", "channel_id": where}:
            return "#" + names(where)
        case {"type": "broadcast", "range": whom}:
            return f"@{whom}"
        case {"type": "emoji", "name": name}:
            return f":{name}:"
        case _:
            return str(run.get("text") or run.get("url") or run.get("fallback", ""))


def _chart(chart: dict[str, Any]) -> Iterator[str]:
    for series in chart.get("series", [{"name": "", "data": chart.get("segments", [])}]):
        points = ", ".join(f"{point['label']} {point['value']}" for point in series["data"])
        yield f"{series['name']}: {points}" if series["name"] else points
