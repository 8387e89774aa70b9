"""A diagnosis as a message: the answer in words first, then how sure, then what to do.

Knows the order in which a person reads, and which words from outside stand where. Pure; the room
there is comes in as a ``Space``. Does not know how a message is sent, or what evidence looks like.
"""

import re
from collections.abc import Iterator

from bot.ports import Answer
from bot.replication.causes import CAUSES, Confidence
from bot.replication.verdicts import (
    Check,
    CheckName,
    CheckState,
    Diagnosis,
    Hop,
    Verdict,
)
from bot.slack import words
from bot.slack.blocks import (
    Block,
    actions,
    button,
    context,
    fields,
    header,
    paragraphs,
    section,
)
from bot.slack.evidence import detail_of, evidence_parts
from bot.slack.fit import BUDGET, LONGEST_TEXT, Space, fitted
from bot.slack.ids import Action, action_id
from bot.slack.text import bold, clean, code, date, prose, spoken, unlinked


_MOST_CANDIDATES = 5

_SENTENCE_END = re.compile(r"(?<=[.?!])\s+")
_CONTENT_DIGEST = re.compile(r"([a-z0-9]+:)?([0-9a-f]{12})[0-9a-f]*")
# What a button may carry: an image as people write it.
_PICKABLE = re.compile(r"[\w.+/:@-]{1,400}", re.ASCII)
_NAME = re.compile(r"[\w.-]{1,60}", re.ASCII)


def looking_blocks() -> list[Block]:
    """Say that the question is being looked into."""
    return [section(f"\u23f3 {words.LOOKING_INTO_IT}")]


def told_blocks(sentence: str) -> list[Block]:
    """Say one thing to one person."""
    return [section(spoken(sentence))]


def answer_text(answer: Answer) -> str:
    """Say the answer in one breath, for who sees or hears nothing else."""
    return unlinked(_first_sentences(answer.diagnosis), LONGEST_TEXT)


def _first_sentences(diagnosis: Diagnosis) -> str:
    summary = " ".join(clean(diagnosis.summary).split()) or _stand_in(diagnosis)
    said = ""
    for sentence in _SENTENCE_END.split(summary):
        if said and len(said) + 1 + len(sentence) > LONGEST_TEXT:
            return said
        said = f"{said} {sentence}".strip()
    return said


def _stand_in(diagnosis: Diagnosis) -> str:
    return f"{diagnosis.image}: {words.VERDICTS[diagnosis.verdict][1]}."


def answer_blocks(answer: Answer, budget: int = BUDGET) -> list[Block]:
    """Say what became of the image, why, and what to do."""
    return fitted(lambda space: _answer(answer, space), budget)


def private_blocks(answer: Answer, budget: int = BUDGET) -> list[Block]:
    """Say the same with its evidence, where there is no thread to keep it."""
    return fitted(lambda space: _private(answer, space), budget)


def _private(answer: Answer, space: Space) -> list[Block]:
    parts = evidence_parts(answer, space)
    return [
        *_answer(answer, space),
        *([header(words.EVIDENCE), *parts] if parts else []),
        context([words.ONLY_YOU]),
    ]


def _answer(answer: Answer, space: Space) -> list[Block]:
    diagnosis = answer.diagnosis
    return [
        section(_headline(diagnosis, space)),
        *_found(diagnosis, space),
        *_candidates(diagnosis),
        *_unseen(diagnosis, space),
        actions([_ask_again(answer)]),
        context([_small_print(answer)]),
    ]


def _found(diagnosis: Diagnosis, space: Space) -> list[Block]:
    if diagnosis.checks and all(check.name is CheckName.IMAGE for check in diagnosis.checks):
        # No single image was meant, so there is no more to say than how to ask.
        how = "" if diagnosis.candidates else prose(diagnosis.rerun_when, space.sentence)
        return [section(how)] if how else []
    return [
        fields(list(_facts(diagnosis, space))),
        *_checks(diagnosis, space),
        *_cause(diagnosis, space),
    ]


def _headline(diagnosis: Diagnosis, space: Space) -> str:
    said = prose(diagnosis.summary, space.sentence) or prose(_stand_in(diagnosis), space.sentence)
    return "\n".join((bold(said), *_way(diagnosis, space)))


def _way(diagnosis: Diagnosis, space: Space) -> Iterator[str]:
    image = code(diagnosis.image)
    hops = diagnosis.hops[: space.hops]
    if len(diagnosis.hops) == 1:
        yield " \u00b7 ".join((_state(diagnosis.verdict), image, *_hop(hops[0])))
        return
    ends = [prose(end, 80) for end in (diagnosis.source, diagnosis.destination) if end]
    where = [" \u2192 ".join(ends)] if ends else []
    yield " \u00b7 ".join((_state(diagnosis.verdict), image, *where))
    for hop in hops:
        yield " \u00b7 ".join((*_hop(hop), _state(hop.verdict)))
    if len(diagnosis.hops) > len(hops):
        yield words.more(len(diagnosis.hops) - len(hops))


def _state(verdict: Verdict) -> str:
    mark, word = words.VERDICTS[verdict]
    return f"{mark} {word}"


def _hop(hop: Hop) -> Iterator[str]:
    yield f"{prose(hop.source, 80)} \u2192 {prose(hop.destination, 80)}"
    if hop.policy:
        yield f"policy {code(hop.policy, 80)}"


