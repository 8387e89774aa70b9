"""How Harbor 1.2 words its answers: indented JSON, plain text, HTML for unknown routes.

Knows formats, headers and paging. Does not know what is asked for.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib import resources
from typing import Any, TypeVar
from urllib.parse import urlencode

from aiohttp import web

from bot.playground.harbor.dispatch import Asked


MAX_PAGE_SIZE = 500
NOT_FOUND_PAGE = (
    resources.files("bot.playground.harbor.generation_a").joinpath("not_found.html").read_text()
)
Row = TypeVar("Row")


class Refused(Exception):
    """A request that Harbor does not take, with the text that says why."""

    def __init__(self, status: int, text: str) -> None:
        self.answer = web.Response(status=status, text=text, content_type="text/plain")
        super().__init__(text)


def refusal(status: int, text: str) -> web.Response:
    """Answer with plain text."""
    return web.Response(status=status, text=text, content_type="text/plain")


def page_not_found(_: Asked) -> web.Response:
    """Answer with the HTML page that says: this version has no such call."""
    return web.Response(status=404, text=NOT_FOUND_PAGE, content_type="text/html")


def wrong_method(_: Asked, __: frozenset[str]) -> web.Response:
    """Answer what beego says to a method that a known route does not take."""
    return refusal(405, "Method Not Allowed\n")


def done(status: int = 200, location: str = "") -> web.Response:
    """Answer without a body."""
    headers = {"Location": location} if location else {}
    return web.Response(status=status, headers=headers)


def as_json(data: Any, headers: Mapping[str, str] | None = None) -> web.Response:
    """Answer as Go's indented JSON."""
    text = json.dumps(data, indent=2, ensure_ascii=False)
    return web.Response(text=text, content_type="application/json", headers=headers)


def as_page(
    asked: Asked, rows: Sequence[Row], render: Callable[[Row], Any], *, null: bool = False
) -> web.Response:
    """Answer one page of *rows*; *null* is what some lists say when they are empty."""
    page, size = paging(asked)
    shown = rows[(page - 1) * size : page * size]
    headers = {"X-Total-Count": str(len(rows))}
    links = _links(asked, page=page, size=size, total=len(rows))
    if links:
        headers["Link"] = ", ".join(links)
    data = [render(row) for row in shown]
    return as_json(data or (None if null else []), headers)


def paging(asked: Asked) -> tuple[int, int]:
    """Read ``page`` and ``page_size``; a size that is too large is made smaller."""
    page, size = positive(asked, "page", 1), positive(asked, "page_size", MAX_PAGE_SIZE)
    return page, min(size, MAX_PAGE_SIZE)


def positive(asked: Asked, name: str, default: int) -> int:
    """Read a number above zero."""
    text = asked.query.get(name, "")
    if not text:
        return default
    if not text.isdigit() or int(text) == 0:
        raise Refused(400, f"invalid {name}")
    return int(text)


def instant(asked: Asked, name: str) -> datetime | None:
    """Read a time in whole seconds since 1970."""
    text = asked.query.get(name, "")
    if not text:
        return None
    if not text.removeprefix("-").isdigit():
        raise Refused(400, f"invalid {name}")
    return datetime.fromtimestamp(int(text), UTC)


def seconds(time: datetime) -> str:
    """Write a time as the database of 1.2 keeps it: in whole seconds."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def _links(asked: Asked, *, page: int, size: int, total: int) -> list[str]:
    links = []
    if page > 1:
        links.append(_link(asked, page=page - 1, size=size, rel="prev"))
    if page * size < total:
        links.append(_link(asked, page=page + 1, size=size, rel="next"))
    return links


def _link(asked: Asked, *, page: int, size: int, rel: str) -> str:
    query = dict(asked.query) | {"page": str(page), "page_size": str(size)}
    return f'<{asked.path}?{urlencode(sorted(query.items()))}>; rel="{rel}"'
