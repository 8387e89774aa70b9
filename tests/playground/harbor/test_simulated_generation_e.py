"""Harbor 2.x in the small: what the recordings tell about single calls and their traps."""

from datetime import timedelta

import pytest

from bot.playground.harbor import Habits, an_image, modern_pair
from bot.playground.harbor.generation_e import flow


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


async def test_a_row_lags_behind_its_tasks(pair, new):
    """Status and end come with the refresh; the counters are fresh; the filter lies along."""
    pair.stag.push("team/app", "v9", an_image("v9"))
    await pair.stag.settle()
    early = (await new(f"{RUNS}/10")).json
    listed = (await new(f"{RUNS}?status=Succeed&policy_id=1")).json
    pair.clock.pass_(timedelta(seconds=30))
    await pair.stag.settle()
    late = (await new(f"{RUNS}/10")).json

    assert (early["status"], early["succeed"], early["in_progress"]) == ("InProgress", 1, 0)
    assert early["end_time"] == "0001-01-01T00:00:00.000Z"
    assert 10 not in [run["id"] for run in listed]
    assert (late["status"], late["end_time"]) == ("Succeed", "2026-03-02T08:24:10.000Z")


async def test_before_2_8_a_row_does_not_lag():
    """The refresh by a timer came with 2.8."""
    async with modern_pair("v2.5.6") as pair:
        pair.stag.push("team/app", "v9", an_image("v9"))
        await pair.stag.settle()

        assert pair.stag.state.executions[10].status == "Succeed"


async def test_pages_have_an_end_at_100(new):
    """101 is refused, 0 is everything, and neighbours are linked."""
    refused = await new(f"{RUNS}?page_size=101")
    everything = await new(f"{RUNS}?page_size=0")
    middle = await new(f"{RUNS}?page=2&page_size=2")

    assert refused.status == 422
    assert len(everything.json) == 9
    assert "link" not in everything.headers
    assert middle.headers["x-total-count"] == "9"
    assert middle.headers["link"] == (
        f'<{RUNS}?page=1&page_size=2>; rel="prev" , <{RUNS}?page=3&page_size=2>; rel="next"'
    )


async def test_the_audit_log_moved_in_2_13(client):
    """The old routes of 2.15 answer an empty list; the new ones of 2.9 are unknown."""
    found = {}
    for version in ("v2.9.5", "v2.15.2"):
        async with modern_pair(version) as pair:
            for path in ("/audit-logs", "/projects/team/logs", "/auditlog-exts"):
                answer = await client.get(f"{pair.stag.url}{API}{path}?page_size=100")
                found[version, path] = (answer.status, len(answer.json))

    assert found["v2.9.5", "/audit-logs"] == (200, 7)
    assert found["v2.9.5", "/projects/team/logs"] == (200, 7)
    assert found["v2.9.5", "/auditlog-exts"][0] == 404
    assert found["v2.15.2", "/audit-logs"] == (200, 0)
    assert found["v2.15.2", "/projects/team/logs"] == (200, 0)
    assert found["v2.15.2", "/auditlog-exts"] == (200, 7)


async def test_the_version_is_told_to_who_is_known(new):
    """Anonymous callers and wrong passwords get 200 without it."""
    known = await new(f"{API}/systeminfo")
    nobody = await new(f"{API}/systeminfo", login=None)
    wrong = await new(f"{API}/systeminfo", login=("admin", "wrong"))

    assert known.json["harbor_version"] == "v2.15.2-080b0220"
    assert "harbor_version" not in nobody.json
    assert (wrong.status, wrong.json) == (200, nobody.json)


async def test_a_session_cookie_spoils_writes(new):
    """With the cookie that every answer sets, a POST is refused for its missing token."""
    cookie = (await new(f"{API}/ping")).headers["set-cookie"].partition(";")[0]
    write = await new(RUNS, method="POST", order={"policy_id": 1}, cookie=cookie)
    read = await new(RUNS, cookie=cookie)

    assert (write.status, read.status) == (403, 200)
    assert "CSRF token not found in request" in write.text


