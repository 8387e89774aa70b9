"""What an answer means, whatever the generation: bytes in, a value or our error out.

Knows JSON as every Harbor writes it, and how to say a refusal to a person. Does no I/O, and does
not know which call of which version an answer belongs to: the ``Call`` says so.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from bot.errors import (
    HarborBroken,
    HarborBusy,
    HarborError,
    HarborForbidden,
    HarborMissing,
    HarborRejected,
    HarborUnauthorized,
)
from bot.log import redact
from bot.ports import Found
from bot.replication.model import Repository


Value = TypeVar("Value")

PAGE = 100
# Bytes that tell what a body is, and characters of Harbor's words that are shown.
ENOUGH = 200
NOT_FOUND = 404
UNAUTHORIZED = 401
REFUSALS = 400
SERVER_ERRORS = 500
_NAME = re.compile(r"[\w-][\w.-]*(?:/[\w-][\w.-]*)+")
_TAG = re.compile(r"\w[\w.-]*")
_DIGEST = re.compile(r"\w+:\w+")


class Account(StrEnum):
    """Which account a call uses: the first one, the one that reads repositories, or none."""

    MAIN = "main"
    READING = "reading"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, in HTTP and in words.

    *purpose* completes "asked to …", *right* completes "grant …". *path* is encoded; it follows
    the instance's URL, or the bare host where *rooted*. *may_miss*: a 404 means that the thing is
    not there, otherwise that the call is not. *tail*: of a long body the end is wanted. *doubt* is
    a path that answers 500 where a 401 is the database's fault.
    """

    purpose: str
    path: str
    method: str = "GET"
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    account: Account = Account.MAIN
    right: str = ""
    doubt: str = ""
    rooted: bool = False
    may_miss: bool = False
    tail: bool = False
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names are lower case, *elapsed* is in seconds."""

    instance: str
    call: Call
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    elapsed: float = 0.0

    @property
    def is_page(self) -> bool:
        """Whether the body is a web page: Harbor's portal answers one for any unknown path."""
        return self.body[:ENOUGH].lstrip().lower().startswith((b"<!doctype", b"<html"))


def check(answer: Answer) -> Answer:
    """Return *answer* if it is what was asked for, else raise what it says."""
    if not 200 <= answer.status < 300:  # noqa: PLR2004 - what HTTP calls success
        raise refusal(answer)
    if answer.is_page:
        raise HarborBroken(
            f"{answer.instance} answered a web page when asked to {answer.call.purpose}.",
            instance=answer.instance,
        )
    return answer


def refusal(answer: Answer) -> HarborError:
    """Say in our words why *answer* is not what was asked for."""
    if answer.status < REFUSALS:
        return _redirect(answer)
    if answer.status >= SERVER_ERRORS:
        return _busy(answer, f"failed with HTTP status {answer.status}")
    return _REFUSALS.get(answer.status, _rejected)(answer)


def _redirect(answer: Answer) -> HarborBroken:
    target = urlsplit(answer.headers.get("location", ""))
    where = f" to {target.scheme}://{target.hostname}" if target.hostname else ""
    return HarborBroken(
        f"{answer.instance} answered with a redirect{where} when asked to"
        f" {answer.call.purpose}; the bot follows none.",
        instance=answer.instance,
        remedy="Set the instance's URL to the address that answers itself.",
    )


def _unauthorized(answer: Answer) -> HarborUnauthorized:
    return HarborUnauthorized(
        f"{answer.instance} does not accept the bot's account (asked to {answer.call.purpose}).",
        instance=answer.instance,
    )


def _forbidden(answer: Answer) -> HarborForbidden:
    right = answer.call.right
    return HarborForbidden(
        f"{answer.instance} does not let the bot's account {answer.call.purpose}.",
        instance=answer.instance,
        remedy=f"Grant the account {right}." if right else "",
    )


def missing(answer: Answer) -> HarborError:
    """Say that what was asked for is not there, or that the call itself is not."""
    # Every 1.x answers an unknown route with an HTML page, a missing object with plain text.
    if answer.call.may_miss and not answer.is_page:
        return HarborMissing(
            f"{answer.instance} has nothing there (asked to {answer.call.purpose}).",
            instance=answer.instance,
            remedy="It may have been deleted, or swept.",
        )
    return HarborBroken(
        f"{answer.instance} does not know how to {answer.call.purpose}.", instance=answer.instance
    )


