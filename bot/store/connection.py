"""The one place that makes Redis clients and turns their errors into ours.

Knows redis-py: its pool, its patience and its exceptions. Knows no key. The queue's library makes
its own connections from the same URL, so that its blocking reads never take one of these.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta

from redis import exceptions
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff

from bot.errors import SettingsWrong, StoreError, StoreSilent


ANSWER_WITHIN = timedelta(seconds=3)
_CONNECTIONS = 32
_CONNECT_WITHIN = timedelta(seconds=1)

# A restart of Redis leaves dead connections in the pool; two tries are enough to replace one.
_RETRIES = 2
_BACKOFF = ExponentialBackoff(cap=0.1, base=0.01)

# Redis' word for an error, as it comes from a command or from one in a pipeline.
_CODE = re.compile(r"(?:^|caused error: \(')([A-Z]+)\b")


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Redis]:
    """Open a client for *url*; whether anybody answers there shows at the first call."""
    try:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=_CONNECTIONS,
            timeout=ANSWER_WITHIN.total_seconds(),
            socket_connect_timeout=_CONNECT_WITHIN.total_seconds(),
            # Every call is bounded by ``answering``. With a time-out of its own, redis-py sends
            # through ``asyncio.wait_for``, which on 3.11 may swallow that bound.
            socket_timeout=None,
            retry=Retry(_BACKOFF, _RETRIES),
            decode_responses=True,
        )
    except ValueError:
        # Its text may hold a part of the password.
        raise SettingsWrong(("REDIS_URL: cannot be read as an address of Redis",)) from None
    redis = Redis.from_pool(pool)
    try:
        yield redis
    finally:
        await redis.aclose()


@asynccontextmanager
async def answering(within: timedelta = ANSWER_WITHIN) -> AsyncIterator[None]:
    """Bound all the calls inside together, and translate what they raise."""
    with translated():
        async with asyncio.timeout(within.total_seconds()):
            yield


@contextmanager
def translated() -> Iterator[None]:
    """Turn redis-py's errors into ours; no text of theirs is taken over."""
    try:
        yield
    except (exceptions.AuthenticationError, exceptions.AuthorizationError) as error:
        raise StoreError("Redis does not accept the user or the password.") from error
    except (exceptions.ConnectionError, exceptions.TimeoutError, TimeoutError) as error:
        raise StoreSilent("Redis did not answer.") from error
    except exceptions.RedisError as error:
        raise StoreError(f"Redis answered with an error{_code(error)}.") from error


def _code(error: exceptions.RedisError) -> str:
    # NOPERM, OOM, READONLY; the rest of the text may name keys.
    found = _CODE.search(str(error))
    return f" ({found[1]})" if found else ""
