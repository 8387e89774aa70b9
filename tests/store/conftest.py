"""A real Redis and the embedded server; a store on either."""

import pytest

from bot.store import embedded
from tests.servers import redis_server
from tests.store.support import opened


@pytest.fixture
async def server():
    """Give a Redis that may be killed and frozen."""
    async with redis_server() as running:
        yield running


@pytest.fixture(params=["redis", "embedded"])
async def url(request, tmp_path):
    """Each test on either server."""
    if request.param == "redis":
        async with redis_server() as running:
            yield running.url
    else:
        async with embedded.running(tmp_path / "state", fsync="everysec") as url:
            yield url


@pytest.fixture
async def at(url):
    """Open a store on either server."""
    async with opened(url) as at:
        yield at
