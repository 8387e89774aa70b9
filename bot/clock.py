"""The machine's own time; the one module that reads a clock."""

import asyncio
import time
from datetime import UTC, datetime


class SystemClock:
    """Fits the ``Clock`` port."""

    def now(self) -> datetime:
        """Tell the time of day, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Tell seconds that only ever grow."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)
