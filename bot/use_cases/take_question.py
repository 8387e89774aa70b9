"""Answer a question that was written down: let in, look, show; whatever fails is told.

Runs in the queue's hands, perhaps for the second time after a crash: what was shown already is
found again and not shown twice.
"""

import asyncio
import uuid
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

from bot.errors import BotError, ChatError, OurFault, Refused
from bot.ports import Answer, Chat, Clock, Harbor, Intent, MessageRef, Readers, Store, Way
from bot.replication.questions import Question, asks_for_help, read_question, read_why
from bot.use_cases.answer_why import answer_why
from bot.use_cases.let_in import find_place, let_in


Look = Callable[[], Coroutine[Any, Any, Answer]]

_GIVEN_UP = (
    "I tried several times and could not answer your question. Ask again; if that does not help"
    " either, tell my owners."
)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Services:
    """What answering needs; *patience* is how many seconds pass before *looking* is shown."""

    harbors: Sequence[Harbor]
    store: Store
    chat: Chat
    clock: Clock
    readers: Readers
    patience: float


async def take_question(services: Services, delivery: str) -> None:
    """Answer the intent of *delivery*; nothing to do where it is done.

    ChatError and StoreError where it should be tried again.
    """
    intent = await services.store.get_intent(delivery)
    if intent is None:
        return
    with structlog.contextvars.bound_contextvars(delivery=delivery, way=str(intent.asked.way)):
        try:
            await _answer(services, intent)
        except Refused as refusal:
            await _refuse(services, intent, refusal)
        except BotError as error:
            if error.transient or not isinstance(error, ChatError):
                raise  # the queue tries again: Slack or the store failed, not the question
            # Slack lets it be said nowhere, and ten more looks at the Harbors change nothing.
            log.warning("question.unsayable", code=error.code)
        except Exception:
            ticket = uuid.uuid4().hex[:8]
            log.exception("question.crashed", ticket=ticket)
            await services.chat.tell(intent.asked, str(OurFault(ticket)))


async def give_up_question(services: Services, delivery: str) -> None:
    """Tell who asked that the last attempt at the intent of *delivery* has failed."""
    intent = await services.store.get_intent(delivery)
    if intent is not None:
        await services.chat.tell(intent.asked, _GIVEN_UP)


async def _answer(services: Services, intent: Intent) -> None:
    everything, chat = services.harbors, services.chat
    # Side by side: a slow Slack must not use up the time until the first word.
    harbors, place = await asyncio.gather(
        let_in(intent.asked, everything, chat=chat, readers=services.readers),
        find_place(intent.asked, chat=chat),
    )
    if asks_for_help(intent.text):
        await services.chat.show_help(intent.asked)
        return
    question = _read(intent, [harbor.name for harbor in everything])
    barred = [harbor for harbor in everything if harbor not in harbors]
    private = question.quiet or intent.asked.private or not (place.member or place.direct)
    for number, image in enumerate(question.images):
        answer_id = f"{intent.delivery}.{number}" if number else intent.delivery
        look = partial(
            answer_why,
            harbors,
            image,
            source=question.source,
            destination=question.destination,
            barred=barred,
            answer_id=answer_id,
            clock=services.clock,
        )
        try:
            await _show_one(services, intent, look, answer_id, private=private)
        except Refused as refusal:  # of one image; the others are answered all the same
            await _refuse(services, intent, refusal)


async def _refuse(services: Services, intent: Intent, refusal: Refused) -> None:
    # Its sentence may quote the question.
    log.info("question.refused", kind=type(refusal).__name__)
    await services.chat.tell(intent.asked, str(refusal))


def _read(intent: Intent, instances: Sequence[str]) -> Question:
    if intent.asked.way in {Way.COMMAND, Way.ACTION}:
        return read_why(intent.text, instances)
    return read_question(intent.text, instances)


async def _show_one(
    services: Services, intent: Intent, look: Look, answer_id: str, *, private: bool
) -> None:
    shown = await _shown_before(services, intent, answer_id, private=private)
    looking = asyncio.create_task(look())
    try:
        if shown is None and not await _done_within_patience(services, looking):
            shown = await services.chat.show_looking(intent.asked, answer_id, private=private)
            await services.store.note_posted(answer_id, shown)
        answer = await looking
    finally:
        # Where showing failed, nothing of the look may outlive it.
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
    message = await services.chat.show_answer(intent.asked, answer, private=private, shown=shown)
    await services.store.note_posted(answer_id, message)
    log.info(
        "question.answered",
        verdict=str(answer.diagnosis.verdict),
        cause=answer.diagnosis.cause,
        requests=answer.requests,
        round_trips=answer.round_trips,
        seconds=round(answer.seconds, 3),
    )


async def _shown_before(
    services: Services, intent: Intent, answer_id: str, *, private: bool
) -> MessageRef | None:
    asked = intent.asked
    if asked.message and answer_id == intent.delivery:
        return MessageRef(asked.channel, asked.message)
    noted = await services.store.posted(answer_id)
    if noted is not None or private or not asked.thread:
        return noted
    return await services.chat.find_answer(asked, answer_id)


async def _done_within_patience(services: Services, looking: asyncio.Task[Answer]) -> bool:
    waiting = asyncio.create_task(services.clock.sleep(services.patience))
    try:
        either: set[asyncio.Task[Any]] = {looking, waiting}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
    return looking.done()
