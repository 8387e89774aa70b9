from datetime import timedelta

import pytest

from bot.replication.defects import defect_behind
from bot.replication.model import LOCAL, Execution, Status, Version
from tests.replication.build import PROD, PUSHED, a_run, a_task, an_attempt, an_execution


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("v1.5.0-d59c257e", Version(1, 5, 0)),
        ("2.15", Version(2, 15, 0)),
        (" v2.9.5 ", Version(2, 9, 5)),
        ("dev", None),
        ("", None),
    ],
)
def test_versions_are_read_as_harbor_writes_them(text, version):
    """Two numbers make a version, with or without what stands around them."""
    assert Version.read(text) == version


def test_versions_have_an_order():
    """1.10 is newer than 1.9, and is written with all its parts."""
    assert Version(1, 9, 4) < Version(1, 10)
    assert str(Version(1, 10)) == "1.10.0"


@pytest.mark.parametrize(
    ("status", "ended", "badly"),
    [
        (Status.PENDING, False, False),
        (Status.IN_PROGRESS, False, False),
        (Status.SUCCEED, True, False),
        (Status.FAILED, True, True),
        (Status.STOPPED, True, True),
    ],
)
def test_what_a_status_says(status, ended, badly):
    """Three words are an end, two of them a bad one."""
    assert (status.ended, status.ended_badly) == (ended, badly)


def test_the_local_harbor_has_no_url():
    """An endpoint with a URL is elsewhere."""
    assert LOCAL.local
    assert not PROD.local


def test_each_generation_has_its_noun():
    """It is a job without an execution, a task within one."""
    assert a_task().noun == "job"
    assert a_task(execution_id=7).noun == "task"


@pytest.mark.parametrize(
    ("attempt", "label"),
    [
        (an_attempt(), "job 20049"),
        (a_run(8, began=timedelta()), "task 8 of execution 8"),
        (an_attempt(task=None, execution=an_execution()), "execution 12"),
    ],
)
def test_an_attempt_has_a_name_for_people(attempt, label):
    """The name is what Harbor's own lists show."""
    assert attempt.label == label


def test_an_attempt_has_its_times():
    """A task's own times come first, its execution's stand in."""
    execution = an_execution(started_at=PUSHED)
    bare = an_attempt(task=a_task(started_at=None, changed_at=None), execution=execution)

    assert (bare.at, bare.changed_at) == (PUSHED, PUSHED)
    assert an_attempt(task=None, execution=execution).changed_at == PUSHED


@pytest.mark.parametrize(
    ("cause", "version", "mended"),
    [
        ("source.manifest_unknown", Version(1, 6, 3), "1.7"),
        ("source.manifest_unknown", Version(1, 7), None),
        ("source.manifest_unknown", None, None),
        ("network.dns", Version(1, 2, 2), None),
    ],
)
def test_a_defect_belongs_to_versions(cause, version, mended):
    """A defect explains its cause before the release that mended it."""
    defect = defect_behind(cause, version)

    assert (defect.mended if defect else None) == mended


@pytest.mark.parametrize(
    ("status", "total", "nothing"),
    [(Status.SUCCEED, 0, True), (Status.SUCCEED, 1, False), (Status.FAILED, 0, False)],
)
def test_a_run_that_found_nothing(status, total, nothing):
    """Only a run that ended well without a task found nothing to copy."""
    assert Execution(id=1, policy_id=1, status=status, total=total).found_nothing is nothing
