import json
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web

from bot.errors import HarborBroken, HarborForbidden, HarborMissing, HarborRejected
from bot.harbor.wire import instant
from bot.replication.meter import Meter
from bot.replication.model import (
    LOCAL,
    Execution,
    LogOperation,
    Policy,
    Repository,
    Status,
    Task,
    Trigger,
)


DETECTION = {"/api/version", "/api/systeminfo", "/api/v2.0/systeminfo"}
POLICY = Policy(7, "p", LOCAL, LOCAL, enabled=True, trigger=Trigger.EVENT_BASED)
RUN = Execution(id=3, policy_id=7, status=Status.FAILED)
TASK = Task(id=2, status=Status.FAILED, repository="p/r", policy_id=7, execution_id=3)


def job(number, **changes):
    """Make a job as 1.2 writes it."""
    row = {
        "id": number,
        "status": "finished",
        "repository": "p/r",
        "policy_id": 7,
        "operation": "transfer",
        "tags": ["v1"],
        "creation_time": "2018-11-06T05:48:07Z",
        "update_time": "2018-11-06T05:48:08Z",
    }
    return {**row, **changes}


def page_of(rows, request):
    """Answer one page of *rows* as Harbor does."""
    page, size = int(request.query["page"]), int(request.query["page_size"])
    shown = rows[(page - 1) * size : page * size]
    return web.json_response(shown, headers={"X-Total-Count": str(len(rows))})


def policy_row(number):
    """Make a policy as 2.x writes one that is disabled and matches everything."""
    registry = {"id": 0, "name": "Local", "url": "http://core:8080"}
    other = {"id": 1, "name": "prod", "url": "https://prod"}
    return {
        "id": number,
        "name": f"p{number}",
        "src_registry": registry,
        "dest_registry": other,
        "filters": None,
        "trigger": {"type": "manual"},
    }


async def test_every_page_of_the_policies_is_read_side_by_side(new_harbor, connected):
    """250 policies are three pages in two round trips, never more than 100 rows a page."""
    rows = [policy_row(number) for number in range(1, 251)]

    async def answer(request):
        assert request.query["page_size"] == "100"
        return page_of(rows, request)

    url, _ = await new_harbor(answer)
    meter = Meter()
    policies = await connected(url).metered(meter).list_policies()
    assert [policy.id for policy in policies] == list(range(1, 251))
    assert meter.round_trips == 2
    first = policies[0]
    assert (first.enabled, first.filters, first.trigger) == (False, (), Trigger.MANUAL)
    assert first.source.local
    assert first.dest_namespace_replace_count is None


async def test_more_than_500_tasks_are_said_to_be_more(new_harbor, connected):
    """Five pages are read; what was not read is said, not left out."""
    rows = [
        {
            "id": number,
            "execution_id": 3,
            "status": "Succeed",
            "src_resource": "p/r [2 item(s) in total]",
            "start_time": "0001-01-01T00:00:00.000Z",
        }
        for number in range(620)
    ]

    async def answer(request):
        return page_of(rows, request)

    url, _ = await new_harbor(answer)
    found = await connected(url).list_tasks(RUN)
    assert (len(found.rows), found.complete) == (500, False)
    assert found.rows[0].started_at is None


async def test_more_executions_than_a_page_are_said_to_be_more(new_harbor, connected):
    """The newest hundred are read, without a filter by status; an empty status is no error."""
    rows = [
        {"id": number, "policy_id": 7, "status": "", "trigger": "manual"} for number in range(130)
    ]

    async def answer(request):
        assert request.query["sort"] == "-start_time"
        assert "status" not in request.query
        return page_of(rows, request)

    url, _ = await new_harbor(answer)
    found = await connected(url).list_executions(POLICY, repository="p/r")
    assert (len(found.rows), found.complete) == (100, False)
    assert found.rows[0].status is Status.PENDING


async def test_executions_and_tasks_that_went_with_their_policy_are_none(new_harbor, connected):
    """From 2.3 deleting a policy takes them along; that is a fact, not an error."""

    async def gone(_request):
        error = {"code": "NOT_FOUND", "message": "replication execution 3 not found"}
        return web.json_response({"errors": [error]}, status=404)

    url, _ = await new_harbor(gone)
    client = connected(url)
    assert (await client.list_tasks(RUN)).rows == ()
    assert (await client.list_executions(POLICY, repository="")).rows == ()


