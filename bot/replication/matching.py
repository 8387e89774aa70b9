"""Which policy selects which image, under which name it arrives, which runs are worth a look.

Knows the filters of 2.2-2.15 (doublestar patterns on full names and tags) and the one project
of a policy of 1.2-1.3. Does not know whether a policy is enabled or what triggers it, nor what
an instance answered: that is for ``diagnosis``.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.replication.doublestar import glob_matches
from bot.replication.model import Execution, Filter, FilterKind, Policy


BEFORE_PUSH = timedelta(minutes=1)  # clocks of two machines, and the push's own length
AFTER_PUSH = timedelta(minutes=10)
NEWEST = 20  # executions that are looked at whenever they ran


@dataclass(frozen=True, slots=True)
class Selection:
    """Whether a policy selects an image; *clause* is why not, *unknown* what was not judged."""

    selects: bool
    clause: str = ""
    unknown: str = ""


def selects(policy: Policy, repository: str, tag: str) -> Selection:
    """Hold an image against a policy's project and filters; *tag* is empty where none is known."""
    misses = [*_project_miss(policy, repository)]
    unknown = [*_unknown_project(policy)]
    for item in policy.filters:
        miss, doubt = _judge(item, repository, tag=tag)
        misses += [miss] if miss else []
        unknown += [doubt] if doubt else []
    return Selection(not misses, "; ".join(misses), "; ".join(unknown))


def _project_miss(policy: Policy, repository: str) -> Iterator[str]:
    if policy.project and not repository.startswith(f"{policy.project}/"):
        yield f"it copies only project `{policy.project}`"


def _unknown_project(policy: Policy) -> Iterator[str]:
    if policy.project_id is not None and not policy.project:
        yield f"the name of project {policy.project_id}, the only one it copies"


def _judge(item: Filter, repository: str, *, tag: str) -> tuple[str, str]:
    """Say why *item* does not fit, and what it asks that cannot be judged; mostly neither."""
    match item.kind:
        case FilterKind.NAME:
            return _name_miss(item, repository), ""
        case FilterKind.TAG if tag or _takes_any(item):
            return _pattern_miss(item, "tag", text=tag), ""
        case FilterKind.TAG:
            return "", f"the tag filter `{item.value}`, because no tag is known"
        case FilterKind.RESOURCE:
            return _resource_miss(item), ""
        case FilterKind.LABEL if item.value:
            return "", f"the label filter `{item.value}`: labels are not read"
        case _:
            return "", ""


def _takes_any(item: Filter) -> bool:
    return item.value in {"", "*", "**"}


def _name_miss(item: Filter, repository: str) -> str:
    miss = _pattern_miss(item, "name", text=repository)
    if miss and not item.excludes and "/" not in item.value:
        return f"{miss}, because it lacks the project"
    return miss


def _pattern_miss(item: Filter, what: str, *, text: str) -> str:
    fits = glob_matches(item.value, text)
    if item.excludes and fits:
        return f"its {what} filter leaves out `{item.value}`"
    if item.excludes or fits:
        return ""
    return f"its {what} filter `{item.value}` does not match `{text}`"


def _resource_miss(item: Filter) -> str:
    # ``artifact`` takes everything that a registry holds, images among it.
    if item.value.lower() in {"", "image", "artifact"}:
        return ""
    return f"its resource filter `{item.value}` takes no images"


def destination_name(policy: Policy, repository: str) -> str:
    """Say how *repository* is called at the destination.

    Empty where Harbor refuses: more components are to be replaced than stand before the last.
    """
    if not policy.dest_namespace:
        return repository
    components = repository.split("/")
    count = policy.dest_namespace_replace_count
    if count is None or count < 0:
        count = len(components) - 1
    if count > len(components) - 1:
        return ""
    return "/".join([policy.dest_namespace, *components[count:]])


def likeliest_executions(
    executions: Sequence[Execution], *, pushed_at: datetime | None
) -> tuple[tuple[Execution, ...], int]:
    """Choose the runs around the push and the newest; count those left out.

    First those that run or lie around the push, then the rest; the newest first among each.
    """
    ordered = sorted(executions, key=_age, reverse=True)
    near = [one for one in ordered if _is_likely(one, pushed_at)]
    newest = [one for one in ordered[:NEWEST] if one not in near]
    chosen = (*near, *newest)
    return chosen, len(ordered) - len(chosen)


def _is_likely(execution: Execution, pushed_at: datetime | None) -> bool:
    return execution.in_progress > 0 or _around(execution.started_at, pushed_at)


def _age(execution: Execution) -> tuple[float, int]:
    # One that has not started yet is the newest there is.
    started = execution.started_at
    return (started.timestamp() if started else float("inf"), execution.id or 0)


def _around(started: datetime | None, pushed: datetime | None) -> bool:
    if started is None or pushed is None:
        return False
    return pushed - BEFORE_PUSH <= started <= pushed + AFTER_PUSH


# The scheme is not given back (``?>``): what is left of ``https://`` is no host called https.
_ENDPOINT = re.compile(
    r"(?>(?:(?P<scheme>[a-z][a-z0-9+.-]*)://)?)(?:[^@/?#\s]*@)?"
    r"(?P<host>\[[^\]\s]+\]|[^\[\]:/?#@\s]+)(?::(?P<port>[0-9]{0,5}))?(?:[/?#].*)?",
    re.IGNORECASE | re.DOTALL,
)
_PORTS = {"http": frozenset({80}), "https": frozenset({443})}
_EITHER_PORT = frozenset({80, 443})


def same_endpoint(a: str, b: str) -> bool:
    """Say whether two URLs mean one host and port; without a scheme both usual ports will do."""
    one, other = _endpoint(a), _endpoint(b)
    if one is None or other is None:
        return False
    return one[0] == other[0] and bool(one[1] & other[1])


def _endpoint(url: str) -> tuple[str, frozenset[int]] | None:
    found = _ENDPOINT.fullmatch(url.strip())
    if found is None:
        return None
    host = found["host"].lower().rstrip(".")
    if found["port"]:
        return host, frozenset({int(found["port"])})
    return host, _PORTS.get((found["scheme"] or "").lower(), _EITHER_PORT)
