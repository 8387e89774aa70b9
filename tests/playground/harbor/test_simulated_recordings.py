"""The simulator against what real Harbors answered.

Every recorded read is asked again, in a world built to match. Status, content type and the
shape of JSON must be among what was recorded for that request; errors must be equal word for
word. What is not compared is in ``DIFFERENCES``, each with its reason.
"""

import json
import re
from collections import defaultdict
from pathlib import Path

import pytest

from bot.playground.harbor import running
from tests.playground.harbor import recorded_worlds


RECORDINGS = Path(__file__).parents[2] / "data" / "recordings"
READS = {"GET", "HEAD", "OPTIONS"}

# Reads that are not compared: version, a pattern of "side auth METHOD path?query", the reason.
DIFFERENCES = [
    ("1.2.2", r"session cookie", "no sessions: the product sends passwords"),
    ("1.2.2", r"/harbor/sign-in", "no portal"),
    ("1.2.2", r"/api/(users|configurations)$", "routes that the product does not call"),
    ("1.2.2", r"/(members|signatures)$", "routes that the product does not call"),
    ("1.2.2", r"manifest\?version=v1", "no schema 1 manifests"),
    ("1.2.2", r"jobs/replication/94/log$", "recorded while the job service was down"),
    ("1.2.2", r"dev GET /api/projects/2$", "recorded before that project was made"),
    ("2", r"/(configurations|permissions|statistics|scanners|schedules|robots)", "not called"),
    ("2", r"/(system/gc|system/CVEAllowlist|systeminfo/volumes|retentions)", "not called"),
    ("2", r"/projects/\w+/(webhook|summary|metadatas|members)", "not called"),
    ("2", r"/(adapterinfos|build_history|jobservice/pools|jobservice/jobs)", "not called"),
    ("2", r"prod admin .*/(projects|registries|users/current)$", "database outage: not simulated"),
    ("2.15", r"policies/102$", "recorded after it had been deleted"),
    ("2.9", r"executions/9/tasks$", "recorded after it had been deleted"),
    ("2", r"auditlog-exts/events|/icon/", "not called"),
]
# Keys that a row has or has not, depending on what it describes: empty or false is left out.
OPTIONAL = {
    "artifact_count",
    "current_user_role_id",
    "deletion",
    "description",
    "dest_namespace",
    "email",
    "enabled",
    "insecure",
    "override",
    "project_public",
    "pull_count",
    "replicate_deletion",
    "supported_copy_by_chunk",
    "trigger_settings",
}
# A registry without credentials shows an empty object.
CREDENTIAL = {"access_key", "access_secret", "type"}


def recorded(version):
    """Group the recorded reads: one request, and every answer it ever got."""
    groups = defaultdict(list)
    for line in (RECORDINGS / f"harbor-{version}.jsonl").read_text().splitlines():
        row = json.loads(line)
        request = row["request"]
        if request["method"] in READS and row["response"] is not None:
            path = request["path"] + (f"?{request['query']}" if request.get("query") else "")
            key = (row["side"], row["auth"], request["method"], path)
            groups[key].append((request, row["response"]))
    return groups


def excused(version, key):
    """Say whether the table of differences names this request."""
    text = " ".join(key)
    return any(version.startswith(of) and re.search(what, text) for of, what, _ in DIFFERENCES)


def differences(answer, request, response):
    """Say in words how *answer* differs from one recorded *response*."""
    found = []
    if answer.status != response["status"]:
        return [f"status {answer.status} for {response['status']}"]
    kind = response["headers"].get("content-type", "")
    if kind != answer.headers.get("content-type", "") and response["body"]:
        found.append(f"content type {answer.headers.get('content-type')} for {kind}")
    if request["method"] == "HEAD" or kind.startswith("application/vnd."):
        return found
    if answer.status >= 400 or "json" not in kind:
        same = kind == "text/plain" or local(answer.text) == local(response["body"])
        return found if same else [*found, f"text {answer.text!r} for {response['body']!r}"]
    return found + misfits(answer.json, json.loads(response["body"]), "")


