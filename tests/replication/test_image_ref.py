from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.errors import BadQuestion
from bot.replication.image_ref import (
    EXAMPLE,
    MAX_LENGTH,
    ImageRef,
    find_images,
    plain_text,
    read_image,
)


HEX = "0123456789abcdef" * 4
DIGEST = f"sha256:{HEX}"

GOOD = {
    "vira": ImageRef("vira"),
    "vira:v1.6.32": ImageRef("vira", "v1.6.32"),
    "frontend-rls/vira:v1.6.32": ImageRef("frontend-rls/vira", "v1.6.32"),
    "frontend-rls/vira:latest": ImageRef("frontend-rls/vira", "latest"),
    "frontend-rls/vira:V1_A": ImageRef("frontend-rls/vira", "V1_A"),
    f"frontend-rls/vira@{DIGEST}": ImageRef("frontend-rls/vira", digest=DIGEST),
    f"a/b:1@{DIGEST}": ImageRef("a/b", "1", DIGEST),
    "stag-reg.example.com/frontend-rls/vira:v1": ImageRef(
        "frontend-rls/vira", "v1", registry="stag-reg.example.com"
    ),
    "reg.example.com/vira:v1": ImageRef("vira", "v1", registry="reg.example.com"),
    "Reg.Example.Com/a/b:1": ImageRef("a/b", "1", registry="Reg.Example.Com"),
    "harbor.local/a/b:1": ImageRef("a/b", "1", registry="harbor.local"),
    "my.project/vira:1": ImageRef("my.project/vira", "1"),
    "localhost/a/b:1": ImageRef("a/b", "1", registry="localhost"),
    "localhost:5000/a/b:1": ImageRef("a/b", "1", registry="localhost:5000"),
    "10.0.0.1:8080/a/b": ImageRef("a/b", registry="10.0.0.1:8080"),
    "https://harbor/a/b:1": ImageRef("a/b", "1", registry="harbor"),
    "HTTPS://reg.example.com/a/b:1": ImageRef("a/b", "1", registry="reg.example.com"),
    "oci://reg.example.com/a/b:1": ImageRef("a/b", "1", registry="reg.example.com"),
    "a_b/c__d/e--f.g:1": ImageRef("a_b/c__d/e--f.g", "1"),
    " `a/b:1` ": ImageRef("a/b", "1"),
    "*a/b:1*?": ImageRef("a/b", "1"),
    "“a/b:1”，": ImageRef("a/b", "1"),
    "a/b：1": ImageRef("a/b", "1"),
    "ａ／ｂ：１": ImageRef("a/b", "1"),
    "a/b:1\u200b": ImageRef("a/b", "1"),
    "<https://reg.example.com/a/b:1|reg.example.com/a/b:1>": ImageRef(
        "a/b", "1", registry="reg.example.com"
    ),
    "<https://reg.example.com/a/b:1>": ImageRef("a/b", "1", registry="reg.example.com"),
    "x" * MAX_LENGTH: ImageRef("x" * MAX_LENGTH),
    "a:" + "1" * 128: ImageRef("a", "1" * 128),
}

BAD = {
    "": "No image",
    "  ``  ": "No image",
    "x" * (MAX_LENGTH + 1): "at most 512",
    ":v1": "has no name",
    f"@{DIGEST}": "has no name",
    "vira:": "no tag after the colon of `vira:`",
    "a/b:": "no tag after the colon of `a/b:`",
    "Vira:v1": "lower case: `Vira`",
    "a/B:v1": "lower case: `a/B`",
    "a b:1": "no spaces: `a b`",
    "a:1 2": "tag has no spaces: `1 2`",
    "a//b:1": "`a//b`",
    "a/b/:1": "`a/b/`",
    "/a/b:1": "`/a/b`",
    "-a:1": "`-a`",
    "a$b:1": "`a$b`",
    "镜像:1": "`镜像`",
    "a:b:1": "`a:b`",
    "a:-1": "`-1`",
    "a:1为": "`1为`",
    "a:" + "1" * 129: "128",
    "a@": "`` is not",
    "a@sha256:12": "`sha256:12`",
    f"a@sha256:{HEX.upper()}": "digest",
    f"a@sha512:{HEX}": "digest",
    f"a@{DIGEST}@{DIGEST}": "digest",
    "a`b:1": "`a'b`",
    "$" * 100: "`" + "$" * 60 + "…`",
}


