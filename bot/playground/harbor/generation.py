"""What a generation of Harbor must say for itself so that the server can speak for it.

Knows the shape only.
"""

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from bot.playground.harbor.dispatch import Asked, Route
from bot.playground.harbor.failures import Failure
from bot.playground.harbor.site import Site, Version


@dataclass(frozen=True, slots=True)
class Generation:
    """A generation: its routes by version, and what it answers where no route fits."""

    routes: Callable[[Version], list[Route]]
    unknown: Callable[[Asked], web.Response]
    wrong_method: Callable[[Asked, frozenset[str]], web.Response]
    refuse_early: Callable[[Site, Asked], web.Response | None]
    finish: Callable[[Asked, web.Response], None]
    announce: Callable[[Site, str, str, str], None]
    cookie: str
    failures: frozenset[Failure]
