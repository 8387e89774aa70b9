"""Whether a request comes from Slack: its signature over the raw bytes, and its age.

Knows Slack's signing scheme v0. Parses nothing, knows neither HTTP nor the clock.
"""

import hashlib
import hmac
import re
from datetime import datetime, timedelta


# A request further off, either way, may be one that was caught and sent again.
FRESH = timedelta(minutes=5)

_SECONDS = re.compile(r"[0-9]{1,12}")


def sign(secret: str, body: bytes, *, timestamp: str) -> str:
    """Give the signature that Slack puts under *body* sent at *timestamp*."""
    signed = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def is_signed(
    secret: str, body: bytes, *, timestamp: str | None, signature: str | None, now: datetime
) -> bool:
    """Say whether Slack sent this, lately, by its two headers; None where one is missing."""
    if not secret or signature is None or not _is_fresh(timestamp, now):
        return False
    ours = sign(secret, body, timestamp=timestamp or "")
    # As bytes: compare_digest refuses strings that are not ASCII.
    return hmac.compare_digest(ours.encode(), signature.encode("utf-8", "surrogatepass"))


def _is_fresh(timestamp: str | None, now: datetime) -> bool:
    if timestamp is None or not _SECONDS.fullmatch(timestamp):
        return False
    return abs(now.timestamp() - int(timestamp)) <= FRESH.total_seconds()
