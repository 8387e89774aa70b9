"""What is known to be wrong with a Harbor version, where it explains a finding.

Each row names the versions, the cause it goes with, and where the defect is known from.
"""

from dataclasses import dataclass

from bot.replication.model import Version


@dataclass(frozen=True, slots=True)
class Defect:
    """A defect that explains *cause* on versions before *fixed_in*.

    *told* says what happened to the image, *why* how the defect works.
    """

    cause: str
    fixed_in: Version
    told: str
    why: str
    known_from: str

    @property
    def mended(self) -> str:
        """The release that no longer has it."""
        return f"{self.fixed_in.major}.{self.fixed_in.minor}"


_DEFECTS = (
    Defect(
        "source.manifest_unknown",
        Version(1, 7),
        "the copy ran before the image could be read at the source",
        "the registry announces a push before its tag can be read, so a copy can come too early",
        "goharbor/harbor#6223, distribution/distribution#2625",
    ),
)


def defect_behind(cause: str, version: Version | None) -> Defect | None:
    """Return the known defect of *version* that explains *cause*, if there is one."""
    if version is None:
        return None
    fitting = (row for row in _DEFECTS if row.cause == cause and version < row.fixed_in)
    return next(fitting, None)
