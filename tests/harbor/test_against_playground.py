import pytest

from bot.errors import HarborForbidden, HarborMissing, HarborUnauthorized, HarborUnclear
from bot.playground.harbor import faults, golden_pair, modern_pair
from bot.ports import Harbor
from bot.replication.meter import Meter
from bot.replication.model import (
    FilterKind,
    LogOperation,
    Repository,
    Role,
    Status,
    Task,
    Trigger,
    Version,
)


VIRA = "frontend-rls/vira"
TAG = "v1.6.32-67284045"


@pytest.fixture
async def golden(outside):
    """Open the pair of 1.2.2."""
    return await outside.enter_async_context(golden_pair())


@pytest.fixture(params=["v2.15.2", "v2.9.5"])
async def modern(outside, request):
    """Open a pair of 2.x."""
    return await outside.enter_async_context(modern_pair(request.param))


async def test_1_2_names_itself(golden, connected):
    """Version, name and role are known, and the URL of the other side is its own."""
    stag: Harbor = connected(golden.stag.url, role="source")
    assert await stag.version() == Version(1, 2, 2)
    assert (stag.name, stag.role) == ("stag", Role.SOURCE)
    assert stag.is_at(golden.stag.url)
    assert not stag.is_at(golden.prod.url)


async def test_1_2_is_searched(golden, connected):
    """A part of a name finds every repository that has it, whatever its case."""
    found = await connected(golden.stag.url).search(" VIRA ")
    assert [(one.name, one.project_id) for one in found] == [
        (VIRA, 14),
        (f"{VIRA}-docs", 14),
        (f"{VIRA}-web", 14),
    ]


async def test_1_2_lists_its_policies_in_one_round_trip(golden, connected):
    """A policy comes with its project and with the address of its target."""
    meter = Meter()
    policies = await connected(golden.stag.url).metered(meter).list_policies()
    [vira] = [policy for policy in policies if policy.id == 7]
    assert (vira.name, vira.project, vira.project_id) == ("sync-to-prod", "frontend-rls", 14)
    assert (vira.enabled, vira.trigger, vira.source.local) == (True, Trigger.EVENT_BASED, True)
    assert connected(golden.prod.url).is_at(vira.destination.url)
    assert meter.round_trips == 1


async def test_1_2_finds_a_tag_by_name_beginning_and_digest(golden, connected):
    """The exact tag takes one round trip, its beginning two; 1.2 knows no push time."""
    client = connected(golden.stag.url)
    meter = Meter()
    [exact] = (await client.metered(meter).find_artifacts(VIRA, tag=TAG)).rows
    assert (exact.tag, exact.pushed_at) == (TAG, None)
    assert exact.built_at is not None
    assert meter.round_trips == 1

    meter = Meter()
    begun = await client.metered(meter).find_artifacts(VIRA, tag="v1.6.32")
    assert begun.rows == (exact,)
    assert meter.round_trips == 2

    assert (await client.find_artifacts(VIRA, digest=exact.digest)).rows == (exact,)
    assert (await client.find_artifacts("frontend-rls/nope", tag="v1")).rows == ()
    assert (await connected(golden.prod.url).find_artifacts(VIRA, tag=TAG)).rows == ()


async def test_1_2_lists_the_jobs_of_a_repository(golden, connected):
    """Each job is a run of its own, newest first, with its one task at hand."""
    client = connected(golden.stag.url)
    [policy] = [one for one in await client.list_policies() if one.id == 7]
    runs = await client.list_executions(policy, repository=VIRA)
    assert [run.tasks[0].id for run in runs.rows] == [20049, 20040, 20031]
    assert [run.id for run in runs.rows] == [None] * 3
    assert (runs.rows[0].status, runs.complete) == (Status.FAILED, True)

    meter = Meter()
    tasks = await client.metered(meter).list_tasks(runs.rows[0])
    assert (tasks.rows[0].tags, tasks.rows[0].noun) == ((TAG,), "job")
    assert meter.requests == 0


async def test_1_2_reads_a_log_and_misses_another(golden, connected):
    """The decisive line is there; a job without a log is a fact."""
    client = connected(golden.stag.url)
    there = Task(id=20049, status=Status.FAILED, repository=VIRA, policy_id=7)
    assert b"MANIFEST_UNKNOWN" in await client.read_log(there)
    gone = Task(id=4, status=Status.FAILED, repository=VIRA, policy_id=7)
    with pytest.raises(HarborMissing):
        await client.read_log(gone)


