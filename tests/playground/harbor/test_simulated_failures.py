"""Every failure that can be ordered: the state and the line that a real Harbor leaves."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.playground.harbor import Failure, ManualClock, an_image, golden_pair, modern_pair
from bot.playground.harbor.generation_a import GENERATION_A
from bot.playground.harbor.generation_e import GENERATION_E
from bot.playground.harbor.golden import VIRA


IMAGE = an_image("to be copied")
BLOB = IMAGE.blobs[0].digest
# What each failure must leave in the log of 1.2: status of the job, and a part of its error.
OLD = {
    Failure.SOURCE_TAG_UNREADABLE: (
        "error",
        (
            "[transfer.go:351]: an error occurred while pulling manifest of frontend-rls/vira:v9"
            ' from http://registry:5000: 404 {"errors":[{"code":"MANIFEST_UNKNOWN","message":'
            '"manifest unknown","detail":{"Tag":"v9"}}]}\n'
        ),
    ),
    Failure.SOURCE_REVISION_MISSING: (
        "error",
        f'"detail":{{"Name":"frontend-rls/vira","Revision":"{IMAGE.digest}"}}}}]}}\n',
    ),
    Failure.SOURCE_BLOB_MISSING: (
        "error",
        (
            f"[transfer.go:424]: an error occurred while pulling blob {BLOB} of"
            " frontend-rls/vira:v9 from http://registry:5000: "
            '404 {"errors":[{"code":"BLOB_UNKNOWN"'
        ),
    ),
    Failure.DESTINATION_UNAUTHORIZED: (
        "error",
        "[transfer.go:204]: an error occurred while creating project frontend-rls on ",
    ),
    Failure.NO_PUSH_RIGHT: ("error", '401 {"errors":[{"code":"UNAUTHORIZED"'),
    Failure.ONLY_ADMIN_CREATES: ("error", ": 403 Only system admin can create project\n"),
    Failure.NO_SPACE: ("error", 'no space left on device"}]}\n'),
    Failure.BAD_GATEWAY: (
        "error",
        f"[transfer.go:383]: an error occurred while checking existence of blob {BLOB}",
    ),
    Failure.BODY_TOO_LARGE: ("error", "<h1>413 Request Entity Too Large</h1>"),
    Failure.CONNECTION_REFUSED: ("retrying", ": getsockopt: connection refused\n"),
    Failure.UNKNOWN_HOST: ("retrying", " on 127.0.0.11:53: no such host\n"),
    Failure.UNTRUSTED_CERTIFICATE: (
        "retrying",
        ": x509: certificate signed by unknown authority\n",
    ),
    Failure.NEVER_STARTS: ("pending", None),
    Failure.NEVER_ENDS: ("running", "initialization completed"),
    Failure.LOG_GONE: ("finished", None),
}
# The same for 2.x: where it shows (preparation, log), and a part of the text.
NEW = {
    Failure.CONNECTION_REFUSED: (
        "preparation",
        '/api/version": dial tcp 127.0.0.1:{port}: connect: connection refused',
    ),
    Failure.UNKNOWN_HOST: ("preparation", "on 127.0.0.1:53: no such host"),
    Failure.UNTRUSTED_CERTIFICATE: ("preparation", "x509: certificate signed by unknown"),
    Failure.BAD_GATEWAY: ("preparation", "http error: code 502, message <html>"),
    Failure.DESTINATION_UNAUTHORIZED: (
        "preparation",
        (
            "failed to do the prepare work for pushing/uploading resources: http error: code 401, "
            'message {"errors":[{"code":"UNAUTHORIZED","message":"unauthorized"}]}\n'
        ),
    ),
    Failure.ONLY_ADMIN_CREATES: ("preparation", "Only system admin can create project"),
    Failure.READ_ONLY: ("preparation", "The system is in read only mode."),
    Failure.SOURCE_TAG_UNREADABLE: ("log", '"message":"artifact team/app:v9 not found"}]}\n'),
    Failure.SOURCE_REVISION_MISSING: ("log", f'"Revision":"{IMAGE.digest}"'),
    Failure.SOURCE_BLOB_MISSING: (
        "log",
        (
            f"transfer.go:380]: failed to pulling the blob {BLOB}: http status code: 404, body: "
            '{"errors":[{"code":"BLOB_UNKNOWN","message":"blob unknown to registry",'
            f'"detail":"{BLOB}"}}]}}'
        ),
    ),
    Failure.NO_PUSH_RIGHT: ("log", "unauthorized to access repository: team/app, action: push"),
    Failure.NO_SPACE: ("log", "no space left on device"),
    Failure.BODY_TOO_LARGE: (
        "log",
        (
            f"transfer.go:396]: failed to pushing the blob {BLOB}, size 20000: "
            "http status code: 413, body: <html>"
        ),
    ),
    Failure.QUOTA_EXCEEDED: ("log", "will exceed the configured upper limit of"),
    Failure.TAG_IMMUTABLE: (
        "log",
        (
            "transfer.go:502]: failed to push manifest of artifact team/app:v9: http status "
            'code: 412, body: {"errors":[{"code":"PRECONDITION","message":"Failed to process '
            "request due to 'app:v9' configured as immutable.\"}]}\n"
        ),
    ),
    Failure.NEVER_STARTS: ("Pending", None),
    Failure.NEVER_ENDS: ("InProgress", "copying team/app:[v9]"),
    Failure.LOG_GONE: ("Succeed", None),
}


def test_each_failure_of_a_generation_is_tried_here():
    """No failure is offered that no test has seen."""
    assert set(OLD) == GENERATION_A.failures
    assert set(NEW) == GENERATION_E.failures


@pytest.mark.parametrize("failure", OLD)
async def test_a_failure_of_1_2(failure):
    """The job gets the status, and its log the line, that a real 1.2.2 gave it."""
    status, text = OLD[failure]
    async with golden_pair() as pair:
        pair.stag.fail(failure, repository=VIRA, tag="v9")
        pair.stag.push(VIRA, "v9", IMAGE)
        await pair.stag.settle()
        job = pair.stag.state.jobs[20050]
        arrived = pair.prod.state.find(VIRA, "v9") is not None

    assert job.status == status
    assert job.log is None if text is None else text in job.log
    assert arrived == (failure is Failure.LOG_GONE)


@pytest.mark.parametrize("failure", NEW)
async def test_a_failure_of_2_x(failure):
    """The execution or the task fails at the step, and with the text, of a real 2.15.2."""
    where, text = NEW[failure]
    async with modern_pair() as pair:
        pair.stag.fail(failure, repository="team/app", tag="v9")
        pair.stag.push("team/app", "v9", IMAGE)
        await pair.stag.settle()
        run = pair.stag.state.executions[10]
        tasks = pair.stag.state.tasks_of(10)
        port = pair.prod.url.rpartition(":")[2]

    if where == "preparation":
        assert (run.status, tasks) == ("Failed", [])
        assert text.replace("{port}", port) in run.status_text
        return
    [task] = tasks
    assert task.status == ("Failed" if where == "log" else where)
    assert task.log is None if text is None else text in task.log


async def test_a_failure_that_does_not_exist_in_a_release_is_refused():
    """Harbor 1.2 has no quota, so none can be exceeded there."""
    async with golden_pair() as pair:
        with pytest.raises(ValueError, match=r"v1\.2\.2 has no failure"):
            pair.stag.fail(Failure.QUOTA_EXCEEDED)


async def test_retrying_heals_when_the_destination_is_back():
    """A job of 1.2 whose destination was down is tried every five minutes, in the same log."""
    async with golden_pair() as pair:
        async with pair.prod.down():
            pair.stag.push(VIRA, "v9", IMAGE)
            await pair.stag.settle()
            job = pair.stag.state.jobs[20050]
            between = job.status
        pair.clock.pass_(timedelta(minutes=5))
        await pair.stag.settle()

    assert (between, job.status) == ("retrying", "finished")
    assert job.log.count("initializing:") == 2
    assert "/api/projects/: dial tcp 127.0.0.1:" in job.log
    assert "getsockopt: connection refused\n" in job.log
    assert "[INFO] waiting for retrying...\n" in job.log


async def test_a_rule_switched_off_cancels_what_is_retrying_at_its_next_turn(client):
    """Until its five minutes are over the job stays ``retrying``."""
    async with golden_pair() as pair:
        pair.stag.fail(Failure.UNTRUSTED_CERTIFICATE)
        pair.stag.push(VIRA, "v9", IMAGE)
        await pair.stag.settle()
        job = pair.stag.state.jobs[20050]
        url = f"{pair.stag.url}/api/policies/replication/7/enablement"
        await client.ask("PUT", url, order={"enabled": 0})
        at_once = job.status
        pair.clock.pass_(timedelta(minutes=5))
        await pair.stag.settle()

    assert (at_once, job.status) == ("retrying", "canceled")


async def test_a_task_of_2_x_has_three_runs():
    """Each run begins anew, the status is Failed in between, and after three it is final."""
    async with modern_pair() as pair:
        pair.stag.fail(Failure.NO_SPACE, tag="v9")
        pair.stag.push("team/app", "v9", IMAGE)
        await pair.stag.settle()
        [task] = pair.stag.state.tasks_of(10)
        starts = [task.started]
        for gap in (33, 79, 200):
            pair.clock.pass_(timedelta(seconds=gap))
            await pair.stag.settle()
            starts.append(task.started)

    assert (task.status, task.runs) == ("Failed", 3)
    assert len(set(starts)) == 3


async def test_a_healed_task_keeps_the_tail_of_its_older_log():
    """A new run writes over the head of the file; what was longer stays behind it."""
    async with modern_pair() as pair:
        pair.stag.fail(Failure.BODY_TOO_LARGE, tag="v9", times=1)
        pair.stag.push("team/app", "v9", IMAGE)
        await pair.stag.settle()
        [task] = pair.stag.state.tasks_of(10)
        failed = task.log
        pair.clock.pass_(timedelta(seconds=33))
        await pair.stag.settle()

    assert task.status == "Succeed"
    assert len(task.log) == len(failed)
    assert "copy team/app:[v9](source registry)" in task.log
    assert task.log.endswith("got error during the whole transfer period, mark the job failure\n")


async def test_a_destination_refuses_by_itself():
    """Without any order: another password, admins only, immutable, read-only, full."""
    reasons = []
    async with modern_pair() as pair:
        state = pair.prod.state
        state.projects[1].immutable.append("1.0")
        pair.stag.push("team/app", "1.0", an_image("other content"))
        await pair.stag.settle()
        reasons.append(pair.stag.state.tasks_of(10)[0].log)
        state.read_only = True
        pair.stag.state.add_project("fresh", pair.clock(), public=False)
        pair.stag.state.policies[1].filters = []
        pair.stag.push("fresh/app", "v9", IMAGE)
        await pair.stag.settle()
        reasons.append(pair.stag.state.executions[11].status_text)
        state.read_only = False
        pair.stag.state.endpoints[1].password = "rotated"
        pair.stag.push("team/app", "v9", IMAGE)
        await pair.stag.settle()
        reasons.append(pair.stag.state.executions[12].status_text)

    assert "'app:1.0' configured as immutable." in reasons[0]
    assert 'and the "override" is set to true, continue...' in reasons[0]
    assert "403" in reasons[1]
    assert "The system is in read only mode." in reasons[1]
    assert "http error: code 401" in reasons[2]


async def test_override_off_succeeds_without_replacing():
    """The task is Succeed, the other content stays, and only the log says so."""
    async with modern_pair() as pair:
        before = pair.prod.state.find("team/app", "1.0").image.digest
        pair.stag.state.policies[1].override = False
        pair.stag.push("team/app", "1.0", IMAGE)
        await pair.stag.settle()
        [task] = pair.stag.state.tasks_of(10)
        after = pair.prod.state.find("team/app", "1.0").image.digest

    assert task.status == "Succeed"
    assert 'but the "override" is set to false, skip' in task.log
    assert before == after


async def test_a_proxy_cache_at_the_destination_drops_silently():
    """It looks exactly like a filter that selects nothing."""
    async with modern_pair() as pair:
        pair.prod.state.projects[1].proxy_of = 3
        pair.stag.push("team/app", "v9", IMAGE)
        await pair.stag.settle()
        run = pair.stag.state.executions[10]

    assert (run.status, run.status_text) == ("Succeed", "no resources need to be replicated")


async def test_a_whole_repository_job_stops_at_its_first_bad_tag(client):
    """Switching a rule on of 1.2 tries no tag after one that cannot be read."""
    async with golden_pair() as pair:
        for tag in ("v8", "v9"):
            pair.stag.state.add_tag(VIRA, tag, image=an_image(tag), at=pair.clock())
        pair.stag.fail(Failure.SOURCE_TAG_UNREADABLE, tag="v8")
        url = f"{pair.stag.url}/api/policies/replication/7/enablement"
        for value in (0, 1):
            await client.ask("PUT", url, order={"enabled": value})
        await pair.stag.settle()
        jobs = [job for job in pair.stag.state.jobs.values() if job.tags is None]
        [vira] = [job for job in jobs if job.repository == VIRA]
        arrived = [pair.prod.state.find(VIRA, tag) is not None for tag in ("v8", "v9")]

    assert len(jobs) == 7
    assert vira.status == "error"
    assert arrived == [False, False]


def test_a_clock_that_stands_still_does():
    """Time passes only by hand."""
    clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
    clock.pass_(timedelta(days=1))

    assert clock() == clock() == datetime(2026, 1, 2, tzinfo=UTC)
