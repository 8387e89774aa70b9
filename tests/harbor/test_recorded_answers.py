import json
import re
from collections import Counter
from pathlib import Path

import pytest

from bot.errors import (
    HarborBroken,
    HarborBusy,
    HarborForbidden,
    HarborMissing,
    HarborRejected,
    HarborUnauthorized,
)
from bot.harbor import wire, wire_registry, wire_v1, wire_v2
from bot.harbor.wire import Answer, Call
from bot.replication.model import Execution, LogOperation, Policy, Status, Version


RECORDINGS = Path(__file__).parents[1] / "data" / "recordings"
VERSIONS = ("1.2.2", "2.9.5", "2.15.2")


def read_recording(version):
    """Read every exchange with one version."""
    with (RECORDINGS / f"harbor-{version}.jsonl").open() as lines:
        return [json.loads(line) for line in lines]


EXCHANGES = {version: read_recording(version) for version in VERSIONS}


def answer_of(exchange, **call):
    """Make of an exchange what the transport would have made of it."""
    response = exchange["response"]
    headers = {name: str(value) for name, value in response["headers"].items()}
    asked = Call(purpose="be recorded", path=exchange["request"]["path"], **call)
    return Answer("stag", asked, response["status"], headers, response["body"].encode())


def recorded(version, pattern, *, method="GET", status=200):
    """Every answer whose path fits, with the body as Python sees it."""
    return [
        (answer_of(exchange, may_miss=True), exchange)
        for exchange in EXCHANGES[version]
        if exchange["request"]["method"] == method
        and exchange["response"]["status"] == status
        and re.fullmatch(pattern, exchange["request"]["path"])
    ]


def bodies(answers):
    """Read the bodies without the client."""
    return [json.loads(exchange["response"]["body"]) or [] for _, exchange in answers]


def test_every_policy_of_1_2_2_is_read_with_its_target():
    """A policy of 1.2.2 keeps project, switch and time, and gets its target's address."""
    [(listed, _)] = recorded("1.2.2", "/api/targets")[:1]
    targets = {target.id: target for target in wire.rows(listed, wire_v1.target)}
    answers = recorded("1.2.2", "/api/policies/replication")
    read = [wire.rows(answer, lambda row: wire_v1.policy(row, targets)) for answer, _ in answers]

    for policies, rows in zip(read, bodies(answers), strict=True):
        for policy, row in zip(policies, rows, strict=True):
            assert (policy.id, policy.name, policy.project, policy.project_id) == (
                row["id"],
                row["name"],
                row["project_name"],
                row["project_id"],
            )
            assert policy.enabled is (row["enabled"] == 1)
            assert (policy.active_since is None) == row["start_time"].startswith("0001")
            assert policy.source.local
            assert not policy.destination.local
    assert len(answers) == 12
    assert sum(map(len, read)) == 10
    assert targets[1].url == "https://prod-reg.example.com"


def test_every_job_of_1_2_2_is_read_without_loss():
    """A job keeps its id, repository and tags; each word of 1.2 has one of ours."""
    words = {
        "pending": (Status.PENDING, False),
        "running": (Status.IN_PROGRESS, False),
        "retrying": (Status.IN_PROGRESS, True),
        "finished": (Status.SUCCEED, False),
        "error": (Status.FAILED, False),
        "stopped": (Status.STOPPED, False),
        "canceled": (Status.STOPPED, False),
    }
    answers = recorded("1.2.2", "/api/jobs/replication")
    seen = Counter()

    for (answer, _), rows in zip(answers, bodies(answers), strict=True):
        for job, row in zip(wire.rows(answer, wire_v1.job), rows, strict=True):
            seen[row["status"]] += 1
            assert (job.id, job.repository, job.policy_id) == (
                row["id"],
                row["repository"],
                row["policy_id"],
            )
            assert job.tags == (tuple(row["tags"]) if row["tags"] else None)
            assert (job.status, job.retrying) == words[row["status"]]
            assert job.deletes is (row["operation"] == "delete")
            assert job.started_at.isoformat() == row["creation_time"].replace("Z", "+00:00")
            execution = wire_v1.execution(job)
            assert (execution.id, execution.tasks, execution.total) == (None, (job,), 1)
    assert set(seen) == set(words)
    assert sum(seen.values()) > 1500


