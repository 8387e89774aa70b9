from dataclasses import replace
from datetime import timedelta

import pytest

from bot.replication.facts import Place
from bot.replication.image_ref import ImageRef
from bot.replication.model import (
    Filter,
    FilterKind,
    LogOperation,
    LogRow,
    Repository,
    Status,
    Trigger,
    Version,
)
from bot.replication.records import Records, Scope, known_images, to_facts
from bot.replication.resolution import Known, Resolution
from bot.replication.routes import Route
from bot.replication.runs import Read, Run
from bot.replication.verdicts import BlindSpot
from tests.replication.build import (
    DIGEST,
    NOW,
    OTHER_DIGEST,
    PUSHED,
    RACE,
    a_policy,
    a_task,
    an_artifact,
    an_execution,
)


VIRA, TAG = "frontend-rls/vira", "v1.6.32-67284045"
MINUTE = timedelta(minutes=1)
ASKED = ImageRef("vira", "v1.6.32")
IMAGE = Known(VIRA, TAG, DIGEST)
NONE = Records(here=(), there=(), rows=(), reads=(), version=None)
HERE = replace(NONE, here=(an_artifact(),))
EVENT = an_execution(total=0)
COPYING = (
    b"2026-11-06T05:48:07Z [INFO] [x.go:1]: copying frontend-rls/vira:[%s](source registry) to"
)


def a_scope(*policies, repositories=(VIRA,)):
    """Make the way from stag to prod with these policies."""
    policies = policies or (a_policy(),)
    route = Route("stag", "prod", "stag", policies)
    return Scope(route, tuple(Repository(name, 14) for name in repositories), policies)


def a_row(operation=LogOperation.PUSH, **changes):
    """Make a row of the source's project log."""
    return replace(LogRow(PUSHED, operation, VIRA, TAG, "ci"), **changes)


def a_read(task=None, *, execution=EVENT, policy=None, **changes):
    """Make a run whose log was read."""
    return Read(Run(policy or a_policy(), execution, task), **changes)


def facts_of(records, image=IMAGE, scope=None, asked=ASKED):
    """Lay *records* out for one image."""
    return to_facts(
        scope or a_scope(),
        records,
        asked,
        resolution=Resolution(image, exact=False),
        blind_spots=(BlindSpot("stag: x", "403", ""),),
        now=NOW,
    )


# --- which images are known ---------------------------------------------------------------

MAPPED = a_policy(dest_namespace="mirror")
EXACT = (Filter(FilterKind.NAME, VIRA), Filter(FilterKind.TAG, "v9"))
KNOWN = {
    "nothing": (NONE, a_scope(), []),
    "neither side seen": (replace(NONE, here=None, there=None), a_scope(), []),
    "at the source": (HERE, a_scope(), [IMAGE]),
    "at the destination": (replace(NONE, there=(an_artifact(),)), a_scope(), [IMAGE]),
    "under another name": (
        replace(NONE, there=(an_artifact(repository="mirror/vira"),)),
        a_scope(MAPPED),
        [IMAGE],
    ),
    "under a name of two, where the source knows which": (
        replace(HERE, there=(an_artifact(repository="mirror/vira"),)),
        a_scope(MAPPED, repositories=("b/vira", VIRA)),
        [IMAGE, IMAGE],
    ),
    "under a name of nobody": (
        replace(NONE, there=(an_artifact(repository="x/vira"),)),
        a_scope(),
        [replace(IMAGE, repository="x/vira")],
    ),
    "by a job": (replace(NONE, reads=(a_read(a_task()),)), a_scope(), [Known(VIRA, TAG)]),
    "by a log": (
        replace(NONE, reads=(a_read(a_task(tags=None), log=COPYING % b"v1,v2"),)),
        a_scope(),
        [Known(VIRA, "v1"), Known(VIRA, "v2")],
    ),
    "by no task": (replace(NONE, reads=(a_read(), a_read(a_task(tags=None)))), a_scope(), []),
    "by the project's log": (
        replace(NONE, rows=(a_row(), a_row(reference="sha256:aa"), a_row(reference=""))),
        a_scope(),
        [Known(VIRA, TAG)],
    ),
    "by exact filters": (NONE, a_scope(a_policy(filters=EXACT)), [Known(VIRA, "v9")]),
    "by no pattern": (
        NONE,
        a_scope(a_policy(filters=(EXACT[0], Filter(FilterKind.TAG, "v*")))),
        [],
    ),
}


@pytest.mark.parametrize(("records", "scope", "known"), KNOWN.values(), ids=KNOWN)
def test_where_an_image_is_known(records, scope, known):
    """Registries, records, logs and exact filters know images, by their names at the source."""
    assert known_images(scope, records) == known


