from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.errors import BadQuestion
from bot.replication.image_ref import EXAMPLE
from bot.replication.questions import MAX_IMAGES, asks_for_help, read_question, read_why


INSTANCES = ("stag", "prod", "Prod-EU", "Hong Kong")

# What was asked: images, source, destination, quiet.
COMMANDS = {
    "vira": ("vira", "", "", False),
    "vira:v1.6.32": ("vira:v1.6.32", "", "", False),
    "frontend-rls/vira to prod": ("frontend-rls/vira", "", "prod", False),
    "vira:v1 from stag to prod --quiet": ("vira:v1", "stag", "prod", True),
    "--quiet from stag vira:v1": ("vira:v1", "stag", "", True),
    "vira:v1 to PROD-eu": ("vira:v1", "", "Prod-EU", False),
    "vira:v1 —quiet --to `prod`?": ("vira:v1", "", "prod", True),
    "vira:v1, api:v2、web:v3 api:v2": ("vira:v1 api:v2 web:v3", "", "", False),
    "<https://reg.example.com/a/b:1|reg.example.com/a/b:1> to prod": ("a/b:1", "", "prod", False),
    "vira：v1？": ("vira:v1", "", "", False),
    "vira:v1 a/b": ("vira:v1 a/b", "", "", False),
    "vira:v1 to Hong Kong": ("vira:v1", "", "Hong Kong", False),
    "vira:v1.6.32为什么没同步到prod？": ("vira:v1.6.32", "", "prod", False),
    "why did vira:v1 not reach prod --quiet": ("vira:v1", "", "prod", True),
    "did vira:v1 go to mars": ("vira:v1", "", "", False),
}

REFUSED = {
    "": "No image is named",
    "to prod": "No image is named",
    "--quiet": "No image is named",
    "why did it not sync": "No image is named",
    "Vira:v1": "lower case",
    "vira: to prod": "no tag after the colon",
    "vira:v1 a//b:2": "`a//b`",
    "vira:v1 to mars": "No instance is called `mars`; configured: `stag`, `prod`, `Prod-EU`",
    "vira:v1 from": "No instance follows `from`; configured: `stag`",
    "vira:v1 from stag to STAG": "From `stag` to `stag`",
    " ".join(f"a/b:{n}" for n in range(MAX_IMAGES + 1)): "at most 5 images, this one has 6",
}

WORDS = {
    "why did vira:v1.6.32 not sync from stag to prod?": ("vira:v1.6.32", "stag", "prod"),
    "why didn't vira:v1 get to the prod registry": ("vira:v1", "", "prod"),
    "why isn't vira:v1 on Prod-EU": ("vira:v1", "", "Prod-EU"),
    "why isn’t vira:v1 on *prod*": ("vira:v1", "", "prod"),
    "vira:v1 is on stag but not on prod": ("vira:v1", "", "prod"),
    "vira:v1 not yet on prod but on stag": ("vira:v1", "", "prod"),
    "from stag, vira:v1 is not in stag": ("vira:v1", "stag", ""),
    "vira:v1 missing from prod.": ("vira:v1", "", "prod"),
    "prod does not have vira:v1": ("vira:v1", "", "prod"),
    "prod is missing vira:v1, pushed to stag": ("vira:v1", "", "prod"),
    "vira:v1 on stag, on prod": ("vira:v1", "", "prod"),
    "vira:v1 stag -&gt; prod": ("vira:v1", "stag", "prod"),
    "vira:v1: stag→prod": ("vira:v1", "stag", "prod"),
    "vira:v1 to prod: when?": ("vira:v1", "", "prod"),
    "vira:v1 to Hong Kong, please": ("vira:v1", "", "Hong Kong"),
    "vira:v1 from\n  STAG": ("vira:v1", "stag", ""),
    "vira:v1 to prod-us, into production, pronto prod": ("vira:v1", "", ""),
    "copy to prod/x:1": ("prod/x:1", "", ""),
    "copy from stag.example.com/a/b:1": ("a/b:1", "", ""),
    "vira:v1 to mars": ("vira:v1", "", ""),
    "vira:v1.6.32为什么没同步到prod？": ("vira:v1.6.32", "", "prod"),
    "为什么 frontend-rls/vira:v1.6.32 没有同步到 prod": (
        *("frontend-rls/vira:v1.6.32", "", "prod"),
    ),
    "从 stag 到 prod 的 vira：v1 呢": ("vira:v1", "stag", "prod"),
    "为什么vira:v1没有从stag推送到了prod": ("vira:v1", "stag", "prod"),
    "vira:v1在stag上有，prod上没有": ("vira:v1", "", "prod"),
    "prod为什么没有 vira:v1": ("vira:v1", "", "prod"),
    "vira:v1 在 prod 里还是看不到": ("vira:v1", "", "prod"),
    "vira:v1和api:v2没到“prod”": ("vira:v1 api:v2", "", "prod"),
}


