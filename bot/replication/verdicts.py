"""What a diagnosis is made of: its verdict, its checks, what it could not see.

Knows the words that outside tools rely on. Does not know how a verdict is reached; that is
``diagnosis``.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.replication.causes import Confidence, Rerun


class Verdict(StrEnum):
    """Where the image stands, in one word."""

    SYNCED = "synced"
    IN_PROGRESS = "in_progress"
    FAILED = "failed"
    SOURCE_MISSING = "source_missing"
    CANNOT_TELL = "cannot_tell"


class CheckName(StrEnum):
    """The steps of the ladder, in the order in which they are shown."""

    IMAGE = "image"
    SOURCE = "source"
    DESTINATION = "destination"
    POLICY = "policy"
    ATTEMPTS = "attempts"
    LOG = "log"
    ENDPOINT = "endpoint"
    VERSION = "version"


class CheckState(StrEnum):
    """What came of a step."""

    OK = "ok"
    BAD = "bad"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Check:
    """One step: what was seen, in which call (*source*), and when Harbor says it happened."""

    name: CheckName
    state: CheckState
    detail: str
    source: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """Something that could not be looked at, why, and what would open it.

    *what* begins with the instance and a colon, where it is something of an instance.
    """

    what: str
    why: str
    remedy: str

    @property
    def where(self) -> str:
        """The instance that it is about."""
        return self.what.partition(":")[0]

    @property
    def only_older(self) -> bool:
        """Whether nothing is missing but records older than those that were read."""
        return self.what.partition(": ")[2].startswith("older records")


@dataclass(frozen=True, slots=True)
class Hop:
    """One copy on the image's way, from instance to instance, and the policy that makes it."""

    source: str
    destination: str
    policy: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The answer to *why?*.

    *image* is the name in full where it is known, else as asked. *cause* is a code of the cause
    table, ``none``, or empty for a verdict that has none. *excerpt* is the log around the
    decisive line, redacted. *candidates* are images that fit the question equally well, or that
    are close to it.
    """

    image: str
    verdict: Verdict
    cause: str
    confidence: Confidence
    summary: str
    checks: tuple[Check, ...]
    rerun: Rerun
    rerun_when: str
    remedy: str = ""
    blind_spots: tuple[BlindSpot, ...] = ()
    candidates: tuple[str, ...] = ()
    hops: tuple[Hop, ...] = ()
    excerpt: str = ""
    source: str = ""
    destination: str = ""
    digest: str = ""
