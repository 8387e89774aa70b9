import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.replication.explanation import explain
from bot.replication.log_lines import redacted


CANARY = "c4n4ryS3cretC4nary"
JWT = f"eyJhbGciOiJSUzI1NiJ9.{CANARY}.{CANARY}"

PLANTED = (
    f'Get "https://admin:{CANARY}@prod-reg.example.com/v2/": EOF',
    f'Get "https://{CANARY}@prod-reg.example.com/v2/": EOF',
    f"Authorization: Bearer {CANARY}",
    f"authorization: Basic {CANARY}==",
    f"Proxy-Authorization: Digest username={CANARY}",
    f'{{"Authorization":"{CANARY}"}}',
    f"Cookie: sid={CANARY}",
    f"X-Registry-Auth: {CANARY}",
    f"header was Basic {CANARY}",
    f"sent Bearer {CANARY}.{CANARY}",
    f"the token is {JWT}",
    f"https://bucket.example.com/a?X-Amz-Signature={CANARY}&x=1",
    f"https://bucket.example.com/a?X-Amz-Credential={CANARY}%2Fus-east-1",
    f"https://bucket.example.com/a?x=1&sig={CANARY}",
    f"https://bucket.example.com/a?Signature={CANARY}&Expires=1",
    f"https://bucket.example.com/a?access_token={CANARY}",
    f"https://bucket.example.com/a?a=1\\u0026token={CANARY}",
    f"https://prod-reg.example.com/v2/a/b/blobs/uploads/1?_state={CANARY}&digest=sha256:ab",
    f'{{"password":"{CANARY}"}}',
    f'{{\\"password\\": \\"{CANARY}\\"}}',
    f"password={CANARY}",
    f"access_secret: {CANARY}",
    f'"token":"{CANARY}"',
    f"insecure: false, destination user: {CANARY}",
    f"creating project a on https://prod-reg.example.com with user {CANARY} : 401",
    f"failed to authenticate {CANARY}: Failed to authenticate user",
    f'{{"errors":[{{"code":"FORBIDDEN","message":"robot${CANARY}"}}]}}',
    f'{{"code":403,"message":"{CANARY}"}}',
    f"User: arn:aws:iam::123456789012:user/{CANARY} is not authorized to perform: ecr:x",
)


@pytest.mark.parametrize("text", PLANTED)
def test_no_secret_leaves_a_line(text):
    """Passwords, tokens, signatures and accounts are hidden wherever a log may hold them."""
    assert CANARY not in redacted(text)


@pytest.mark.parametrize("text", PLANTED)
def test_no_secret_leaves_in_evidence(text):
    """What is hidden in a line is hidden in the evidence, the status text included."""
    error = f"2026-11-24T03:00:00Z [ERROR] [x.go:1]: failed to push manifest of a/b:1: {text}\n"
    assert CANARY not in repr(explain([error]))
    assert CANARY not in repr(explain([], status_text=text))
    assert CANARY not in repr(explain([text]))


@pytest.mark.parametrize(
    "text",
    [
        '404 {"errors":[{"code":"MANIFEST_UNKNOWN","detail":{"Tag":"v1.6.32-67284045"}}]}',
        '{"error": "Invalid bearer token format"}',
        'Get "https://prod-reg.example.com:443/service/token?service=harbor-registry": EOF',
        "unauthorized: authentication required",
        '{"code":403,"message":"Only system admin can create project"}',
        "copy a/token:[1](source registry) to a/token:[1](destination registry) completed",
    ],
)
def test_what_is_no_secret_stays_readable(text):
    """Hiding does not eat the words that name the cause."""
    assert redacted(text) == text


@settings(deadline=None)
@given(st.text(max_size=300))
def test_hiding_twice_hides_no_more(text):
    """What has been hidden once is stable, so that a line may pass twice."""
    once = redacted(text)
    assert redacted(once) == once


@settings(deadline=None)
@given(st.integers(0, 500), st.integers(0, 20_000))
def test_a_secret_that_was_cut_is_not_shown(before, behind):
    """Where a long line is cut, no half of a secret shows."""
    text = "x" * before + f" https://a.example.com/?token={CANARY * 400}&x=1 " + "y" * behind
    shown = repr(explain([f"2026-11-24T03:00:00Z [ERROR] [x.go:1]: {text}\n"]))
    assert CANARY not in shown