async def test_names_with_slashes_are_encoded_twice(pair, new):
    """``%252F`` finds the repository, ``%2F`` no route."""
    pair.stag.push("team/deep/er/app", "1.0", an_image("deep"))
    path = f"{API}/projects/team/repositories/deep{{0}}er{{0}}app/artifacts/1.0"
    found, lost = await new(path.format("%252F")), await new(path.format("%2F"))

    assert found.json["tags"][0]["name"] == "1.0"
    assert lost.status == 404
    assert "was not found" in lost.text


async def test_artifacts_are_found_by_tag(new):
    """Exact, in part, none; a missing repository is an empty list, a missing tag 404."""
    path = f"{API}/projects/team/repositories/app/artifacts"
    counts = [
        len((await new(f"{path}?q=tags={wanted}")).json)
        for wanted in ("1.0", "~1.", "nope", "*", "nil")
    ]
    nowhere = await new(f"{API}/projects/team/repositories/nope/artifacts")
    missing = await new(f"{path}/nope")

    assert counts == [1, 4, 0, 4, 1]
    assert (nowhere.status, nowhere.json, missing.status) == (200, [], 404)


async def test_a_robot_has_the_rights_it_was_given(client):
    """Up to 2.9 a system right takes away those in projects; 403 names the robot."""
    found = {}
    for version in ("v2.9.5", "v2.15.2"):
        async with modern_pair(version) as pair:
            pair.stag.state.add_robot(
                "bot",
                "secret",
                grants=frozenset({"replication:list"}),
                project_grants=frozenset({"artifact:list", "repository:pull"}),
            )
            for path in (RUNS, POLICIES, f"{API}/projects/team/repositories/app/artifacts"):
                answer = await client.get(pair.stag.url + path, login=("robot$bot", "secret"))
                found[version, path.rpartition("/")[2]] = answer.status

    assert found == {
        ("v2.9.5", "executions"): 200,
        ("v2.9.5", "policies"): 403,
        ("v2.9.5", "artifacts"): 403,
        ("v2.15.2", "executions"): 200,
        ("v2.15.2", "policies"): 403,
        ("v2.15.2", "artifacts"): 200,
    }


async def test_announcing_a_push_again_needs_no_docker(pair, client, new):
    """Any client's PUT of the same bytes to the same tag makes one execution for that tag."""
    pair.prod.state.delete_tag("team/app", "1.0")
    path = "/v2/team/app/manifests/1.0"
    found = await new(path)
    kind = found.headers["content-type"]
    put = await new(path, method="PUT", body=found.body, content_type=kind, user_agent="x/1")
    await pair.stag.settle()
    [task] = pair.stag.state.tasks_of(10)

    assert put.status == 201
    assert (task.status, task.references) == ("Succeed", ["1.0"])
    assert "copying team/app:[1.0](source registry) to team/app:[1.0]" in task.log
    assert pair.prod.state.find("team/app", "1.0") is not None


@pytest.mark.parametrize(
    ("version", "runs"), [("v2.11.0", 1), ("v2.11.2", 0), ("v2.12.0", 0), ("v2.12.1", 1)]
)
async def test_some_releases_are_deaf_to_known_content(client, version, runs):
    """In 2.11.1 to 2.12.0 announcing a push again starts nothing."""
    async with modern_pair(version) as pair:
        path = f"{pair.stag.url}/v2/team/app/manifests/1.0"
        found = await client.get(path)
        kind = found.headers["content-type"]
        await client.ask("PUT", path, body=found.body, content_type=kind)
        await pair.stag.settle()

        assert len(pair.stag.state.executions) == 9 + runs


