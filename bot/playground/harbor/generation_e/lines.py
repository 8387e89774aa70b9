"""Where each log line of a copy stands in Harbor's source, release by release.

Knows file and line. Does not know texts.
"""

from dataclasses import dataclass
from enum import Enum

from bot.playground.harbor.site import Version


class Place(Enum):
    """A place: its line in 2.2, 2.5, 2.9 and 2.15, as read from their sources.

    Those of 2.9 and 2.15 were seen; of 2.2 they are the ones of 2.0.
    """

    SOURCE = (127, 125, 139, 140)
    DESTINATION = (137, 135, 149, 150)
    BEGIN = (170, 168, 182, 183)
    REPEATED = (175, 180, 194, 195)
    GAVE_UP = (181, 186, 200, 201)
    END = (185, 190, 204, 205)
    BEGIN_TAG = (191, 196, 210, 211)
    SAME = (207, 212, 226, 227)
    KEPT = (213, 218, 232, 233)
    OVERRIDDEN = (218, 223, 237, 238)
    END_TAG = (234, 239, 253, 254)
    BLOB = (265, 270, 289, 290)
    BLOB_DONE = (267, 272, 291, 292)
    WAIT = (273, 278, 297, 298)
    BLOB_CHECK_FAILED = (287, 292, 335, 336)
    BLOB_THERE = (291, 296, 339, 340)
    BLOB_PULL_FAILED = (297, 316, 379, 380)
    BLOB_PUSH_FAILED = (308, 332, 395, 396)
    PULL = (319, 343, 467, 465)
    PULL_FAILED = (322, 346, 470, 468)
    PULLED = (325, 349, 473, 471)
    CHECK_FAILED = (333, 357, 481, 479)
    PUSH = (344, 372, 496, 494)
    PUSH_FAILED = (352, 380, 504, 502)
    PUSHED = (356, 384, 508, 506)


@dataclass(frozen=True, slots=True)
class LineNumbers:
    """The file of a release, and which column of the places is its own."""

    file: str
    column: int

    @classmethod
    def of(cls, version: Version) -> "LineNumbers":
        """Find the column nearest to *version*."""
        since = ((2, 13), (2, 7), (2, 3))
        moved = "/controller" if version.at_least(2, 3) else ""
        column = next(
            (3 - index for index, release in enumerate(since) if version.at_least(*release)), 0
        )
        return cls(f"{moved}/replication/transfer/image/transfer.go", column)

    def at(self, place: Place) -> str:
        """Say where *place* is."""
        return f"{self.file}:{place.value[self.column]}"