def _slow_down(answer: Answer) -> HarborBusy:
    return _busy(answer, "asked the bot to slow down")


def _busy(answer: Answer, what: str) -> HarborBusy:
    request = answer.headers.get("x-request-id", "")
    trace = f" Its log has this under request {request}." if request else ""
    return HarborBusy(
        f"{answer.instance} {what} when asked to {answer.call.purpose}.{trace}",
        instance=answer.instance,
        retry_after=retry_after(answer),
    )


def _rejected(answer: Answer) -> HarborRejected:
    reason = message(answer)
    return HarborRejected(
        f"{answer.instance} refused to {answer.call.purpose}" + (f": {reason}" if reason else "."),
        instance=answer.instance,
        remedy="Mend what it names, or check that the bot supports this version of Harbor.",
        status=answer.status,
    )


_REFUSALS: Mapping[int, Callable[[Answer], HarborError]] = {
    401: _unauthorized,
    403: _forbidden,
    404: missing,
    429: _slow_down,
}


def message(answer: Answer) -> str:
    """Return Harbor's own words in an error body, clipped and without secrets; may be empty."""
    if answer.is_page:
        return ""
    words = answer.body.decode(errors="replace")
    try:
        errors = json.loads(words)["errors"]
        words = "; ".join(str(error["message"]) for error in errors)
    except (KeyError, TypeError, ValueError, RecursionError):
        pass  # 1.2 sends plain text
    return redact(" ".join(words.split()))[:ENOUGH]


def retry_after(answer: Answer) -> float:
    """Return the seconds that an answer asks to wait; 0 where it names none."""
    value = answer.headers.get("retry-after", "")
    return float(value) if value.isdecimal() else 0.0


@contextmanager
def reading(answer: Answer) -> Iterator[None]:
    """Turn whatever surprises the reading of *answer* into an error without its body."""
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        raise HarborBroken(
            f"{answer.instance} sent something unreadable when asked to {answer.call.purpose}.",
            instance=answer.instance,
            remedy="Check that nothing between the bot and Harbor cuts or changes answers.",
        ) from None


def thing(answer: Answer, read: Callable[[Any], Value]) -> Value:
    """Read a body that is one JSON object; its content type is not to be trusted.

    2.x sends ``/api/version`` as text/plain.
    """
    with reading(answer):
        return read(json.loads(answer.body))


def rows(answer: Answer, read: Callable[[Any], Value]) -> tuple[Value, ...]:
    """Read a body that is a JSON list."""
    with reading(answer):
        items = json.loads(answer.body)
        # 1.2 writes an empty list as null.
        if items is None:
            return ()
        if not isinstance(items, list):
            raise TypeError
        return tuple(read(item) for item in items)


def found(answer: Answer, values: tuple[Value, ...], *, before: int = 0) -> Found[Value]:
    """Say whether *values*, with those *before* them, are all that there are."""
    return Found(values, complete=total(answer) <= before + len(values))


def total(answer: Answer) -> int:
    """Return how many rows there are on all pages; 0 where the answer does not say."""
    value = answer.headers.get("x-total-count", "")
    return int(value) if value.isdecimal() else 0


def number(value: Any) -> int:
    """Read a whole number."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return value


def text(value: Any) -> str:
    """Read a text; one that is left out is empty."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError
    return value


def flag(value: Any) -> bool:
    """Read a boolean; 2.x leaves out those that are false, 1.2 writes 0 and 1."""
    if value is None:
        return False
    if not isinstance(value, int):
        raise TypeError
    return bool(value)


def instant(value: Any) -> datetime | None:
    """Read a time; Go writes its zero time, of the year 1, where there is none yet."""
    written = text(value)
    if not written or written.startswith("0001-"):
        return None
    # Go writes up to nine digits of a second; datetime drops all after the sixth.
    at = datetime.fromisoformat(written)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def repositories(data: Any) -> tuple[Repository, ...]:
    """Read what a search found; its projects are of no use here."""
    return tuple(
        Repository(name=text(row["repository_name"]), project_id=number(row["project_id"]))
        for row in data["repository"] or ()
    )


def can_name(repository: str, *, tag: str = "", digest: str = "") -> bool:
    """Say whether these can stand in a path: no dots alone, nothing that climbs out of it."""
    named = _NAME.fullmatch(repository) is not None
    tagged = not tag or _TAG.fullmatch(tag) is not None
    return named and tagged and (not digest or _DIGEST.fullmatch(digest) is not None)
