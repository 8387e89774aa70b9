"""The chart, the settings and the example name the same variables, and mean the same by them."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from bot.settings import HarborSettings, Settings
from handlers.front_door import FrontDoor


ROOT = Path(__file__).parent.parent.parent
CHART = ROOT / "helm"
DEPLOYMENT = (CHART / "templates" / "deployment.yaml").read_text()
VALUES = yaml.safe_load((CHART / "values.yaml").read_text())
ENTRY = re.compile(r"- \{name: ((?:HARBORS__\{\{ \$key \}\}__)?[A-Z_]+), value")


def settings_names():
    """Walk what the bot reads."""
    plain = {name.upper() for name in Settings.model_fields if name != "harbors"}
    return plain | {f"HARBORS__<NAME>__{name.upper()}" for name in HarborSettings.model_fields}


def example_names():
    """Read what .env.example offers."""
    text = (ROOT / ".env.example").read_text()
    return {
        name.replace("HARBORS__STAG__", "HARBORS__<NAME>__")
        for name in re.findall(r"^([A-Z_]+)=", text, re.MULTILINE)
    }


def chart_names():
    """Read what the container is given."""
    return {name.replace("{{ $key }}", "<NAME>") for name in ENTRY.findall(DEPLOYMENT)}


def test_settings_example_and_chart_name_the_same_variables():
    """A setting that is added in one place is missed in the other two."""
    assert settings_names() == example_names() == chart_names()


def test_every_entry_of_the_environment_is_read_by_the_test_above():
    """No variable gets into the container in a form that the comparison overlooks."""
    block = DEPLOYMENT.partition("          env:\n")[2].partition("          ports:\n")[0]
    lines = [line.strip() for line in block.splitlines()]
    entries = [line for line in lines if not line.startswith("{{")]

    assert [line for line in entries if not ENTRY.match(line)] == []
    assert "envFrom" not in DEPLOYMENT


@pytest.mark.parametrize(
    ("value", "setting"),
    [
        (VALUES["slack"]["command"], "slack_command"),
        (VALUES["slack"]["apiUrl"], "slack_api_url"),
        (tuple(VALUES["slack"]["responseHosts"]), "slack_response_hosts"),
        (VALUES["slack"]["proxy"], "slack_proxy"),
        (tuple(VALUES["readers"]), "readers"),
        (VALUES["limitQuestions"], "limit_questions"),
        (VALUES["redis"]["allowInsecure"], "allow_insecure_redis"),
        (VALUES["store"]["prefix"], "store_prefix"),
        (VALUES["store"]["fsync"], "store_fsync"),
        (VALUES["log"]["level"], "log_level"),
        (VALUES["log"]["format"], "log_format"),
    ],
)
def test_a_value_left_alone_means_what_the_setting_means(value, setting):
    """The chart's defaults are the bot's own."""
    assert value == Settings.model_fields[setting].default


def test_each_secret_comes_from_the_existing_secret():
    """No token, password or Redis address can be written into the values."""
    names = {
        name.upper()
        for model in (Settings, HarborSettings)
        for name, field in model.model_fields.items()
        if "SecretStr" in repr(field.annotation)
    }
    secret = "valueFrom: {secretKeyRef: {name: {{ $secret | quote }},"
    plain = {
        found[1].rpartition("__")[2]
        for line in DEPLOYMENT.splitlines()
        if (found := ENTRY.search(line)) and secret not in line
    }

    assert names >= {"SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "REDIS_URL", "PASSWORD"}
    assert names & plain == set()


def test_the_comment_on_the_secret_names_its_keys():
    """Who makes the Secret reads in one place which keys it needs."""
    comment = (CHART / "values.yaml").read_text().partition("existingSecret: ")[0]
    keys = re.findall(r"key: ((?:HARBORS__\{\{ \$key \}\}__)?[A-Z_]+)\b", DEPLOYMENT)

    assert keys
    assert [key for key in keys if key.replace("{{ $key }}", "<NAME>") not in comment] == []


def test_probes_and_ingress_knock_on_doors_that_are_there():
    """The paths in the templates are routes of the bot."""
    bot = FrontDoor(bolt=None, signing_secret="made-up", clock=None).application()
    routes = {(route.method, route.resource.canonical) for route in bot.router.routes()}
    probes = set(re.findall(r"httpGet: \{path: (\S+),", DEPLOYMENT))
    ingress = (CHART / "templates" / "ingress.yaml").read_text()
    notes = (CHART / "templates" / "NOTES.txt").read_text()

    assert {("GET", path) for path in probes} <= routes
    assert {("POST", path) for path in re.findall(r"- path: (\S+)", ingress)} <= routes
    assert "/slack/events" in notes


@pytest.mark.parametrize("name", ["stag", "prod-eu", "2"])
def test_a_harbor_is_called_in_slack_as_in_the_values(name):
    """The key under harbors is the name that people use, unless another one is given."""
    key = name.upper().replace("-", "_")
    settings = Settings(harbors={key: HarborSettings(url="https://reg.example.com")})

    assert list(settings.instances()) == [name]
    assert '$key := $name | upper | replace "-" "_"' in DEPLOYMENT


def test_the_chart_runs_the_version_beside_it():
    """The image's tag is the project's version, and the chart says so in one place."""
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert chart["appVersion"] == project["version"]
    assert chart["name"] == project["name"]
    assert chart["description"] == project["description"]


def test_a_name_of_a_person_is_refused_by_both():
    """The schema's pattern of a reader is the setting's."""
    schema = (CHART / "values.schema.json").read_text()
    assert '"pattern": "^[USW][A-Z0-9]{2,}$"' in schema
    with pytest.raises(ValidationError):
        Settings(readers="@li")