def test_every_tag_of_1_2_2_is_read_with_its_build_time():
    """A tag keeps its digest; its only time is that of the build, up to nine digits long."""
    lists = recorded("1.2.2", r"/api/repositories/[\w-]+/[\w-]+/tags")
    singles = recorded("1.2.2", r"/api/repositories/[\w-]+/[\w-]+/tags/[^/]+")

    for (answer, _), rows in zip(lists, bodies(lists), strict=True):
        read = wire.rows(answer, lambda row: wire_v1.artifact(row, "p/r"))
        assert [(tag.tag, tag.digest) for tag in read] == [
            (row["name"], row["digest"]) for row in rows
        ]
    for answer, _ in singles:
        artifact = wire.thing(answer, lambda row: wire_v1.artifact(row, "p/r"))
        assert artifact.digest.startswith("sha256:")
        assert artifact.built_at is not None
        assert artifact.pushed_at is None
    assert (len(lists), len(singles)) == (3, 14)


def test_every_search_is_read():
    """A search gives names and project ids, and an empty one gives nothing."""
    counted = {}
    for version, path, read in (
        ("1.2.2", "/api/search", wire.repositories),
        ("2.9.5", "/api/v2.0/search", wire.repositories),
        ("2.15.2", "/api/v2.0/search", wire.repositories),
    ):
        answers = recorded(version, path)
        found = [wire.thing(answer, read) for answer, _ in answers]
        for repositories, body in zip(found, bodies(answers), strict=True):
            assert [(one.name, one.project_id) for one in repositories] == [
                (row["repository_name"], row["project_id"]) for row in body["repository"]
            ]
        counted[version] = len(answers)
    assert counted == {"1.2.2": 7, "2.9.5": 5, "2.15.2": 13}


def test_every_row_of_the_access_log_of_1_2_2_is_read():
    """Pushes and deletions are told from everything else."""
    answers = recorded("1.2.2", r"/api/projects/\d+/logs")
    kept = Counter()
    for (answer, _), rows in zip(answers, bodies(answers), strict=True):
        for read, row in zip(wire.rows(answer, wire_v1.log_row), rows, strict=True):
            kept[row["operation"]] += 1
            if row["operation"] == "push":
                assert read.operation is LogOperation.PUSH
                assert (read.repository, read.reference) == (row["repo_name"], row["repo_tag"])
                assert read.user == row["username"]
    assert len(answers) == 13
    assert kept["push"] > 30


@pytest.mark.parametrize("version", ["2.9.5", "2.15.2"])
def test_every_policy_of_2_x_is_read_without_loss(version):
    """A policy keeps filters, registries and rules; what is left out is false."""
    answers = recorded(version, "/api/v2.0/replication/policies")
    answers += recorded(version, r"/api/v2.0/replication/policies/\d+")
    disabled = 0
    for answer, exchange in answers:
        rows = json.loads(exchange["response"]["body"])
        if isinstance(rows, dict):
            policies, rows = [wire.thing(answer, wire_v2.policy)], [rows]
        else:
            policies = wire.rows(answer, wire_v2.policy)
        for policy, row in zip(policies, rows, strict=True):
            disabled += not policy.enabled
            check_policy(policy, row)
    assert len(answers) == {"2.9.5": 26, "2.15.2": 103}[version]
    assert disabled > 10


def check_policy(policy: Policy, row):
    """Hold a policy against its row, field by field."""
    assert (policy.id, policy.name) == (row["id"], row["name"])
    assert policy.enabled is ("enabled" in row)
    assert policy.override is ("override" in row)
    assert policy.deletion is ("deletion" in row)
    assert policy.source.local is (row["src_registry"]["id"] == 0)
    assert policy.destination.local is (row["dest_registry"]["id"] == 0)
    assert policy.dest_namespace == row.get("dest_namespace", "")
    assert policy.dest_namespace_replace_count == row["dest_namespace_replace_count"]
    assert policy.trigger.value == row["trigger"]["type"]
    assert policy.cron == row["trigger"].get("trigger_settings", {}).get("cron", "")
    assert [(one.kind.value, one.excludes) for one in policy.filters] == [
        (one["type"], one.get("decoration") == "excludes") for one in row["filters"] or []
    ]
    assert policy.active_since is not None


@pytest.mark.parametrize("version", ["2.9.5", "2.15.2"])
def test_every_execution_of_2_x_is_read_without_loss(version):
    """An execution keeps its counters and its text; a zero time is none."""
    answers = recorded(version, "/api/v2.0/replication/executions")
    answers += recorded(version, r"/api/v2.0/replication/executions/\d+")
    seen = 0
    for answer, exchange in answers:
        rows = json.loads(exchange["response"]["body"])
        single = isinstance(rows, dict)
        read = (
            [wire.thing(answer, wire_v2.execution)]
            if single
            else wire.rows(answer, wire_v2.execution)
        )
        for execution, row in zip(read, [rows] if single else rows, strict=True):
            seen += 1
            check_execution(execution, row)
    assert seen == {"2.9.5": 126, "2.15.2": 669}[version]


