from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.replication.doublestar import glob_matches
from bot.replication.matching import (
    NEWEST,
    Selection,
    destination_name,
    likeliest_executions,
    same_endpoint,
    selects,
)
from bot.replication.model import (
    LOCAL,
    Execution,
    Filter,
    FilterKind,
    Policy,
    Registry,
    Status,
    Trigger,
)


PUSH = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
PROD = Registry(id=1, name="prod", url="https://prod-reg.example.com")


def a_policy(*filters, **more):
    """Make an enabled policy of the local Harbor with these filters."""
    return Policy(
        **{
            "id": 1,
            "name": "to-prod",
            "source": LOCAL,
            "destination": PROD,
            "enabled": True,
            "trigger": Trigger.EVENT_BASED,
            "filters": filters,
            **more,
        }
    )


def name(value, **more):
    """Make a name filter."""
    return Filter(FilterKind.NAME, value, **more)


def tag(value, **more):
    """Make a tag filter."""
    return Filter(FilterKind.TAG, value, **more)


# --- globbing -----------------------------------------------------------------------------

# What Harbor 1.8.6, 1.10.19 and 2.0.6 copied, the same in all three, for each name pattern.
REPOSITORIES = ("pat/a", "pat/a-1", "pat/b", "pat/x/y", "pat/x/y/z")
SEEN_NAMES = {
    "pat/*": {"pat/a", "pat/a-1", "pat/b"},
    "pat/**": set(REPOSITORIES),
    "pat/{a,b}": {"pat/a", "pat/b"},
    "pat/?": {"pat/a", "pat/b"},
    "pat/a*": {"pat/a", "pat/a-1"},
    "pat/x/**": {"pat/x/y", "pat/x/y/z"},
    "pat/**/z": {"pat/x/y/z"},
    "**/z": {"pat/x/y/z"},
    "**": set(REPOSITORIES),
    "": set(REPOSITORIES),
    "pat": set(),
    "/pat/**": set(),
    "pat/x*": set(),
    "pat/[ab]": {"pat/a", "pat/b"},
    "PAT/**": set(),
    "a": set(),
    "pat/a,pat/b": set(),
}
SEEN_TAGS = {
    "{1.0,v1.2.3}": {"1.0", "v1.2.3"},
    "v*": {"v1.2.3"},
    "*": {"1.0", "v1.2.3"},
    "**": {"1.0", "v1.2.3"},
    "": {"1.0", "v1.2.3"},
    "1.?": {"1.0"},
    "v1.2.*": {"v1.2.3"},
}


@pytest.mark.parametrize("pattern", SEEN_NAMES)
def test_names_match_as_real_harbors_matched_them(pattern):
    """Every name pattern that was tried on real Harbors takes the same repositories here."""
    assert {one for one in REPOSITORIES if glob_matches(pattern, one)} == SEEN_NAMES[pattern]


@pytest.mark.parametrize("pattern", SEEN_TAGS)
def test_tags_match_as_real_harbors_matched_them(pattern):
    """Every tag pattern that was tried on real Harbors takes the same tags here."""
    assert {one for one in ("1.0", "v1.2.3") if glob_matches(pattern, one)} == SEEN_TAGS[pattern]


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("**/b", "b", True),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
        ("a/**/b", "a/xb", False),
        ("a/**/**/b", "a/b", True),
        ("a**", "a/b", False),
        ("a**c", "abc", True),
        ("**a", "x/a", False),
        ("*/b", "a/b", True),
        ("a?b", "a/b", False),
        ("a[^x]b", "a/b", False),
        ("a[/]b", "a/b", False),
        ("[^a]", "b", True),
        ("[^a]", "a", False),
        ("[a-c]x", "bx", True),
        ("[a-c]x", "dx", False),
        ("[a-cx-z]", "y", True),
        (r"[\]]", "]", True),
        (r"[\--9]", "5", True),
        (r"[a\-z]", "-", True),
        (r"[a\-z]", "m", False),
        ("[]", "]", False),
        ("[a", "a", False),
        ("[-a]", "a", False),
        ("[a-]", "a", False),
        (r"\*", "*", True),
        (r"\*", "a", False),
        (r"\{a,b\}", "{a,b}", True),
        ("a\\", "a", False),
        ("{a,b}c", "bc", True),
        ("{a,b{c,d}}e", "bde", True),
        ("{a,b{c,d}}e", "be", False),
        ("{library,team/x}/**", "team/x/y", True),
        ("{library/**,team/*}", "library/a/b", True),
        ("{library/**,team/*}", "team/a/b", False),
        ("{**/b,c}", "a/b", True),
        ("{a,}b", "b", True),
        ("{a,b", "a", False),
        ("a}", "a}", True),
        ("a,b", "a,b", True),
        ("x{a}", "y", False),
        ("*", "", True),
        ("**", "", True),
        ("?", "", False),
        ("a", "", False),
        ("v1.0", "v1x0", False),
        ("a\n?", "a\nb", True),
    ],
)
def test_patterns_mean_what_doublestar_means(pattern, text, matches):
    """Stars, classes, braces and escapes mean what they mean to Harbor; a broken one is none."""
    assert glob_matches(pattern, text) is matches