def test_a_namespace_that_cannot_be_applied_has_no_pair():
    """Where the policy's own rule refuses the repository, there is no name to look for."""
    scope = a_scope(a_policy(dest_namespace="mirror", dest_namespace_replace_count=5))

    assert scope.pairs == []
    assert not facts_of(HERE, scope=scope).destination.seen


def test_without_policies_names_stay():
    """Without a policy an image would keep its name."""
    assert Scope(Route("a", "b", "a"), (Repository(VIRA, 1),), ()).pairs == [(VIRA, VIRA)]


# --- the facts of one image ---------------------------------------------------------------


def test_both_ends_of_the_way():
    """The tag is looked up at both ends; what nobody could look at is not seen."""
    facts = facts_of(replace(HERE, there=None))

    assert facts.source == Place("stag", seen=True, artifact=an_artifact())
    assert facts.destination == Place("prod", seen=False)
    assert (facts.image, facts.holder, facts.now) == (f"{VIRA}:{TAG}", "stag", NOW)
    assert facts.policies[0].selection.selects
    assert facts.records_hidden


def test_equal_content_is_found_first():
    """Of two names at the destination the one with the source's content counts."""
    there = (
        an_artifact(digest=OTHER_DIGEST),
        an_artifact(repository="mirror/vira"),
        an_artifact(repository="x/vira"),
        an_artifact(tag="v2"),
    )
    facts = facts_of(replace(HERE, there=there), scope=a_scope(a_policy(), MAPPED))

    assert facts.destination.artifact == there[1]


def test_an_image_by_digest_is_looked_up_by_it():
    """Without a tag the content digest says what is the same."""
    records = replace(
        NONE,
        here=(an_artifact(), an_artifact(digest=OTHER_DIGEST)),
        there=(an_artifact(tag=""),),
        reads=(a_read(a_task()), a_read(a_task(tags=("v2",)))),
    )
    facts = facts_of(records, image=replace(IMAGE, tag=""))

    assert facts.source.holds
    assert facts.destination.holds
    assert [one.names_tag for one in facts.attempts] == [True]


def test_without_one_image_the_words_are_taken():
    """A question that was not resolved is taken as it was asked."""
    facts = facts_of(NONE, image=None)

    assert (facts.repository, facts.tag) == ("vira", "v1.6.32")


@pytest.mark.parametrize(
    ("here", "rows", "pushed_at"),
    [
        ((), (), None),
        ((an_artifact(),), (), None),
        ((an_artifact(pushed_at=PUSHED),), (), PUSHED),
        ((an_artifact(pushed_at=PUSHED),), (a_row(at=PUSHED + MINUTE),), PUSHED + MINUTE),
        ((an_artifact(tag="v2", pushed_at=PUSHED),), (a_row(reference="v2"),), None),
        ((), (a_row(), a_row(LogOperation.DELETE, at=NOW)), PUSHED),
    ],
)
def test_when_it_was_pushed(here, rows, pushed_at):
    """The last push of this very tag counts, by the registry or by the project's log."""
    assert facts_of(replace(NONE, here=here, rows=rows)).pushed_at == pushed_at


def test_when_it_was_deleted():
    """A deletion of this tag is told by the project's log."""
    rows = (a_row(), a_row(LogOperation.DELETE, at=NOW), a_row(LogOperation.DELETE, reference="x"))

    assert facts_of(replace(NONE, rows=rows)).deleted_at == NOW


# --- attempts -----------------------------------------------------------------------------

PUSH = replace(HERE, here=(an_artifact(pushed_at=PUSHED),))
RUN = a_task(execution_id=12, tags=None)
MANUAL = replace(EVENT, trigger=Trigger.MANUAL)
LATE = replace(EVENT, started_at=PUSHED + 11 * MINUTE)
RELEASES = a_policy(filters=(Filter(FilterKind.TAG, "release-*"),))
CONCERNED = {
    "its job": (PUSH, a_read(a_task()), [True]),
    "a job of another tag": (PUSH, a_read(a_task(tags=("v2",))), []),
    "a job of another repository": (PUSH, a_read(a_task(repository="a/b")), []),
    "a whole repository, by its log": (PUSH, a_read(RUN, log=COPYING % TAG.encode()), [True]),
    "another tag, by its log": (PUSH, a_read(RUN, log=COPYING % b"v2"), []),
    "no log, around the push": (PUSH, a_read(RUN), [None]),
    "no log, for a later push": (PUSH, a_read(RUN, execution=LATE), []),
    "no log, by hand": (PUSH, a_read(RUN, execution=MANUAL), [None]),
    "no log, no push time": (HERE, a_read(RUN, execution=LATE), [None]),
    "no tasks, around the push": (PUSH, a_read(), [None]),
    "no tasks, for a later push": (PUSH, a_read(execution=LATE), []),
    "no tasks, by hand": (PUSH, a_read(execution=MANUAL), [True]),
    "no tasks, no push time": (HERE, a_read(execution=MANUAL), [None]),
    "no tasks, of a policy for other tags": (PUSH, a_read(policy=RELEASES), []),
}


