"""Harbor 1.2 in the small: what the recordings tell about single calls and their oddities."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.playground.harbor import Habits, an_image, golden_pair
from bot.playground.harbor.golden import GOLDEN_IMAGE, GOLDEN_TAG, VIRA
from bot.playground.harbor.images import DOCKER_MANIFEST, OCI_MANIFEST


JOBS = "/api/jobs/replication?policy_id=7"
DOCKER = "docker/18.03.1-ce"


@pytest.fixture
async def pair():
    """Open the golden pair."""
    async with golden_pair() as opened:
        yield opened


@pytest.fixture
async def old(pair, client):
    """Ask stag of the golden pair for a path."""

    async def ask(path, *, method="GET", **about):
        return await client.ask(method, pair.stag.url + path, **about)

    return ask


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("&status=ERR", [20049, 19954, 19693, 19667, 19652]),
        ("&status=finished&status=error", [20040, 20031]),
        ("&status=", [20049, 20040, 20031, 19954, 19693, 19667, 19652]),
        ("&status=nonsense", []),
        ("&repository=VIRA", [20049, 20040, 20031]),
        ("&repository=sprout_hybrid", [19693]),
        ("&repository=%25", []),
        ("&start_time=1541404800", [20049, 20040, 20031]),
        ("&end_time=1540890000", [19652]),
        ("&page=2&page_size=3", [19954, 19693, 19667]),
        (
            "&num=1&sort=id&tag=x&operation=delete",
            [20049, 20040, 20031, 19954, 19693, 19667, 19652],
        ),
    ],
)
async def test_the_filters_of_jobs_are_as_odd_as_they_are(old, query, ids):
    """Substrings in any case, ``_`` a wildcard, the first status counts, the rest is ignored."""
    jobs = await old(JOBS + query)

    assert [job["id"] for job in jobs.json] == ids


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/api/jobs/replication", 400, "invalid policy_id"),
        ("/api/jobs/replication?policy_id=99", 404, "policy 99 not found"),
        (JOBS + "&page_size=0", 400, "invalid page_size"),
        (JOBS + "&start_time=abc", 400, "invalid start_time"),
        ("/api/jobs/replication/1/log", 404, "message from jobservice: 404 page not found\n\n"),
        ("/api/jobs/replication/20049", 405, "Method Not Allowed\n"),
        ("/api/policies/replication/99", 404, "Not Found"),
        ("/api/policies/replication?project_id=x", 400, "invalid project ID"),
        ("/api/projects/99", 404, "project 99 not found\n"),
        ("/api/repositories", 400, "invalid project_id \n"),
        (f"/api/repositories/{VIRA}/tags/nope", 404, f"resource: {VIRA}:nope not found\n"),
        ("/api/repositories/nope/x/tags/y/manifest", 404, "project nope not found\n"),
        ("/api/targets/9", 404, "Not Found"),
    ],
)
async def test_errors_are_plain_text(old, path, status, text):
    """A missing object is a line of text, word for word."""
    answer = await old(path)

    assert (answer.status, answer.kind, answer.text) == (status, "text/plain", text)


async def test_an_unknown_call_is_a_page(old):
    """That is how a client tells that this version has no such call."""
    for path in ("/api/version", "/api/v2.0/systeminfo", "/api/policies/replication/abc"):
        answer = await old(path)

        assert (answer.status, answer.kind) == (404, "text/html")
        assert "404 - Page Not Found" in answer.text


async def test_pages_are_linked(old):
    """Total and neighbours stand in the headers, in the order of names."""
    answer = await old(JOBS + "&page=2&page_size=3")

    link = "</api/jobs/replication?page={}&page_size=3&policy_id=7>"
    prev, following = link.format(1), link.format(3)
    assert answer.headers["x-total-count"] == "7"
    assert answer.headers["link"] == f'{prev}; rel="prev", {following}; rel="next"'


async def test_some_empty_lists_are_null(old):
    """Policies of an unknown name are not an empty list."""
    assert (await old("/api/policies/replication?name=zzz")).text == "null"
    assert (await old("/api/targets?name=zzz")).text == "null"
    assert (await old(JOBS + "&status=zzz")).text == "[]"


async def test_counts_are_in_the_list_of_policies_only(old):
    """One policy by its id has no count and no names."""
    listed = (await old("/api/policies/replication?project_id=14")).json[0]
    single = (await old("/api/policies/replication/7")).json

    assert (listed["error_job_count"], listed["target_name"]) == (5, "harbor-prod")
    assert single["error_job_count"] == 0
    assert "target_name" not in single


async def test_rights_of_an_ordinary_user(old):
    """Everything of replication is for administrators; public projects are for everybody."""
    for path in ("/api/policies/replication", JOBS, "/api/targets", "/api/systeminfo/volumes"):
        nobody = await old(path, login=None)
        dev = await old(path, login=("dev", "Developer12345"))

        assert (nobody.status, nobody.text, dev.status, dev.text) == (401, "\n", 403, "\n")
    assert (await old("/api/projects", login=None)).status == 200
    assert (await old(f"/api/repositories/{VIRA}/tags", login=None)).status == 200


async def test_a_wrong_password_is_anonymous_where_that_suffices(old):
    """200 there proves nothing; the current user and policies tell."""
    wrong = ("admin", "wrong")

    assert (await old("/api/systeminfo", login=wrong)).status == 200
    assert (await old("/api/users/current", login=wrong)).status == 401
    assert (await old("/api/policies/replication", login=wrong)).status == 401


async def test_every_answer_sets_a_session(old):
    """A client that kept it would be somebody else's problem."""
    for path in ("/api/systeminfo", "/api/nope", JOBS):
        assert (await old(path)).headers["set-cookie"].startswith("beegosessionID=")


