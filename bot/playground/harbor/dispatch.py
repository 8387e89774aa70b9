"""From a path to the function that answers it.

Knows path templates and how a request is read. Paths are matched after one decoding, as
nginx and Go do it: ``%2F`` is a slash by then and ``%252F`` a ``%2F``. Does not know what
any route means.
"""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from bot.playground.harbor.records import Account
from bot.playground.harbor.site import Site


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, read as far as every handler needs it."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    base: str
    account: Account | None
    params: Mapping[str, str]

    @property
    def user(self) -> str:
        """Name who asks."""
        return self.account.name if self.account else "anonymous"

    @property
    def admin(self) -> bool:
        """Say whether an administrator asks."""
        return self.account is not None and self.account.admin

    def json(self) -> Any:
        """Read the body; None is a body that is no JSON."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def with_query(self, query: Mapping[str, str]) -> "Asked":
        """Ask the same with another query."""
        return replace(self, query=query)

    def number(self, name: str) -> int:
        """Read a path parameter that the template says is a number."""
        return int(self.params[name])


Handler = Callable[[Site, Asked], Awaitable[web.Response]]


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path template: ``{x}`` a segment, ``{x:int}`` digits, ``{x:any}`` all."""

    method: str
    template: str
    handler: Handler

    def match(self, path: str) -> dict[str, str] | None:
        """Read the parameters out of *path*, or say that it is another's."""
        found = _pattern(self.template).fullmatch(path)
        return found.groupdict() if found else None


_SHAPES = {"": "[^/]+", "int": "[0-9]+", "any": ".+"}


@cache
def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)(?::(\w+))?\}", template)
    names = zip(parts[1::3], parts[2::3], parts[3::3], strict=True)
    return re.compile(
        re.escape(parts[0])
        + "".join(
            f"(?P<{name}>{_SHAPES[shape or '']}){re.escape(rest)}" for name, shape, rest in names
        )
    )


@dataclass(frozen=True, slots=True)
class Found:
    """What a table says about a request: whom to call, or which methods there are."""

    handler: Handler | None
    params: Mapping[str, str]
    methods: frozenset[str]


def find(routes: list[Route], method: str, path: str) -> Found:
    """Look *path* up; the first route of the table that fits wins."""
    methods = set()
    for route in routes:
        params = route.match(path)
        if params is None:
            continue
        if route.method == method:
            return Found(route.handler, params, frozenset({method}))
        methods.add(route.method)
    return Found(None, {}, frozenset(methods))


def read_query(query: str) -> dict[str, str]:
    """Read a query string; of a repeated name the first value counts, as in beego."""
    read: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        read.setdefault(name, value)
    return read