@pytest.mark.parametrize("text", GOOD)
def test_a_well_formed_name_is_read(text):
    """Where an image must stand, everything well formed is one, with or without a tag."""
    assert read_image(text) == GOOD[text]


@pytest.mark.parametrize("text", BAD)
def test_a_malformed_name_is_refused_with_its_reason(text):
    """Who misspells a name is told what is wrong with it, and what a good one looks like."""
    with pytest.raises(BadQuestion) as refusal:
        read_image(text)
    assert BAD[text] in str(refusal.value)
    assert EXAMPLE in str(refusal.value)


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (ImageRef("a/b"), "a/b"),
        (ImageRef("a/b", "1"), "a/b:1"),
        (ImageRef("a/b", digest=DIGEST), f"a/b@{DIGEST}"),
        (ImageRef("a/b", "1", DIGEST, "reg.example.com"), f"a/b:1@{DIGEST}"),
    ],
)
def test_an_image_is_shown_without_its_registry(image, words):
    """The name that people see is path, tag and digest."""
    assert str(image) == words


@pytest.mark.parametrize(("path", "name"), [("vira", "vira"), ("a/b/vira", "vira")])
def test_the_name_is_the_last_component(path, name):
    """The short name of an image has no slash."""
    assert ImageRef(path).name == name


@pytest.mark.parametrize(
    ("path", "full_name", "fits"),
    [
        ("frontend-rls/vira", "frontend-rls/vira", True),
        ("vira", "frontend-rls/vira", True),
        ("rls/vira", "frontend-rls/vira", False),
        ("vira", "frontend-rls/elvira", False),
        ("frontend-rls/vira", "vira", False),
        ("vira", "vira/other", False),
    ],
)
def test_a_path_fits_whole_components_at_the_end(path, full_name, fits):
    """A path without its project fits repositories of that name, never parts of a name."""
    assert ImageRef(path).fits_repository(full_name) is fits


@pytest.mark.parametrize(
    ("named", "tag", "fits"),
    [("v1", "v1", True), ("v1", "v1-67284045", True), ("", "v1", True), ("v1", "v", False)],
)
def test_a_tag_fits_as_it_is_or_as_a_beginning(named, tag, fits):
    """A tag may be the beginning of a longer one; none at all fits any."""
    assert ImageRef("a", named).fits_tag(tag) is fits


FOUND = {
    "vira:v1.6.32为什么没同步到prod？": ["vira:v1.6.32"],
    "为什么 frontend-rls/vira:v1.6.32 没有同步到 prod": ["frontend-rls/vira:v1.6.32"],
    "镜像：vira：v1.6.32，没同步": ["vira:v1.6.32"],
    "（“vira:v9”）。": ["vira:v9"],
    "vira:v1和api:v2、web:v3": ["vira:v1", "api:v2", "web:v3"],
    "why didn't vira:v1.6.32 sync?": ["vira:v1.6.32"],
    "vira:v1.6.32's copy, vira:v2’s too": ["vira:v1.6.32", "vira:v2"],
    "is it vira:v1.6.32?": ["vira:v1.6.32"],
    "It was vira:v1.6.32.": ["vira:v1.6.32"],
    "vira:v1.6…": ["vira:v1.6"],
    "`vira:v1` *api:v2* _web:v3_ ~old:v4~ \"dq:v5\" 'sq:v6'": [
        *("vira:v1", "api:v2", "web:v3", "old:v4", "dq:v5", "sq:v6"),
    ],
    "<https://reg.example.com/a/b:1|reg.example.com/a/b:1> please": ["reg.example.com a/b:1"],
    "<https://reg.example.com/a/b:1>": ["reg.example.com a/b:1"],
    "<https://reg.example.com/a/b:1|here>": ["reg.example.com a/b:1"],
    "<http://reg.example.com|reg.example.com>/a/b:1": ["reg.example.com a/b:1"],
    "<@U123|ann:v1> vira:v1 <#C1|x:1> <!subteam^S1|@a:1>": ["vira:v1"],
    "<mailto:a@b.c|a@b.c> vira:v1": ["vira:v1"],
    "&lt;vira:v1&gt; &amp;": ["vira:v1"],
    "https://reg.example.com/a/b:1为什么": ["reg.example.com a/b:1"],
    "(https://reg.example.com/a/b:1).": ["reg.example.com a/b:1"],
    "stag-reg.example.com/frontend-rls/vira:v1 did not": [
        "stag-reg.example.com frontend-rls/vira:v1"
    ],
    "localhost:5000/a/b:1": ["localhost:5000 a/b:1"],
    f"frontend-rls/vira@{DIGEST}": [f"frontend-rls/vira@{DIGEST}"],
    f"vira@{DIGEST}没有": [f"vira@{DIGEST}"],
    f"a/b:1@{DIGEST}": [f"a/b:1@{DIGEST}"],
    "image:vira:v1:tada:": ["vira:v1"],
    "image:frontend-rls/vira:v1": ["frontend-rls/vira:v1"],
    ":tada:vira:v1": ["vira:v1"],
    "vira:latest": ["vira:latest"],
    "a/b:nightly-build": ["a/b:nightly-build"],
    "a/vira.js:v1": ["a/vira.js:v1"],
    "vira:v1 and vira:v1 again": ["vira:v1"],
    "vira:v1 vira:v2 vira:v1": ["vira:v1", "vira:v2"],
    "postgres:16": ["postgres:16"],
}

