"""Whose side it is, how sure, and what starting again is good for: the words of an answer."""

from dataclasses import dataclass
from enum import StrEnum


class Rerun(StrEnum):
    """What starting the copy now, with nothing else changed, is good for."""

    HELPS = "helps"
    WAIT = "wait"
    AFTER_FIX = "after_fix"
    USELESS = "useless"
    UNKNOWN = "unknown"


class Side(StrEnum):
    """Where the thing that has to change stands."""

    SOURCE = "source"
    DESTINATION = "destination"
    NETWORK = "network"
    POLICY = "policy"
    HARBOR = "harbor"


class Confidence(StrEnum):
    """How much a stated cause may be relied on."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One known reason why an image is not where it should be.

    `sentence` is for who released the image, `remedy` for who runs the registries.
    `rerun` is the advice while nothing else is known, `rerun_when` the fact that decides it.
    """

    code: str
    side: Side
    title: str
    sentence: str
    remedy: str
    rerun: Rerun
    rerun_when: str
