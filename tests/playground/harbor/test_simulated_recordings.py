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
    ("1.2.2", r" session cookie ", "sessions are not simulated: the product sends passwords"),
]


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
    return any(of == version and re.search(what, text) for of, what, _ in DIFFERENCES)


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
        keys = set(ours) ^ set(theirs)
        found = [f"{where}: keys {sorted(keys)}"] if keys else []
        return found + [
            one for key in ours if key in theirs for one in misfits(ours[key], theirs[key], f"{where}.{key}")
        ]
    if isinstance(ours, list) and theirs:
        return [
            min((misfits(one, other, f"{where}[]") for other in theirs), key=len) for one in ours
        ] and sum(
            (min((misfits(one, other, f"{where}[]") for other in theirs), key=len) for one in ours),
            [],
        )
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
    passwords = recorded_worlds.PASSWORDS | {"admin": "Harbor12345"}
    password = "r" if who.startswith("robot$") else passwords.get(who, "wrong")
    return await client.ask(
        method, url + path, login=(who.partition(" ")[0], password), **headers
    )


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
    build = (lambda side: recorded_worlds.new(f"v{version}", side)) if new else recorded_worlds.old

    found, compared = await all_misfits(client, version, build)

    assert not found, "\n".join(f"{' '.join(key)}: {why}" for key, why in found)
    assert compared > 100
