"""The documents say what the code does."""

import re
from pathlib import Path

import pytest
import yaml

from tests import causes_page


ROOT = Path(__file__).parent.parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_page_of_causes_is_made_of_the_rows():
    """An operator reads of a cause what the answer said."""
    assert causes_page.render() == causes_page.PAGE.read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    """A link between documents finds its file."""
    links = re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_configuration_names_every_setting():
    """Each name of .env.example stands in the document of the configuration."""
    example = (ROOT / ".env.example").read_text()
    names = re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)
    text = (ROOT / "docs" / "configuration.md").read_text()
    short = [name.removeprefix("HARBORS__STAG__") for name in names]
    assert [name for name in short if f"`{name}`" not in text] == []


def test_the_manifest_asks_for_what_is_explained():
    """Every scope of the manifest has its reason in the document, and none is missing."""
    manifest = yaml.safe_load((ROOT / "manifest.yaml").read_text())
    text = (ROOT / "docs" / "slack-app.md").read_text()
    scopes = manifest["oauth_config"]["scopes"]["bot"]
    assert [scope for scope in scopes if f"`{scope}`" not in text] == []
    assert manifest["settings"]["event_subscriptions"]["bot_events"] == [
        "app_mention",
        "message.im",
    ]