@pytest.mark.parametrize(("records", "read", "names"), CONCERNED.values(), ids=CONCERNED)
def test_which_runs_concern_the_image(records, read, names):
    """A run counts where it had the tag, perhaps where nobody says, never where it had another."""
    scope = a_scope(a_policy(), RELEASES)
    facts = facts_of(replace(records, reads=(read,)), scope=scope)

    assert [attempt.names_tag for attempt in facts.attempts] == names


OLD = {"started_at": PUSHED - 2 * MINUTE, "changed_at": PUSHED - MINUTE}


@pytest.mark.parametrize(
    ("records", "task", "earlier"),
    [
        (PUSH, a_task(**OLD), 1),
        (HERE, a_task(**OLD), 1),
        (NONE, a_task(**OLD), 0),
        (PUSH, a_task(**OLD, status=Status.IN_PROGRESS), 0),
        (PUSH, a_task(started_at=PUSHED - MINUTE), 0),
        (HERE, a_task(started_at=None), 0),
    ],
)
def test_what_was_for_an_earlier_content(records, task, earlier):
    """What ended before the push, or the build, was for another content; what runs is for this."""
    execution = replace(EVENT, started_at=None)
    facts = facts_of(replace(records, reads=(a_read(task, execution=execution),)))

    assert (facts.earlier, len(facts.attempts)) == (earlier, 1 - earlier)


def test_an_attempt_has_its_log_explained():
    """The log gives the cause, the excerpt, and says whether it is about this tag."""
    read = a_read(a_task(), log=RACE)
    [attempt] = facts_of(replace(PUSH, reads=(read,), version=Version(1, 2, 2))).attempts

    assert attempt.explanation.cause == "source.manifest_unknown"
    assert "MANIFEST_UNKNOWN" in attempt.excerpt
    assert attempt.blames == ""


def test_the_version_tells_what_stopped_means():
    """A job of 1.2 that was stopped lost its policy; nobody can stop one there."""
    read = a_read(a_task(status=Status.STOPPED), log=b"")
    [attempt] = facts_of(replace(PUSH, reads=(read,), version=Version(1, 2, 2))).attempts

    assert attempt.explanation.cause == "policy.disabled"


def test_a_retrying_job_is_explained_as_one():
    """The state retrying of 1.2 is told to whoever reads the log."""
    read = a_read(a_task(status=Status.IN_PROGRESS, retrying=True), log=b"")
    [attempt] = facts_of(replace(PUSH, reads=(read,))).attempts

    assert attempt.explanation.cause == "jobservice.retry_pending"


@pytest.mark.parametrize(
    ("tags", "image", "blames"),
    [
        ((TAG, "v1.6.3"), IMAGE, ""),
        ((TAG, "v2"), replace(IMAGE, tag="v2"), TAG),
        (("v1.6.32", "v2"), replace(IMAGE, tag="v2"), ""),
        ((TAG,), replace(IMAGE, tag=""), ""),
    ],
)
def test_a_line_may_be_about_another_tag(tags, image, blames):
    """Where one job took several tags, the one that its error names is told apart."""
    read = a_read(a_task(tags=tags), log=RACE)
    [attempt] = facts_of(replace(HERE, reads=(read,)), image=image).attempts

    assert attempt.blames == blames


@pytest.mark.parametrize(("gone", "log"), [(True, None), (False, None)])
def test_a_log_that_was_not_read_explains_nothing(gone, log):
    """Without a log there is no explanation; that it is gone is kept."""
    [attempt] = facts_of(replace(PUSH, reads=(a_read(a_task(), log=log, gone=gone),))).attempts

    assert (attempt.explanation, attempt.excerpt, attempt.log_gone) == (None, "", gone)


def test_the_status_text_explains_a_run_without_tasks():
    """An execution that ended before it had tasks says why itself."""
    execution = replace(MANUAL, status_text="failed to do the prepare work for pushing: 401")
    [attempt] = facts_of(replace(PUSH, reads=(a_read(execution=execution),))).attempts

    assert attempt.explanation.evidence == ("failed to do the prepare work for pushing: 401",)


@pytest.mark.parametrize(
    ("read", "shows"), [(a_read(a_task()), True), (a_read(RUN), False), (a_read(), False)]
)
def test_a_run_shows_what_was_asked(read, shows):
    """A run is proof only where it names a tag that was meant."""
    assert read.shows(ASKED) is shows