async def test_a_name_with_slashes_is_encoded_twice(new_harbor, connected):
    """``team/deep/er/app`` is one project and one repository; nginx decodes once."""

    async def answer(_request):
        return web.json_response([], status=200)

    url, requests = await new_harbor(answer)
    await connected(url).find_artifacts("team/deep/er/app")
    raw = urlsplit(requests[-1].raw_path)
    assert raw.path == "/api/v2.0/projects/team/repositories/deep%252Fer%252Fapp/artifacts"
    assert parse_qs(raw.query)["with_tag"] == ["true"]


async def test_a_fuzzy_list_is_narrowed_to_the_beginning(new_harbor, connected):
    """Harbor's ``=~`` matches anywhere in a tag; all tags of an artifact come along."""
    tags = [{"name": name, "push_time": "2026-11-25T03:53:30.861Z"} for name in ("v1", "xv1", "b")]

    async def answer(request):
        if request.path.endswith("/artifacts"):
            assert request.query["q"] == "tags=~v1"
            return web.json_response([{"digest": "sha256:1", "tags": tags}])
        return web.json_response({}, status=404)

    url, _ = await new_harbor(answer)
    found = await connected(url).find_artifacts("p/r", tag="v1")
    assert [row.tag for row in found.rows] == ["v1"]


async def test_an_artifact_without_a_tag_is_found_by_its_digest(new_harbor, connected):
    """``tags: null`` is a row without a tag."""

    async def answer(_request):
        body = {"digest": "sha256:1", "tags": None, "push_time": "2026-11-25T03:53:30.840Z"}
        return web.json_response(body)

    url, requests = await new_harbor(answer)
    [row] = (await connected(url).find_artifacts("p/r", digest="sha256:1")).rows
    assert (row.tag, row.digest, row.pushed_at is None) == ("", "sha256:1", False)
    assert requests[-1].path.endswith("/artifacts/sha256:1")


async def test_a_log_that_is_only_the_news_of_its_loss_is_missing(new_harbor, connected):
    """The job service's JSON about a swept log is no log."""

    async def swept(_request):
        return web.Response(text='{"code":10010,"message":"object is not found","details":"9c"}')

    url, _ = await new_harbor(swept)
    with pytest.raises(HarborMissing):
        await connected(url).read_log(TASK)


async def test_a_hidden_version_looks_for_the_audit_log_in_both_places(new_harbor, connected):
    """Where the version is hidden the newer route is tried first, then the older one."""
    row = {
        "operation": "delete",
        "resource": "p/r:1.0",
        "resource_type": "artifact",
        "op_time": "2026-11-25T03:54:26.000Z",
        "username": "dev",
    }

    async def answer(request):
        if "exts" in request.path:
            return web.json_response({"errors": []}, status=404)
        deletion = "operation=delete" in request.query["q"]
        return web.json_response([row] if deletion else [])

    url, _ = await new_harbor(answer, version="")
    found = await connected(url).list_log_rows(Repository("p/r", 1))
    assert [(one.operation, one.reference) for one in found.rows] == [(LogOperation.DELETE, "1.0")]


async def test_what_failed_is_no_push(new_harbor, connected):
    """2.13 on log attempts too; a result that is left out is false."""
    row = {
        "operation": "create",
        "operation_description": "push artifact",
        "resource": "p/r:1.0",
        "resource_type": "artifact",
        "op_time": "2026-11-25T03:54:26.000Z",
    }

    async def answer(_request):
        return web.json_response([row])

    url, _ = await new_harbor(answer)
    assert (await connected(url).list_log_rows(Repository("p/r", 1))).rows == ()


async def test_an_audit_log_that_is_forbidden_says_so(new_harbor, connected):
    """The caller names the blind spot, so it has to hear of it."""

    async def forbid(_request):
        return web.json_response({"errors": [{"message": "forbidden"}]}, status=403)

    url, _ = await new_harbor(forbid)
    with pytest.raises(HarborForbidden) as caught:
        await connected(url).list_log_rows(Repository("p/r", 1))
    assert "log: list" in caught.value.remedy


