"""The answer where the ladder cannot begin, because no single image, or no way, is meant.

Decides nothing and fetches nothing.
"""

from collections.abc import Collection, Iterator, Sequence

from bot.replication.causes import Confidence, Rerun
from bot.replication.image_ref import ImageRef
from bot.replication.verdicts import (
    BlindSpot,
    Check,
    CheckName,
    CheckState,
    Diagnosis,
    Verdict,
)


def undecided(
    asked: ImageRef,
    *,
    looked_at: Sequence[str],
    unseen: Collection[str] = (),
    fitting: Sequence[str] = (),
    close: Sequence[str] = (),
    blind_spots: Sequence[BlindSpot] = (),
) -> Diagnosis:
    """Say that no single image is meant: which ones fit, or where was looked and what is close.

    *unseen* are those of *looked_at* that could not be asked: they may know it.
    """
    where = ", ".join(looked_at) or "no instance"
    if fitting:
        summary = f"{asked} fits {len(fitting)} images: which one is meant?"
        check = Check(CheckName.IMAGE, CheckState.UNKNOWN, f"fits {', '.join(fitting[:5])}", where)
    else:
        summary = " ".join(_nowhere(asked, looked_at=looked_at, unseen=unseen))
        state = CheckState.UNKNOWN if unseen else CheckState.BAD
        check = Check(CheckName.IMAGE, state, summary, where)
        summary += f" Close: {', '.join(close[:3])}." if close else ""
    return Diagnosis(
        image=str(asked),
        verdict=Verdict.CANNOT_TELL,
        cause="",
        confidence=Confidence.LOW,
        summary=summary,
        checks=(check,),
        rerun=Rerun.UNKNOWN,
        rerun_when="Ask again with the name in full.",
        blind_spots=tuple(blind_spots),
        candidates=tuple(fitting or close),
    )


def wayless(asked: ImageRef, *, blind_spots: Sequence[BlindSpot]) -> Diagnosis:
    """Say that nothing tells where the image should go, so that nothing was compared."""
    summary = f"Nothing says where {asked} should go, so it was not looked for."
    return Diagnosis(
        image=str(asked),
        verdict=Verdict.CANNOT_TELL,
        cause="",
        confidence=Confidence.LOW,
        summary=summary,
        checks=(Check(CheckName.IMAGE, CheckState.SKIPPED, summary),),
        rerun=Rerun.UNKNOWN,
        rerun_when="Say from where to where it should go.",
        blind_spots=tuple(blind_spots),
    )


def _nowhere(
    asked: ImageRef, *, looked_at: Sequence[str], unseen: Collection[str]
) -> Iterator[str]:
    seen = [name for name in looked_at if name not in unseen]
    if seen or not unseen:
        yield f"{asked} is not known on {', '.join(seen) or 'no instance'}."
    if unseen:
        silent = ", ".join(name for name in looked_at if name in unseen)
        yield f"{silent} could not be asked, so {asked} may be there all the same."
