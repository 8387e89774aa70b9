import blockkit
import pytest
from blockkit import core

from bot.playground.slack import block_kit


def text(words="words", kind="mrkdwn", **more):
    """Build a text object."""
    return {"type": kind, "text": words, **more}


def plain(words="words", **more):
    """Build a plain text object."""
    return text(words, "plain_text", **more)


def section(words="words", **more):
    """Build a section."""
    return {"type": "section", "text": text(words), **more}


def button(action_id="go", label="Go", **more):
    """Build a button."""
    return {"type": "button", "action_id": action_id, "text": plain(label), **more}


def actions(*elements, **more):
    """Build an actions block."""
    return {"type": "actions", "elements": list(elements), **more}


def option(label="one", value="1", **more):
    """Build an option."""
    return {"text": plain(label), "value": value, **more}


def overflow(number):
    """Build an overflow menu."""
    options = [option(value=str(each)) for each in range(number)]
    return {"type": "overflow", "action_id": "more", "options": options}


def select(number, **more):
    """Build a static select."""
    options = [option(value=str(each)) for each in range(number)]
    return {"type": "static_select", "action_id": "pick", "options": options, **more}


def confirm(**more):
    """Build a confirmation dialog."""
    dialog = {"title": plain(), "text": plain(), "confirm": plain(), "deny": plain()}
    return {**dialog, **more}


def sure(**more):
    """Build a button with a confirmation dialog."""
    return actions(button(confirm=confirm(**more)))


def image(**more):
    """Build an image block."""
    return {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a", **more}


def context(number):
    """Build a context block."""
    return {"type": "context", "elements": [text()] * number}


def table(rows, columns):
    """Build a table."""
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * columns] * rows}


def data_table(rows, **more):
    """Build a data table."""
    cells = [[{"type": "raw_text", "text": "x"}] for _ in range(rows)]
    return {"type": "data_table", "caption": "failures", "rows": cells, **more}


def task(**more):
    """Build a task card."""
    return {"type": "task_card", "task_id": "1", "title": "t", "status": "complete", **more}


def rich(*runs):
    """Build rich text."""
    line = {"type": "rich_text_section", "elements": list(runs)}
    return {"type": "rich_text", "elements": [line]}


def feedback(number):
    """Build a context_actions block."""
    both = {
        "positive_button": {"text": plain("right"), "value": "1"},
        "negative_button": {"text": plain("wrong"), "value": "0"},
    }
    elements = [
        {"type": "feedback_buttons", "action_id": f"f{each}", **both} for each in range(number)
    ]
    return {"type": "context_actions", "elements": elements}


def chart(**more):
    """Build a chart of two days."""
    series = [{"name": "prod", "data": [{"label": "Mon", "value": 3}]}]
    bars = {"type": "bar", "series": series, "axis_config": {"categories": ["Mon"]}}
    return {"type": "data_visualization", "title": "Failures", "chart": {**bars, **more}}


# name, blocks: both checkers take them.
GOOD = {
    "section": [section("x" * 3000)],
    "fields": [{"type": "section", "fields": [text("x" * 2000)] * 10}],
    "plain section": [{"type": "section", "text": plain(emoji=True), "expand": True}],
    "section with button": [section(accessory=button(value="v" * 2000))],
    "section with image": [
        section(accessory={"type": "image", "image_url": "https://example.com/a", "alt_text": "a"})
    ],
    "header": [{"type": "header", "text": plain("x" * 150)}],
    "divider": [{"type": "divider", "block_id": "d" * 255}],
    "context": [context(10)],
    "actions": [actions(*(button(f"go:{each}") for each in range(25)))],
    "button": [
        actions(
            button(
                "a" * 255,
                "x" * 75,
                url="https://example.com/" + "x" * 2980,
                style="danger",
                accessibility_label="y" * 75,
            )
        )
    ],
    "confirm": [
        sure(
            title=plain("x" * 100),
            text=plain("x" * 300),
            confirm=plain("x" * 30),
            deny=plain("x" * 30),
            style="primary",
        )
    ],
    "overflow": [actions(overflow(5))],
    "select": [actions(select(100, placeholder=plain("x" * 150)))],
    "option": [actions({**select(1), "options": [option("x" * 75, "v" * 150)]})],
    "image": [image(title=plain("x" * 2000))],
    "markdown": [{"type": "markdown", "text": "x" * 9000}],
    "table": [table(100, 20)],
    "fifty": [{"type": "divider"}] * 50,
    "none": [],
}