def check_execution(execution: Execution, row):
    """Hold an execution against its row, field by field."""
    for name in ("id", "policy_id", "status_text", "total", "succeed", "failed", "in_progress"):
        assert getattr(execution, name) == row[name]
    assert execution.stopped == row["stopped"]
    assert execution.status.value == row["status"]
    assert execution.trigger.value == row["trigger"]
    assert (execution.ended_at is None) == row["end_time"].startswith("0001")
    assert execution.tasks is None


@pytest.mark.parametrize("version", ["2.9.5", "2.15.2"])
def test_every_task_of_2_x_is_read_without_loss(version):
    """A task's repository is freed of the number of items; it names no tags."""
    answers = recorded(version, r"/api/v2.0/replication/executions/\d+/tasks")
    seen = 0
    for (answer, _), rows in zip(answers, bodies(answers), strict=True):
        read = wire.rows(answer, lambda row: wire_v2.task(row, 7))
        for task, row in zip(read, rows, strict=True):
            seen += 1
            assert task.repository == row["src_resource"].split(" [")[0]
            assert (task.id, task.execution_id, task.policy_id) == (
                row["id"],
                row["execution_id"],
                7,
            )
            assert task.status.value == row["status"]
            assert task.deletes is (row["operation"] == "deletion")
            assert task.tags is None
    assert seen == {"2.9.5": 24, "2.15.2": 86}[version]


@pytest.mark.parametrize("version", ["2.9.5", "2.15.2"])
def test_every_artifact_of_2_x_is_read_as_its_tags(version):
    """Every tag is a row with its own push time."""
    name = r"/api/v2.0/projects/[\w-]+/repositories/[\w%-]+/artifacts"
    lists, singles = recorded(version, name), recorded(version, f"{name}/[^/]+")
    seen = 0
    for answer, exchange in (*lists, *singles):
        body = json.loads(exchange["response"]["body"])
        several = body if isinstance(body, list) else [body]
        for row in several:
            read = wire_v2.artifacts(row, "p/r")
            seen += len(read)
            assert {one.tag for one in read} == {tag["name"] for tag in row["tags"] or []} or {""}
            assert {one.digest for one in read} == {row["digest"]}
            assert all(one.pushed_at for one in read)
        assert wire.check(answer) is answer
    assert seen > 10


@pytest.mark.parametrize(
    ("version", "path"),
    [
        ("2.9.5", r"/api/v2.0/(?:projects/team/logs|audit-logs)"),
        ("2.15.2", r"/api/v2.0/(?:projects/team/)?auditlog-exts"),
    ],
)
def test_every_row_of_the_audit_log_of_2_x_is_read(version, path):
    """Only pushes of artifacts are pushes; pulls, robots and users are none."""
    answers = recorded(version, path)
    kinds = Counter()
    for (answer, _), rows in zip(answers, bodies(answers), strict=True):
        for read, row in zip(wire.rows(answer, wire_v2.log_row), rows, strict=True):
            pushed = row["operation"] == "create" and row["resource_type"] == "artifact"
            kinds[read is not None] += 1
            assert (read is not None) == pushed
            if read:
                assert f"{read.repository}:{read.reference}" == row["resource"]
    assert kinds[True]
    assert kinds[False]


def test_the_old_audit_routes_of_2_15_are_empty_for_ever():
    """This is why the other route is asked from 2.13 on."""
    answers = recorded("2.15.2", r"/api/v2.0/(?:projects/team/logs|audit-logs)")
    assert len(answers) == 5
    assert all(wire.rows(answer, wire_v2.log_row) == () for answer, _ in answers)


def test_every_log_is_text_and_every_missing_one_says_so():
    """A log that is there is no page and no JSON; one that is gone is HarborMissing."""
    there, gone = 0, 0
    for version, path in (
        ("1.2.2", r"/api/jobs/replication/\d+/log"),
        ("2.9.5", r"/api/v2.0/replication/executions/\d+/tasks/\d+/log"),
        ("2.15.2", r"/api/v2.0/replication/executions/\d+/tasks/\d+/log"),
    ):
        for answer, _ in recorded(version, path):
            assert wire.check(answer).body[:2].isdigit()
            there += 1
        for answer, _ in recorded(version, path, status=404):
            assert isinstance(wire.refusal(answer), HarborMissing)
            gone += 1
    assert there > 100
    assert gone >= 10


