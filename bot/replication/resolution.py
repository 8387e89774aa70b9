"""Which image is meant: exact before beginning, never a silent guess.

Knows how a name that somebody typed is held against names that exist. What is merely similar is
not decided here: close names are ranked outside and shown as suggestions.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.replication.image_ref import ImageRef


# What follows a beginning that somebody meant: v1.6.32 is v1.6.32-67284045, hardly v1.6.321.
_BOUNDARIES = ("-", ".", "_", "+")


@dataclass(frozen=True, slots=True, order=True)
class Known:
    """A repository and a tag, or a digest, that something at Harbor knows."""

    repository: str
    tag: str
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a name was found to mean.

    *image* is None where nothing, or more than one thing, fits; *candidates* are then those that
    fit equally well.
    """

    image: Known | None
    exact: bool = True
    candidates: tuple[str, ...] = ()


def resolve(asked: ImageRef, known: Iterable[Known]) -> Resolution:
    """Hold *asked* against what is *known*: exact match, then beginning, else candidates."""
    fitting = [item for item in known if asked.fits_repository(item.repository)]
    for exact, wanted in ((True, _exact(asked, fitting)), (False, _beginning(asked, fitting))):
        names = sorted({(item.repository, item.tag) for item in wanted})
        if len(names) == 1:
            digest = next((item.digest for item in wanted if item.digest), "")
            return Resolution(Known(*names[0], digest), exact=exact)
        if names:
            return Resolution(None, candidates=tuple(f"{name}:{tag}" for name, tag in names))
    return Resolution(None)


def _exact(asked: ImageRef, fitting: list[Known]) -> list[Known]:
    whole = [item for item in fitting if item.repository == asked.path] or fitting
    if asked.digest:
        return [
            item for item in whole if item.digest == asked.digest and asked.tag in {"", item.tag}
        ][:1]
    return [item for item in whole if asked.tag and item.tag == asked.tag]


def _beginning(asked: ImageRef, fitting: list[Known]) -> list[Known]:
    if asked.digest:
        return []
    begun = [item for item in fitting if item.tag and asked.fits_tag(item.tag)]
    cut = len(asked.tag)
    clear = [item for item in begun if item.tag[cut:].startswith(_BOUNDARIES)]
    return clear or begun