@settings(deadline=None)
@given(st.text(alphabet="ab/*?[]^-{},\\", max_size=60), st.text(alphabet="ab/", max_size=30))
@example("{a,*}" * 200, "a" * 300)
@example("*a" * 200, "a" * 300)
@example("**/" * 200 + "b", "a/" * 150)
@example("{" * 5000, "a")
@example("{" * 500 + "a" + "}" * 500, "a")
@example("[" + "a" * 5000, "a")
@example("{*,**}" * 300 + "x", "a/" * 150)
def test_no_pattern_is_too_hard(pattern, text):
    """A hostile pattern ends in time and without a crash: each token is looked at once."""
    assert glob_matches(pattern, text) in {True, False}


@settings(deadline=None)
@given(st.text(alphabet="abc019._-/", max_size=40))
def test_a_name_matches_itself_and_two_stars(text):
    """A name without special signs is a pattern for itself, and two stars take it too."""
    assert glob_matches(text, text)
    assert glob_matches("**", text)


# --- selection ----------------------------------------------------------------------------

IMAGE = ("frontend-rls/vira", "v1.6.32")


@pytest.mark.parametrize(
    "policy",
    [
        a_policy(),
        a_policy(project="frontend-rls", project_id=3),
        a_policy(name("frontend-rls/**"), tag("v*")),
        a_policy(name("frontend-rls/vira"), tag("dev-*", excludes=True)),
        a_policy(name("other/*", excludes=True)),
        a_policy(name(""), tag(""), Filter(FilterKind.RESOURCE, "")),
        a_policy(Filter(FilterKind.RESOURCE, "image")),
        a_policy(Filter(FilterKind.RESOURCE, "artifact")),
        a_policy(Filter(FilterKind.LABEL, "")),
    ],
)
def test_a_policy_selects_what_fits_all_its_clauses(policy):
    """Project, name, tag, exclusion and resource kind: where all fit, nothing is said."""
    assert selects(policy, *IMAGE) == Selection(selects=True)


@pytest.mark.parametrize(
    ("policy", "clause"),
    [
        (a_policy(project="frontend", project_id=3), "it copies only project `frontend`"),
        (
            a_policy(name("library/*")),
            "its name filter `library/*` does not match `frontend-rls/vira`",
        ),
        (
            a_policy(name("vira")),
            (
                "its name filter `vira` does not match `frontend-rls/vira`, "
                "because it lacks the project"
            ),
        ),
        (a_policy(tag("dev-*")), "its tag filter `dev-*` does not match `v1.6.32`"),
        (a_policy(tag("v*", excludes=True)), "its tag filter leaves out `v*`"),
        (a_policy(name("**", excludes=True)), "its name filter leaves out `**`"),
        (
            a_policy(Filter(FilterKind.RESOURCE, "chart")),
            "its resource filter `chart` takes no images",
        ),
        (
            a_policy(name("library/*"), tag("dev-*")),
            (
                "its name filter `library/*` does not match `frontend-rls/vira`; "
                "its tag filter `dev-*` does not match `v1.6.32`"
            ),
        ),
    ],
)
def test_the_clause_that_fails_is_named(policy, clause):
    """Where a policy does not select an image, every clause that fails is said in words."""
    assert selects(policy, *IMAGE) == Selection(selects=False, clause=clause)


@pytest.mark.parametrize(
    ("policy", "wanted_tag", "unknown"),
    [
        (
            a_policy(Filter(FilterKind.LABEL, "qa")),
            "v1",
            "the label filter `qa`: labels are not read",
        ),
        (a_policy(tag("v*")), "", "the tag filter `v*`, because no tag is known"),
        (a_policy(project_id=7), "v1", "the name of project 7, the only one it copies"),
    ],
)
def test_what_cannot_be_judged_is_said(policy, wanted_tag, unknown):
    """A clause that cannot be judged here does not deselect, and is named."""
    found = selects(policy, "frontend-rls/vira", wanted_tag)
    assert found == Selection(selects=True, unknown=unknown)


@pytest.mark.parametrize("pattern", ["", "*", "**"])
def test_a_tag_filter_for_all_needs_no_tag(pattern):
    """A tag filter that takes everything is judged even where no tag is known."""
    assert selects(a_policy(tag(pattern)), "a/b", "") == Selection(selects=True)


def test_being_disabled_is_no_clause():
    """Whether a policy is on, and what triggers it, is somebody else's question."""
    policy = a_policy(enabled=False, trigger=Trigger.MANUAL)
    assert selects(policy, *IMAGE).selects


