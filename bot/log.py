"""The log: one event a line, JSON off a terminal, nothing secret in it.

Knows structlog and what a secret looks like. Every value of every event passes ``redact``;
tracebacks carry no locals; the standard library's loggers go the same way.
"""

import logging
import re
import sys
from collections.abc import Mapping
from itertools import islice
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger


Format = Literal["auto", "json", "console"]

# What is hidden by the name it goes under.
_SECRET_KEYS = re.compile(
    r"passw|pass(phrase)?$|secret|token|authorization|cookie|signature|response_url"
    r"|credential|api_?key|private_?key|^auth$|^body$",
    re.IGNORECASE,
)
_ONE_WORD = re.compile(r"[\w-]+")

HIDDEN = "[hidden]"
# What is hidden wherever it stands, and what is left of it.
_SECRET_TEXTS = (
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END|\Z)", re.DOTALL), HIDDEN),
    # All that stands before an @ in an address: redis://:secret@host has no user name.
    (re.compile(r"(?<=://)[^/\s?#\"'<>]+(?=@)"), HIDDEN),
    (re.compile(r"xox[a-z]-[\w-]+|xapp-[\w-]+"), HIDDEN),
    (re.compile(r"(?i)\b(basic|bearer)(\s+|:\s*)[\w.~+/=-]{6,}"), rf"\1 {HIDDEN}"),
    (re.compile(r"eyJ[\w-]{1,3000}\.[\w-]+\.[\w-]*"), HIDDEN),
    (re.compile(r"https://hooks\.slack\.com/\S+|/(?:commands|actions|services)/T\w+/\S+"), HIDDEN),
    # A query's field, also behind &amp; and the \u0026 that Go writes for & in JSON.
    (
        re.compile(
            r"(?i)(?<![^?&;6])(?:[\w-]{0,40}(?:signature|token|password|secret|ticket|credential)"
            r"|sig|_state|\w{0,10}accesskeyid|x-(?:amz|goog|oss)-[\w-]+)=[^&\s\"'<>\\]+"
        ),
        HIDDEN,
    ),
    # password='…' in the text of an object, "password": "…" in that of a document.
    (
        re.compile(
            r"(?i)((?:passw(?:or)?d|secret|token|authorization|private_?key|api_?key)[\w-]{0,40}"
            r"\\?[\"']?\s?[:=]\s?)"
            r"[bru]?(?:\\\"[^\"\\]+|\"(?:[^\"\\]|\\.)+|'(?:[^'\\]|\\.)+)"
        ),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"(?i)(passw(?:or)?d=)[^\s&,;)\"'\[]+"), rf"\1{HIDDEN}"),
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

_LONGEST = 2000  # characters of one value
_LONGEST_TRACE = 6000
# No more of a long value is looked at; of that the end is dropped, where a secret may be cut.
_WINDOW = 32_000
_EDGE = 4000
_MOST_ITEMS = 100
_DEEPEST = 12


def redact(text: str) -> str:
    """Hide every secret that can be told by its look, and clip to 2,000 characters."""
    cut = len(text) > _WINDOW
    shown = _hidden(text[:_WINDOW])
    if cut:
        shown = shown[:-_EDGE]
    return shown[:_LONGEST] + "…" if cut or len(shown) > _LONGEST else shown


def _hidden(text: str) -> str:
    for pattern, instead in _SECRET_TEXTS:
        text = pattern.sub(instead, text)
    return text


def _clean(value: Any, deep: int = 0) -> Any:
    match value:
        case str():
            return redact(value)
        case bool() | int() | float() | None:
            return value
        case Mapping() | list() | tuple() | set() | frozenset():
            return "…" if deep >= _DEEPEST else _clean_inside(value, deep + 1)
        case bytes() | bytearray():
            return redact(value[: _WINDOW + 1].decode("utf-8", "replace"))
        case _:
            return redact(_text(value))


def _clean_inside(value: Any, deep: int) -> Any:
    match value:
        case Mapping():
            items = islice(value.items(), _MOST_ITEMS)
            return {redact(str(key)): _clean_under(key, item, deep) for key, item in items}
        # A header is a pair as often as it is a key.
        case (str() as key, _) if _ONE_WORD.fullmatch(key) and _SECRET_KEYS.search(key):
            return [key, HIDDEN]
        case _:
            return [_clean(item, deep) for item in islice(value, _MOST_ITEMS)]


def _clean_under(key: object, item: Any, deep: int) -> Any:
    return HIDDEN if _SECRET_KEYS.search(str(key)) else _clean(item, deep)


def _text(value: object) -> str:
    try:
        return str(value)
    except Exception as error:  # noqa: BLE001 - a log must not fail for what it is told
        return f"<{type(value).__name__} without words: {type(error).__name__}>"


def _redacted(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {redact(str(key)): _clean_under(key, item, 0) for key, item in event.items()}


def _laid_out(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Redact for a terminal: one line, with a traceback indented below it."""
    trace = event.pop("exception", None)
    shown: EventDict = {
        _one_line(redact(str(key))): _flat(_clean_under(key, item, 0))
        for key, item in event.items()
    }
    if isinstance(trace, str):
        # The last lines of a traceback say most.
        kept = _hidden(trace[-_WINDOW:])[-_LONGEST_TRACE:]
        lines = kept.split("\n") if len(kept) == len(trace) else ["…", *kept.split("\n")[1:]]
        shown["exception"] = "\n".join(f"    {_one_line(line)}" for line in lines)
    return shown


def _flat(value: Any) -> Any:
    if isinstance(value, bool | int | float | None):
        return value
    return _one_line(value if isinstance(value, str) else str(value))


def _one_line(text: str) -> str:
    return _CONTROL.sub(lambda found: repr(found[0])[1:-1], text)


class _Handler(logging.StreamHandler[TextIO]):
    """Writes events; one that cannot be written is named without what it would have said."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Say where an event was lost: logging's own way prints its arguments."""
        try:
            self.stream.write(f'{{"event": "log.event_lost", "line": {record.lineno}}}\n')
        except (OSError, ValueError):
            return  # there is nobody left to tell


def configure(*, level: str = "INFO", style: Format = "auto") -> None:
    """Send every logger's events to standard error, redacted.

    *style* ``auto`` means JSON, except on a terminal.
    """
    as_json = style == "json" or (style == "auto" and not sys.stderr.isatty())
    last = _as_json() if as_json else _for_a_terminal()
    first: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*first, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = _Handler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
            foreign_pre_chain=first,
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # Bolt and aiohttp print payloads and access lines at INFO and below.
    for chatty in ("slack_sdk", "aiohttp", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # It warns of the token in the environment, where ours belongs.
    logging.getLogger("slack_bolt").setLevel(logging.ERROR)


# Both tracebacks are without locals: a token is a local somewhere on every path.


def _as_json() -> list[Processor]:
    trace = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    return [
        structlog.processors.ExceptionRenderer(trace),
        _redacted,
        structlog.processors.JSONRenderer(),
    ]


def _for_a_terminal() -> list[Processor]:
    return [
        structlog.processors.format_exc_info,
        _laid_out,
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        ),
    ]


def crashed() -> None:
    """Log the exception at hand as one that nobody foresaw; Python's own way redacts nothing."""
    structlog.get_logger().critical("bot.crashed", exc_info=True)
