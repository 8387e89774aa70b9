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
    whole = [item for item in fitting if item.repository == asked.path]
    if asked.digest:
        return _of_digest(asked, whole or fitting)
    for exact, wanted in (
        (True, [item for item in whole or fitting if asked.tag and item.tag == asked.tag]),
        (False, _beginning(asked, whole) or _beginning(asked, fitting)),
    ):
        names = sorted({(item.repository, item.tag) for item in wanted})
        if len(names) == 1:
            digest = next((item.digest for item in wanted if item.digest), "")
            return Resolution(Known(*names[0], digest), exact=exact)
        if names:
            return Resolution(None, candidates=tuple(f"{name}:{tag}" for name, tag in names))
    return Resolution(None)


def _of_digest(asked: ImageRef, fitting: list[Known]) -> Resolution:
    """Find the one repository with the content digest; of several tags none is picked."""
    wanted = [item for item in fitting if item.digest == asked.digest and asked.fits_tag(item.tag)]
    names = sorted({item.repository for item in wanted})
    if len(names) != 1:
        return Resolution(None, candidates=tuple(f"{name}@{asked.digest}" for name in names))
    tags = {item.tag for item in wanted}
    tag = next(iter(tags)) if len(tags) == 1 else ""
    return Resolution(Known(names[0], tag, asked.digest))


def _beginning(asked: ImageRef, fitting: list[Known]) -> list[Known]:
    begun = [item for item in fitting if item.tag and asked.fits_tag(item.tag)]
    cut = len(asked.tag)
    clear = [item for item in begun if item.tag[cut:].startswith(_BOUNDARIES)]
    return clear or begun