def _asked(question):
    return " ".join(map(str, question.images)), question.source, question.destination


@pytest.mark.parametrize("words", COMMANDS)
def test_the_command_is_read(words):
    """Images, ``from``, ``to`` and ``--quiet`` are read in any order, plain words as well."""
    question = read_why(words, INSTANCES)
    assert (*_asked(question), question.quiet) == COMMANDS[words]


@pytest.mark.parametrize("words", REFUSED)
def test_a_wrong_command_is_refused_with_an_example(words):
    """Who asks wrongly is told what was wrong, and how to ask."""
    with pytest.raises(BadQuestion) as refusal:
        read_why(words, INSTANCES)
    assert REFUSED[words] in str(refusal.value)
    assert EXAMPLE in str(refusal.value)


def test_without_instances_none_is_known():
    """Where no instance is configured, the refusal says so, and plain words name none."""
    with pytest.raises(BadQuestion, match="configured: none"):
        read_why("vira:v1 to prod", ())
    assert read_question("vira:v1 to prod", ("",)).destination == ""


@pytest.mark.parametrize("text", WORDS)
def test_plain_words_are_read(text):
    """A question in English or Chinese names its images, its source and its destination."""
    assert _asked(read_question(text, INSTANCES)) == WORDS[text]


@pytest.mark.parametrize("text", ["", "why did nothing sync to prod?", "为什么没同步到 prod？"])
def test_plain_words_without_an_image_are_refused(text):
    """Where no image is named, the answer is an example."""
    with pytest.raises(BadQuestion, match=EXAMPLE):
        read_question(text, INSTANCES)


def test_plain_words_name_at_most_five_images():
    """Five images fit in a question, the sixth is refused with the limit."""
    text = "，".join(f"a/b:{n}" for n in range(MAX_IMAGES))
    assert len(read_question(text, INSTANCES).images) == MAX_IMAGES
    with pytest.raises(BadQuestion, match="at most 5"):
        read_question(f"{text} a/c:1", INSTANCES)


PIECES = st.sampled_from(
    [
        *("vira:v1", "a/b:2", "from", "to", "stag", "prod", "到", "没", "在", "->", "not on", " "),
        *("--quiet", "?", "：", "<@U1>", "x" * 50, "'", "\n", "(", "prod-eu", "从"),
    ]
)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=20).map(" ".join) | st.text(max_size=200))
@example("vira:v1 " + "prod " * 5000)
@example("vira:v1 prod" + " " * 20_000)
@example("vira:v1 to" + "'" * 20_000)
def test_any_words_are_read_or_refused(words):
    """No words break the reading: they are a question or a BadQuestion."""
    for read in (read_why, read_question):
        with suppress(BadQuestion):
            question = read(words, INSTANCES)
            assert 1 <= len(question.images) <= MAX_IMAGES
            assert len(set(question.images)) == len(question.images)
            assert {question.source, question.destination} <= {"", *INSTANCES}


@pytest.mark.parametrize("text", ["", " ", "help", "HELP ", "?", "？", "帮助"])
def test_help_is_asked_for_in_few_words(text):
    """Who says nothing, or asks what can be asked, asks for help."""
    assert asks_for_help(text)


@pytest.mark.parametrize("text", ["help vira:v1", "why", "vira:v1"])
def test_a_question_is_no_call_for_help(text):
    """What names anything else is a question, or a mistake that is named."""
    assert not asks_for_help(text)
