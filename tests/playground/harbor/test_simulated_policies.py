"""Policies of Harbor 2.x: what they must look like, how they start, how they go."""

from datetime import timedelta

import pytest

from bot.playground.harbor import Failure, modern_pair


API = "/api/v2.0"
RUNS = f"{API}/replication/executions"
POLICIES = f"{API}/replication/policies"


@pytest.fixture
async def pair():
    """Open the modern pair."""
    async with modern_pair() as opened:
        yield opened


@pytest.fixture
async def new(pair, client):
    """Ask stag of the modern pair for a path."""

    async def ask(path, *, method="GET", **about):
        return await client.ask(method, pair.stag.url + path, **about)

    return ask


def a_policy(policy, **fields):
    """Order a policy for one image."""
    return {
        "name": policy,
        "dest_registry": {"id": 1},
        "filters": [
            {"type": "name", "value": "team/app"},
            {"type": "tag", "value": "1.0"},
        ],
        "trigger": {"type": "manual"},
        "enabled": True,
        "override": True,
        **fields,
    }


async def test_a_temporary_policy_copies_one_image_and_goes(pair, new):
    """Made, not made twice, started, refused while its row lags, then gone with all of it."""
    pair.prod.state.delete_tag("team/app", "1.0")
    made = await new(POLICIES, method="POST", order=a_policy("harborbot-1"))
    twice = await new(POLICIES, method="POST", order=a_policy("harborbot-1"))
    policy = made.headers["location"]
    number = int(policy.rpartition("/")[2])
    run = await new(RUNS, method="POST", order={"policy_id": number})
    await pair.stag.settle()
    tasks = await new(f"{run.headers['location']}/tasks")
    early = await new(policy, method="DELETE")
    pair.clock.pass_(timedelta(seconds=30))
    await pair.stag.settle()
    late = await new(policy, method="DELETE")
    after = await new(run.headers["location"])
    start = await new(RUNS, method="POST", order={"policy_id": number})

    assert (made.status, twice.status, run.status) == (201, 409, 201)
    assert [task["src_resource"] for task in tasks.json] == ["team/app [1 item(s) in total]"]
    assert pair.prod.state.find("team/app", "1.0") is not None
    assert (early.status, late.status) == (412, 200)
    assert "contains executions that aren't in final status" in early.text
    assert (after.status, start.status) == (404, 404)
    assert f"replication execution {run.headers['location'].rpartition('/')[2]}" in after.text


async def test_stopping_frees_a_policy_at_once(pair, new):
    """What never ends is Stopped by PUT, and then the policy can be deleted."""
    pair.stag.fail(Failure.NEVER_ENDS)
    made = await new(POLICIES, method="POST", order=a_policy("harborbot-1"))
    number = int(made.headers["location"].rpartition("/")[2])
    run = await new(RUNS, method="POST", order={"policy_id": number})
    await pair.stag.settle()
    stopped = await new(run.headers["location"], method="PUT")
    row = await new(run.headers["location"])
    gone = await new(made.headers["location"], method="DELETE")

    assert (stopped.status, stopped.text) == (200, "null\n")
    assert (row.json["status"], row.json["stopped"], gone.status) == ("Stopped", 1, 200)


async def test_only_the_field_called_deprecated_is_read(new):
    """``replicate_deletion`` is ignored on write and shown beside ``deletion`` on read."""
    one = await new(POLICIES, method="POST", order=a_policy("a", replicate_deletion=True))
    two = await new(POLICIES, method="POST", order=a_policy("b", deletion=True))
    ignored = (await new(one.headers["location"])).json
    read = (await new(two.headers["location"])).json

    assert "deletion" not in ignored
    assert "replicate_deletion" not in ignored
    assert (read["deletion"], read["replicate_deletion"]) == (True, True)


