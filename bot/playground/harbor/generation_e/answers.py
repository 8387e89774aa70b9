"""How Harbor 2.2 and later word their answers: compact JSON, errors in an envelope.

Knows formats, headers, paging, ``q`` and ``sort``. Does not know what is asked for.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from importlib import resources
from typing import Any, TypeVar

from aiohttp import web

from bot.playground.harbor.dispatch import Asked


DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE = 10, 100
ZERO = "0001-01-01T00:00:00.000Z"
NOT_FOUND_PAGE = (
    resources.files("bot.playground.harbor.generation_e").joinpath("not_found.html").read_text()
)
PORTAL = (
    "<!doctype html><html><head><title>Harbor</title></head>"
    "<body><harbor-app>Loading...</harbor-app></body></html>\n"
)
Row = TypeVar("Row")
# What ``q`` and ``sort`` read of a row, by the name that the caller uses.
Fields = Mapping[str, Callable[[Any], Any]]


class Refused(Exception):
    """A request that Harbor does not take, in its envelope."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.answer = error(status, code, message)
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows to be shown: how each looks, and by what they can be asked for."""

    rows: Sequence[Any]
    render: Callable[[Any], Any]
    fields: Fields = field(default_factory=dict)


def error(status: int, code: str, message: str) -> web.Response:
    """Answer with one error in the envelope."""
    text = json.dumps({"errors": [{"code": code, "message": message}]}, separators=(",", ":"))
    return web.Response(status=status, text=text + "\n", content_type="application/json")


def not_found(message: str) -> Refused:
    """Say that there is no such thing."""
    return Refused(404, "NOT_FOUND", message)


def unknown(asked: Asked) -> web.Response:
    """Answer a path that no route fits: the API, the rest of core, or the portal."""
    if asked.path.startswith("/api/v2.0"):
        return error(404, "NOT_FOUND", f"path {asked.path} was not found")
    if asked.path.startswith(("/api", "/c/", "/service", "/v2/")):
        return web.Response(status=404, text=NOT_FOUND_PAGE, content_type="text/html")
    return web.Response(body=PORTAL.encode(), content_type="text/html")


def wrong_method(asked: Asked, methods: frozenset[str]) -> web.Response:
    """Answer a method that a known route does not take."""
    there = ",".join(sorted(methods, reverse=True))
    text = f"method {asked.method} is not allowed, but [{there}] are"
    return error(405, "METHOD_NOT_ALLOWED", text)


def done(status: int = 200, location: str = "") -> web.Response:
    """Answer without a body."""
    return web.Response(status=status, headers={"Location": location} if location else {})


def as_json(data: Any, headers: Mapping[str, str] | None = None) -> web.Response:
    """Answer as Go writes it: compact, keys in order, no charset."""
    text = json.dumps(data, separators=(",", ":"), sort_keys=True, ensure_ascii=False) + "\n"
    return web.Response(body=text.encode(), content_type="application/json", headers=headers)


def as_page(asked: Asked, listing: Listing) -> web.Response:
    """Answer one page of what is left after ``q`` and ``sort``."""
    page, size = max(number(asked, "page", 1), 1), number(asked, "page_size", DEFAULT_PAGE_SIZE)
    if size > MAX_PAGE_SIZE:
        why = "page_size in query should be less than or equal to 100"
        raise invalid(why)
    rows = _sorted(asked, _chosen(asked, listing), listing.fields)
    shown = rows if size <= 0 else rows[(page - 1) * size : page * size]
    headers = {"X-Total-Count": str(len(rows))}
    links = _links(asked, page=page, size=size, total=len(rows)) if size > 0 else []
    if links:
        headers["Link"] = " , ".join(links)
    return as_json([listing.render(row) for row in shown], headers)


def invalid(why: str) -> Refused:
    """Say that a parameter or a body is not valid."""
    return Refused(422, "UNPROCESSABLE_ENTITY", f"validation failure list:\n{why}")


def number(asked: Asked, name: str, default: int) -> int:
    """Read a number of the query."""
    text = asked.query.get(name, "")
    if not text:
        return default
    if not re.fullmatch(r"-?\d+", text):
        raise invalid(f'{name} in query must be of type int64: "{text}"')
    return int(text)


def path_number(asked: Asked, name: str = "id") -> int:
    """Read a number of the path."""
    text = asked.params[name]
    if not text.isdigit():
        raise invalid(f'{name} in path must be of type int64: "{text}"')
    return int(text)


def body_of(asked: Asked, name: str) -> dict[str, Any]:
    """Read a JSON object out of the body."""
    order = asked.json()
    if not isinstance(order, dict):
        raise invalid(f'parsing {name} body from "" failed, because unexpected EOF')
    return order


@lru_cache(maxsize=10_000)
def instant(time: datetime | None) -> str:
    """Write a time in milliseconds; Go's zero time where there is none."""
    if time is None:
        return ZERO
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03}Z"


def whole_seconds(time: datetime | None) -> str:
    """Write a time as the job service keeps it."""
    return instant(time.replace(microsecond=0) if time else None)


def query_of(asked: Asked) -> dict[str, str]:
    """Read the conditions of ``q``, joined by commas."""
    text = asked.query.get("q", "")
    conditions = {}
    for part in text.split(",") if text else []:
        key, found, value = part.partition("=")
        if not found or not key or not value:
            why = 'the query string must contain "=" and the key/value cannot be empty'
            raise Refused(400, "BAD_REQUEST", why)
        conditions[key] = value
    return conditions


def _chosen(asked: Asked, listing: Listing) -> Sequence[Any]:
    rows = listing.rows
    for key, value in query_of(asked).items():
        read = listing.fields.get(key)
        if read is not None:
            rows = [row for row in rows if _fits(read(row), value)]
    return rows


def _fits(found: Any, wanted: str) -> bool:
    values = [str(one) for one in (found if isinstance(found, list) else [found])]
    if wanted.startswith("~"):
        return any(wanted[1:] in value for value in values)
    if wanted in {"*", "nil"}:
        return bool(values) == (wanted == "*")
    return wanted in values


def _sorted(asked: Asked, rows: Sequence[Row], fields: Fields) -> Sequence[Row]:
    for key in reversed(asked.query.get("sort", "").split(",")):
        read = fields.get(key.lstrip("-"))
        if read is not None:
            rows = sorted(rows, key=read, reverse=key.startswith("-"))
    return rows


def _links(asked: Asked, *, page: int, size: int, total: int) -> list[str]:
    links = []
    if page > 1:
        links.append(_link(asked, page=page - 1, size=size, rel="prev"))
    if page * size < total:
        links.append(_link(asked, page=page + 1, size=size, rel="next"))
    return links


def _link(asked: Asked, *, page: int, size: int, rel: str) -> str:
    query = dict(asked.query) | {"page": str(page), "page_size": str(size)}
    text = "&".join(f"{name}={value}" for name, value in sorted(query.items()))
    return f'<{asked.path}?{text}>; rel="{rel}"'