NOTHING = [
    "",
    "why did it not sync?",
    "note:this",
    "at 10:30",
    "2024-01-01T10:30:00Z",
    "at:10",
    "port:8080 line:42 error:500 version:v1.6.32 tag:v1",
    ":tada: :+1::skin-tone-2: :100:",
    "16:9 and 3/4:1",
    r"C:\dir\file:1",
    r"c:\a\b:1",
    "https://grafana.example.com/d/abc?from=a:1",
    "https://harbor.example.com/harbor/projects/3/repositories/vira",
    f"https://harbor.example.com/harbor/projects/3/repositories/vira/artifacts/{DIGEST}",
    "http://localhost:3000/foo",
    "http://example.com:8080",
    "ftp://example.com/a/b:1",
    "git@github.com:org/repo",
    "ann@example.com",
    "example.com:443",
    "localhost:5000",
    "10.0.0.1:80",
    DIGEST,
    "app/main.py:12",
    "and/or he/she frontend-rls/vira",
    "a:1",
    "1a:2",
    "key:value",
    "Vira:v1",
    "vira:",
    "a:b:c:d:e:f:g:h:i1",
    "x" * (MAX_LENGTH + 1) + ":1",
    "https://reg.example.com/" + "x" * (MAX_LENGTH + 1) + ":1",
    "foo::1",
    f"vira@{DIGEST}0",
]


def _shown(image):
    return f"{image.registry} {image}" if image.registry else str(image)


@pytest.mark.parametrize("text", FOUND)
def test_images_are_found_in_free_text(text):
    """An image is found in English, Chinese and Slack's markup, each once and in order."""
    assert [_shown(image) for image in find_images(text)] == FOUND[text]


@pytest.mark.parametrize("text", NOTHING)
def test_other_words_with_colons_are_no_images(text):
    """Times, labels, ports, emoji, links, paths and addresses are not taken for images."""
    assert find_images(text) == ()


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("ａ：１　ｂ", "a:1 b"),
        ("x²①", "x²①"),
        ("a\u00a0b\u200bc\ufeff", "a bc"),
        ("&amp;lt;", "&lt;"),
        ("<@U1> hi", "  hi"),
        ("a < b > c", "a  b  c"),
    ],
)
def test_plain_text_folds_only_what_a_keyboard_wrote(text, plain):
    """Full-width ASCII becomes ASCII; signs whose folding would change a tag stay."""
    assert plain_text(text) == plain


@settings(deadline=None)
@given(st.text(alphabet="ab1/:.@-_A为：<>|`https ", max_size=80) | st.text(max_size=200))
@example("a+" * 20_000)
@example("<" * 20_000)
@example("a:" * 20_000)
@example("a" * 20_000)
def test_any_text_is_read_without_a_crash(text):
    """No text breaks the search, and what it finds is well formed by the strict reading."""
    for image in find_images(text):
        prefix = f"https://{image.registry}/" if image.registry else ""
        assert read_image(prefix + str(image)) == image


@settings(deadline=None)
@given(st.text(alphabet="ab1/:.@-_A为： ", max_size=40) | st.text(max_size=600))
def test_any_name_is_read_or_refused(text):
    """Whatever stands where an image must stand is an image or a BadQuestion."""
    with suppress(BadQuestion):
        assert read_image(text).path


def test_a_digest_alone_is_told_what_it_lacks():
    """A content digest without its repository is no image, and the sentence says what to add."""
    with pytest.raises(BadQuestion, match="needs its repository"):
        read_image("sha256:" + "0a" * 32)
