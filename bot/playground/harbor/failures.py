"""Failures of a copy that a test or a demo orders, by name.

Knows the names and which copies are meant. The lines that each leaves in a log belong to
the generation, which knows its templates.
"""

import fnmatch
from collections.abc import Container
from dataclasses import dataclass
from enum import StrEnum


class Failure(StrEnum):
    """What goes wrong while an image is copied."""

    SOURCE_TAG_UNREADABLE = "source tag unreadable"
    SOURCE_REVISION_MISSING = "source revision missing"
    SOURCE_BLOB_MISSING = "source blob missing"
    DESTINATION_UNAUTHORIZED = "destination unauthorized"
    NO_PUSH_RIGHT = "no push right"
    ONLY_ADMIN_CREATES = "only admin creates projects"
    QUOTA_EXCEEDED = "quota exceeded"
    TAG_IMMUTABLE = "tag immutable"
    READ_ONLY = "destination read-only"
    NO_SPACE = "no space left"
    BAD_GATEWAY = "bad gateway"
    BODY_TOO_LARGE = "body too large"
    CONNECTION_REFUSED = "connection refused"
    UNKNOWN_HOST = "unknown host"
    UNTRUSTED_CERTIFICATE = "untrusted certificate"
    NEVER_STARTS = "never starts"
    NEVER_ENDS = "never ends"
    LOG_GONE = "log gone"


@dataclass(slots=True)
class Order:
    """A failure for the copies whose repository and tag fit; *times* None is for ever."""

    failure: Failure
    repository: str
    tag: str
    times: int | None

    def fits(self, repository: str, tag: str) -> bool:
        """Say whether this copy is meant."""
        named = fnmatch.fnmatchcase(repository, self.repository)
        return named and fnmatch.fnmatchcase(tag, self.tag)


class Orders:
    """The failures that were ordered, taken once per run of a copy."""

    def __init__(self) -> None:
        self._orders: list[Order] = []

    def add(
        self, failure: Failure, *, repository: str = "*", tag: str = "*", times: int | None = None
    ) -> Order:
        """Order *failure* for the next *times* runs that fit, or for all of them."""
        order = Order(failure, repository, tag, times)
        self._orders.append(order)
        return order

    def clear(self) -> None:
        """Let everything succeed again."""
        self._orders.clear()

    def take(self, repository: str, tag: str, *, among: Container[Failure]) -> Failure | None:
        """Say which failure *among* these happens in the run that begins now, and count it."""
        for order in self._orders:
            if order.failure not in among or order.times == 0:
                continue
            if order.fits(repository, tag):
                if order.times is not None:
                    order.times -= 1
                return order.failure
        return None
