import asyncio

import pytest

from bot.playground.slack import Identity, Place, SimulatedSlack, User, plain


RELEASES = "C0RELEASES"
CARD = [
    {"type": "header", "text": {"type": "plain_text", "text": "Approval needed"}},
    {"type": "section", "text": {"type": "mrkdwn", "text": "*Copy* `vira:v1` to _prod_"}},
    {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": "approve",
                "text": {"type": "plain_text", "text": "Approve"},
                "value": "r1",
            },
            {
                "type": "button",
                "action_id": "deny",
                "text": {"type": "plain_text", "text": "Deny…"},
            },
        ],
    },
]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("*bold* and _slanted_ and ~gone~", "bold and slanted and gone"),
        ("*_both_*", "both"),
        ("a*b*c and snake_case_name", "a*b*c and snake_case_name"),
        ("`*not bold*` &lt;b&gt; `a &amp; b`", "*not bold* <b> a & b"),
        ("```\nline &lt;1&gt;\n*two*\n```", "line <1>\n*two*"),
        ("<https://example.com/a|the page>", "the page"),
        ("<https://example.com/a>", "https://example.com/a"),
        ("<@U0WANG0001> in <#C0RELEASES>", "@wang in #releases"),
        ("<!channel> <!here>", "@channel @here"),
        ("at <!date^1700000000^{time}|05:48>", "at 05:48"),
        ("<!subteam^S0APPROVE1|@approvers>", "@approvers"),
    ],
)
def test_mrkdwn_as_people_read_it(written, read):
    """Markup is shown, not printed; what Slack escapes is what people see."""
    names = {"U0WANG0001": "wang", "C0RELEASES": "releases"}
    assert plain.mrkdwn(written, names.__getitem__) == read


@pytest.mark.parametrize(
    ("block", "read"),
    [
        ({"type": "divider"}, ["────"]),
        ({"type": "markdown", "text": "# title"}, ["# title"]),
        ({"type": "image", "alt_text": "a graph", "image_url": "x"}, ["(image: a graph)"]),
        (
            {
                "type": "section",
                "fields": [{"type": "mrkdwn", "text": "*Confidence*\nhigh"}],
                "accessory": {
                    "type": "static_select",
                    "placeholder": {"type": "plain_text", "text": "Pick"},
                },
            },
            ["Confidence", "high", "[Pick ▾]"],
        ),
        (
            {
                "type": "context",
                "elements": [
                    {"type": "mrkdwn", "text": "checked 09:31"},
                    {"type": "image", "alt_text": "logo", "image_url": "x"},
                ],
            },
            ["checked 09:31 · (image: logo)"],
        ),
        (
            {
                "type": "plan",
                "title": "Checks",
                "tasks": [
                    {
                        "type": "task_card",
                        "task_id": "1",
                        "title": "Tag at source",
                        "status": "complete",
                        "details": {
                            "type": "rich_text",
                            "elements": [
                                {
                                    "type": "rich_text_section",
                                    "elements": [{"type": "text", "text": "since 05:48"}],
                                }
                            ],
                        },
                    }
                ],
            },
            ["Checks", "✔ Tag at source", "since 05:48"],
        ),
        (
            {
                "type": "table",
                "rows": [
                    [{"type": "raw_text", "text": "image"}, {"type": "raw_text", "text": "n"}],
                    [
                        {"type": "raw_text", "text": "vira"},
                        {"type": "raw_number", "value": 4},
                    ],
                ],
            },
            ["image | n", "vira | 4"],
        ),
        (
            {
                "type": "context_actions",
                "elements": [
                    {
                        "type": "feedback_buttons",
                        "positive_button": {"text": {"type": "plain_text", "text": "right"}},
                        "negative_button": {"text": {"type": "plain_text", "text": "wrong"}},
                    }
                ],
            },
            ["[right] [wrong]"],
        ),
        (
            {
                "type": "data_visualization",
                "title": "Failures",
                "chart": {
                    "type": "bar",
                    "series": [{"name": "prod", "data": [{"label": "Mon", "value": 3}]}],
                },
            },
            ["(chart: Failures)", "prod: Mon 3"],
        ),
        (
            {
                "type": "rich_text",
                "elements": [
                    {
                        "type": "rich_text_list",
                        "style": "bullet",
                        "elements": [
                            {
                                "type": "rich_text_section",
                                "elements": [
                                    {"type": "user", "user_id": "U0LI000001"},
                                    {"type": "text", "text": " approved"},
                                ],
                            }
                        ],
                    }
                ],
            },
            ["• @U0LI000001 approved"],
        ),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) else "",
)
def test_blocks_as_people_read_them(block, read):
    """Every kind of block has words on a terminal, in the order of the screen."""
    assert plain.lines([block]) == read


