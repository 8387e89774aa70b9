"""A message of ours before it is sent: its words, its blocks at any size, what it is about.

Knows which message says what. Knows neither who gets it nor how it travels.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.ports import Answer
from bot.slack import words
from bot.slack.answer import (
    answer_blocks,
    answer_text,
    looking_blocks,
    private_blocks,
    told_blocks,
)
from bot.slack.blocks import Block
from bot.slack.evidence import evidence_blocks, evidence_text
from bot.slack.fit import BUDGET
from bot.slack.ids import LOOKING, TOLD, Kind, metadata
from bot.slack.text import NOTHING, unlinked


# Budgets to try one after the other when Slack refuses the blocks; the last is words alone.
BUDGETS = (BUDGET, BUDGET // 3, 0)

_LONGEST_TOLD = 1000


@dataclass(frozen=True, slots=True)
class Message:
    """What to say; *draw* gives its blocks within a budget of characters."""

    text: str
    draw: Callable[[int], list[Block]]
    kind: Kind
    record: str
    state: str

    def content(self, budget: int) -> dict[str, Any]:
        """Give text and blocks."""
        # An edit keeps the old blocks where it is given none.
        return {"text": self.text, "blocks": self.draw(budget) if budget else []}

    def metadata(self) -> dict[str, Any]:
        """Give what tells us later which message this is."""
        return metadata(self.kind, self.record, state=self.state)


def looking(answer_id: str) -> Message:
    """Say that a question is being looked into."""
    return Message(
        words.LOOKING_INTO_IT, lambda _: looking_blocks(), Kind.ANSWER, answer_id, LOOKING
    )


def answered(answer: Answer, *, private: bool) -> Message:
    """Say the answer, with its evidence where it is private."""
    draw = private_blocks if private else answer_blocks
    return Message(
        answer_text(answer),
        lambda budget: draw(answer, budget),
        Kind.ANSWER,
        answer.id,
        str(answer.diagnosis.verdict),
    )


def evidence(answer: Answer) -> Message:
    """Show what the answer rests on."""
    return Message(
        evidence_text(answer),
        lambda budget: evidence_blocks(answer, budget),
        Kind.EVIDENCE,
        answer.id,
        str(answer.diagnosis.verdict),
    )


def told(sentence: str) -> Message:
    """Say one thing to one person."""
    text = unlinked(sentence, _LONGEST_TOLD) or NOTHING
    return Message(text, lambda _: told_blocks(sentence), Kind.ANSWER, "", TOLD)