# --- names --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("namespace", "count", "repository", "arrives"),
    [
        ("", None, "a/b/c", "a/b/c"),
        ("", 2, "a/b/c", "a/b/c"),
        ("x", None, "a/b/c", "x/c"),
        ("x", -1, "a/b/c", "x/c"),
        ("x", 0, "a/b/c", "x/a/b/c"),
        ("x", 1, "a/b/c", "x/b/c"),
        ("x", 2, "a/b/c", "x/c"),
        ("x", 3, "a/b/c", ""),
        ("x/y", None, "a/b", "x/y/b"),
        ("x", None, "b", "x/b"),
    ],
)
def test_the_name_at_the_destination(namespace, count, repository, arrives):
    """The namespace stands before what is left of the name; too much taken off is no name."""
    policy = a_policy(dest_namespace=namespace, dest_namespace_replace_count=count)
    assert destination_name(policy, repository) == arrives


# --- executions ---------------------------------------------------------------------------


def at(offset, number=0):
    """Make a run that started so long after the push, or has not started."""
    started = None if offset is None else PUSH + offset
    return Execution(id=number, policy_id=1, status=Status.SUCCEED, started_at=started)


LATER = [at(timedelta(days=1, minutes=n), n) for n in range(NEWEST)]


@pytest.mark.parametrize(
    ("offset", "seen"),
    [
        (timedelta(minutes=-1), True),
        (timedelta(0), True),
        (timedelta(minutes=10), True),
        (timedelta(minutes=-1, seconds=-1), False),
        (timedelta(minutes=10, seconds=1), False),
    ],
)
def test_runs_around_the_push_are_chosen(offset, seen):
    """Behind the newest, those from a minute before the push to ten after are looked at."""
    one = at(offset, 99)
    chosen, unseen = likeliest_executions([one, *LATER], pushed_at=PUSH)
    assert (one in chosen) is seen
    assert unseen == (0 if seen else 1)
    assert len(chosen) + unseen == NEWEST + 1


def test_without_a_push_time_only_the_newest_are_chosen():
    """Where nobody knows when it was pushed, the newest are looked at, and the rest counted."""
    chosen, unseen = likeliest_executions([at(timedelta(0)), *LATER], pushed_at=None)
    assert chosen == tuple(reversed(LATER))
    assert unseen == 1


def test_runs_around_the_push_come_before_the_newest():
    """Around the push the higher id comes first; a run without a start is the newest besides."""
    runs = [at(timedelta(0), 4), at(None, 3), at(timedelta(0), 5)]
    chosen, unseen = likeliest_executions(runs, pushed_at=PUSH)
    assert [run.id for run in chosen] == [5, 4, 3]
    assert unseen == 0


def test_a_run_under_way_is_among_the_likeliest():
    """What runs now may be the image's, however long after the push it began."""
    runs = [*LATER, replace(at(timedelta(days=-9), 77), in_progress=1)]
    chosen, unseen = likeliest_executions(runs, pushed_at=PUSH)
    assert (chosen[0].id, unseen) == (77, 0)


def test_unstarted_runs_beyond_the_newest_are_counted():
    """Of many runs without a start only as many as the newest are looked at."""
    chosen, unseen = likeliest_executions([at(None)] * (NEWEST + 2), pushed_at=PUSH)
    assert (len(chosen), unseen) == (NEWEST, 2)


# --- endpoints ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("https://reg.example.com", "https://REG.example.com/", True),
        ("https://reg.example.com/v2/", "https://reg.example.com:443/harbor?x#y", True),
        ("http://reg.example.com", "http://reg.example.com:80", True),
        ("http://reg.example.com", "https://reg.example.com", False),
        ("https://reg.example.com:8443", "https://reg.example.com", False),
        ("https://reg.example.com:8443", "reg.example.com:8443", True),
        ("http://reg.example.com:8443", "https://reg.example.com:8443", True),
        ("reg.example.com", "https://reg.example.com", True),
        ("reg.example.com", "http://reg.example.com", True),
        ("reg.example.com.", "reg.example.com:", True),
        ("https://user:word@reg.example.com", "reg.example.com", True),
        (" https://reg.example.com ", "reg.example.com", True),
        ("https://[::1]:8443/", "https://[::1]:8443", True),
        ("https://[::1]", "https://[::2]", False),
        ("https://a.example.com", "https://b.example.com", False),
        ("", "", False),
        ("https://", "https://", False),
        ("https://a:b", "https://a:b", False),
        ("reg.example.com", "", False),
    ],
)
def test_endpoints_are_compared_by_host_and_port(a, b, same):
    """Scheme, case, path and user do not make another endpoint; host and port do."""
    assert same_endpoint(a, b) is same
    assert same_endpoint(b, a) is same


@settings(deadline=None)
@given(st.text(alphabet="ab:/@[].1h tps?#", max_size=60) | st.text(max_size=200))
@example("a:" + "9" * 5000)
@example("@" * 5000)
def test_no_address_is_too_strange(url):
    """Any text can be compared, and what is an endpoint is the same as itself."""
    assert same_endpoint(url, url) in {True, False}
    assert same_endpoint(url, "https://reg.example.com") is same_endpoint(
        "https://reg.example.com", url
    )
