"""Whatever the outside puts into a log, no secret comes out of it, and an event is one line."""

import json
import logging
import sys
import traceback
from collections.abc import Iterator

import pytest
import structlog

from bot import log


CANARY = "c4n4ry" + "-" + "7f3a9b2e5d"  # in two parts: a traceback shows lines of source
STYLES = ("json", "console")


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Leave logging as it was found."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture(params=STYLES)
def style(request) -> str:
    """Name each style in turn; a test configures it itself, after pytest put its own handler."""
    return request.param


class Telling:
    """An object that says too much of itself."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


class Silent:
    """An object that cannot be put into words."""

    def __repr__(self) -> str:
        raise ValueError(CANARY)


TEXTS = {
    "url with an account": f"cannot reach https://admin:{CANARY}@harbor.example.com/api",
    "url with an at sign in the password": f"https://admin:p@{CANARY}@harbor.example.com/api",
    "url with a password alone": f"rediss://:{CANARY}@redis.example.com/0",
    "url with a token for a user": f"https://{CANARY}@harbor.example.com",
    "basic": f"Authorization: Basic {CANARY}==",
    "bearer": f"authorization: bearer {CANARY}.x.y",
    "bot token": f"xoxb-123-{CANARY}",
    "app token": f"xapp-1-{CANARY}",
    "refresh token": f"xoxe.xoxp-1-{CANARY}",
    "jwt": f"eyJhbGciOi.eyJz-{CANARY}.{CANARY}",
    "response_url": f"https://hooks.slack.com/commands/T1/2/{CANARY}",
    "response_url elsewhere": f"http://127.0.0.1:1/actions/T1/2/{CANARY}",
    "signed url": f"https://s3.example.com/blob?X-Amz-Signature={CANARY}&x=1",
    "signed url of another cloud": f"https://oss.example.com/blob?Expires=1&Signature={CANARY}",
    "signed url in Go's JSON": rf"https://s3.example.com/b?a=1\u0026X-Amz-Credential={CANARY}",
    "upload state": f"https://h.example.com/v2/x/blobs/uploads/1?_state={CANARY}",
    "socket ticket": f"wss://wss.slack.com/link/?ticket={CANARY}",
    "json": json.dumps({"user": "admin", "password": f'a"{CANARY}'}),
    "json in json": json.dumps(json.dumps({"access_token": CANARY})),
    "form": f"user=admin&password={CANARY}",
    "representation": f"Account(user='admin', password='{CANARY}')",
    "private key": f"-----BEGIN RSA PRIVATE KEY-----\n{CANARY}\n-----END RSA PRIVATE KEY-----",
    "private key without an end": f"-----BEGIN PRIVATE KEY-----\n{CANARY}",
}
UNDER = (
    "password",
    "PASSWORD",
    "read_password",
    "token",
    "bot_token",
    "authorization",
    "Authorization",
    "response_url",
    "signing_secret",
    "set-cookie",
    "x-slack-signature",
    "credentials",
    "api_key",
    "body",
)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_secret_is_hidden_wherever_it_stands(capsys, style, text):
    """A value, a key, a place deep inside, bytes, an object, the event itself: all are clean."""
    log.configure(level="DEBUG", style=style)
    logger = structlog.get_logger()
    structlog.contextvars.bind_contextvars(bound=text)

    logger.info(text)
    logger.info("test.told", value=text, deep={"a": [{"b": (text, {text})}]}, key={text: 1})
    logger.info("test.told", raw=text.encode(), object=Telling(text), error=ValueError(text))
    logging.getLogger("foreign").warning("said %s", text)
    logging.getLogger("foreign").warning(text)

    out, err = capsys.readouterr()
    assert out == ""
    assert CANARY not in err
    assert log.HIDDEN in err
    assert len(err.splitlines()) == 5


@pytest.mark.parametrize("name", UNDER)
def test_what_goes_under_a_secret_name_is_hidden(capsys, style, name):
    """A value is hidden by its key, at the top, deep inside and as one of a pair."""
    log.configure(level="DEBUG", style=style)
    structlog.get_logger().info(
        "test.told",
        **{name: CANARY},
        deep=[{"x": {name: {"even": CANARY}}}],
        headers=[(name, CANARY)],
    )

    err = capsys.readouterr().err
    assert CANARY not in err
    assert err.count(log.HIDDEN) == 3


def fail(text: str) -> None:
    """Raise an error that says *text*."""
    raise ConnectionError(text)


def chained() -> None:
    """Raise an error that holds a secret in its text, its cause, its notes and its locals."""
    kept = Telling(CANARY)
    try:
        fail(TEXTS["url with an account"])
    except ConnectionError as cause:
        error = RuntimeError(TEXTS["bearer"])
        error.add_note(TEXTS["bot token"])
        assert kept
        raise error from cause


def test_an_exception_is_logged_without_its_secrets(capsys, style):
    """Text, cause, notes and groups of an exception are clean, and its locals are not there."""
    log.configure(level="DEBUG", style=style)
    logger = structlog.get_logger()
    try:
        chained()
    except RuntimeError as error:
        logger.exception("test.failed")
        logger.critical("test.failed", exc_info=error)
        logging.getLogger("foreign").exception("failed", stack_info=True)
        logger.critical("test.failed", exc_info=ExceptionGroup(TEXTS["basic"], [error]))

    err = capsys.readouterr().err
    assert CANARY not in err
    assert err.count("RuntimeError") >= 4
    assert err.count("ConnectionError") >= 4
    assert "kept" not in err.replace("assert kept", "")


def test_json_is_one_object_a_line(capsys):
    """Newlines in values, keys and events, and exceptions too, stay inside their event."""
    log.configure(style="json")
    logger = structlog.get_logger()
    logger.info("a\nb", value="c\r\nd\u2028e\x85", key={"f\ng": 1})
    logging.getLogger("foreign").warning("h\ni")
    try:
        chained()
    except RuntimeError:
        logger.exception("test.failed")

    told = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [one["event"] for one in told] == ["a\nb", "h\ni", "test.failed"]


def test_nobody_forges_a_line_on_a_terminal(capsys):
    """Newlines and escapes of a value are shown as such; only a traceback follows, indented."""
    log.configure(style="console")
    logger = structlog.get_logger()
    logger.info("a\nforged", value="b\nforged\x1b[2J", key={"c\nforged": "d\rforged"})
    try:
        fail("e\nforged\x1b[2J")
    except ConnectionError:
        logger.exception("test.failed")

    err = capsys.readouterr().err
    assert "\x1b[2J" not in err
    lines = err.split("\n")
    assert not [line for line in lines if line.startswith("forged")]
    assert [line[:4] == "    " for line in lines[2:-1]] == [True] * len(lines[2:-1])
    assert r"a\nforged" in lines[0]


@pytest.mark.parametrize("make", [str, str.encode, Telling, lambda text: {"x": [text] * 300}])
def test_a_long_value_is_clipped(capsys, style, make):
    """Ten megabytes become a few thousand characters, and a secret at the cut stays hidden."""
    log.configure(level="DEBUG", style=style)
    text = ("x" * 1900 + TEXTS["url with an account"]) * 5000

    structlog.get_logger().info("test.told", value=make(text))

    err = capsys.readouterr().err
    assert len(err) < 2000 * 100 + 2000
    assert CANARY[:6] not in err


@pytest.mark.parametrize("shift", range(0, 60, 7))
def test_a_secret_across_the_edge_is_hidden(shift):
    """Where a text is cut, no half of a secret is left."""
    text = "x" * (32_000 - shift) + f" https://admin:{CANARY}@harbor.example.com/"

    assert CANARY[:4] not in log.redact(text)
    assert CANARY[:4] not in log.redact("x" * (1990 - shift) + TEXTS["url with an account"])


def test_a_thing_that_holds_itself_is_no_trap(capsys, style):
    """A value that never ends is cut, one that cannot be worded is named by its type."""
    log.configure(level="DEBUG", style=style)
    endless: dict[str, object] = {}
    endless["more"] = [endless]

    structlog.get_logger().info("test.told", value=endless, silent=Silent())

    err = capsys.readouterr().err
    assert CANARY not in err
    assert "Silent without words" in err


def test_an_event_that_cannot_be_written_is_named_without_its_words(capsys, style):
    """A wrong format of a library neither raises nor prints the arguments."""
    log.configure(level="DEBUG", style=style)
    logging.getLogger("foreign").warning("said %d", CANARY)

    err = capsys.readouterr().err
    assert CANARY not in err
    assert "log.event_lost" in err
    assert len(err.splitlines()) == 1


def test_numbers_and_plain_words_are_as_they_were(capsys):
    """What is no secret is not touched."""
    log.configure(style="json")
    structlog.get_logger().info("test.told", count=3, on=True, none=None, words="a tag, a digest")

    told = json.loads(capsys.readouterr().err)
    assert told["count"] == 3
    assert told["on"] is True
    assert told["none"] is None
    assert told["words"] == "a tag, a digest"
    assert told["level"] == "info"
    assert told["timestamp"].endswith("Z")


def test_chatty_libraries_are_kept_down(capsys, style):
    """Payloads that libraries print at INFO and below are not in the log."""
    log.configure(level="DEBUG", style=style)
    for name in ("slack_sdk.web", "aiohttp.access", "asyncio", "slack_bolt.app"):
        logging.getLogger(name).info("payload %s", CANARY)

    assert capsys.readouterr().err == ""


def test_the_level_is_kept(capsys):
    """What is below the level that was asked for is not logged, ours and foreign alike."""
    log.configure(level="WARNING", style="json")
    structlog.get_logger().info("test.quiet")
    logging.getLogger("foreign").info("quiet")
    structlog.get_logger().warning("test.loud")

    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == [
        "test.loud"
    ]


def test_a_crash_is_told_like_any_event(capsys, style):
    """The exception that nobody foresaw is in the log, redacted."""
    log.configure(level="DEBUG", style=style)
    try:
        chained()
    except RuntimeError:
        log.crashed()
        assert CANARY in traceback.format_exc()

    err = capsys.readouterr().err
    assert "bot.crashed" in err
    assert CANARY not in err


def test_off_a_terminal_auto_means_json(capsys):
    """Standard error that is no terminal gets JSON."""
    log.configure(style="auto")
    structlog.get_logger().info("test.told")

    assert not sys.stderr.isatty()
    assert json.loads(capsys.readouterr().err)["event"] == "test.told"
