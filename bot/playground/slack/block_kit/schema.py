"""Small checks on JSON that combine into larger ones.

Knows how a check is written and how Slack words a problem. Knows no block: what a block may hold
is a table in the modules beside this one.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"[ERROR] {self.what} [json-pointer:{self.where}]"


Check = Callable[[Any, str], list[Problem]]


def string(longest: int, *, shortest: int = 1) -> Check:
    """Accept a string of *shortest* to *longest* characters."""

    def check(value: Any, where: str) -> list[Problem]:
        if not isinstance(value, str):
            return [Problem(where, "must provide a string")]
        if len(value) < shortest:
            return [Problem(where, f"must be more than {shortest - 1} characters")]
        if len(value) > longest:
            return [Problem(where, f"must be less than {longest + 1} characters")]
        return []

    return check


def choice(*allowed: str) -> Check:
    """Accept one of a few words."""

    def check(value: Any, where: str) -> list[Problem]:
        if value in allowed:
            return []
        return [Problem(where, f"must be one of: {', '.join(allowed)}")]

    return check


def boolean(value: Any, where: str) -> list[Problem]:
    """Accept true and false."""
    return [] if isinstance(value, bool) else [Problem(where, "must provide a boolean")]


def number(value: Any, where: str) -> list[Problem]:
    """Accept a number of any kind."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return []
    return [Problem(where, "must provide a number")]


def integer(least: int, most: int) -> Check:
    """Accept a whole number between two others."""

    def check(value: Any, where: str) -> list[Problem]:
        if not isinstance(value, int) or isinstance(value, bool):
            return [Problem(where, "must provide an integer")]
        if least <= value <= most:
            return []
        return [Problem(where, f"must be from {least} to {most}")]

    return check


def array(item: Check, *, most: int, least: int = 1) -> Check:
    """Accept *least* to *most* things that each pass *item*."""

    def check(value: Any, where: str) -> list[Problem]:
        if not isinstance(value, list):
            return [Problem(where, "must provide an array")]
        if len(value) < least:
            return [Problem(where, f"no fewer than {least} items allowed")]
        if len(value) > most:
            return [Problem(where, f"no more than {most} items allowed")]
        return [p for at, one in enumerate(value) for p in item(one, f"{where}/{at}")]

    return check


def thing(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """Accept an object with all of *required*, some of *optional* and nothing else."""
    known = {**required, **(optional or {})}

    def check(value: Any, where: str) -> list[Problem]:
        if not isinstance(value, dict):
            return [Problem(where, "must provide an object")]
        missing = [name for name in required if name not in value]
        strange = [name for name in value if name not in known]
        return [
            *(Problem(where, f"missing required field: {name}") for name in missing),
            *(Problem(where, f"invalid additional property: {name}") for name in strange),
            *(p for k, v in value.items() if k in known for p in known[k](v, f"{where}/{k}")),
        ]

    return check


def typed(kinds: Mapping[str, Check]) -> Check:
    """Accept an object whose ``type`` is one of *kinds* and that passes the check of its kind."""

    def check(value: Any, where: str) -> list[Problem]:
        if not isinstance(value, dict):
            return [Problem(where, "must provide an object")]
        kind = value.get("type")
        if not isinstance(kind, str):
            return [Problem(where, "missing required field: type")]
        if kind not in kinds:
            return [Problem(f"{where}/type", f"unsupported type: {kind}")]
        return kinds[kind](value, where)

    return check


def also(check: Check, *rules: Check) -> Check:
    """Hold *rules* against what *check* found no fault with: they may rely on its shape."""

    def both(value: Any, where: str) -> list[Problem]:
        found = check(value, where)
        return found or [p for rule in rules for p in rule(value, where)]

    return both


def any_of(*names: str) -> Check:
    """Require at least one of *names* in an object."""

    def check(value: Any, where: str) -> list[Problem]:
        if any(value.get(name) for name in names):
            return []
        return [Problem(where, f"must provide one of: {', '.join(names)}")]

    return check


def only_one_of(*names: str) -> Check:
    """Require exactly one of *names* in an object."""

    def check(value: Any, where: str) -> list[Problem]:
        if sum(name in value for name in names) == 1:
            return []
        return [Problem(where, f"must provide exactly one of: {', '.join(names)}")]

    return check


def unique(values: Sequence[tuple[str, str]], *, what: str) -> list[Problem]:
    """Say which of *values*, each given with its place, came before."""
    seen: set[str] = set()
    problems = []
    for where, value in values:
        if value in seen:
            problems.append(Problem(where, f"{what} {value!r} already exists"))
        seen.add(value)
    return problems
