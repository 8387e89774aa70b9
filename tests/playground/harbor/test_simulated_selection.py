"""Which images a policy of 2.x selects, and how they are called at the destination."""

import pytest

from bot.playground.harbor.generation_e import flow
from bot.playground.harbor.generation_e.matching import matches, selects_tags
from bot.playground.harbor.records import FilterPolicy


@pytest.mark.parametrize(
    ("namespace", "count", "there"),
    [("", -1, "a/b/c"), ("x", 0, "x/a/b/c"), ("x", 1, "x/b/c"), ("x", 2, "x/c"), ("x", -1, "x/c")],
)
def test_the_destination_is_named_by_the_rules(pair_policy, namespace, count, there):
    """None, prefix, flattened by so many parts, flattened altogether."""
    pair_policy.namespace, pair_policy.replace_count = namespace, count

    assert flow.destination_of(pair_policy, "a/b/c") == there


@pytest.fixture
def pair_policy(clock):
    """Make a policy out of nothing."""
    return FilterPolicy(1, "p", created=clock(), updated=clock())


def test_flattening_too_much_fails(pair_policy):
    """With Harbor's own sentence."""
    pair_policy.namespace, pair_policy.replace_count = "x", 3

    with pytest.raises(flow.Unprepared, match="flattening level is 3"):
        flow.destination_of(pair_policy, "a/b/c")


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("", "team/app", True),
        ("team/*", "team/app", True),
        ("team/*", "team/a/b", False),
        ("team/**", "team/a/b", True),
        ("**/app", "team/x/app", True),
        ("team/**/app", "team/app", True),
        ("{team,crew}/app", "crew/app", True),
        ("team/ap?", "team/app", True),
        ("team/[ab]pp", "team/app", True),
        ("app", "team/app", False),
        ("/team/app", "team/app", False),
        ("v1.*", "v1x0", False),
    ],
)
def test_patterns_are_those_of_doublestar(pattern, text, fits):
    """One star stays within a part of the path."""
    assert matches(pattern, text) == fits


def test_tag_filters_can_exclude():
    """``excludes`` turns a filter round."""
    tags = ["v1", "v2", "dev"]

    assert selects_tags([{"type": "tag", "value": "v*"}], tags) == ["v1", "v2"]
    excludes = {"type": "tag", "value": "v*", "decoration": "excludes"}
    assert selects_tags([excludes], tags) == ["dev"]
