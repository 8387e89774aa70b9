"""What an operator sets is read as a whole; all that is wrong is named at once, without values."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from dotenv import dotenv_values

from bot import settings
from bot.errors import SettingsWrong
from bot.settings import HarborSettings, Settings


CANARY = "c4n4ry-7f3a9b2e5d"
EXAMPLE = Path(__file__).parents[2] / ".env.example"
ONE_HARBOR = {"HARBORS__STAG__URL": "https://stag-reg.example.com"}
SLACK = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}


def read(given: dict[str, str] | None = None, **more: str) -> Settings:
    """Read settings with one Harbor and no file."""
    return settings.read({**ONE_HARBOR, **(given or {}), **more}, dotenv=Path("/dev/null"))


def problems(given: dict[str, str] | None = None, **more: str) -> list[str]:
    """List the problems that reading names; each begins with the name of its variable."""
    with pytest.raises(SettingsWrong) as wrong:
        read(given, **more)
    assert CANARY not in str(wrong.value)
    assert CANARY not in repr(wrong.value.__cause__)
    return list(wrong.value.problems)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("30s", timedelta(seconds=30)),
        ("15m", timedelta(minutes=15)),
        ("1h", timedelta(hours=1)),
        ("7d", timedelta(days=7)),
        (" 15s ", timedelta(seconds=15)),
    ],
)
def test_durations(written, meant):
    """A duration is a number and a unit."""
    assert read(HARBORS__STAG__TIMEOUT=written).harbors["STAG"].timeout == meant


@pytest.mark.parametrize(
    "written", ["0s", "15", "s", "1.5s", "-1s", "1 s", "15S", "1h30m", "9" * 30 + "d", "\u0661s"]
)
def test_a_wrong_duration_is_named(written):
    """What is no duration, or none at all, is a problem and no crash."""
    [problem] = problems(HARBORS__STAG__TIMEOUT=written)

    assert problem.startswith("HARBORS__STAG__TIMEOUT: must be")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("U0123,S0456", ("U0123", "S0456")),
        (" U0123 , S0456 ,", ("U0123", "S0456")),
        (",", ()),
        ("", ()),
    ],
)
def test_lists(written, meant):
    """A list is comma-separated; blanks and empty items do not count."""
    assert read(READERS=written).readers == meant


@pytest.mark.parametrize("written", ["@li", "li", "u0123", "C0123", "U0123 S0456", "U0123;S0456"])
@pytest.mark.parametrize("name", ["READERS", "HARBORS__STAG__READERS"])
def test_readers_are_ids(name, written):
    """Who may read is named by id: a name could be taken by somebody else."""
    [problem] = problems({name: written})

    assert problem == f"{name}: must list ids of users (U…) or user groups (S…), not names"


@pytest.mark.parametrize("role", ["source", "destination", "both"])
def test_roles(role):
    """An instance is a source, a destination, or both."""
    assert read(HARBORS__STAG__ROLE=role).harbors["STAG"].role == role


def test_an_instance_is_called_as_it_is_set():
    """The display name is NAME, else the group's in lower case with dashes."""
    read_settings = read(
        HARBORS__PROD_EU__URL="https://eu.example.com", HARBORS__STAG__NAME="Staging"
    )

    assert set(read_settings.instances()) == {"Staging", "prod-eu"}


def test_two_instances_of_one_name_are_refused():
    """A name that two instances share is a problem, beside whatever else is wrong."""
    found = problems(
        HARBORS__PROD__URL="https://p.example.com", HARBORS__PROD__NAME="Stag", PORT="x"
    )

    assert "HARBORS__STAG__NAME: PROD has the same name" in found
    assert len(found) == 2


def test_a_password_from_a_file(tmp_path):
    """The file's text is the password, without the newline at its end."""
    file = tmp_path / "password"
    file.write_text("pä$s ${HOME}\n", encoding="utf-8")
    harbor = read(HARBORS__STAG__USERNAME="bot", HARBORS__STAG__PASSWORD_FILE=str(file))

    assert harbor.harbors["STAG"].account() == ("bot", "pä$s ${HOME}")
    assert harbor.harbors["STAG"].read_account() == ("bot", "pä$s ${HOME}")


def test_a_second_account_reads_repositories():
    """READ_USERNAME and READ_PASSWORD are one account, the first is the other."""
    harbor = read(
        HARBORS__STAG__USERNAME="one",
        HARBORS__STAG__PASSWORD="1",
        HARBORS__STAG__READ_USERNAME="two",
        HARBORS__STAG__READ_PASSWORD="2",
    ).harbors["STAG"]

    assert (harbor.account(), harbor.read_account()) == (("one", "1"), ("two", "2"))


def absent(_folder: Path) -> Path:
    """Name a file that is not there."""
    return Path("/nowhere/" + CANARY)


def folder(given: Path) -> Path:
    """Name a folder."""
    return given


def empty(given: Path) -> Path:
    """Name a file that holds nothing but a newline."""
    file = given / "empty"
    file.write_text("\n")
    return file


def binary(given: Path) -> Path:
    """Name a file that is no text."""
    file = given / "binary"
    file.write_bytes(b"\xff\xfe\x00" + CANARY.encode())
    return file