# name: blocks, where the problem is; both checkers refuse them.
WRONG = {
    "section text 3001": ([section("x" * 3001)], "/blocks/0/text/text"),
    "section of nothing": ([{"type": "section"}], "/blocks/0"),
    "empty text": ([section("")], "/blocks/0/text/text"),
    "header 151": ([{"type": "header", "text": plain("x" * 151)}], "/blocks/0/text/text"),
    "header in mrkdwn": ([{"type": "header", "text": text()}], "/blocks/0/text/type"),
    "context 11": ([context(11)], "/blocks/0/elements"),
    "26 buttons": (
        [actions(*(button(f"go:{each}") for each in range(26)))],
        "/blocks/0/elements",
    ),
    "button label 76": ([actions(button(label="x" * 76))], "/blocks/0/elements/0/text/text"),
    "button value 2001": (
        [actions(button(value="v" * 2001))],
        "/blocks/0/elements/0/value",
    ),
    "action_id 256": ([actions(button("a" * 256))], "/blocks/0/elements/0/action_id"),
    "button url 3001": (
        [actions(button(url="https://example.com/" + "x" * 2981))],
        "/blocks/0/elements/0/url",
    ),
    "accessibility_label 76": (
        [actions(button(accessibility_label="x" * 76))],
        "/blocks/0/elements/0/accessibility_label",
    ),
    "button style": ([actions(button(style="green"))], "/blocks/0/elements/0/style"),
    "confirm title 101": (
        [sure(title=plain("x" * 101))],
        "/blocks/0/elements/0/confirm/title/text",
    ),
    "confirm text 301": (
        [sure(text=plain("x" * 301))],
        "/blocks/0/elements/0/confirm/text/text",
    ),
    "confirm button 31": (
        [sure(confirm=plain("x" * 31))],
        "/blocks/0/elements/0/confirm/confirm/text",
    ),
    "deny button 31": ([sure(deny=plain("x" * 31))], "/blocks/0/elements/0/confirm/deny/text"),
    "overflow 6": ([actions(overflow(6))], "/blocks/0/elements/0/options"),
    "select 101": ([actions(select(101))], "/blocks/0/elements/0/options"),
    "option text 76": (
        [actions({**select(1), "options": [option("x" * 76)]})],
        "/blocks/0/elements/0/options/0/text/text",
    ),
    "option value 151": (
        [actions({**select(1), "options": [option(value="v" * 151)]})],
        "/blocks/0/elements/0/options/0/value",
    ),
    "placeholder 151": (
        [actions(select(1, placeholder=plain("x" * 151)))],
        "/blocks/0/elements/0/placeholder/text",
    ),
    "block_id 256": ([section(block_id="b" * 256)], "/blocks/0/block_id"),
    "image without alt_text": (
        [{"type": "image", "image_url": "https://example.com/a"}],
        "/blocks/0",
    ),
    "image title 2001": ([image(title=plain("x" * 2001))], "/blocks/0/title/text"),
    "markdown 12001": ([{"type": "markdown", "text": "x" * 12_001}], "/blocks/0/text"),
    "table 101 rows": ([table(101, 1)], "/blocks/0/rows"),
}

