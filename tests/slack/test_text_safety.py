import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.text import bold, clean, clip, code, date, fence, plain, prose, spoken, unlinked
from tests.slack.builders import BUILT


CANARIES = [
    "<!channel>",
    "<!here|x>",
    "<@U0WANG0001>",
    "<#C0RELEASES>",
    "<https://evil.example|click>",
    "*bold*",
    "_italic_",
    "~gone~",
    "`code`",
    "```fence```",
    "@here",
    "&lt;!channel&gt;",
    "> quoted",
    "a\nb",
    "\u202egpj.exe",
    "ze\u200bro",
    ":fire:",
]


@pytest.mark.parametrize("canary", CANARIES)
@pytest.mark.parametrize("show", [prose, code, fence, spoken, unlinked], ids=lambda f: f.__name__)
def test_nothing_from_outside_can_ping_or_hide(show, canary):
    """No text from outside keeps a mention, a link, or a character that nobody sees."""
    shown = show(canary, 200)

    assert "<" not in shown
    assert not re.search("[\u200b-\u200f\u202a-\u202e]", shown)
    assert not re.search(r"&(?!amp;|lt;|gt;)", shown)


@pytest.mark.parametrize("canary", CANARIES)
def test_prose_has_no_formatting(canary):
    """Words from outside are neither bold nor code, quote nobody and draw no emoji."""
    shown = prose(canary)

    assert not re.search(r"[`*~\n]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|:\w+:|^&gt;", shown)
    assert "@here" not in shown


def test_names_stay_as_they_are():
    """What is in an ordinary name or time is not touched."""
    name = "my_team/vira-web_2:v1.6.32-67284045 at 09:31:04, 404"

    assert prose(name) == name


def test_code_cannot_be_ended_by_its_content():
    """Inline code has the two backticks that are ours, and one line."""
    assert code("a`b\nc").count("`") == 2
    assert "\n" not in code("a\nb")
    assert code("") == "\u2013"


def test_a_block_of_code_cannot_be_ended_by_its_content():
    """A log that holds a fence stays inside ours."""
    shown = fence("one\n```\n*two*\n```")

    assert shown.startswith("```\none\n")
    assert shown.endswith("\n```")
    assert shown.count("```") == 2
    assert not fence("")


def test_our_own_sentences_keep_their_code_and_lines():
    """An example in backticks is shown as code, the rest as words."""
    assert spoken("Ask: `/harbor why a:b`\n*now*") == ("Ask: `/harbor why a:b`\n\u2217now\u2217")


def test_where_slack_links_by_itself_addresses_are_broken():
    """The line for notifications holds no address that Slack would make a link of."""
    assert "://" not in unlinked("see https://evil.example", 100)


@pytest.mark.parametrize(
    "secret",
    [
        "https://admin:Harbor12345@stag-reg.example.com",
        "Authorization: Basic YWRtaW46SGFyYm9yMTIzNDU=",
        "Authorization: Bearer abcdef.ghijkl",
        "xoxb-1234-abcd",
        "xo\u200bxb-1234-abcd",
        "https://hooks.slack.com/commands/T1/2/abc",
        "/v2/?X-Amz-Signature=0123abcd",
        "destination user: admin",
    ],
)
def test_secrets_are_taken_out(secret):
    """The last line of defence: what looks like a secret is not shown."""
    leaked = re.compile(
        r"Harbor12345|YWRtaW|abcdef|xoxb-1234|/2/abc|0123abcd|admin(?!:)", re.IGNORECASE
    )

    for show in (clean, prose, code, fence):
        assert not leaked.search(show(f"before {secret} after"))


def test_a_secret_is_not_shown_because_it_was_cut():
    """What is too long to be looked at is cut between words."""
    assert "xoxb" not in clean("a " * 9_995 + "xoxb-1234567890-abcdefghijk")


@given(
    st.lists(
        st.sampled_from(
            ["&amp;", "&lt;", "`a`", "```\nb\n```", " ", "word", "<!date^1^{time}|t>", "\n"]
        )
    ).map("".join),
    st.integers(min_value=12, max_value=80),
)
def test_clipping_leaves_nothing_open(shown, limit):
    """However short a finished text is cut: no half entity, no half token, no open code."""
    cut = clip(shown, limit)

    assert len(cut) <= limit
    if cut != shown:
        assert not re.search(r"&(?!amp;|lt;|gt;)", cut)
        assert cut.count("<") == cut.count(">")
        assert cut.count("```") % 2 == 0


@given(st.text(max_size=400), st.integers(min_value=12, max_value=120))
def test_every_way_to_show_text_keeps_its_limit(text, limit):
    """Whatever comes from outside, what is shown is as long as was asked for at most."""
    for show in (prose, code, fence, spoken, unlinked, plain):
        assert len(show(text, limit)) <= limit


def test_the_end_of_a_long_label_is_kept():
    """Images differ at their end, so a label loses its beginning."""
    assert plain("a" * 100 + ":v1", 10).endswith(":v1")


def test_times_are_shown_in_each_readers_zone():
    """A time is Slack's date token with a fallback in UTC."""
    assert date(BUILT) == ("<!date^1778708890^{date_short_pretty} {time}|2026-05-13 21:48 UTC>")
    assert "{time_secs}|2026-05-13 21:48:10 UTC>" in date(BUILT, seconds=True)


def test_bold_of_nothing_is_nothing():
    """No lone stars."""
    assert not bold("")
