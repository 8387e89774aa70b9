"""The configuration: read from the environment and ``.env``, checked as a whole.

Knows every name that an operator may set, and what a wrong value looks like. All problems are
reported together, by the name of the variable and without its value.
"""

import os
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import SplitResult, urlsplit

from dotenv import dotenv_values
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from bot.errors import SettingsWrong


_DURATION = re.compile(r"(\d{1,6})(s|m|h|d)", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_READER = re.compile(r"[USW][A-Z0-9]{2,}")
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_INSTANCE = re.compile(r"HARBORS__([A-Z0-9_]+?)__([A-Z_]+)")
_HOST = re.compile(
    r"(?:[\w.-]+|\[[0-9a-f:]+\])(?::\d{1,5})?|[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:]*", re.ASCII
)


def _duration(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    found = _DURATION.fullmatch(value.strip())
    if found is None:
        raise ValueError("must be a whole number and a unit, such as 30s, 15m, 1h or 7d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _listed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return tuple(item for item in (part.strip() for part in value.split(",")) if item)


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Listed = Annotated[tuple[str, ...], BeforeValidator(_listed)]


def _parts(value: str) -> SplitResult:
    """Take an address apart; what the library says of a bad one would repeat it."""
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - looked at for its error
    except ValueError:
        raise ValueError("is no address") from None
    return parts


def _web_address(value: str) -> str:
    parts = _parts(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an address such as https://registry.example.com")
    if parts.username or parts.password:
        raise ValueError("must not carry a user name or password; use USERNAME and PASSWORD")
    return value.rstrip("/")


def _readers(value: tuple[str, ...]) -> tuple[str, ...]:
    if any(not _READER.fullmatch(item) for item in value):
        raise ValueError("must list ids of users (U…) or user groups (S…), not names")
    return value


class HarborSettings(BaseModel):
    """One Harbor instance."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str
    name: str = ""
    aliases: Listed = ()
    username: str = ""
    password: SecretStr = SecretStr("")
    password_file: Path | None = None
    read_username: str = ""
    read_password: SecretStr = Field(default=SecretStr(""), validate_default=True)
    ca_file: Path | None = None
    verify_tls: bool = True
    role: Literal["source", "destination", "both"] = "both"
    max_connections: int = Field(default=10, ge=1, le=100)
    timeout: Duration = timedelta(seconds=15)
    readers: Listed = ()
    projects: Listed = ()

    _url = field_validator("url")(_web_address)
    _people = field_validator("readers")(_readers)

    @field_validator("aliases")
    @classmethod
    def _addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_web_address(item) for item in value)

    @field_validator("password_file", "ca_file")
    @classmethod
    def _readable(cls, value: Path | None) -> Path | None:
        if value is None:
            return None
        if not value.is_file():
            raise ValueError("names a file that is not there")
        try:
            held = value.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise ValueError("names a file that cannot be read as text") from None
        if not held.strip():
            raise ValueError("names a file that is empty")
        return value

    @field_validator("password_file")
    @classmethod
    def _one_password(cls, value: Path | None, info: ValidationInfo) -> Path | None:
        if value is not None and info.data["password"].get_secret_value():
            raise ValueError("set PASSWORD or PASSWORD_FILE, not both")
        return value

    @field_validator("read_password")
    @classmethod
    def _both_or_neither(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        if bool(info.data["read_username"]) != bool(value.get_secret_value()):
            raise ValueError("READ_USERNAME and READ_PASSWORD go together")
        return value

    @field_validator("timeout")
    @classmethod
    def _positive(cls, value: timedelta) -> timedelta:
        if value <= timedelta(0):
            raise ValueError("must be longer than nothing")
        return value

    def account(self) -> tuple[str, str]:
        """Return user name and password; both empty for anonymous access."""
        if self.password_file is not None:
            return self.username, self.password_file.read_text(encoding="utf-8").strip()
        return self.username, self.password.get_secret_value()

    def read_account(self) -> tuple[str, str]:
        """Return the account that reads repositories: 2.2-2.9 need a second robot for that."""
        if self.read_username:
            return self.read_username, self.read_password.get_secret_value()
        return self.account()


class Settings(BaseModel):
    """Everything that can be set."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slack_bot_token: SecretStr = SecretStr("")
    slack_signing_secret: SecretStr = SecretStr("")
    slack_api_url: str = "https://slack.com/api/"
    slack_response_hosts: Listed = ("hooks.slack.com",)
    slack_command: str = Field(default="/harbor", pattern=r"^/[a-z0-9_-]+$")
    slack_proxy: str = ""
    harbors: dict[str, HarborSettings] = Field(default_factory=dict)
    readers: Listed = ()
    limit_questions: int = Field(default=10, ge=1)
    allow_insecure_redis: bool = False
    redis_url: SecretStr = SecretStr("")
    store_prefix: str = Field(default="harborbot", pattern=r"^[\w-]+$")
    state_dir: Path | None = None
    store_fsync: Literal["always", "everysec"] = "always"
    host: str = "127.0.0.1"
    port: int = Field(default=3000, ge=0, le=65535)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["auto", "json", "console"] = "auto"

    _people = field_validator("readers")(_readers)

    @field_validator("slack_api_url")
    @classmethod
    def _api(cls, value: str) -> str:
        _web_address(value)
        parts = _parts(value)
        if not parts.path.endswith("/api/") or parts.query or parts.fragment:
            raise ValueError("must end in /api/")
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise ValueError("must be https, except on loopback")
        return value

    @field_validator("slack_response_hosts")
    @classmethod
    def _hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(not _HOST.fullmatch(item.lower()) for item in value):
            raise ValueError("must list hosts, each host or host:port, not addresses")
        return value

    @field_validator("slack_proxy")
    @classmethod
    def _proxy(cls, value: str) -> str:
        parts = _parts(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise ValueError("must be an address such as http://proxy.example.com:3128")
        return value

    @field_validator("redis_url")
    @classmethod
    def _safe_store(cls, value: SecretStr, info: ValidationInfo) -> SecretStr:
        parts = _parts(value.get_secret_value())
        if value.get_secret_value() and parts.scheme not in {"redis", "rediss"}:
            raise ValueError("must begin with redis:// or rediss://")
        elsewhere = parts.hostname is not None and parts.hostname not in _LOOPBACK
        guarded = parts.scheme == "rediss" and bool(parts.username)
        if elsewhere and not guarded and not info.data.get("allow_insecure_redis"):
            # Whoever can write to the queue's Redis runs code in the bot.
            raise ValueError(
                "leads to another host without TLS and an ACL user: use"
                " rediss://USER:PASSWORD@HOST, or set ALLOW_INSECURE_REDIS=true"
            )
        return value

    def instances(self) -> dict[str, HarborSettings]:
        """Return the instances by display name."""
        return {_display_name(key, harbor.name): harbor for key, harbor in self.harbors.items()}


def _display_name(key: str, given: str) -> str:
    return given or key.lower().replace("_", "-")


def read(
    environment: Mapping[str, str] | None = None,
    *,
    dotenv: Path = Path(".env"),
    needs_slack: bool = False,
    needs_harbor: bool = True,
) -> Settings:
    """Read the settings, the environment over *dotenv*; SettingsWrong with every problem."""
    given = os.environ if environment is None else environment
    names, problems = _sorted_out({**_filed(dotenv), **given})
    settings: Settings | None = None
    try:
        settings = Settings.model_validate(names)
    except ValidationError as error:
        problems += _sentences(error)
    problems += _clashes(names["harbors"])
    problems += _missing(names, needs_slack=needs_slack, needs_harbor=needs_harbor)
    if problems or settings is None:
        raise SettingsWrong(tuple(dict.fromkeys(problems)))
    return settings


def _filed(dotenv: Path) -> dict[str, str]:
    try:
        # A password may hold ${...}: nothing is filled in.
        read_values = dotenv_values(dotenv, interpolate=False, encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise SettingsWrong((f"{dotenv}: cannot be read as text",)) from None
    return {key: value or "" for key, value in read_values.items()}


def _sorted_out(variables: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    names: dict[str, Any] = {}
    harbors: dict[str, dict[str, str]] = {}
    problems: list[str] = []
    for name, value in variables.items():
        key = name.upper()
        if key.startswith("HARBORS__"):
            found = _INSTANCE.fullmatch(key)
            if found is None or found[2].lower() not in HarborSettings.model_fields:
                problems.append(f"{key}: there is no such setting")
            elif value:
                harbors.setdefault(found[1], {})[found[2].lower()] = value
        elif key.lower() in Settings.model_fields and key != "HARBORS":
            if value:
                names[key.lower()] = value
        elif key.startswith("SLACK_"):
            problems.append(f"{key}: there is no such setting")
    return {**names, "harbors": harbors}, problems


def _clashes(harbors: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Find names that two instances share; as a validator it would wait for all the others."""
    keys: dict[str, list[str]] = {}
    for key, fields in harbors.items():
        keys.setdefault(_display_name(key, fields.get("name", "")).casefold(), []).append(key)
    return [
        f"HARBORS__{first}__NAME: {other} has the same name"
        for first, *others in keys.values()
        for other in others
    ]


def _missing(names: Mapping[str, Any], *, needs_slack: bool, needs_harbor: bool) -> list[str]:
    problems = []
    if needs_slack:
        problems += [
            f"{name}: must be set, see .env.example"
            for name in ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET")
            if not names.get(name.lower())
        ]
    if needs_harbor and not names["harbors"]:
        problems.append("HARBORS__<NAME>__URL: at least one Harbor must be set, see .env.example")
    return problems


def _sentences(error: ValidationError) -> list[str]:
    return [
        f"{_variable(item['loc'])}{_worded(item['type'], item['msg'])}"
        for item in error.errors(include_url=False, include_context=False, include_input=False)
    ]


def _worded(kind: str, message: str) -> str:
    if kind == "missing":
        return "must be set, see .env.example"
    return message.removeprefix("Value error, ").replace("Input should", "should")


def _variable(location: tuple[int | str, ...]) -> str:
    return "__".join(str(part).upper() for part in location) + ": " if location else ""