async def test_jobs_of_one_second_are_put_in_order(old_harbor, connected):
    """1.2 orders by whole seconds, so the ids decide; the wildcard of its filter is undone."""
    rows = [job(2), job(5, repository="p/r_x"), job(4, repository="p/rax"), job(9), job(3)]

    async def answer(request):
        assert request.query["policy_id"] == "7"
        return web.json_response(rows, headers={"X-Total-Count": "240"})

    url, requests = await old_harbor(answer)
    client = connected(url)
    found = await client.list_executions(POLICY, repository="p/r_x")
    assert [run.tasks[0].id for run in found.rows] == [5]
    found = await client.list_executions(POLICY, repository="")
    assert [run.tasks[0].id for run in found.rows] == [9, 5, 4, 3, 2]
    assert found.complete is False
    # An empty parameter finds nothing on some versions.
    assert "repository" not in requests[-1].query


async def test_a_job_of_a_whole_repository_names_no_tags(old_harbor, connected):
    """It was set off by switching the policy on; each state of 1.2 has its counter."""
    rows = [
        job(1, tags=None, status="error"),
        job(2, status="retrying"),
        job(3, status="canceled", operation="delete"),
    ]

    async def answer(_request):
        return web.json_response(rows)

    url, _ = await old_harbor(answer)
    three, two, one = (await connected(url).list_executions(POLICY, repository="")).rows
    assert (one.trigger, one.tasks[0].tags, one.failed) == (Trigger.MANUAL, None, 1)
    assert (two.tasks[0].retrying, two.in_progress, two.ended_at) == (True, 1, None)
    assert (three.stopped, three.tasks[0].deletes) == (1, True)


async def test_a_policy_that_is_gone_has_no_jobs(old_harbor, connected):
    """Plain text and 404 is a missing thing; a page and 404 is a missing call."""

    async def gone(request):
        if "log" in request.path:
            page = "<!DOCTYPE HTML><title>404 - Page Not Found</title>"
            return web.Response(status=404, text=page, content_type="text/html")
        return web.Response(status=404, text="policy 7 not found\n")

    url, _ = await old_harbor(gone)
    client = connected(url)
    assert (await client.list_executions(POLICY, repository="")).rows == ()
    with pytest.raises(HarborBroken, match="does not know how to"):
        await client.list_log_rows(Repository("p/r", 1))


async def test_a_target_that_just_went_is_still_elsewhere(old_harbor, connected):
    """A policy whose target cannot be looked up is not taken for a local one."""
    policy = {
        "id": 7,
        "name": "p",
        "enabled": 1,
        "project_id": 4,
        "project_name": "x",
        "target_id": 3,
        "target_name": "prod",
    }

    async def answer(request):
        return web.json_response(None if "targets" in request.path else [policy])

    url, _ = await old_harbor(answer)
    [read] = await connected(url).list_policies()
    assert (read.destination.local, read.destination.name) == (False, "prod")


@pytest.mark.parametrize("version", ["v1.1.2", "v1.4.0", "v1.5.0-d59c257e", "v1.10.19", "v2.1.3"])
async def test_a_version_that_is_not_spoken_says_so(serve, connected, version):
    """No call is guessed: the person hears which versions can be asked."""

    async def answer(request):
        if request.path == "/api/version":
            known = version.startswith("v2")
            return web.json_response({"version": "v2.0"}, status=200 if known else 404)
        return web.json_response({"harbor_version": version})

    url, requests = await serve(answer)
    client = connected(url)
    with pytest.raises(HarborRejected, match="cannot be asked about yet") as caught:
        await client.list_policies()
    assert "2.2 to 2.15" in caught.value.remedy
    assert {request.path for request in requests} == DETECTION


async def test_nothing_is_changed_on_2_x(new_harbor, connected):
    """Writing is for 1.2 and 1.3 so far; nothing is sent."""

    async def answer(_request):
        return web.Response(status=500)

    url, requests = await new_harbor(answer)
    with pytest.raises(HarborRejected, match="cannot be changed yet"):
        await connected(url).set_enabled(1, enabled=True)
    assert all(request.method == "GET" for request in requests)


@pytest.mark.parametrize("said", ["unknown", ""])
async def test_a_version_file_of_somebodys_own_is_reported(serve, connected, said):
    """Up to 1.10 the version is a file that may say anything."""

    async def answer(request):
        status = 404 if request.path == "/api/version" else 200
        return web.json_response({"harbor_version": said}, status=status)

    url, _ = await serve(answer)
    with pytest.raises(HarborBroken, match="does not say which version") as caught:
        await connected(url).version()
    assert "VERSION" in caught.value.remedy


