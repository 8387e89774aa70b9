"""A bot's store in a process of its own, for a test to kill: run with the settings as JSON.

Says ``ready`` when it is open, and ``began DELIVERY`` when it performs one, which it never ends.
"""

import asyncio
import json
import sys

from bot.settings import Settings
from bot.store import open_store
from tests.store.support import QUICK, TOKEN, RealClock, an_intent


def _say(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def _perform(delivery):
    _say(f"began {delivery}")
    await asyncio.Event().wait()


async def _main(settings, deliveries):
    async with open_store(settings, secret=TOKEN, clock=RealClock(), pace=QUICK) as opened:
        for delivery in deliveries:
            await opened.store.accept(an_intent(delivery))
        _say("ready")
        if not deliveries:
            await opened.queue.run(_perform, give_up=_perform)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main(Settings.model_validate(json.loads(sys.argv[1])), sys.argv[2:]))