@pytest.mark.parametrize(
    ("agent", "media_type", "noticed"),
    [
        (DOCKER, DOCKER_MANIFEST, True),
        ("docker-bot", DOCKER_MANIFEST, True),
        ("vic/1.2", DOCKER_MANIFEST, True),
        ("harbor-registry-client", DOCKER_MANIFEST, True),
        ("Docker/1.0", DOCKER_MANIFEST, False),
        ("skopeo/0.1.29", DOCKER_MANIFEST, False),
        (DOCKER, OCI_MANIFEST, False),
    ],
)
async def test_only_docker_is_noticed(pair, client, old, agent, media_type, noticed):
    """Other clients and other media types make no job and no push row."""
    token = await client.token(pair.stag.url, VIRA)
    put = await old(
        f"/v2/{VIRA}/manifests/v9",
        method="PUT",
        token=token,
        body=an_image("v9").body,
        content_type=media_type,
        user_agent=agent,
    )
    rows = await old("/api/projects/14/logs?operation=push&tag=v9")

    assert put.status == 201
    assert (20050 in pair.stag.state.jobs, len(rows.json)) == (noticed, int(noticed))


async def test_putting_a_digest_copies_the_whole_repository(pair, client, old):
    """The trap: by digest the job has no tags."""
    token = await client.token(pair.stag.url, VIRA)
    await old(
        f"/v2/{VIRA}/manifests/{GOLDEN_IMAGE.digest}",
        method="PUT",
        token=token,
        body=GOLDEN_IMAGE.body,
        content_type=DOCKER_MANIFEST,
        user_agent=DOCKER,
    )

    assert pair.stag.state.jobs[20050].tags is None


async def test_the_registry_wants_a_token_with_the_right_action(client, pair, old):
    """A password does not open it, and a token of a guest may pull only."""
    path = f"/v2/{VIRA}/manifests/{GOLDEN_TAG}"
    password = await old(path)
    guest = await client.token(pair.stag.url, VIRA, login=("dev", "Developer12345"))
    pull = await old(path, token=guest)
    push = await old(path, method="PUT", token=guest, body=pull.body)
    head = await old(path, method="HEAD", token=guest)

    assert (password.status, pull.status, push.status) == (401, 200, 401)
    assert 'error="insufficient_scope"' in push.headers["www-authenticate"]
    assert f"{pair.stag.url}/service/token" in password.headers["www-authenticate"]
    assert head.headers["docker-content-digest"] == GOLDEN_IMAGE.digest


async def test_enablement_starts_and_stops(pair, old):
    """The same value does nothing; off stops; on copies each repository without tags."""
    path = "/api/policies/replication/7/enablement"
    same = await old(path, method="PUT", order={"enabled": 1})
    before = len(pair.stag.state.jobs)
    off = await old(path, method="PUT", order={"enabled": 0})
    wrong = await old(path, method="PUT", order={"enabled": 5})
    await old(path, method="PUT", order={"enabled": 1})
    await pair.stag.settle()
    made = [job for job in pair.stag.state.jobs.values() if job.id > 20049]

    assert (same.status, off.status, wrong.status, before) == (200, 200, 400, 8)
    assert len(made) == 7
    assert all(job.tags is None for job in made)
    assert pair.prod.state.find(VIRA, GOLDEN_TAG) is not None


