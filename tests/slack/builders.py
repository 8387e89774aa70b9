"""Made diagnoses, and what a person would read of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.playground.slack import plain
from bot.ports import Answer
from bot.replication.causes import CAUSES, Confidence, Rerun
from bot.replication.verdicts import (
    BlindSpot,
    Check,
    CheckName,
    CheckState,
    Diagnosis,
    Hop,
    Verdict,
)


IMAGE = "frontend-rls/vira:v1.6.32-67284045"
BUILT = datetime(2026, 5, 13, 21, 48, 10, tzinfo=UTC)
FAILED = BUILT + timedelta(seconds=2)
ANSWERED = datetime(2026, 5, 14, 9, 31, 4, tzinfo=UTC)
LINE = '[ERROR] failed to pull manifest: 404 {"errors":[{"code":"MANIFEST_UNKNOWN"}]}'
_CAUSE = CAUSES["source.manifest_unknown"]

GOLDEN = Diagnosis(
    image=IMAGE,
    verdict=Verdict.FAILED,
    cause=_CAUSE.code,
    confidence=Confidence.HIGH,
    summary=f"{IMAGE} is not on prod: {_CAUSE.sentence} Running it again helps.",
    checks=(
        Check(CheckName.IMAGE, CheckState.OK, f"{IMAGE} is the name in full"),
        Check(CheckName.SOURCE, CheckState.OK, "on stag, sha256:bf44a961a096", "stag: tag", BUILT),
        Check(CheckName.DESTINATION, CheckState.BAD, "not on prod", "prod: tag"),
        Check(CheckName.POLICY, CheckState.OK, "sync-to-prod (7) selects it", "stag: policies"),
        Check(
            CheckName.ATTEMPTS,
            CheckState.BAD,
            "job 20049 failed 2 s after the build",
            "stag: policy records",
            FAILED,
        ),
        Check(CheckName.LOG, CheckState.BAD, LINE, "stag: log of job 20049", FAILED),
        Check(CheckName.ENDPOINT, CheckState.SKIPPED, "Harbor holds no opinion of its health"),
        Check(CheckName.VERSION, CheckState.BAD, "stag runs Harbor 1.2.2", "stag: version"),
    ),
    rerun=Rerun.HELPS,
    rerun_when="The tag is readable on stag now.",
    remedy="Run the copy again; Harbor 1.7.0 and later do not have this race.",
    blind_spots=(BlindSpot("stag: access log", "the account may not read it", "Grant it."),),
    hops=(Hop("stag", "prod", "sync-to-prod", Verdict.FAILED),),
    excerpt=f"2026-05-13T21:48:12Z [INFO] pulling\n2026-05-13T21:48:12Z {LINE}",
    source="stag",
    destination="prod",
    digest="sha256:bf44a961a096" + "0" * 52,
)

SYNCED = replace(
    GOLDEN,
    verdict=Verdict.SYNCED,
    cause="",
    summary=f"{IMAGE} is on prod: the same content digest on both sides.",
    rerun=Rerun.USELESS,
    rerun_when="The image is at the destination.",
    remedy="",
    blind_spots=(),
    excerpt="",
)

SEVERAL = Diagnosis(
    image="vira:v1.6",
    verdict=Verdict.CANNOT_TELL,
    cause="",
    confidence=Confidence.LOW,
    summary="vira:v1.6 fits 7 images: which one is meant?",
    checks=(Check(CheckName.IMAGE, CheckState.UNKNOWN, "fits several", "stag, prod"),),
    rerun=Rerun.UNKNOWN,
    rerun_when="Ask again with the name in full.",
    candidates=tuple(f"frontend-rls/vira:v1.6.{number}" for number in range(7)),
)

WAITING = replace(
    GOLDEN,
    verdict=Verdict.IN_PROGRESS,
    cause="jobservice.retry_pending",
    rerun=Rerun.WAIT,
    confidence=Confidence.MEDIUM,
    summary=f"{IMAGE} is not on prod yet: Harbor tries it again.",
)

MISSING = replace(GOLDEN, verdict=Verdict.SOURCE_MISSING, rerun=Rerun.USELESS, digest="")

ALL = (GOLDEN, SYNCED, SEVERAL, WAITING, MISSING)


def an_answer(diagnosis: Diagnosis = GOLDEN, *, answer_id: str = "answer-1") -> Answer:
    """Make an answer around *diagnosis*."""
    return Answer(answer_id, diagnosis, requests=7, round_trips=3, seconds=0.83, at=ANSWERED)


def seen(blocks) -> str:
    """Give what a person reads of *blocks*."""
    return "\n".join(plain.lines(blocks))
