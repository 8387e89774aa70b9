"""The log: one event a line, JSON off a terminal, nothing secret in it.

Knows structlog and what a secret looks like. Every value of every event passes ``redact``;
tracebacks carry no locals; the standard library's loggers go the same way.
"""

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any, Literal

import structlog
from structlog.typing import EventDict, WrappedLogger


Format = Literal["auto", "json", "console"]

# What is hidden by the name it goes under.
_SECRET_KEYS = re.compile(
    r"pass(word|wd)?|secret|token|authorization|cookie|signature|response_url|credential|^body$",
    re.IGNORECASE,
)

# What is hidden wherever it stands.
_SECRET_TEXTS = (
    re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"),
    re.compile(r"xox[a-z]-[\w-]+|xapp-[\w-]+"),
    re.compile(r"(?i)(?<=basic )[\w+/=-]{6,}|(?<=bearer )[\w.+/=-]{6,}"),
    re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*"),
    re.compile(r"https://hooks\.slack\.com/\S+|/(?:commands|actions|services)/T\w+/\S+"),
    re.compile(r"(?i)(?<=[?&])(x-amz-[\w-]+|sig(?:nature)?|token|password)=[^&\s]+"),
)
HIDDEN = "[hidden]"
_LONGEST = 2000


def redact(text: str) -> str:
    """Hide every secret that can be told by its look, and clip to 2,000 characters."""
    for pattern in _SECRET_TEXTS:
        text = pattern.sub(HIDDEN, text)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _clean(value: Any) -> Any:
    match value:
        case str():
            return redact(value)
        case bool() | int() | float() | None:
            return value
        case Mapping():
            return {
                str(key): HIDDEN if _SECRET_KEYS.search(str(key)) else _clean(item)
                for key, item in value.items()
            }
        case list() | tuple() | set() | frozenset():
            return [_clean(item) for item in value]
        case _:
            return redact(str(value))


def _redacted(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    cleaned: EventDict = _clean(event)
    return cleaned


def configure(*, level: str = "INFO", style: Format = "auto") -> None:
    """Send every logger's events to standard error, redacted.

    *style* ``auto`` means JSON, except on a terminal.
    """
    as_json = style == "json" or (style == "auto" and not sys.stderr.isatty())
    # Both tracebacks without locals: a token is a local somewhere on every path.
    trace = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    last: list[Any] = (
        [
            structlog.processors.ExceptionRenderer(trace),
            _redacted,
            structlog.processors.JSONRenderer(),
        ]
        if as_json
        else [
            structlog.processors.format_exc_info,
            _redacted,
            structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
        ]
    )
    first: list[Any] = [
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
    handler = logging.StreamHandler(sys.stderr)
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
