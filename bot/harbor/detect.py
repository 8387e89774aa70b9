"""Which Harbor answers at an address.

Knows the two calls that tell. The first uses no account: with a wrong password it would set off
the lock of 1.5 s. Content decides, not content type.
"""

from typing import Any

from bot.errors import HarborBroken
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
    """GET /api/version, then GET /api/v2.0/systeminfo; up to 1.10 GET /api/systeminfo."""
    first = await transport.look(_call("/api/version", Account.NOBODY))
    if first.status == wire.NOT_FOUND:
        release = await _release(transport, _call("/api/systeminfo", Account.NOBODY))
        return _read(transport.name, release)
    wire.thing(wire.check(first), lambda data: wire.text(data["version"]))
    release = await _release(transport, _call("/api/v2.0/systeminfo", Account.MAIN))
    return _read(transport.name, release) if release else HIDDEN


def _call(path: str, account: Account) -> Call:
    return Call(purpose=_PURPOSE, path=path, account=account, counts=False)


async def _release(transport: Transport, call: Call) -> str:
    def read(data: Any) -> str:
        return wire.text(data.get("harbor_version"))

    return wire.thing(await transport.ask(call), read)


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
