"""The two worlds: what stands in them, and that their pairs really replicate."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from bot.playground.harbor import ManualClock, an_image, golden_pair, modern_pair
from bot.playground.harbor.golden import GOLDEN_IMAGE, GOLDEN_TAG, VIRA


DIGEST = "sha256:bf44a961a09617412312879726c0b48e343dee510e4be491e67b33d62531b8dc"
WHAT = f"repository: {VIRA}, tags: [{GOLDEN_TAG}], source URL: http://registry:5000"
WHERE = "destination URL: https://prod-reg.example.com, insecure: false, destination user: admin"
LOG = f"""\
2018-11-06T05:48:07Z [INFO] initializing: {WHAT}, {WHERE}
2018-11-06T05:48:07Z [INFO] initialization completed: project: frontend-rls, {WHAT}, {WHERE}
2018-11-06T05:48:07Z [WARNING] the status code is 409 when creating project frontend-rls on \
https://prod-reg.example.com with user admin, try to do next step
2018-11-06T05:48:07Z [ERROR] [transfer.go:351]: an error occurred while pulling manifest of \
{VIRA}:{GOLDEN_TAG} from http://registry:5000: 404 {{"errors":[{{"code":"MANIFEST_UNKNOWN",\
"message":"manifest unknown","detail":{{"Tag":"{GOLDEN_TAG}"}}}}]}}
"""


async def test_the_golden_case_is_the_seeds(client):
    """Job 20049, its four log lines, the tag here and not there: letter for letter."""
    async with golden_pair() as pair:
        jobs = await client.get(
            f"{pair.stag.url}/api/jobs/replication?policy_id=7&status=error&repository={VIRA}"
        )
        log = await client.get(f"{pair.stag.url}/api/jobs/replication/20049/log")
        here = await client.get(f"{pair.stag.url}/api/repositories/{VIRA}/tags/{GOLDEN_TAG}")
        there = await client.get(f"{pair.prod.url}/api/repositories/{VIRA}/tags/{GOLDEN_TAG}")

    assert jobs.json == [
        {
            "id": 20049,
            "status": "error",
            "repository": VIRA,
            "policy_id": 7,
            "operation": "transfer",
            "tags": [GOLDEN_TAG],
            "creation_time": "2018-11-06T05:48:07Z",
            "update_time": "2018-11-06T05:48:07Z",
        }
    ]
    assert log.text == LOG
    assert here.json["digest"] == DIGEST
    assert here.json["created"] == "2018-11-06T05:48:05.991399477Z"
    assert (there.status, there.text) == (404, f"resource: {VIRA}:{GOLDEN_TAG} not found\n")


def test_the_golden_manifest_is_the_real_one():
    """The bytes that are served have the digest that the seed shows."""
    assert "sha256:" + hashlib.sha256(GOLDEN_IMAGE.body).hexdigest() == DIGEST


async def test_the_five_failures_of_the_seed_are_listed(client):
    """The seed's call finds its five jobs in its order, and the target is where prod runs."""
    query = (
        "policy_id=7&page=1&page_size=10&status=error&start_time=1540857600&end_time=1541721600"
    )
    async with golden_pair() as pair:
        jobs = await client.get(f"{pair.stag.url}/api/jobs/replication?{query}&repository=&num=1")
        target = await client.get(f"{pair.stag.url}/api/targets/1")
        url = pair.prod.url

    assert [job["id"] for job in jobs.json] == [20049, 19954, 19693, 19667, 19652]
    assert target.json["endpoint"] == url


async def test_announcing_the_push_again_copies_that_tag(client):
    """The same bytes put to the same tag make one job, and the image arrives."""
    async with golden_pair() as pair:
        token = await client.token(pair.stag.url, VIRA)
        path = f"{pair.stag.url}/v2/{VIRA}/manifests/{GOLDEN_TAG}"
        found = await client.get(path, token=token)
        put = await client.ask(
            "PUT",
            path,
            token=token,
            body=found.body,
            content_type=found.headers["content-type"],
            user_agent="docker/18.03.1-ce",
        )
        jobs = await client.get(f"{pair.stag.url}/api/jobs/replication?policy_id=7")
        there = await client.get(f"{pair.prod.url}/api/repositories/{VIRA}/tags/{GOLDEN_TAG}")

    assert (put.status, put.headers["docker-content-digest"]) == (201, DIGEST)
    assert (jobs.json[0]["id"], jobs.json[0]["status"]) == (20050, "finished")
    assert jobs.json[0]["tags"] == [GOLDEN_TAG]
    assert (there.json["digest"], there.json["created"]) == (
        DIGEST,
        "2018-11-06T05:48:05.991399477Z",
    )