# What the second opinion does not see, but the platform refuses.
UNSEEN = {
    "51 blocks": ([{"type": "divider"}] * 51, "/blocks"),
    "field 2001": ([{"type": "section", "fields": [text("x" * 2001)]}], "/blocks/0/fields/0/text"),
    "11 fields": ([{"type": "section", "fields": [text()] * 11}], "/blocks/0/fields"),
    "empty actions": ([actions()], "/blocks/0/elements"),
    "empty context": ([context(0)], "/blocks/0/elements"),
    "action_id twice": (
        [actions(button("go"), button("go"))],
        "/blocks/0/elements/1/action_id",
    ),
    "block_id twice": ([section(block_id="b"), section(block_id="b")], "/blocks/1/block_id"),
    "markdown sum": ([{"type": "markdown", "text": "x" * 7000}] * 2, "/blocks"),
    "two tables": ([table(1, 1), table(1, 1)], "/blocks"),
    "21 columns": ([table(1, 21)], "/blocks/0/rows/0"),
}

# What the second opinion cannot express at all.
UNKNOWN_GOOD = {
    "plan": [
        {"type": "plan", "title": "Checks", "tasks": [task(details=rich(text("x", "text")))]}
    ],
    "task_card": [task(sources=[{"type": "url", "url": "https://example.com", "text": "log"}])],
    "feedback": [feedback(5)],
    "data_table": [data_table(101, page_size=10, row_header_column_index=0)],
    "two charts": [chart(), chart()],
    "icon": [
        {
            "type": "context_actions",
            "elements": [{"type": "icon_button", "icon": "trash", "text": plain()}],
        }
    ],
    "mrkdwn in a dialog": [sure(text=text("*sure?*"))],
    "rich": [
        rich(
            {"type": "text", "text": "x", "style": {"bold": True}},
            {"type": "user", "user_id": "U0WANG0001"},
            {"type": "link", "url": "https://example.com"},
        )
    ],
    "input": [{"type": "input", "label": plain(), "element": {"type": "plain_text_input"}}],
}

UNKNOWN_WRONG = {
    "no array": ({}, "/blocks"),
    "a block that is a string": (["x"], "/blocks/0"),
    "no type": ([{"text": text()}], "/blocks/0"),
    "unknown block": ([{"type": "banner"}], "/blocks/0/type"),
    "unknown element": ([actions({"type": "slider"})], "/blocks/0/elements/0/type"),
    "image in actions": (
        [actions({"type": "image", "image_url": "x", "alt_text": "a"})],
        "/blocks/0/elements/0/type",
    ),
    "unknown key": ([section(colour="red")], "/blocks/0"),
    "emoji in mrkdwn": ([{"type": "section", "text": text(emoji=True)}], "/blocks/0/text"),
    "text as a string": ([{"type": "section", "text": "words"}], "/blocks/0/text"),
    "text without text": ([{"type": "section", "text": {"type": "mrkdwn"}}], "/blocks/0/text"),
    "overflow of none": ([actions(overflow(0))], "/blocks/0/elements/0/options"),
    "select of nothing": (
        [actions({"type": "static_select", "action_id": "pick"})],
        "/blocks/0/elements/0",
    ),
    "image from two places": ([image(slack_file={"id": "F1"})], "/blocks/0"),
    "flag as a word": ([section(expand="yes")], "/blocks/0/expand"),
    "status": ([task(status="done")], "/blocks/0/status"),
    "task in a plan": (
        [{"type": "plan", "title": "Checks", "tasks": [section()]}],
        "/blocks/0/tasks/0/type",
    ),
    "plan without title": ([{"type": "plan", "tasks": [task()]}], "/blocks/0"),
    "six feedbacks": ([feedback(6)], "/blocks/0/elements"),
    "button in context_actions": (
        [{"type": "context_actions", "elements": [button()]}],
        "/blocks/0/elements/0/type",
    ),
    "data table of a header": ([data_table(1)], "/blocks/0/rows"),
    "data table 102 rows": ([data_table(102)], "/blocks/0/rows"),
    "page size 0": ([data_table(2, page_size=0)], "/blocks/0/page_size"),
    "ragged data table": (
        [{**data_table(2), "rows": [*data_table(2)["rows"], []]}],
        "/blocks/0/rows/2",
    ),
    "three charts": ([chart(), chart(), chart()], "/blocks"),
    "seven series": (
        [chart(series=[{"name": "p", "data": [{"label": "M", "value": 3}]}] * 7)],
        "/blocks/0/chart/series",
    ),
    "a value that is a word": (
        [chart(series=[{"name": "p", "data": [{"label": "M", "value": "3"}]}])],
        "/blocks/0/chart/series/0/data/0/value",
    ),
    "unknown run": ([rich({"type": "gif"})], "/blocks/0/elements/0/elements/0/type"),
}