@pytest.mark.parametrize("make", [absent, folder, empty, binary])
@pytest.mark.parametrize("name", ["PASSWORD_FILE", "CA_FILE"])
def test_a_file_that_is_no_help_is_named(tmp_path, name, make: Callable[[Path], Path]):
    """A file that is missing, a folder, empty or no text is a problem of its variable."""
    [problem] = problems({f"HARBORS__STAG__{name}": str(make(tmp_path))})

    assert problem.startswith(f"HARBORS__STAG__{name}: names a file that ")


WRONG = {
    "HARBORS__STAG__BOGUS": CANARY,
    "HARBORS__STAG__APPROVER": "",
    "HARBORS__STAG": CANARY,
    "HARBORS__STAG__EU__URL": CANARY,
    "HARBORS____URL": CANARY,
    "SLACK_BOGUS": CANARY,
    "SLACK_TOKEN": "",
    "HARBORS__STAG__URL": f"https://admin:{CANARY}@stag-reg.example.com",
    "HARBORS__STAG__ALIASES": f"https://a.example.com,{CANARY}",
    "HARBORS__STAG__ROLE": CANARY,
    "HARBORS__STAG__VERIFY_TLS": CANARY,
    "HARBORS__STAG__MAX_CONNECTIONS": "0",
    "HARBORS__STAG__READ_PASSWORD": CANARY,
    "HARBORS__PROD__PASSWORD": CANARY,
    "HARBORS__PROD__TIMEOUT": CANARY,
    "SLACK_API_URL": f"https://{CANARY}",
    "SLACK_COMMAND": CANARY,
    "SLACK_PROXY": CANARY,
    "SLACK_RESPONSE_HOSTS": f"https://{CANARY}/",
    "READERS": CANARY,
    "LIMIT_QUESTIONS": CANARY,
    "REDIS_URL": f"redis://:{CANARY}@redis.example.com/0",
    "STORE_PREFIX": f"a {CANARY}",
    "STORE_FSYNC": CANARY,
    "ALLOW_INSECURE_REDIS": CANARY,
    "PORT": "65536",
    "LOG_LEVEL": CANARY,
    "LOG_FORMAT": CANARY,
}


def test_all_problems_are_named_at_once_and_without_values():
    """Whoever mends the configuration mends it once, and may show the message to anybody."""
    named = [problem.partition(": ")[0] for problem in problems(WRONG)]

    wanted = set(WRONG) - {"HARBORS__PROD__PASSWORD"} | {"HARBORS__PROD__URL"}
    assert sorted(named) == sorted(wanted)


@pytest.mark.parametrize(
    "url",
    [
        f"https://[{CANARY}]/",
        f"https://host:{CANARY}/",
        "https://host:65536/",
        f"https://{CANARY}\u2100.example.com/",
        f"ftp://{CANARY}/",
        CANARY,
        "https://",
        f"https://{CANARY}@host",
    ],
)
@pytest.mark.parametrize(
    "name",
    ["HARBORS__STAG__URL", "HARBORS__STAG__ALIASES", "SLACK_API_URL", "SLACK_PROXY", "REDIS_URL"],
)
def test_an_address_that_is_none_is_named_without_it(name, url):
    """The library's own words for a bad address would repeat it."""
    if name == "SLACK_PROXY" and url.endswith("@host"):
        assert read({name: url}).slack_proxy == url
        return
    [problem] = problems({name: url})

    assert problem.startswith(f"{name}: ")


def test_the_environment_wins_over_the_file(tmp_path):
    """A variable of the environment counts, one of the file where the environment has none."""
    file = tmp_path / ".env"
    file.write_text("PORT=1111\nHOST=0.0.0.0\nHARBORS__STAG__URL=https://filed.example.com\n")

    found = settings.read({"PORT": "2222", "HOST": ""}, dotenv=file)

    assert (found.port, found.host) == (2222, "127.0.0.1")
    assert found.harbors["STAG"].url == "https://filed.example.com"


def test_a_value_of_the_file_is_taken_as_it_is_written(tmp_path):
    """A password with a dollar sign is not filled in from the environment."""
    file = tmp_path / ".env"
    file.write_text("HARBORS__STAG__PASSWORD='a${HOME}b'\n")

    found = settings.read(ONE_HARBOR, dotenv=file)

    assert found.harbors["STAG"].account()[1] == "a${HOME}b"


def test_a_file_that_is_no_text_is_named(tmp_path):
    """A .env that cannot be read is a sentence, not a traceback."""
    file = tmp_path / ".env"
    file.write_bytes(b"\xff\xfe" + CANARY.encode())

    with pytest.raises(SettingsWrong, match="cannot be read as text") as wrong:
        settings.read(ONE_HARBOR, dotenv=file)
    assert CANARY not in str(wrong.value)


def test_an_unknown_name_of_the_file_is_an_error_too(tmp_path):
    """A slip in .env is named like one in the environment."""
    file = tmp_path / ".env"
    file.write_text("SLACK_BOT_TOKN=x\nSOMETHING_ELSE=y\n")

    with pytest.raises(SettingsWrong) as wrong:
        settings.read(ONE_HARBOR, dotenv=file)
    assert wrong.value.problems == ("SLACK_BOT_TOKN: there is no such setting",)