KINDS = {
    301: HarborBroken,
    400: HarborRejected,
    401: HarborUnauthorized,
    403: HarborForbidden,
    405: HarborRejected,
    409: HarborRejected,
    412: HarborRejected,
    422: HarborRejected,
    500: HarborBusy,
    502: HarborBusy,
    503: HarborBusy,
    504: HarborBusy,
}


@pytest.mark.parametrize("version", VERSIONS)
def test_every_recorded_refusal_becomes_our_error(version):
    """Each names the instance and a remedy, and is as harmless as Harbor's own words."""
    seen = Counter()
    for exchange in EXCHANGES[version]:
        answer = answer_of(exchange, may_miss=True)
        if answer.status < 300 or answer.status == 404 or exchange["side"] == "sink":
            continue
        error = wire.refusal(answer)
        seen[answer.status] += 1
        assert type(error) is KINDS[answer.status]
        assert error.instance == "stag"
        assert str(error).startswith("stag ")
        assert error.remedy
        assert "\n" not in str(error)
        assert len(str(error)) < 400
    assert sum(seen.values()) > 50


@pytest.mark.parametrize("version", VERSIONS)
def test_every_recorded_404_is_a_missing_thing_or_a_missing_call(version):
    """An HTML page means that there is no such call, anything else no such thing."""
    kinds = Counter()
    for exchange in EXCHANGES[version]:
        answer = answer_of(exchange, may_miss=True)
        if answer.status == 404 and answer.call.path.startswith("/api/"):
            error = wire.refusal(answer)
            is_page = exchange["response"]["body"].lstrip().startswith(("<!DOCTYPE", "<html"))
            assert isinstance(error, HarborBroken if is_page else HarborMissing)
            kinds[is_page] += 1
    assert kinds[False] > 5


def test_every_recorded_version_is_known():
    """What the servers said of themselves is a version; 2.15 tells strangers none, 2.9 does."""
    said = {
        version: {
            wire.thing(answer, lambda data: data.get("harbor_version", ""))
            for answer, _ in recorded(version, r"/api/(?:v2\.0/)?systeminfo")
        }
        for version in VERSIONS
    }
    assert said["1.2.2"] == {"v1.2.2"}
    assert said["2.15.2"] == {"", "v2.15.2-080b0220"}
    assert Version.read("v2.15.2-080b0220") == Version(2, 15, 2)
    assert said["2.9.5"] == {"v2.9.5-672ec4ab"}


def test_every_recorded_challenge_names_its_realm():
    """The realm and the service are read out of the 401 of ``/v2/``."""
    for version in VERSIONS:
        answers = recorded(version, "/v2/", status=401)
        for answer, _ in answers:
            realm = wire_registry.realm(answer)
            assert realm.url.endswith("stag-reg.example.com/service/token")
            assert (realm.path, realm.service) == ("/service/token", "harbor-registry")
        assert answers


def test_every_recorded_manifest_has_the_digest_that_was_named():
    """The digest of the bytes is the one in the header; only Docker's own kind is counted."""
    answers = recorded("1.2.2", r"/v2/frontend-rls/vira/manifests/[^/]+")
    for answer, exchange in answers:
        manifest = wire_registry.manifest(answer)
        assert manifest.digest == exchange["response"]["headers"]["docker-content-digest"]
        assert manifest.is_counted
    assert len(answers) == 12
    assert not wire_registry.Manifest(b"", "application/vnd.oci.image.manifest.v1+json").is_counted


def test_every_recorded_ping_is_said_in_words():
    """Harbor passes the target's own status on; 500 is any target that cannot be reached."""
    said = Counter()
    for exchange in EXCHANGES["1.2.2"]:
        path, method = exchange["request"]["path"], exchange["request"]["method"]
        if method == "POST" and re.fullmatch(r"/api/targets/\d+/ping", path):
            answer = answer_of(exchange, may_miss=True)
            if "not found" in exchange["response"]["body"]:
                with pytest.raises(HarborMissing):
                    wire_v1.ping(answer)
            else:
                said[answer.status, wire_v1.ping(answer) == ""] += 1
    assert said == {(200, True): 20, (400, False): 1, (401, False): 1, (500, False): 3}


def test_every_recorded_creation_tells_its_id():
    """The new policy's id ends the header of an empty answer."""
    answers = recorded("1.2.2", "/api/policies/replication", method="POST", status=201)
    ids = [wire_v1.created_id(answer) for answer, _ in answers]
    assert len(ids) == 14
    assert ids == sorted(set(ids))