def with_case(*tables):
    """Parametrize over the rows of *tables*."""
    rows = {name: row for table in tables for name, row in table.items()}
    return pytest.mark.parametrize("case", rows.values(), ids=rows.keys())


COMPONENTS = {
    "actions": core.Actions,
    "button": core.Button,
    "context": core.Context,
    "divider": core.Divider,
    "header": core.Header,
    "markdown": core.Markdown,
    "mrkdwn": core.Text,
    "overflow": core.Overflow,
    "plain_text": core.Text,
    "raw_text": core.RawText,
    "section": core.Section,
    "static_select": core.StaticSelect,
    "table": core.Table,
}


def component(value, inside=""):
    """Say the same as JSON *value* in the other library's components."""
    if isinstance(value, list):
        return [component(each, inside) for each in value]
    if not isinstance(value, dict):
        return value
    given = {name: component(inner, name) for name, inner in value.items()}
    if inside == "options":
        return core.Option(**given)
    if inside == "confirm" and "title" in given:
        return core.Confirm(**given)
    kind = given["type"]
    if kind not in {"mrkdwn", "plain_text"}:
        del given["type"]
    if kind == "image":
        return core.Image(**given) if inside == "blocks" else core.ImageEl(**given)
    return COMPONENTS[kind](**given)


def second_opinion(blocks):
    """Say whether the other library takes *blocks*."""
    try:
        blockkit.Message(text="x", blocks=component(blocks, "blocks")).build()
    except (core.FieldValidationError, core.ComponentValidationError):
        return False
    return True


@with_case(GOOD, UNKNOWN_GOOD)
def test_good_blocks_are_taken(case):
    """Whatever Slack's documents allow, to the last character, is no problem."""
    assert block_kit.problems(case) == []


@with_case(WRONG, UNSEEN, UNKNOWN_WRONG)
def test_wrong_blocks_are_refused_where_they_are_wrong(case):
    """Whatever is over a limit, missing or unknown is one problem with its place."""
    blocks, where = case

    [problem] = block_kit.problems(blocks)
    assert problem.where == where
    assert str(problem).startswith("[ERROR] ")


@with_case(GOOD)
def test_a_second_opinion_takes_good_blocks(case):
    """An independent library agrees about what is good."""
    assert second_opinion(case)


@with_case(WRONG)
def test_a_second_opinion_refuses_wrong_blocks(case):
    """An independent library agrees about what is wrong."""
    assert not second_opinion(case[0])


@with_case(UNSEEN)
def test_what_the_second_opinion_cannot_see(case):
    """These are caught here alone: the reason for a checker of our own."""
    assert second_opinion(case[0])


def test_the_sum_counts_what_is_read():
    """Text, labels and cells count towards the sum; ids, values and hidden dialogs do not."""
    blocks = [
        section("12345", block_id="uncounted"),
        actions(button(label="123", value="uncounted", confirm=confirm())),
        table(1, 2),
    ]
    assert block_kit.text_length(blocks) == 5 + 3 + 2
