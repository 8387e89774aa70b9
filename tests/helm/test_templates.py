"""What the templates promise, read as text; `tests/helm/check.sh` holds it with helm itself."""

import re
from pathlib import Path

import pytest
import yaml


TEMPLATES = Path(__file__).parent.parent.parent / "helm" / "templates"
VALUES = yaml.safe_load((TEMPLATES.parent / "values.yaml").read_text())
TEXTS = {path.name: path.read_text() for path in TEMPLATES.iterdir()}
DEPLOYMENT = TEXTS["deployment.yaml"]


@pytest.mark.parametrize(
    "line",
    [
        "runAsNonRoot: true",
        "seccompProfile: {type: RuntimeDefault}",
        "allowPrivilegeEscalation: false",
        "readOnlyRootFilesystem: true",
        "capabilities: {drop: [ALL]}",
        "automountServiceAccountToken: false",
        "enableServiceLinks: false",
        "terminationGracePeriodSeconds: 45",
    ],
)
def test_the_pod_is_restricted_without_an_option(line):
    """Nothing in the values can take a restriction of the pod away."""
    assert re.search(rf"^ +{re.escape(line)}$", DEPLOYMENT, re.MULTILINE)


def test_selectors_carry_no_version():
    """An upgrade does not change what a Deployment's selector says: that would be refused."""
    helper = TEXTS["_helpers.tpl"].partition('define "harborbot.selectorLabels"')[2]
    body = helper.partition("{{- end }}")[0]
    assert re.findall(r"^(\S+):", body, re.MULTILINE) == [
        "app.kubernetes.io/name",
        "app.kubernetes.io/instance",
    ]
    for name in ("deployment.yaml", "service.yaml", "networkpolicy.yaml"):
        after = re.split(r"(?:matchLabels|selector|podSelector):\n", TEXTS[name])[-1]
        assert 'include "harborbot.selectorLabels"' in after.splitlines()[0], name


def test_there_are_five_helpers():
    """Names and labels are made in one place, and nothing else is."""
    assert re.findall(r'define "harborbot\.(\w+)"', TEXTS["_helpers.tpl"]) == [
        "name",
        "fullname",
        "selectorLabels",
        "labels",
        "serviceAccountName",
    ]


def test_what_must_be_set_is_asked_for_in_sentences():
    """A missing Secret, Harbor, Redis or host is refused with what to do."""
    said = [
        sentence
        for text in TEXTS.values()
        for sentence in re.findall(r'(?:required|fail) "([^"]+)"', text)
    ]
    assert len(said) == 4
    assert all(re.fullmatch(r"Set [a-z]\w+(\.\w+)? to .+\.", sentence) for sentence in said)


def test_what_costs_or_cuts_off_is_a_choice():
    """Ingress, disruption budget and network policy are off until someone asks for them."""
    for name, file in {
        "ingress": "ingress.yaml",
        "podDisruptionBudget": "poddisruptionbudget.yaml",
        "networkPolicy": "networkpolicy.yaml",
    }.items():
        assert VALUES[name]["enabled"] is False
        assert TEXTS[file].startswith(f"{{{{- if .Values.{name}.enabled }}}}")


def test_every_value_is_used():
    """No key of values.yaml is dead."""
    used = " ".join(TEXTS.values())
    paths = [
        f"{name}.{below}" if isinstance(value, dict) and value else name
        for name, value in VALUES.items()
        for below in (value if isinstance(value, dict) and value else [name])
    ]
    assert [path for path in paths if not re.search(rf"\.Values\.{path}\b", used)] == []


def test_the_notes_are_three_lines_with_the_url_for_slack():
    """What is printed after the installation fits on three lines and can be pasted."""
    lines = TEXTS["NOTES.txt"].splitlines()
    assert len(lines) == 3
    assert "/slack/events" in lines[1]