async def test_push_rows_tell_who_was_noticed(client):
    """The access log has the pushes of docker; that of the ignored client is missing."""
    async with golden_pair() as pair:
        logs = f"{pair.stag.url}/api/projects/14/logs?operation=push"
        vira = await client.get(f"{logs}&repository={VIRA}&tag={GOLDEN_TAG}")
        docs = await client.get(f"{logs}&repository=frontend-rls/vira-docs")
        tag = await client.get(
            f"{pair.stag.url}/api/repositories/frontend-rls/vira-docs/tags/v0.1.0-3c2d1e0f"
        )

    assert [row["op_time"] for row in vira.json] == ["2018-11-06T05:48:07Z"]
    assert docs.json == []
    assert tag.status == 200


@pytest.mark.parametrize("version", ["v2.2.4", "v2.5.6", "v2.9.5", "v2.15.2"])
async def test_the_modern_story_is_the_same_in_every_release(client, version):
    """Whatever the release, executions and tasks end as the docstring of the world says."""
    async with modern_pair(version) as pair:
        api = f"{pair.stag.url}/api/v2.0"
        runs = await client.get(f"{api}/replication/executions?sort=id&page_size=20")
        words = [await task_words(client, api, run["id"]) for run in runs.json]

    assert words == [
        ["Succeed"],
        ["Failed"],
        ["Succeed"],
        [],
        ["Failed"],
        ["Succeed"],
        [],
        ["InProgress"],
        ["Failed"],
    ]
    text = "no resources need to be replicated"
    assert [run["id"] for run in runs.json if run["status_text"] == text] == [4, 7]


async def task_words(client, api, execution):
    """List the statuses of the tasks of an execution."""
    tasks = await client.get(f"{api}/replication/executions/{execution}/tasks")
    return [task["status"] for task in tasks.json]


async def test_the_pending_retry_of_the_modern_world_heals(client):
    """The task that failed once is tried again by the clock, and then its image is there."""
    async with modern_pair() as pair:
        there = f"{pair.prod.url}/api/v2.0/projects/team/repositories/app/artifacts/1.3"
        before = await client.get(there)
        pair.clock.pass_(timedelta(seconds=23))
        await pair.stag.settle()
        after = await client.get(there)
        words = await task_words(client, f"{pair.stag.url}/api/v2.0", 9)

    assert (before.status, after.status) == (404, 200)
    assert words == ["Succeed"]


async def test_the_missing_tag_of_the_modern_world_is_named(client):
    """A tag that was deleted before it was copied leaves the line of the real log."""
    async with modern_pair() as pair:
        log = await client.get(f"{pair.stag.url}/api/v2.0/replication/executions/5/tasks/4/log")
        gone = await client.get(
            f"{pair.stag.url}/api/v2.0/projects/team/repositories/app/artifacts/0.9"
        )

    line = (
        "transfer.go:468]: failed to pull the manifest of artifact team/app:0.9: http status "
        'code: 404, body: {"errors":[{"code":"NOT_FOUND","message":"artifact team/app:0.9 '
        'not found"}]}\n'
    )
    assert line in log.text
    assert gone.status == 404


async def test_the_modern_world_can_end_at_a_given_present(client):
    """With a clock of one's own the story ends ten seconds after its last failure by it."""
    present = datetime(2027, 1, 4, 12, tzinfo=UTC)
    async with modern_pair(now=ManualClock(present)) as pair:
        tasks = await client.get(f"{pair.stag.url}/api/v2.0/replication/executions/9/tasks")

    assert tasks.json[0]["end_time"] == "2027-01-04T11:59:50.000Z"


async def test_a_wrong_external_url_shows_in_the_token_realm(client):
    """A Harbor that believes to be called otherwise sends clients there for their token."""
    realms = []
    async with golden_pair() as old, modern_pair() as new:
        for harbor in (old.stag, new.stag):
            harbor.state.external_url = "https://core.harbor.domain"
            answer = await client.get(f"{harbor.url}/v2/", login=None)
            realms.append(answer.headers["www-authenticate"].partition(",")[0])

    assert realms == ['Bearer realm="https://core.harbor.domain/service/token"'] * 2


async def test_worlds_begin_unasked():
    """What happened before is not in the record of requests."""
    async with golden_pair() as golden, modern_pair() as modern:
        for harbor in (golden.stag, golden.prod, modern.stag, modern.prod):
            assert harbor.requests == []
            assert harbor.peer_requests == []


async def test_a_push_through_the_builder_is_copied():
    """Who pushes in a test sees the image at the destination once things have settled."""
    image = an_image("new")
    async with golden_pair() as old, modern_pair() as new:
        for pair, repository in ((old, VIRA), (new, "team/app")):
            pair.stag.push(repository, "v9", image)
            await pair.stag.settle()

            assert pair.prod.state.find(repository, "v9").image == image
