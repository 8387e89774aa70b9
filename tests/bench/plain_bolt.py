"""What the front door is compared to: an unmodified Bolt app whose one listener does nothing.

``python -m tests.bench.plain_bolt API_URL TOKEN SIGNING_SECRET`` says ``ready URL`` and serves
until it is ended. Signatures are checked, and everything else is as Bolt has it.
"""

import asyncio
import sys

from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient


async def _nothing(ack):
    await ack()


async def _serve(api_url, token, secret):
    client = AsyncWebClient(token=token, base_url=api_url)
    app = AsyncApp(client=client, signing_secret=secret)
    app.command("/harbor")(_nothing)
    runner = web.AppRunner(app.web_app(path="/slack/events"), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"ready http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(*sys.argv[1:]))