def _facts(diagnosis: Diagnosis, space: Space) -> Iterator[tuple[str, str]]:
    # What a high confidence rests on is the list below it.
    sure_of = () if diagnosis.confidence is Confidence.HIGH else (CheckState.OK, CheckState.BAD)
    seen = _named(diagnosis, *sure_of)
    unseen = _named(diagnosis, CheckState.UNKNOWN)
    why = words.grounds(seen, unseen, blind=len(diagnosis.blind_spots))
    sure = words.CONFIDENCES[diagnosis.confidence]
    yield "Confidence", f"{sure}: {why}" if why else sure
    if diagnosis.verdict is not Verdict.SYNCED:
        yield "Running again", _advice(diagnosis, space)
    digest = _short(diagnosis.digest)
    if digest and not any(digest in check.detail for check in _first(diagnosis, space)):
        yield "Source digest", code(digest)


def _advice(diagnosis: Diagnosis, space: Space) -> str:
    mark, word = words.RERUNS[diagnosis.rerun]
    when = prose(diagnosis.rerun_when, space.sentence // 2)
    return f"{mark} {word}. {when}".strip()


def _named(diagnosis: Diagnosis, *states: CheckState) -> list[CheckName]:
    found = (check.name for check in diagnosis.checks if check.state in states)
    return [name for name in dict.fromkeys(found) if name is not CheckName.IMAGE]


def _short(digest: str) -> str:
    found = _CONTENT_DIGEST.fullmatch(clean(digest))
    return f"{found[1] or ''}{found[2]}" if found else digest[:40]


def _checks(diagnosis: Diagnosis, space: Space) -> list[Block]:
    shown = _first(diagnosis, space)
    if not shown:
        return []
    lines = [_check(one, space.check) for one in shown]
    left = len(_telling(diagnosis)) - len(shown)
    return paragraphs(words.CHECKS, [*lines, *([words.more(left)] if left else [])])


def _first(diagnosis: Diagnosis, space: Space) -> list[Check]:
    return _telling(diagnosis)[: space.checks]


def _telling(diagnosis: Diagnosis) -> list[Check]:
    # What was not looked at, and a log that blames nothing, are in the evidence.
    return [
        check
        for check in diagnosis.checks
        if check.state is not CheckState.SKIPPED
        and (check.name, check.state) != (CheckName.LOG, CheckState.OK)
    ]


def _check(check: Check, room: int) -> str:
    mark, word = words.STATES[check.state]
    return f"{mark} {words.STEPS[check.name]}: {detail_of(check, room) or word}"


def _cause(diagnosis: Diagnosis, space: Space) -> list[Block]:
    row = None if diagnosis.cause == "none" else CAUSES.get(diagnosis.cause)
    remedy = prose(diagnosis.remedy, space.sentence)
    if row is not None:
        remedy = remedy or prose(row.remedy, space.sentence)
    done = [f"*{words.DO}* {remedy}"] if remedy else []
    if row is None:
        return [section(line) for line in done]
    if any(
        (check.name, check.state) == (CheckName.VERSION, CheckState.BAD)
        for check in diagnosis.checks
    ):
        # A defect of this version says it better than what the code means in general.
        return [section("\n".join((*done, f"*{words.CAUSE}* {code(row.code)}")))]
    title = f"*{words.CAUSE}* {prose(row.title)} {code(row.code)}"
    # The answer's first line often says it already.
    known = row.sentence[1:].rstrip(".") in diagnosis.summary
    said = [] if known else [prose(row.sentence, space.sentence)]
    return [section("\n".join((*done, title, *said)))]


def _candidates(diagnosis: Diagnosis) -> list[Block]:
    known = list(dict.fromkeys(filter(_PICKABLE.fullmatch, diagnosis.candidates)))
    offered = known[:_MOST_CANDIDATES]
    if not offered:
        return []
    left = len(known) - len(offered)
    rest = f" {words.OTHERS.format(words.more(left))}" if left else ""
    buttons = [
        button(
            image,
            action_id(Action.PICK_IMAGE, number),
            value=_question(diagnosis, image),
            says=words.LOOK_INTO.format(image),
        )
        for number, image in enumerate(offered)
    ]
    return [section(bold(words.CANDIDATES) + rest), actions(buttons)]


def _unseen(diagnosis: Diagnosis, space: Space) -> list[Block]:
    spots = diagnosis.blind_spots
    if not spots:
        return []
    named = [prose(spot.what, 100) for spot in spots[: space.spots]]
    left = len(spots) - len(named)
    rest = f", {words.more(left)}" if left else ""
    return [section(f"*{words.BLIND}:* {', '.join(named)}{rest}")]


def _ask_again(answer: Answer) -> Block:
    return button(
        words.ask_again(answer.at),
        action_id(Action.ASK_AGAIN),
        value=_question(answer.diagnosis, clean(answer.diagnosis.image)),
        says=words.ASK_AGAIN_ABOUT.format(answer.diagnosis.image),
    )


def _question(diagnosis: Diagnosis, image: str) -> str:
    """Give the question in the words of the command, after ``why``."""
    ends = (("from", diagnosis.source), ("to", diagnosis.destination))
    way = [f" {word} {end}" for word, end in ends if _NAME.fullmatch(end)]
    return "".join((image, *way)) or words.UNNAMED


def _small_print(answer: Answer) -> str:
    cost = words.cost(answer.requests, seconds=answer.seconds)
    return f"Checked {date(answer.at, seconds=True)}, {cost}"