def local(text):
    """Take out what differs between any two servers: host names."""
    return re.sub(r"https?://[^/\"]+", "http://host", text)


def misfits(ours, theirs, where):
    """Compare shapes: the same keys, the same types; an empty list or null fits any."""
    if ours is None or theirs is None:
        return []
    if type(ours) is not type(theirs):
        return [f"{where}: {type(ours).__name__} for {type(theirs).__name__}"]
    if isinstance(ours, dict):
        free = CREDENTIAL if where.endswith(".credential") else OPTIONAL
        keys = (set(ours) ^ set(theirs)) - free
        found = [f"{where}: keys {sorted(keys)}"] if keys else []
        both = set(ours) & set(theirs)
        return found + [
            one for key in both for one in misfits(ours[key], theirs[key], f"{where}.{key}")
        ]
    if isinstance(ours, list) and theirs:
        each = [[misfits(one, other, f"{where}[]") for other in theirs] for one in ours]
        return [one for many in each for one in min(many, key=len)]
    return []


async def ask_again(client, url, key, request):
    """Send a recorded request to *url*, as the one who sent it."""
    _, who, method, path = key
    headers = {"accept": request["accept"]} if request.get("accept") else {}
    if who == "anonymous":
        return await client.ask(method, url + path, login=None, **headers)
    if who == "bearer token":
        name = re.match(r"/v2/(.+)/(?:manifests|tags)/", path)
        token = await client.token(url, name.group(1))
        return await client.ask(method, url + path, token=token, **headers)
    if "session cookie" in who:
        headers["cookie"] = "sid=of-a-session"
        who = who.partition(" ")[0]
    passwords = recorded_worlds.PASSWORDS | {"admin": "Harbor12345"}
    password = "r" if who.startswith("robot$") else passwords.get(who, "wrong")
    return await client.ask(method, url + path, login=(who.partition(" ")[0], password), **headers)


def logs_of(groups, side):
    """List the executions and tasks of *side* whose log was there, or was gone for a job."""
    found = {}
    for (of, _, _, path), answers in groups.items():
        numbers = re.search(r"/executions/(\d+)/tasks/(\d+)/log$", path)
        if of != side or numbers is None:
            continue
        key = (int(numbers.group(1)), int(numbers.group(2)))
        for _, answer in answers:
            gone = (
                re.search(r"details\W+(\w+)", answer["body"]) if answer["status"] == 404 else None
            )
            if gone or answer["status"] == 200:
                found[key] = gone.group(1) if gone else ""
    return found


def manifest_of(groups):
    """Read the bytes of the image that was asked for by its digest."""
    answers = groups["stag", "admin", "GET", "/v2/team/app/manifests/1.0"]
    return answers[0][1]["body"].encode()


async def all_misfits(client, version, build):
    """Ask everything again and list what fits no recorded answer."""
    found, compared = [], 0
    for side in ("stag", "prod"):
        async with running(build(side)) as url:
            for key, answers in recorded(version).items():
                if key[0] != side or excused(version, key):
                    continue
                answer = await ask_again(client, url, key, answers[0][0])
                each = [differences(answer, *one) for one in answers]
                compared += 1
                if not any(not one for one in each):
                    found.append((key, min(each, key=len)))
    return found, compared


@pytest.mark.parametrize("version", ["1.2.2", "2.9.5", "2.15.2"])
async def test_recorded_reads_are_answered_alike(client, version):
    """Whatever a real server was asked, the simulated one answers in the same shape."""
    new = version.startswith("2")
    groups = recorded(version)

    def build(side):
        if not new:
            return recorded_worlds.old(side)
        logs, manifest = logs_of(groups, side), manifest_of(groups)
        return recorded_worlds.new(f"v{version}", side, logs=logs, manifest=manifest)

    found, compared = await all_misfits(client, version, build)

    assert not found, "\n".join(f"{' '.join(key)}: {why}" for key, why in found)
    assert compared > 100
