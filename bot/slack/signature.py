"""Whether a request comes from Slack: its signature over the raw bytes, and its age.

Knows Slack's signing scheme v0. Parses nothing, knows neither HTTP nor the clock.
"""

import hashlib
import hmac
import re
from datetime import datetime, timedelta
from enum import StrEnum


# A request further off, either way, may be one that was caught and sent again.
FRESH = timedelta(minutes=5)

_SECONDS = re.compile(r"[0-9]{1,12}")


class Seal(StrEnum):
    """What the check of a request came to."""

    OK = "ok"
    BAD = "bad"


def sign(secret: str, body: bytes, *, timestamp: str) -> str:
    """Give the signature that Slack puts under *body* sent at *timestamp*."""
    signed = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def check(
    secret: str, body: bytes, *, timestamp: str | None, signature: str | None, now: datetime
) -> Seal:
    """Check a request by its two headers, None where one is missing."""
    if not secret or signature is None or not _is_fresh(timestamp, now):
        return Seal.BAD
    ours = sign(secret, body, timestamp=timestamp or "")
    # As bytes: compare_digest refuses strings that are not ASCII.
    same = hmac.compare_digest(ours.encode(), signature.encode("utf-8", "surrogatepass"))
    return Seal.OK if same else Seal.BAD


def _is_fresh(timestamp: str | None, now: datetime) -> bool:
    if timestamp is None or not _SECONDS.fullmatch(timestamp):
        return False
    return abs(now.timestamp() - int(timestamp)) <= FRESH.total_seconds()
