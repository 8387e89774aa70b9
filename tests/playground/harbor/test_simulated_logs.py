"""The logs of copies against recorded ones: line by line, but for names, times and digests."""

import json
import re
from pathlib import Path

import pytest

from bot.playground.harbor import an_image, golden_pair, modern_pair


RECORDINGS = Path(__file__).parents[2] / "data" / "recordings"


def recorded_log(version, repository):
    """Find the recorded log of a single tag of *repository* that was copied."""
    for line in (RECORDINGS / f"harbor-{version}.jsonl").read_text().splitlines():
        row = json.loads(line)
        text = row["response"]["body"] if row["response"] else ""
        if row["request"]["path"].endswith("/log") and repository in text and done(text):
            return text
    raise AssertionError(f"No such log was recorded with {version}.")


def done(text):
    """Say whether a log ends well, having copied everything anew."""
    ends = ("[1.0](destination registry) completed\n", 'next state is "finished"\n')
    return text.endswith(ends) and "already exists" not in text


def anonymous(text):
    """Take out what differs between any two copies."""
    for what, name in [
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME"),
        (r"sha256:[0-9a-f]{64}", "DIGEST"),
        (r"https?://(?!core:|registry:)[^\s,\]]+", "URL"),
        (r"type: [\w-]+", "type: T"),
        (r"(repository: |of |artifact |copying |copy |to )[\w-]+/[\w-]+", r"\1REPOSITORY"),
        (r"project: [\w-]+", "project: PROJECT"),
        (r"creating project [\w-]+", "creating project PROJECT"),
        (r"(?<=REPOSITORY:)\[?[\w.-]+\]?", "TAG"),
        (r"tags: \[[^\]]*\]", "tags: TAGS"),
        (r"insecure: \w+", "insecure: I"),
    ]:
        text = re.sub(what, name, text)
    return text.splitlines()


async def test_a_finished_job_of_1_2_writes_the_recorded_log():
    """Each line of a real 1.2.2, in its order."""
    async with golden_pair() as pair:
        pair.stag.push("frontend-rls/sprout-hybrid", "v9", an_image("v9"))
        await pair.stag.settle()
        log = pair.stag.state.jobs[20050].log

    assert anonymous(log) == anonymous(recorded_log("1.2.2", "frontend-rls/sprout-hybrid"))


@pytest.mark.parametrize("repository", ["b9b-robot-may-create/app", "b5b-robot-ok/app"])
async def test_a_finished_task_of_2_15_writes_the_recorded_log(repository):
    """Each line of a real 2.15.2 with its place in the source, in its order."""
    async with modern_pair("v2.15.2") as pair:
        pair.stag.push("team/app", "v9", an_image("v9"))
        await pair.stag.settle()
        [task] = pair.stag.state.tasks_of(10)

    assert anonymous(task.log) == anonymous(recorded_log("2.15.2", repository))