async def test_policies_are_made_and_deleted_by_its_rules(old):
    """One per project and target; an enabled one stays; a deleted one answers by id."""
    order = {"name": "new", "project_id": 14, "target_id": 1}
    twice = await old("/api/policies/replication", method="POST", order=order)
    fresh = {"name": "new", "project_id": 1, "target_id": 1}
    made = await old("/api/policies/replication", method="POST", order=fresh)
    enabled = await old("/api/policies/replication/7", method="DELETE")
    gone = await old(made.headers["location"], method="DELETE")
    after = await old(made.headers["location"])
    listed = await old("/api/policies/replication?name=new")

    assert (twice.status, twice.text) == (
        409,
        "policy already exists with the same project and target",
    )
    assert made.headers["location"] == "/api/policies/replication/8"
    assert (enabled.status, enabled.text) == (412, "plicy is enabled, can not be deleted")
    assert (gone.status, after.json["deleted"], listed.text) == (200, 1, "null")


async def test_targets_are_guarded_while_in_use(old):
    """Names and endpoints are unique; a used one is neither changed nor deleted."""
    order = {"name": "harbor-prod", "endpoint": "https://x.example.com"}
    same_name = await old("/api/targets", method="POST", order=order)
    made = await old("/api/targets", method="POST", order=order | {"name": "other"})
    changed = await old("/api/targets/1", method="PUT", order={"password": "x"})
    deleted = await old("/api/targets/1", method="DELETE")
    policies = await old("/api/targets/1/policies/")

    assert (same_name.status, made.status) == (409, 201)
    assert (changed.status, deleted.status) == (400, 412)
    assert [policy["id"] for policy in policies.json] == [3, 7]


async def test_a_ping_says_little(pair, old):
    """200 when the other side knows the password, its 401 else, 500 when nobody is there."""
    good = await old("/api/targets/1/ping", method="POST")
    order = {"endpoint": pair.prod.url, "username": "admin", "password": "wrong"}
    wrong = await old("/api/targets/ping", method="POST", order=order)
    empty = await old("/api/targets/ping", method="POST", order={})
    async with pair.prod.down():
        down = await old("/api/targets/1/ping", method="POST")

    assert (good.status, wrong.status, empty.status) == (200, 401, 400)
    assert (down.status, down.text) == (500, "Internal Server Error")


async def test_a_deleted_tag_is_deleted_at_the_destination(pair, old):
    """1.2 always replicates that; deleting what is not there is 200 too."""
    tag = "v1.6.31-1b2c3d4e"
    gone = await old(f"/api/repositories/{VIRA}/tags/{tag}", method="DELETE")
    never = await old(f"/api/repositories/{VIRA}/tags/nope", method="DELETE")
    await pair.stag.settle()
    job = pair.stag.state.jobs[20050]

    assert (gone.status, never.status) == (200, 200)
    assert (job.operation, job.status) == ("delete", "finished")
    assert pair.prod.state.find(VIRA, tag) is None


async def test_search_minds_the_case(old):
    """Unlike the filter of jobs."""
    found = (await old("/api/search?q=vira")).json["repository"]

    assert [row["repository_name"] for row in found] == [
        "frontend-rls/vira",
        "frontend-rls/vira-docs",
        "frontend-rls/vira-web",
    ]
    assert (await old("/api/search?q=VIRA")).json["repository"] == []


async def test_copies_take_their_time_by_the_clock(client):
    """Pending, running, finished: each when the clock says so, without a wait."""
    habits = Habits(queue=timedelta(seconds=5), copying=timedelta(seconds=20))
    words = []
    async with golden_pair(habits=habits) as pair:
        pair.stag.push(VIRA, "v9", an_image("v9"))
        for seconds in (0, 5, 20):
            pair.clock.pass_(timedelta(seconds=seconds))
            await pair.stag.settle()
            words.append(pair.stag.state.jobs[20050].status)

    assert words == ["pending", "running", "finished"]


async def test_the_clock_of_a_pair_is_its_own():
    """It stands at noon of the golden day until it is moved."""
    async with golden_pair() as pair:
        assert pair.clock() == datetime(2018, 11, 6, 6, tzinfo=UTC)
