from datetime import UTC, datetime, timedelta

import pytest

from bot.slack.signature import is_signed, sign


SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
NOW = datetime.fromtimestamp(1531420618, UTC)
# Slack's own example, from its page on verifying requests.
BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F"
    b"96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
SIGNATURE = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
STAMP = "1531420618"


def signed(body=BODY, *, secret=SECRET, timestamp=STAMP, signature=SIGNATURE, now=NOW):
    """Check a request of Slack, changed in some way."""
    return is_signed(secret, body, timestamp=timestamp, signature=signature, now=now)


def test_slacks_own_example_is_accepted():
    """A request that Slack signed is let in."""
    assert signed()


@pytest.mark.parametrize("seconds", [-300, 300])
def test_five_minutes_either_way_are_accepted(seconds):
    """Clocks may differ, up to Slack's five minutes."""
    assert signed(now=NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_older_and_newer_requests_are_refused(seconds):
    """A request that was caught and sent again later is not let in."""
    assert not signed(now=NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    "changed",
    [
        {"body": BODY + b" "},
        {"body": b"\xff\xfe"},
        {"secret": "another"},
        {"secret": ""},
        {"timestamp": None},
        {"signature": None},
        {"signature": ""},
        {"signature": "v0=\u00e4"},
        {"signature": "\udcff"},
        {"signature": SIGNATURE.replace("v0", "v1")},
    ],
    ids=str,
)
def test_anything_else_is_refused(changed):
    """A changed body, a wrong secret or a missing header does not pass, and nothing raises."""
    assert not signed(**changed)


@pytest.mark.parametrize("timestamp", ["", "now", "-1", "1e9", "\u0661", " 1", "9" * 400, "nan"])
def test_a_timestamp_that_is_no_number_is_refused(timestamp):
    """Even with a signature that fits it."""
    signature = sign(SECRET, BODY, timestamp=timestamp)

    assert not signed(timestamp=timestamp, signature=signature)