async def test_what_a_message_says(call, slack):
    """All visible text can be asserted on, and every button found by its id."""
    await call("chat.postMessage", channel=RELEASES, text="Approve it?", blocks=CARD)
    [message] = slack.channel("#releases").messages

    assert message.plain() == (
        "Approve it?\nApproval needed\nCopy vira:v1 to prod\n[Approve] [Deny…]"
    )
    assert message.says("vira:v1")
    assert message.button("approve").value == "r1"
    assert message.button("deny").label == "Deny…"
    assert [control.action_id for control in message.controls()] == ["approve", "deny"]


async def test_a_transcript_reads_like_the_screen(call, app, slack):
    """Who said what where, replies indented, private words marked, edits told."""
    app.answers = [{"text": "Looking…"}]
    await slack.command("wang", "/harbor", "why vira:v1")
    root = await call("chat.postMessage", channel=RELEASES, text="Approve it?", blocks=CARD)
    thread = {"channel": RELEASES, "thread_ts": root["ts"]}
    reply = await call("chat.postMessage", text="log: `404`", **thread)
    await call("chat.update", channel=RELEASES, ts=reply["ts"], text="log: `404` twice")
    await slack.dm("li", "hello")

    assert slack.transcript().split("\n") == [
        "#releases",
        "  wang: /harbor why vira:v1",
        "  harborbot (only to wang): Looking…",
        "  harborbot: Approval needed",
        "      Copy vira:v1 to prod",
        "      [Approve] [Deny…]",
        "      harborbot: log: 404 twice",
        "          (edited)",
        "",
        "direct messages: harborbot and li",
        "  li: hello",
    ]


async def test_waiting_ends_when_it_is_said(call, slack):
    """Who waits for words gets the message, be it new, edited, in a thread or private."""
    waiting = asyncio.create_task(slack.wait_for_message("second"))
    sent = await call("chat.postMessage", channel=RELEASES, text="first")
    assert not waiting.done()
    await call("chat.update", channel=RELEASES, ts=sent["ts"], text="second")

    assert (await waiting).ts == sent["ts"]
    await call("chat.postMessage", channel=RELEASES, text="third", thread_ts=sent["ts"])
    assert (await slack.wait_for_message("third")).thread_ts == sent["ts"]


async def test_waiting_in_vain_shows_what_was_said(slack):
    """A time-out carries the transcript: the reader of a red test wants to see it."""
    slack.say("wang", "all I can see")
    with pytest.raises(TimeoutError, match="all I can see"):
        await slack.wait_for(lambda: None, timeout=0.01)


async def test_names_and_ids(slack):
    """People and places are found by name or id, and missing ones named in the error."""
    assert slack.user("@wang") is slack.user("U0WANG0001")
    assert slack.channel("releases") is slack.channel(RELEASES)
    with pytest.raises(LookupError, match="nobody"):
        slack.user("nobody")
    with pytest.raises(LookupError, match="nowhere"):
        slack.channel("#nowhere")


async def test_the_workspace_can_change(call, slack):
    """Channels are archived and left, people come and change, while the test runs."""
    slack.workspace.change_channel("#releases", is_archived=True)
    slack.workspace.add_user(User(id="U0ZHAO0001", name="zhao"))
    slack.workspace.add_channel(Place(id="C0NEWCHAN1", name="new", members=frozenset()))

    assert (await call("chat.postMessage", channel=RELEASES, text="x"))["error"] == "is_archived"
    assert (await call("users.info", user="U0ZHAO0001"))["user"]["name"] == "zhao"
    answer = await call("chat.postMessage", channel="C0NEWCHAN1", text="x")
    assert answer["error"] == "not_in_channel"


async def test_another_installation():
    """Ids and secrets can be chosen; the bot keeps its channels under another id."""
    identity = Identity(bot_user_id="U0SOMEBOT1", team_id="T0ELSEWHE1")
    async with SimulatedSlack(identity=identity) as slack:
        assert "U0SOMEBOT1" in slack.channel("#releases").place.members
        assert slack.workspace.has_bot(slack.channel("#releases"))
