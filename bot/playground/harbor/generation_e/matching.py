"""Which images a policy's filters select.

Knows doublestar patterns: ``*`` is one part of a path, ``**`` any number, ``{a,b}`` either.
Does not know policies of before 1.8.
"""

import re
from collections.abc import Iterable
from typing import Any


def matches(pattern: str, text: str) -> bool:
    """Say whether a doublestar *pattern* fits the whole of *text*; an empty one fits all."""
    return not pattern or re.fullmatch(_translated(pattern), text) is not None


def selects_repository(filters: Iterable[dict[str, Any]], repository: str) -> bool:
    """Say whether the name filters let *repository* through."""
    return all(
        matches(str(one.get("value", "")), repository)
        for one in filters
        if one.get("type") == "name"
    )


def selects_tags(filters: Iterable[dict[str, Any]], tags: list[str]) -> list[str]:
    """Say which of *tags* the tag filters let through."""
    for one in filters:
        if one.get("type") == "tag":
            excludes = one.get("decoration") == "excludes"
            pattern = str(one.get("value", ""))
            tags = [tag for tag in tags if matches(pattern, tag) != excludes]
    return tags


_PARTS = re.compile(r"/\*\*/|^\*\*/|/\*\*$|\*\*|\*|\?|\{|\}|,|\[[^\]]*\]|.", re.DOTALL)
_MEANING = {
    "/**/": "/(?:.*/)?",
    "**/": "(?:.*/)?",
    "/**": "(?:/.*)?",
    "**": ".*",
    "*": "[^/]*",
    "?": "[^/]",
    "{": "(?:",
    "}": ")",
}


def _translated(pattern: str) -> str:
    parts, depth = [], 0
    for part in _PARTS.findall(pattern):
        depth += {"{": 1, "}": -1}.get(part, 0)
        if part == "," and depth:
            parts.append("|")
        elif part in _MEANING or (part.startswith("[") and len(part) > 1):
            parts.append(_MEANING.get(part, part))
        else:
            parts.append(re.escape(part))
    return "".join(parts)