def test_slack_is_needed_by_run_alone():
    """Without Slack's names everything but the bot itself works."""
    nothing = Path("/dev/null")

    assert settings.read(ONE_HARBOR, dotenv=nothing).slack_bot_token.get_secret_value() == ""
    with pytest.raises(SettingsWrong) as wrong:
        settings.read(ONE_HARBOR, dotenv=nothing, needs_slack=True)
    assert [one.partition(":")[0] for one in wrong.value.problems] == list(SLACK)
    assert settings.read({**ONE_HARBOR, **SLACK}, dotenv=nothing, needs_slack=True)


def test_one_harbor_at_least():
    """No Harbor at all is a problem, except for what asks none."""
    with pytest.raises(SettingsWrong, match="HARBORS__<NAME>__URL"):
        settings.read({}, dotenv=Path("/dev/null"))
    assert settings.read({}, dotenv=Path("/dev/null"), needs_harbor=False).harbors == {}


@pytest.mark.parametrize(
    "url",
    [
        "redis://redis.example.com/0",
        "redis://bot:pw@redis.example.com/0",
        "rediss://redis.example.com/0",
        "rediss://:pw@redis.example.com/0",
        "redis://127.0.0.2.example.com/0",
    ],
)
def test_a_redis_elsewhere_needs_tls_and_an_acl_user(url):
    """Whoever can write there runs code in the bot: it is refused unless that is wanted."""
    [problem] = problems(REDIS_URL=url)

    assert problem.startswith("REDIS_URL: leads to another host without TLS and an ACL user")
    assert read(REDIS_URL=url, ALLOW_INSECURE_REDIS="true")


@pytest.mark.parametrize(
    "url",
    [
        "redis://localhost:6379/0",
        "redis://127.0.0.1/0",
        "redis://[::1]/0",
        "rediss://bot:pw@redis.example.com/0",
    ],
)
def test_a_redis_here_or_guarded_is_taken(url):
    """Loopback needs nothing, another host TLS and an ACL user."""
    assert read(REDIS_URL=url).redis_url.get_secret_value() == url


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("https://slack.com/api/", True),
        ("https://proxy.example.com/slack/api/", True),
        ("http://127.0.0.1:8080/api/", True),
        ("http://localhost/api/", True),
        ("https://slack.com/api", False),
        ("https://slack.com/", False),
        ("http://slack.com/api/", False),
        ("https://slack.com/?x=/api/", False),
        ("https://slack.com/#/api/", False),
        ("https://me:pw@slack.com/api/", False),
    ],
)
def test_where_slack_may_be(url, taken):
    """Slack's address ends in /api/, and is https but on loopback."""
    if taken:
        assert read(SLACK_API_URL=url).slack_api_url == url
    else:
        [problem] = problems(SLACK_API_URL=url)
        assert problem.startswith("SLACK_API_URL: must ")


@pytest.mark.parametrize(
    ("hosts", "taken"),
    [
        ("hooks.slack.com", True),
        ("hooks.slack.com:443,127.0.0.1", True),
        ("[::1]:8080", True),
        ("::1", True),
        ("https://hooks.slack.com", False),
        ("hooks.slack.com/", False),
        ("*", False),
    ],
)
def test_response_hosts_are_hosts(hosts, taken):
    """An address where a host belongs would match nothing, silently."""
    if taken:
        assert read(SLACK_RESPONSE_HOSTS=hosts).slack_response_hosts == tuple(hosts.split(","))
    else:
        [problem] = problems(SLACK_RESPONSE_HOSTS=hosts)
        assert problem.startswith("SLACK_RESPONSE_HOSTS: must list hosts")


def test_settings_keep_their_secrets():
    """A printed configuration shows no password."""
    found = read(HARBORS__STAG__PASSWORD=CANARY, REDIS_URL=f"redis://:{CANARY}@localhost/0")

    assert CANARY not in repr(found)
    assert CANARY not in str(found)


def test_the_example_and_the_settings_name_the_same_variables():
    """Whoever copies .env.example sees every variable there is, and none that is not."""
    general = {name.upper() for name in Settings.model_fields if name != "harbors"}
    instance = {f"HARBORS__STAG__{name.upper()}" for name in HarborSettings.model_fields}

    assert set(dotenv_values(EXAMPLE)) == general | instance


def test_every_variable_of_the_example_is_there_once():
    """No name is set twice, where the second would win."""
    names = [line.partition("=")[0] for line in EXAMPLE.read_text().splitlines() if "=" in line]

    assert len(names) == len(set(names))


def test_no_default_of_the_example_differs():
    """A value in .env.example is what counts without it."""
    example = {name: value or "" for name, value in dotenv_values(EXAMPLE).items()}
    filled = settings.read(example, dotenv=Path("/dev/null"))
    bare = settings.read(
        {"HARBORS__STAG__URL": example["HARBORS__STAG__URL"]}, dotenv=Path("/dev/null")
    )

    assert filled == bare
