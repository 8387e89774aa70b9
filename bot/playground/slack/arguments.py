"""Reading what a client sent: query, form or JSON, into named arguments of the right type.

Knows Slack's rules for bodies. Knows no method: which arguments one takes is given by a table.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass(slots=True, eq=False)
class Refused(Exception):
    """The API says no."""

    error: str
    messages: list[str] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Give the body in which Slack says it."""
        answer = {"ok": False, "error": self.error, **self.extra}
        if self.messages:
            answer["response_metadata"] = {"messages": self.messages}
            # Slack repeats what is wrong with blocks beside the metadata.
            answer |= {"errors": self.messages} if self.error == "invalid_blocks" else {}
        return answer


async def read(request: web.Request) -> dict[str, Any]:
    """Gather all arguments of *request*, wherever they stand."""
    given: dict[str, Any] = dict(request.query)
    if request.method != "POST" or not request.can_read_body:
        return given
    if request.content_type == "application/json":
        return given | await _from_json(request)
    if request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        return given | dict(await request.post())
    raise Refused("invalid_post_type")


async def _from_json(request: web.Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.read())
    except ValueError:
        raise Refused("invalid_json") from None
    if not isinstance(body, dict):
        raise Refused("json_not_object")
    # A null says what leaving the argument out says.
    return {name: value for name, value in body.items() if value is not None}


def as_string(value: Any) -> str:
    """Take a string; numbers are strings to Slack, too."""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return str(value)
    raise ValueError("must be a string")


def as_boolean(value: Any) -> bool:
    """Take a boolean, or what stands for one in a form."""
    if isinstance(value, bool):
        return value
    words = {"true": True, "1": True, "false": False, "0": False}
    try:
        return words[str(value).lower()]
    except KeyError:
        raise ValueError("must be a boolean") from None


def as_integer(value: Any) -> int:
    """Take a whole number, or its digits."""
    if isinstance(value, bool):
        raise ValueError("must be an integer")  # noqa: TRY004 - read as one kind of bad value
    return int(value)


def as_json(value: Any) -> Any:
    """Take JSON, as it is or as a string that holds it."""
    return json.loads(value) if isinstance(value, str) else value


Reader = Callable[[Any], Any]


def named(given: Mapping[str, Any], readers: Mapping[str, Reader]) -> dict[str, Any]:
    """Read each argument by its type; raise the error that Slack has for it."""
    answer = {}
    for name, value in given.items():
        try:
            answer[name] = readers[name](value)
        except (ValueError, TypeError):
            if name == "blocks":
                raise Refused("invalid_blocks_format") from None
            if name == "metadata":
                raise Refused("invalid_metadata_format") from None
            raise Refused("invalid_arguments", [f"[ERROR] bad value: {name}"]) from None
    return answer
