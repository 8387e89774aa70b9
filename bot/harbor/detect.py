"""Which Harbor answers at an address.

Knows the calls that tell. Content decides, not content type.
"""

import asyncio
from typing import Any

from bot.errors import HarborBroken, HarborError
from bot.harbor import wire
from bot.harbor.transport import Transport
from bot.harbor.wire import Account, Call
from bot.replication.model import Version


_PURPOSE = "say its version"

# Later 2.x hide their release from anonymous callers, and from a password that is wrong or cannot
# be checked (2.15.2 does, 2.9.5 and 2.0 do not). So this is the least that a hidden one can be.
HIDDEN = Version(2, 2, text="2.x, hidden from this account")


def is_hidden(version: Version) -> bool:
    """Say whether *version* is the least that it can be."""
    return version.text == HIDDEN.text


async def detect(transport: Transport) -> Version:
    """GET /api/version, /api/systeminfo and /api/v2.0/systeminfo, side by side.

    Only one of the last two exists; asked one after the other, they would cost every first
    question a round trip.
    """
    async with asyncio.TaskGroup() as group:
        first, old, new = (
            group.create_task(_tried(transport, call))
            for call in (
                _call("/api/version", Account.NOBODY),
                _call("/api/systeminfo", Account.NOBODY),
                _call("/api/v2.0/systeminfo", Account.MAIN),
            )
        )
    answer = _given(first.result())
    if answer.status == wire.NOT_FOUND:
        return _read(transport.name, _release(old.result()))
    wire.thing(wire.check(answer), lambda data: wire.text(data["version"]))
    release = _release(new.result())
    return _read(transport.name, release) if release else HIDDEN


async def _tried(transport: Transport, call: Call) -> wire.Answer | HarborError:
    try:
        return await transport.look(call)
    except HarborError as error:
        return error


def _given(outcome: wire.Answer | HarborError) -> wire.Answer:
    if isinstance(outcome, HarborError):
        raise outcome
    return outcome


def _call(path: str, account: Account) -> Call:
    return Call(purpose=_PURPOSE, path=path, account=account, counts=False)


def _release(outcome: wire.Answer | HarborError) -> str:
    def read(data: Any) -> str:
        return wire.text(data.get("harbor_version"))

    return wire.thing(wire.check(_given(outcome)), read)


def _read(instance: str, release: str) -> Version:
    version = Version.read(release)
    if version is None:
        # Up to 1.10 the release comes from a file that anybody may have filled.
        raise HarborBroken(
            f"{instance} does not say which version of Harbor it is.",
            instance=instance,
            remedy="Check the file VERSION of the instance: it should begin like v1.2.2.",
        )
    return version