async def test_what_is_missing_in_an_update_becomes_false(new):
    """A disabled policy has no ``enabled``; an update without a name is refused."""
    made = await new(POLICIES, method="POST", order=a_policy("a"))
    partial = await new(made.headers["location"], method="PUT", order={"enabled": False})
    order = a_policy("a")
    del order["enabled"]
    whole = await new(made.headers["location"], method="PUT", order=order)
    read = (await new(made.headers["location"])).json
    start = await new(RUNS, method="POST", order={"policy_id": read["id"]})

    assert (partial.status, whole.status) == (400, 200)
    assert '"message":"empty name"' in partial.text
    assert "enabled" not in read
    assert start.status == 412
    assert f"the policy {read['id']} is disabled" in start.text


@pytest.mark.parametrize(
    ("order", "status", "message"),
    [
        ({"name": ""}, 400, "empty name"),
        ({"dest_registry": None}, 400, "either src_registry or dest_registry should be empty"),
        ({"dest_registry": {"id": 99}}, 404, "registry 99 not found"),
        ({"filters": [{"type": "x", "value": ""}]}, 400, "invalid filter type"),
        ({"filters": [{"type": "resource", "value": "chart"}]}, 400, "invalid resource filter"),
        ({"filters": [{"type": "label", "value": "x"}]}, 400, "isn't string slice"),
        ({"trigger": {"type": "weekly"}}, 400, "invalid trigger type"),
        ({"dest_namespace": "UPPER"}, 400, "invalid destination namespace: UPPER"),
        ({"name": "x" * 300}, 500, "internal server error"),
    ],
)
async def test_a_policy_is_checked_as_recorded(new, order, status, message):
    """Each refusal has the code and the words of the real one."""
    answer = await new(POLICIES, method="POST", order=a_policy("a", **order))

    assert answer.status == status
    assert message in answer.json["errors"][0]["message"]


@pytest.mark.parametrize(
    ("cron", "message"),
    [
        ("* * * * *", "invalid cron string for scheduled trigger"),
        ("0/20 * * * * *", "(indicating Seconds of time) of the cron setting must be 0"),
        ("0 * * * * *", "* is not allowed for the Minutes field"),
    ],
)
async def test_a_schedule_is_checked_as_recorded(new, cron, message):
    """Six fields, seconds 0, minutes named."""
    trigger = {"type": "scheduled", "trigger_settings": {"cron": cron}}
    answer = await new(POLICIES, method="POST", order=a_policy("a", trigger=trigger))

    assert answer.status == 400
    assert message in answer.text


async def test_single_active_replication_skips(pair, new):
    """The second start is 201 and Failed at once, without tasks."""
    pair.stag.fail(Failure.NEVER_ENDS)
    order = a_policy("a", single_active_replication=True)
    made = await new(POLICIES, method="POST", order=order)
    number = int(made.headers["location"].rpartition("/")[2])
    await new(RUNS, method="POST", order={"policy_id": number})
    second = await new(RUNS, method="POST", order={"policy_id": number})
    row = (await new(second.headers["location"])).json

    assert (second.status, row["status"], row["total"]) == (201, "Failed", 0)
    assert row["status_text"] == "Execution skipped: active replication still in progress."


async def test_fields_come_with_their_release(client):
    """A policy shows what its release knows, and no more."""
    shown = {}
    for version in ("v2.2.4", "v2.3.0", "v2.5.6", "v2.9.5", "v2.15.2"):
        async with modern_pair(version) as pair:
            row = (await client.get(f"{pair.stag.url}{POLICIES}/1")).json
            names = ("dest_namespace_replace_count", "speed", "copy_by_chunk")
            shown[version] = [name in row for name in (*names, "single_active_replication")]

    assert shown == {
        "v2.2.4": [False, False, False, False],
        "v2.3.0": [True, False, False, False],
        "v2.5.6": [True, True, False, False],
        "v2.9.5": [True, True, True, False],
        "v2.15.2": [True, True, True, True],
    }
