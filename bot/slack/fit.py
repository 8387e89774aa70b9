"""Making a message fit: how much it holds, and what is left out first.

Knows the two sums that bind a whole message, and the order of shedding. Knows neither what a
block is about nor how it is drawn: whoever renders is handed the room there is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.slack.blocks import MOST_BLOCKS, Block


# Slack documents no sum; it refused messages of 11,341 characters, so we stay well below.
BUDGET = 10_000

# A notification, and a screen reader, get no more than this.
LONGEST_TEXT = 150

_SHOWN = frozenset({"text", "accessibility_label", "alt_text", "title"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """How much of each part is shown: numbers of lines, and characters of each."""

    # of evidence
    events: int = 20
    event: int = 300
    spots: int = 8
    spot: int = 300
    excerpt: int = 2800
    # of the answer
    checks: int = 12
    check: int = 240
    hops: int = 5
    sentence: int = 600


# From everything to the least that is still an answer. Each step sheds one thing more:
# evidence's details, the log, the checks' details, then whole lines, then sentences.
STEPS: tuple[Space, ...] = (
    Space(),
    Space(event=120, spot=160),
    Space(event=120, spot=160, events=12, spots=5),
    Space(event=120, spot=160, events=12, spots=5, excerpt=1200),
    Space(event=120, spot=160, events=8, spots=4, excerpt=500, check=120),
    Space(event=80, spot=100, events=4, spots=2, excerpt=300, checks=8, check=60, hops=2),
    Space(
        event=60,
        spot=80,
        events=1,
        spots=1,
        excerpt=200,
        checks=1,
        check=40,
        hops=1,
        sentence=200,
    ),
)


def measure(blocks: Sequence[Block]) -> int:
    """Count the characters that somebody sees or hears in *blocks*."""
    return sum(_length(block) for block in blocks)


def _length(value: Any) -> int:
    match value:
        case dict():
            return sum(
                len(inner) if isinstance(inner, str) and key in _SHOWN else _length(inner)
                for key, inner in value.items()
            )
        case list():
            return sum(_length(inner) for inner in value)
        case _:
            return 0


def fits(blocks: Sequence[Block], budget: int) -> bool:
    """Say whether Slack would take so much in one message."""
    return len(blocks) <= MOST_BLOCKS and measure(blocks) <= budget


def fitted(render: Callable[[Space], list[Block]], budget: int = BUDGET) -> list[Block]:
    """Render with as much room as fits in *budget*; the least there is, if nothing does."""
    for space in STEPS[:-1]:
        blocks = render(space)
        if fits(blocks, budget):
            return blocks
    return render(STEPS[-1])