async def test_1_2_tells_who_pushed_when(golden, connected):
    """The access log has the push, of exactly this repository."""
    client = connected(golden.stag.url)
    rows = (await client.list_log_rows(Repository(VIRA, 14))).rows
    assert rows[0].operation is LogOperation.PUSH
    assert (rows[0].repository, rows[0].reference, rows[0].user) == (VIRA, TAG, "admin")
    assert {row.repository for row in rows} == {VIRA}
    assert (await client.list_log_rows(Repository("nope/x", 999))).rows == ()


async def test_1_2_announces_a_push_again_as_one_job(golden, connected):
    """Exactly one job, of exactly that tag; the copy then arrives."""
    client = connected(golden.stag.url)
    [artifact] = (await client.find_artifacts(VIRA, tag=TAG)).rows
    await client.announce_again(VIRA, TAG, digest=artifact.digest)
    await golden.stag.settle()

    assert [write.method for write in golden.stag.writes] == ["PUT"]
    [policy] = [one for one in await client.list_policies() if one.id == 7]
    runs = (await client.list_executions(policy, repository=VIRA)).rows
    assert [(run.tasks[0].tags, run.status) for run in runs if run.tasks[0].id > 20049] == [
        ((TAG,), Status.SUCCEED)
    ]
    prod = await connected(golden.prod.url).find_artifacts(VIRA, tag=TAG)
    assert [row.digest for row in prod.rows] == [artifact.digest]


async def test_1_2_policies_are_made_switched_and_deleted(golden, connected):
    """Every write of 1.2 does what it says."""
    client = connected(golden.stag.url)
    made = await client.create_policy("trial", 1, target_id=1, enabled=False)
    await client.set_enabled(made, enabled=True)
    assert {one.id: one.enabled for one in await client.list_policies()}[made] is True
    await client.set_enabled(made, enabled=False)
    await client.delete_policy(made)
    assert made not in {one.id for one in await client.list_policies()}
    assert await client.ping_target(1) == ""


async def test_1_2_an_ordinary_user_hears_which_role_is_missing(golden, connected):
    """Up to 1.3 only an administrator sees policies."""
    stag = connected(golden.stag.url, username="dev", password=dev_password(golden))
    with pytest.raises(HarborForbidden) as caught:
        await stag.list_policies()
    assert "administrator" in caught.value.remedy


def dev_password(pair):
    """Look up the password of the ordinary user."""
    return pair.stag.state.accounts["dev"].password


async def test_a_wrong_password_is_said(golden, modern, connected):
    """Either generation says that the account is not accepted."""
    for pair in (golden, modern):
        with pytest.raises(HarborUnauthorized):
            await connected(pair.stag.url, password="wrong").list_policies()


@pytest.mark.parametrize(
    "fault",
    [faults.drop_after_applying, faults.drop_before_applying],
    ids=lambda one: one.__name__,
)
async def test_no_write_of_1_2_is_done_twice(golden, connected, fault):
    """A write that was not answered was received exactly once, whether it was done or not."""
    client = connected(golden.stag.url)
    [artifact] = (await client.find_artifacts(VIRA, tag=TAG)).rows
    for write in (
        lambda: client.set_enabled(3, enabled=False),
        lambda: client.create_policy("trial", 1, target_id=1, enabled=False),
        lambda: client.delete_policy(3),
        lambda: client.announce_again(VIRA, TAG, digest=artifact.digest),
    ):
        golden.stag.forget_requests()
        with golden.stag.suffering(fault(times=None)), pytest.raises(HarborUnclear):
            await write()
        assert len(golden.stag.writes) == 1


async def test_2_x_names_itself(modern, connected):
    """The version is known with an account; without one 2.15 hides it, 2.9 does not."""
    known = await connected(modern.stag.url).version()
    assert known in {Version(2, 15, 2), Version(2, 9, 5)}
    anonymous = await connected(modern.stag.url, username="", password="").version()
    hidden = "2.x, hidden from this account"
    assert anonymous.text == (hidden if known.minor == 15 else known.text)


