"""What a registry (``/v2``) and its token service write. Does no I/O."""

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from bot.harbor.wire import Answer, reading, text, thing


# 1.2-1.3 take notice of a push only where the manifest has one of these types.
_COUNTED = re.compile(r"application/vnd\.docker\.distribution\.manifest\.v\d+\+(?:json|prettyjws)")
_PAIR = re.compile(r'(\w+)="([^"]*)"')
_SHORTEST_LIFE = 60


@dataclass(frozen=True, slots=True)
class Realm:
    """Where tokens come from: an address and the name of the service they are for."""

    url: str
    service: str

    @property
    def path(self) -> str:
        """The path of the address."""
        return urlsplit(self.url).path


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token; *actions* is None where it does not say what it allows."""

    value: str = field(repr=False)
    actions: frozenset[str] | None
    seconds: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest, byte for byte."""

    content: bytes = field(repr=False)
    kind: str

    @property
    def digest(self) -> str:
        """Its content digest."""
        return f"sha256:{hashlib.sha256(self.content).hexdigest()}"

    @property
    def is_counted(self) -> bool:
        """Whether a push of it sets off a replication on 1.2-1.3: no list, no OCI."""
        return _COUNTED.fullmatch(self.kind) is not None


def realm(answer: Answer) -> Realm:
    """Read the challenge of a 401."""
    with reading(answer):
        scheme, _, rest = answer.headers["www-authenticate"].partition(" ")
        if scheme.lower() != "bearer":
            raise ValueError
        pairs = dict(_PAIR.findall(rest))
        return Realm(url=pairs["realm"], service=pairs.get("service", ""))


def token(answer: Answer) -> Token:
    """Read a token; up to 2.x it is a JWT, whose payload lists what it allows.

    The service answers 200 also to a wrong password, with less in the token.
    """

    def read(data: Any) -> Token:
        value = text(data.get("token")) or text(data["access_token"])
        life = data.get("expires_in") or _SHORTEST_LIFE
        return Token(value, _actions(value), int(life))

    return thing(answer, read)


def _actions(value: str) -> frozenset[str] | None:
    try:
        payload = value.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        granted = claims["access"] or ()
        return frozenset(action for entry in granted for action in entry["actions"] or ())
    except (LookupError, TypeError, ValueError):
        return None


def manifest(answer: Answer) -> Manifest:
    """Read a manifest as it came: its digest is that of these very bytes."""
    kind = answer.headers.get("content-type", "").partition(";")[0].strip()
    return Manifest(answer.body, kind)
