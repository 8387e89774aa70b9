import pytest

from bot.replication.model import Filter, FilterKind, Registry, Role
from bot.replication.routes import (
    Route,
    choose_route,
    find_routes,
    projects_of,
    takes_repository,
)
from tests.replication.build import LOCAL, PROD, a_policy


VIRA = "frontend-rls/vira"
PULL = a_policy(
    id=8, source=Registry(2, "stag", "https://stag-reg.example.com"), destination=LOCAL
)
ELSEWHERE = a_policy(id=9, destination=Registry(3, "dr", "https://bot:secret@dr.example.com/x"))
NOT_VIRA = a_policy(id=10, project="other-rls")
OFF = a_policy(id=11, enabled=False)


def at(url):
    """Say which instance is configured at *url*."""
    known = {"https://prod-reg.example.com": "prod", "https://stag-reg.example.com": "stag"}
    return known.get(url, "")


def routes_of(**held):
    """Find the ways of these policies."""
    return find_routes(held, instance_at=at)


@pytest.mark.parametrize(
    ("policy", "holder", "way"),
    [
        (a_policy(), "stag", "stag to prod"),
        (PULL, "prod", "stag to prod"),
        (ELSEWHERE, "stag", "stag to dr.example.com"),
        (
            a_policy(destination=Registry(4, "old", "bot:secret@10.0.0.1:8080/x")),
            "stag",
            "stag to 10.0.0.1:8080",
        ),
        (a_policy(destination=Registry(5, "gone", "?")), "stag", "stag to gone"),
        (a_policy(destination=Registry(6, "", "?")), "stag", "stag to registry 6"),
    ],
)
def test_a_policy_goes_one_way(policy, holder, way):
    """Both ends have a name: the instance's, else the host, never an account."""
    [route] = routes_of(**{holder: [policy]})

    assert (str(route), route.holder) == (way, holder)


def test_policies_of_one_way_are_together():
    """What one instance holds for one way is one route."""
    [route] = routes_of(stag=[a_policy(), NOT_VIRA])

    assert route.policies == (a_policy(), NOT_VIRA)


BOTH = {"stag": Role.BOTH, "prod": Role.BOTH}
ROLES = {"stag": Role.SOURCE, "prod": Role.DESTINATION}


def choose(routes, roles=BOTH, repositories=(VIRA,), **words):
    """Choose a way with these words."""
    said = {"source": "", "destination": "", **words}
    route, others = choose_route(routes, roles=roles, repositories=repositories, **said)
    return str(route), [str(other) for other in others]


BACK = a_policy(id=12, destination=Registry(7, "stag", "https://stag-reg.example.com"))
CHOSEN = {
    "the only one": ({"stag": [a_policy()]}, {}, ("stag to prod", [])),
    "the one that takes it": (
        {"stag": [a_policy(id=9, destination=ELSEWHERE.destination, project="x"), a_policy()]},
        {},
        ("stag to prod", []),
    ),
    "enabled before disabled": (
        {"stag": [OFF, ELSEWHERE]},
        {},
        ("stag to dr.example.com", []),
    ),
    "two fit": (
        {"stag": [a_policy(), ELSEWHERE]},
        {},
        ("stag to prod", ["stag to dr.example.com"]),
    ),
    "none takes it": (
        {"stag": [NOT_VIRA, a_policy(id=9, destination=ELSEWHERE.destination, project="x")]},
        {},
        ("stag to prod", ["stag to dr.example.com"]),
    ),
    "no repository to go by": (
        {"stag": [a_policy(), ELSEWHERE]},
        {"repositories": ()},
        ("stag to prod", []),
    ),
    "the words": (
        {"stag": [a_policy(), ELSEWHERE]},
        {"destination": "dr.example.com"},
        ("stag to dr.example.com", []),
    ),
    "through": (
        {"stag": [ELSEWHERE], "prod": [BACK]},
        {"through": "prod"},
        ("prod to stag", []),
    ),
    "the roles": (
        {"stag": [a_policy()], "prod": [BACK]},
        {"roles": ROLES},
        ("stag to prod", []),
    ),
    "the words before the roles": (
        {"stag": [a_policy()], "prod": [BACK]},
        {"roles": ROLES, "source": "prod", "destination": "stag"},
        ("prod to stag", []),
    ),
    "no policy, roles": ({}, {"roles": ROLES}, ("stag to prod", [])),
    "no policy, no roles": ({}, {}, ("stag to prod", ["prod to stag"])),
    "no policy, words": ({}, {"destination": "stag"}, ("prod to stag", [])),
    "no policy, through": (
        {},
        {"roles": {**BOTH, "dr": Role.DESTINATION}, "through": "prod"},
        ("prod to dr", []),
    ),
    "one instance": ({}, {"roles": {"stag": Role.BOTH}}, ("None", [])),
}


@pytest.mark.parametrize(("held", "words", "chosen"), CHOSEN.values(), ids=CHOSEN)
def test_the_way_that_is_meant(held, words, chosen):
    """Words come first, then roles, then policies; what fits as well is not passed over."""
    assert choose(routes_of(**held), **words) == chosen


def test_a_way_without_policies_is_held_by_its_source():
    """Without a policy the source is where one would be."""
    route, _others = choose_route(
        (), source="stag", destination="prod", roles=ROLES, repositories=()
    )

    assert route == Route("stag", "prod", "stag")


def test_a_tag_filter_does_not_keep_a_repository_away():
    """Whether a policy takes a repository is asked before the tag is known."""
    tags = Filter(FilterKind.TAG, "release-*")
    names = Filter(FilterKind.NAME, "frontend-rls/web")

    assert takes_repository(a_policy(filters=(tags,)), VIRA)
    assert not takes_repository(a_policy(filters=(tags, names)), VIRA)


def test_the_projects_that_policies_name():
    """A project is a policy's own, or what a name filter begins with; a pattern is none."""
    filters = [Filter(FilterKind.NAME, text) for text in ("team/**", "**", "{a,b}/x")]
    policies = [a_policy(), a_policy(project="", filters=(*filters, Filter(FilterKind.TAG, "v")))]

    assert projects_of(policies) == {"frontend-rls", "team"}
    assert PROD.name == "prod"