async def test_2_x_lists_its_policies(modern, connected):
    """Filters, triggers and switches are what the world says."""
    policies = await connected(modern.stag.url).list_policies()
    assert [(one.name, one.enabled, one.trigger) for one in policies] == [
        ("team-to-prod", True, Trigger.EVENT_BASED),
        ("web-releases", True, Trigger.EVENT_BASED),
        ("team-nightly", True, Trigger.SCHEDULED),
        ("web-stable", False, Trigger.EVENT_BASED),
    ]
    assert [(one.kind, one.value) for one in policies[1].filters] == [
        (FilterKind.NAME, "team/web"),
        (FilterKind.TAG, "v*"),
    ]
    assert policies[0].source.local
    assert connected(modern.prod.url).is_at(policies[0].destination.url)


async def test_2_x_is_searched(modern, connected):
    """A part of a name finds the repository."""
    [found] = await connected(modern.stag.url).search("ap")
    assert (found.name, found.project_id) == ("team/app", 1)


async def test_2_x_finds_a_tag_by_name_beginning_and_digest_in_one_round_trip(modern, connected):
    """The exact tag comes first, then those that begin so; each with its push time."""
    client = connected(modern.stag.url)
    meter = Meter()
    found = (await client.metered(meter).find_artifacts("team/app", tag="1.1")).rows
    assert [(one.tag, one.pushed_at is None) for one in found] == [("1.1", False)]
    assert meter.round_trips == 1
    begun = (await client.find_artifacts("team/app", tag="1.")).rows
    assert {one.tag for one in begun} == {"1.0", "1.1", "1.2", "1.3"}
    by_digest = (await client.find_artifacts("team/app", digest=found[0].digest)).rows
    assert by_digest == found
    assert (await client.find_artifacts("team/app", tag="0.9")).rows == ()
    assert (await client.find_artifacts("nope/app", tag="1.0")).rows == ()
    everything = (await client.find_artifacts("team/web")).rows
    assert {one.tag for one in everything} >= {"2.0", "stable-7"}


async def test_2_x_lists_executions_and_their_tasks(modern, connected):
    """The failed run is there with its task; a run that selected nothing has none."""
    client = connected(modern.stag.url)
    policies = await client.list_policies()
    runs = (await client.list_executions(policies[0], repository="team/app")).rows
    assert [run.id for run in runs] == [9, 8, 6, 5, 3, 2, 1]
    by_id = {run.id: run for run in runs}
    [task] = (await client.list_tasks(by_id[2])).rows
    assert (task.id, task.status, task.repository) == (2, Status.FAILED, "team/app")
    assert (task.execution_id, task.policy_id, task.tags, task.noun) == (2, 1, None, "task")
    empty = (await client.list_executions(policies[1], repository="")).rows
    assert empty[0].status_text == "no resources need to be replicated"
    assert (await client.list_tasks(empty[0])).rows == ()


async def test_2_x_reads_a_log_and_misses_another(modern, connected):
    """The log of the failed task names the quota; one that was swept is a fact."""
    client = connected(modern.stag.url)
    there = Task(2, Status.FAILED, "team/app", policy_id=1, execution_id=2)
    assert b"will exceed the configured upper limit" in await client.read_log(there)
    gone = Task(99, Status.FAILED, "team/app", policy_id=1, execution_id=2)
    with pytest.raises(HarborMissing):
        await client.read_log(gone)


async def test_2_x_tells_who_pushed_and_who_deleted(modern, connected):
    """The log that this version keeps is asked, old or new."""
    at = modern.clock()
    modern.stag.state.add_audit("delete", "team/app", tag="0.9", by="dev", at=at)
    modern.stag.state.add_audit("pull", "team/app", tag="1.0", by="dev", at=at)
    meter = Meter()
    client = connected(modern.stag.url).metered(meter)
    rows = (await client.list_log_rows(Repository("team/app", 1))).rows
    assert [row.reference for row in rows if row.operation is LogOperation.PUSH] == [
        "1.3",
        "1.2",
        "0.9",
        "1.1",
        "1.0",
    ]
    assert (rows[0].operation, rows[0].user) == (LogOperation.DELETE, "dev")
    assert len(rows) == 6
    assert meter.round_trips == 1


async def test_2_x_a_developer_hears_which_permission_is_missing(modern, connected):
    """Policies need a permission of the system."""
    stag = connected(modern.stag.url, username="dev", password=dev_password(modern))
    with pytest.raises(HarborForbidden) as caught:
        await stag.list_policies()
    assert "replication-policy: list" in caught.value.remedy
