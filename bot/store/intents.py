"""What was asked and is not done yet, in Redis.

Knows the intents' keys and scripts; fits the ``Store`` port. Knows nothing of the queue: that an
intent is performed is the queue's care, that it is not lost is this one's.
"""

import uuid
from datetime import timedelta
from pathlib import Path

from redis.asyncio import Redis

from bot.errors import StoreError, StoreSilent
from bot.ports import Accepted, Clock, Intent, MessageRef
from bot.store.connection import ANSWER_WITHIN, answering
from bot.store.keys import COUNTED_FOR, POSTED_FOR, SEEN_FOR, WAY_BACK_FOR, WORDS_FOR, Keys
from bot.store.records import read_intent, read_message, write_intent, write_message
from bot.store.sealed import Seal


# Slack gives us three seconds for everything.
ACCEPT_WITHIN = timedelta(seconds=1)

# What one sweep looks at; the next one sees the rest.
_OPEN_AT_MOST = 1000


def _script(name: str) -> str:
    return Path(__file__).with_name(f"{name}.lua").read_text(encoding="utf-8")


class RedisStore:
    """The intents of one bot; *limit* is how many questions a person may ask in a minute."""

    def __init__(
        self,
        redis: Redis,
        keys: Keys,
        *,
        seal: Seal,
        clock: Clock,
        limit: int,
        accept_within: timedelta = ACCEPT_WITHIN,
        answer_within: timedelta = ANSWER_WITHIN,
    ) -> None:
        self._redis = redis
        self._keys = keys
        self._seal = seal
        self._clock = clock
        self._limit = limit
        self._accept_within = accept_within
        self._answer_within = answer_within
        self._accept = redis.register_script(_script("accept"))
        self._begin = redis.register_script(_script("begin"))
        self._list_open = redis.register_script(_script("list_open"))
        # How far Redis' clock is ahead of ours, in ms; unknown before its first answer.
        self._ahead: int | None = None

    async def ping(self) -> bool:
        """Say whether Redis answers, and learn what its clock shows."""
        try:
            async with answering(self._accept_within):
                seconds, microseconds = await self._redis.time()
        except StoreError:
            return False
        self._learn(seconds * 1000 + microseconds // 1000)
        return True

    async def accept(self, intent: Intent) -> Accepted:
        """Claim the delivery and write the intent down, both or neither.

        The same delivery again is ``SEEN``, or ``LIMITED`` again, and is not counted again. What
        raises ``StoreSilent`` has had no effect and will have none, unless the answer alone was
        lost.
        """
        claim = uuid.uuid4().hex
        async with answering(self._accept_within):
            outcome = await self._claim(intent, claim, deadline=self._deadline())
            if outcome == "late":
                # We are still waiting, so Redis' clock was moved: it is known anew now.
                outcome = await self._claim(intent, claim, deadline=self._deadline())
        if outcome == "late":
            raise StoreSilent("Redis answered too late.")
        return Accepted(outcome)

    async def get_intent(self, delivery: str) -> Intent | None:
        """Return an intent that is not done yet; None when it is done or too old."""
        async with answering(self._answer_within), self._redis.pipeline() as both:
            both.hget(self._keys.intent(delivery), "record")
            both.get(self._keys.way_back(delivery))
            record, sealed = await both.execute()
        if record is None:
            return None
        return read_intent(record, response_url=self._seal.open(sealed or ""))

    async def begin(self, delivery: str) -> int:
        """Count one more attempt at an intent; 0 where it is done or too old."""
        keys = [self._keys.intent(delivery), self._keys.open]
        async with answering(self._answer_within):
            return int(await self._begin(keys=keys, args=[delivery]))

    async def posted(self, delivery: str) -> MessageRef | None:
        """Say which message already carries the answer to *delivery*, if any."""
        async with answering(self._answer_within):
            record = await self._redis.get(self._keys.posted(delivery))
        return None if record is None else read_message(str(record))

    async def note_posted(self, delivery: str, message: MessageRef) -> None:
        """Remember which message carries the answer."""
        record = write_message(message)
        async with answering(self._answer_within):
            await self._redis.set(self._keys.posted(delivery), record, ex=POSTED_FOR)

    async def finish(self, delivery: str) -> None:
        """Mark an intent as done; its words and its way back are forgotten at once."""
        async with answering(self._answer_within), self._redis.pipeline() as both:
            both.delete(self._keys.intent(delivery), self._keys.way_back(delivery))
            both.zrem(self._keys.open, delivery)
            await both.execute()

    async def list_open(self) -> tuple[str, ...]:
        """List the deliveries whose intents are not done, oldest first, at most 1,000."""
        arguments = [_seconds(WORDS_FOR), _OPEN_AT_MOST]
        async with answering(self._answer_within):
            return tuple(await self._list_open(keys=[self._keys.open], args=arguments))

    async def _claim(self, intent: Intent, claim: str, *, deadline: int) -> str:
        delivery, asked = intent.delivery, intent.asked
        keys = [
            self._keys.seen(delivery),
            self._keys.counted(asked.team, asked.user),
            self._keys.intent(delivery),
            self._keys.way_back(delivery),
            self._keys.open,
        ]
        said = [claim, delivery, write_intent(intent), self._seal.close(asked.response_url)]
        lifetimes = [_seconds(each) for each in (SEEN_FOR, COUNTED_FOR, WORDS_FOR, WAY_BACK_FOR)]
        outcome, at = await self._accept(
            keys=keys, args=[*said, self._limit, deadline, *lifetimes]
        )
        self._learn(int(at))
        return str(outcome)

    def _learn(self, at: int) -> None:
        self._ahead = at - self._milliseconds()

    def _deadline(self) -> int:
        if self._ahead is None:
            return 0
        within = int(self._accept_within.total_seconds() * 1000)
        return self._milliseconds() + within + self._ahead

    def _milliseconds(self) -> int:
        return int(self._clock.monotonic() * 1000)


def _seconds(lifetime: timedelta) -> int:
    return int(lifetime.total_seconds())