async def test_a_ping_says_what_the_real_one_says(pair, new):
    """400 for credentials, 500 for nobody there, 200 else; an unknown id is 404."""
    ping = f"{API}/registries/ping"
    good = await new(ping, method="POST", order={"id": 1})
    unknown = await new(ping, method="POST", order={"id": 99})
    pair.stag.state.endpoints[1].password = "wrong"
    wrong = await new(ping, method="POST", order={"id": 1})
    async with pair.prod.down():
        down = await new(ping, method="POST", order={"id": 1})
    status = (await new(f"{API}/registries/1")).json["status"]

    assert [one.status for one in (good, unknown, wrong, down)] == [200, 404, 400, 500]
    assert "the registry is unhealthy" in wrong.text
    assert status == "healthy"


async def test_a_paused_queue_leaves_tasks_pending(pair, new):
    """The queue says so; resumed, the task runs."""
    queue = f"{API}/jobservice/queues"
    await new(f"{queue}/REPLICATION", method="PUT", order={"action": "pause"})
    pair.stag.push("team/app", "v9", an_image("v9"))
    await pair.stag.settle()
    rows = {row["job_type"]: row for row in (await new(queue)).json}
    [task] = pair.stag.state.tasks_of(10)
    paused = task.status
    await new(f"{queue}/REPLICATION", method="PUT", order={"action": "resume"})
    pair.clock.pass_(timedelta(minutes=1))
    await pair.stag.settle()

    assert (rows["REPLICATION"]["paused"], rows["REPLICATION"]["count"]) == (True, 1)
    assert (paused, task.status) == ("Pending", "Succeed")


async def test_a_sweep_keeps_fifty(pair, new):
    """The newest fifty of a policy stay, with their tasks; the rest is 404."""
    for number in range(60):
        pair.stag.push("team/app", f"v{number}", an_image(f"{number}"))
        await pair.stag.settle()
    pair.clock.pass_(timedelta(minutes=1))
    await pair.stag.settle()
    before = len((await new(f"{RUNS}?policy_id=1&page_size=100")).json)
    flow.sweep(pair.stag.site)
    after = (await new(f"{RUNS}?policy_id=1&page_size=100")).json

    assert (before, len(after)) == (67, 51)
    assert (await new(f"{RUNS}/1")).status == 404


async def test_a_read_only_harbor_refuses_every_write(pair, new):
    """Starts, policies and pushes alike: 403 DENIED."""
    pair.stag.state.read_only = True
    start = await new(RUNS, method="POST", order={"policy_id": 1})
    push = await new("/v2/team/app/manifests/x", method="PUT", body=an_image("x").body)

    for answer in (start, push):
        assert answer.status == 403
        assert answer.json["errors"][0]["code"] == "DENIED"


async def test_tags_come_and_go(pair, new):
    """A new tag is an event; a second of that name 409; deleting it twice 404."""
    path = f"{API}/projects/team/repositories/app/artifacts/1.0/tags"
    made = await new(path, method="POST", order={"name": "alias"})
    twice = await new(path, method="POST", order={"name": "alias"})
    await pair.stag.settle()
    arrived = pair.prod.state.find("team/app", "alias") is not None
    gone = await new(f"{path}/alias", method="DELETE")
    again = await new(f"{path}/alias", method="DELETE")

    assert [one.status for one in (made, twice, gone, again)] == [201, 409, 200, 404]
    assert arrived


async def test_runs_take_their_time_by_the_clock():
    """Without tasks, pending, in progress, done: each when the clock says so."""
    habits = Habits(queue=timedelta(seconds=5), copying=timedelta(seconds=20))
    words = []
    async with modern_pair() as pair:
        pair.stag.site.habits = habits
        pair.stag.push("team/app", "v9", an_image("v9"))
        for seconds in (0, 5, 5, 20):
            pair.clock.pass_(timedelta(seconds=seconds))
            await pair.stag.settle()
            words.append([task.status for task in pair.stag.state.tasks_of(10)])

    assert words == [[], ["Pending"], ["InProgress"], ["Succeed"]]
