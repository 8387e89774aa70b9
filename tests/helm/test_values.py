"""The schema of the chart's values: closed, and with Slack's and Harbor's own patterns."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml


CHART = Path(__file__).parent.parent.parent / "helm"
SCHEMA = json.loads((CHART / "values.schema.json").read_text())
TEXT = (CHART / "values.yaml").read_text()
VALUES = yaml.safe_load(TEXT)
SMALL = {"existingSecret": "harborbot", "harbors": {"stag": {"url": "https://reg.example.com"}}}
LIFE_SIZE = sorted((Path(__file__).parent / "values").glob("*.yaml"))


def problems(values):
    """Say where and why, one sentence a problem."""
    return [
        f"/{'/'.join(str(part) for part in error.absolute_path)} {error.message}"
        for error in jsonschema.Draft7Validator(SCHEMA).iter_errors(values)
    ]


def stag(**fields):
    """Make the least values, with more said of their one Harbor."""
    return {**SMALL, "harbors": {"stag": {"url": "https://reg.example.com", **fields}}}


def parts(schema):
    """Go through every schema within *schema*."""
    yield schema
    for key in ("properties", "patternProperties", "definitions"):
        for below in schema.get(key, {}).values():
            yield from parts(below)
    if "items" in schema:
        yield from parts(schema["items"])


def test_the_schema_is_a_draft_07():
    """Helm and editors can read it."""
    jsonschema.Draft7Validator.check_schema(SCHEMA)


def test_nothing_in_the_schema_is_open():
    """A typo is refused at every depth; only Helm's own `global` is left to Helm."""
    objects = [part for part in parts(SCHEMA) if part.get("type") == "object"]
    opened = [part for part in objects if part.get("additionalProperties") is not False]

    assert len(objects) > 20
    assert opened == [SCHEMA["properties"]["global"]]


def test_the_defaults_are_valid():
    """values.yaml is what its schema says."""
    assert problems(VALUES) == []


def test_the_schema_and_the_values_have_the_same_keys():
    """Each value can be found in values.yaml, and each key there can be set."""

    def keys(schema):
        return {
            name: keys(below) if "properties" in below else {}
            for name, below in schema["properties"].items()
            if name != "global"
        }

    def given(values, shape):
        return {name: given(values[name], shape[name]) if shape[name] else {} for name in values}

    expected = keys(SCHEMA)
    assert given(VALUES, {**expected, "resources": {}}) == {**expected, "resources": {}}


def test_the_example_of_a_harbor_shows_every_field():
    """The commented instance in values.yaml is valid, and leaves no field out."""
    lines = TEXT.partition("harbors: {}\n")[2].partition("\n\n")[0].splitlines()
    example = yaml.safe_load("\n".join(line.removeprefix("#") for line in lines))

    assert problems({**SMALL, "harbors": example}) == []
    assert set(example["stag"]) == set(SCHEMA["definitions"]["harbor"]["properties"])


@pytest.mark.parametrize("path", LIFE_SIZE, ids=lambda path: path.stem)
def test_the_ways_to_run_it_are_valid(path):
    """The value files that `tests/helm/check.sh` renders pass without helm as well."""
    assert problems(yaml.safe_load(path.read_text())) == []


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"replcas": 2}, "/ Additional properties are not allowed ('replcas'"),
        ({"image": {"tga": "1"}}, "/image Additional properties are not allowed ('tga'"),
        ({"harbors": {"Prod": {"url": "https://x"}}}, "/harbors 'Prod' does not match"),
        ({"harbors": {"prod": {}}}, "/harbors/prod 'url' is a required property"),
        (stag(usrname="x"), "/harbors/stag Additional properties are not allowed ('usrname'"),
        (stag(url="reg.example.com"), "/harbors/stag/url 'reg.example.com' does not match"),
        (stag(url="https://u:made-up@x"), "/harbors/stag/url 'https://u:made-up@x' does not"),
        (stag(role="target"), "/harbors/stag/role 'target' is not one of"),
        (stag(timeout="15"), "/harbors/stag/timeout '15' does not match"),
        (stag(readers=["@li"]), "/harbors/stag/readers/0 '@li' does not match"),
        (stag(password="made-up"), "/harbors/stag Additional properties are not allowed"),
        ({"readers": ["li"]}, "/readers/0 'li' does not match"),
        ({"slack": {"command": "harbor"}}, "/slack/command 'harbor' does not match"),
        ({"slack": {"apiUrl": "https://slack.com/api"}}, "/slack/apiUrl 'https://slack.com/api'"),
        ({"slack": {"botToken": "xoxb-made-up"}}, "/slack Additional properties are not allowed"),
        ({"slack": {"proxy": "http://u:made-up@x"}}, "/slack/proxy 'http://u:made-up@x' does"),
        ({"log": {"level": "info"}}, "/log/level 'info' is not one of"),
        ({"ingress": {"host": "https://x"}}, "/ingress/host 'https://x' does not match"),
        ({"replicas": "2"}, "/replicas '2' is not of type 'integer'"),
    ],
)
def test_a_mistake_is_refused_by_name(values, where):
    """A typo, a wrong form or a secret in the values is found before anything is installed."""
    found = problems({**SMALL, **values})
    assert len(found) == 1
    assert found[0].startswith(where)


def test_the_first_line_says_what_must_be_set():
    """Whoever opens values.yaml reads first what has no default."""
    first = TEXT.partition("\n")[0]
    assert first.startswith("# existingSecret and harbors must be set")
    assert (VALUES["existingSecret"], VALUES["harbors"]) == ("", {})
