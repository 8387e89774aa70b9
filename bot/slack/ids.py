"""The ids in our messages that outside tools, and we ourselves, rely on.

Knows action ids and message metadata. Knows neither what a button does nor how it looks.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class Action(StrEnum):
    """What a button asks for."""

    ASK_AGAIN = "ask_again"
    PICK_IMAGE = "pick_image"


class Kind(StrEnum):
    """What a message of ours is, as its metadata's ``event_type``."""

    ANSWER = "harborbot.answer"
    EVIDENCE = "harborbot.evidence"


# What an answer's metadata says while there is none yet; later it is the verdict.
LOOKING = "looking"
# The same, of a sentence to one person that is no answer.
TOLD = "told"


def action_id(action: Action, number: int | None = None) -> str:
    """Make the ``action_id`` of a button; *number* where it occurs more than once."""
    return str(action) if number is None else f"{action}:{number}"


def any_of(*wanted: Action) -> re.Pattern[str]:
    """Match the ``action_id`` of every button that asks for one of *wanted*."""
    return re.compile(rf"\A(?:{'|'.join(wanted)})(?::[0-9]{{1,3}})?\Z")


def metadata(kind: Kind, record: str, *, state: str) -> dict[str, Any]:
    """Make the metadata of a message about *record*."""
    return {"event_type": str(kind), "event_payload": {"id": record, "state": state}}


def carries(message: Mapping[str, Any], kind: Kind, *, record: str) -> bool:
    """Say whether *message*, as Slack gives it, is of this kind and about *record*."""
    match message.get("metadata"):
        case {"event_type": str(named), "event_payload": {"id": str(about)}}:
            return named == kind and about == record
        case _:
            return False