async def test_a_hidden_version_is_asked_for_again_soon(new_harbor, connected):
    """It may be hidden by an outage; a known one is kept for an hour."""

    async def answer(_request):
        return web.Response(status=500)

    url, requests = await new_harbor(answer, version="")
    client = connected(url)
    await client.version()
    client.memory.until -= 60
    await client.version()
    assert [request.path for request in requests].count("/api/version") == 2


async def test_an_empty_search_asks_nobody(new_harbor, connected):
    """2.x refuses it, 1.2 answers everything there is."""

    async def answer(_request):
        return web.Response(status=422)

    url, requests = await new_harbor(answer)
    assert await connected(url).search("  ") == ()
    assert requests == []


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("https://stag-reg.example.com", True),
        ("https://STAG-reg.example.com:443/", True),
        ("stag-reg.example.com", True),
        ("https://stag-reg.example.com/api/", True),
        ("http://stag-reg.example.com", False),
        ("https://stag-reg.example.com:8443", False),
        ("http://core:8080", True),
        ("https://prod-reg.example.com", False),
        ("http://ht!tp://%zz", False),
        ("http://[broken", False),
        ("", False),
        ("?", False),
    ],
)
async def test_an_address_is_the_same_by_host_and_port(connected, url, same):
    """Case, path and a default port do not matter; aliases count; nonsense is nobody's."""
    client = connected("https://stag-reg.example.com", aliases=("http://core:8080",))
    assert client.is_at(url) is same


async def test_only_shown_projects_are_shown(connected):
    """Patterns limit what may be shown; without any, everything may."""
    client = connected("http://h", projects=("frontend-*", "team"))
    assert [client.shows(name) for name in ("frontend-rls", "team", "team2", "x")] == [
        True,
        True,
        False,
        False,
    ]
    assert connected("http://h").shows("anything")


def test_times_are_read_as_go_writes_them():
    """Nine digits are cut to six, the year 1 is no time, and offsets become UTC."""
    assert instant("2018-11-06T05:48:05.991399477Z").microsecond == 991399
    assert instant("2018-11-06T13:48:05+08:00").isoformat() == "2018-11-06T05:48:05+00:00"
    assert instant("2018-11-06T05:48:05").tzinfo is not None
    assert [instant(nothing) for nothing in ("0001-01-01T00:00:00Z", "", None)] == [None] * 3


@pytest.mark.parametrize("wrong", [7, "x", None, [], {"id": "1"}, {"id": True}])
async def test_rows_of_a_wrong_type_are_an_error(new_harbor, connected, wrong):
    """Whatever stands where a policy should stand, nobody sees a Python error."""

    async def answer(_request):
        return web.json_response([wrong])

    url, _ = await new_harbor(answer)
    with pytest.raises(HarborBroken, match="something unreadable"):
        await connected(url).list_policies()


async def test_deeply_nested_answers_are_an_error(new_harbor, connected):
    """A body made to exhaust the reader is unreadable, nothing more."""

    async def answer(_request):
        return web.Response(body=b"[" * 200_000)

    url, _ = await new_harbor(answer)
    with pytest.raises(HarborBroken, match="something unreadable"):
        await connected(url).list_policies()


async def test_label_filters_and_exclusions_are_kept(new_harbor, connected):
    """The value of a label filter is a list; ``excludes`` turns a filter round."""
    row = policy_row(1)
    row["filters"] = [
        {"type": "label", "decoration": "matches", "value": ["prod", "eu"]},
        {"type": "tag", "decoration": "excludes", "value": "1.*"},
    ]

    async def answer(_request):
        return web.json_response([json.loads(json.dumps(row))])

    url, _ = await new_harbor(answer)
    [policy] = await connected(url).list_policies()
    assert [(one.value, one.excludes) for one in policy.filters] == [
        ("prod,eu", False),
        ("1.*", True),
    ]


async def test_tasks_at_hand_cost_nothing(connected):
    """An execution that brought its tasks along needs no instance at all."""
    at_hand = replace(RUN, tasks=(TASK,))
    assert (await connected("http://127.0.0.1:1").list_tasks(at_hand)).rows == (TASK,)
