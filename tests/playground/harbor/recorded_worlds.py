"""Worlds like those in which the recordings were made, as far as recorded reads look at them.

Ids, names and who may what are those of the recorded servers; contents are made up.
"""

from datetime import UTC, datetime, timedelta

from bot.playground.harbor import ManualClock, SimulatedHarbor, an_image
from bot.playground.harbor.images import DOCKER_MANIFEST, OCI_MANIFEST, Image
from bot.playground.harbor.records import (
    Execution,
    FilterPolicy,
    Job,
    ProjectPolicy,
    Role,
    Task,
)


NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)
BEFORE = NOW - timedelta(hours=1)
VIRA = "frontend-rls/vira"
PASSWORDS = {
    "dev": "Developer12345",
    "padmin": "Project12345",
    "plainuser": "Plain12345",
    "viewer": "Viewer12345",
}
DIGEST = "sha256:20c82f2aee6ec038999a2c4a6fa815413ea96818a3494b83d4c06ab7eec04bfa"
# The minimal robot and the reading one, as they were made on 2.15.2.
READ = {
    "replication-policy:list",
    "replication-policy:read",
    "replication:list",
    "replication:read",
    "registry:list",
    "registry:read",
}
MORE = {
    "replication-policy:create",
    "replication-policy:update",
    "replication-policy:delete",
    "replication:create",
    "registry:create",
    "replication-adapter:list",
    "quota:list",
    "audit-log:list",
    "jobservice-monitor:list",
    "jobservice-monitor:stop",
}
LOOK = {
    "repository:list",
    "repository:pull",
    "repository:read",
    "artifact:list",
    "artifact:read",
    "tag:list",
    "project:read",
}
LOOK_MORE = {"immutable-tag:list", "log:list"}


def old(side):
    """Build 1.2.2 as it was recorded: *side* stag or prod."""
    harbor = SimulatedHarbor("v1.2.2", now=ManualClock(NOW))
    state = harbor.state
    state.add_account("dev", PASSWORDS["dev"], roles={"dev-own": Role.ADMIN})
    state.add_account("viewer", PASSWORDS["viewer"])
    names = ["library", "backend-rls", "algorithm-rls", "frontend-rls", "dev-own"]
    for name in names if side == "stag" else ["library", "frontend-rls"]:
        state.add_project(name, BEFORE, public=name != "dev-own")
    if side == "stag":
        state.projects[5].owner = "dev"
        fill_old_source(harbor)
    else:
        for tag in ("latest", "v1.6.31-1b2c3d4e", "v1.6.32-67284045"):
            state.add_tag(VIRA, tag, image=an_image(tag), at=BEFORE, audit_by="admin")
    return harbor


def fill_old_source(harbor):
    """Put policies, targets, jobs and images where the recordings look for them."""
    state = harbor.state
    for name, url in (("prod", "https://prod-reg.example.com"), ("noscheme", "http://x:8443")):
        state.add_endpoint(name, url, at=BEFORE)
    for number in range(1, 26):
        state.project_policies[number] = ProjectPolicy(
            id=number,
            name="sync-to-prod" if number == 1 else f"other-{number}",
            project_id=4,
            target_id=1,
            enabled=True,
            description="",
            created=BEFORE,
            updated=BEFORE,
            started=BEFORE,
            deleted=number > 1,
        )
    for number in range(1, 100):
        job = Job(
            number,
            number if number <= 25 else 1,
            VIRA,
            ["v1.6.30-0a1b2c3d"],
            created=BEFORE,
            updated=BEFORE,
        )
        job.status = "error" if number % 2 else "finished"
        job.log = "2026-11-24T03:05:39Z [INFO] initializing: repository: frontend-rls/vira\n"
        state.jobs[number] = job
    tags = "v1.6.30-0a1b2c3d v1.6.31-1b2c3d4e v1.6.32-67284045 v1.6.42-00000006 latest list-1"
    for tag in [*tags.split(), "v1.6.46-0000000a", "v1.6.47-0000000b"]:
        state.add_tag(VIRA, tag, image=an_image(tag), at=BEFORE, audit_by="admin")
    for name in ("yy-admin", "sprout-hybrid", "big"):
        repository = f"frontend-rls/{name}"
        state.add_tag(repository, "v1", image=an_image(name), at=BEFORE, audit_by="admin")
    state.add_tag("dev-own/app", "v1", image=an_image("own"), at=BEFORE)
    body = b'{"schemaVersion": 2, "config": {"digest": "sha256:0", "size": 1}}'
    oci = Image(body, OCI_MANIFEST)
    state.add_tag(VIRA, "oci-1", image=oci, at=BEFORE)


def new(version, side, *, logs, manifest):
    """Build 2.9.5 or 2.15.2 as they were recorded: *side* stag or prod.

    *logs* are the executions and tasks that had a log, or had lost that of a job; *manifest*
    is team/app:1.0.
    """
    harbor = SimulatedHarbor(version, now=ManualClock(NOW))
    state = harbor.state
    numbers = {"team": 76, "tmp": 97, "evt": 98, "del": 99, "library": 1, "smoke": 2}
    for name, given in sorted(numbers.items(), key=lambda item: item[1]):
        state.add_project(name, BEFORE, public=name == "library", given=given)
    state.add_account("plainuser", PASSWORDS["plainuser"])
    state.add_account("padmin", PASSWORDS["padmin"], roles={"team": Role.ADMIN})
    add_robots(state)
    images = {"tmp/app": ["x2"], "evt/app": ["1.0"], "evt/many": ["b"]}
    if side == "stag":
        images |= {
            "team/app": ["1.0", "1.1", "2.0"],
            "team/deep/er/app": ["1.0"],
            "team/oci": ["1.0"],
        }
    for repository, tags in images.items():
        for tag in tags:
            image = an_image(f"{repository}:{tag}")
            if (repository, tag) == ("team/app", "1.0"):
                image = Image(manifest, DOCKER_MANIFEST)
            state.add_tag(repository, tag, image=image, at=BEFORE, audit_by="admin")
    state.add_tag("del/app", "2.0", image=an_image("del"), at=BEFORE)
    add_runs(state, logs)
    return harbor


def add_robots(state):
    """Let the robots in that were recorded."""
    everything = frozenset(READ | MORE)
    state.add_robot("full", "r", grants=everything, project_grants=frozenset(LOOK | LOOK_MORE))
    minimal = frozenset(READ | {"replication:create", "replication-policy:create"})
    state.add_robot("bot", "r", grants=minimal, project_grants=frozenset(LOOK))
    state.add_robot("reader", "r", grants=frozenset(READ), project_grants=frozenset(LOOK))
    state.add_robot("team+prj", "r", project_grants=frozenset(LOOK | LOOK_MORE))
    state.add_robot("sys", "r", grants=frozenset(READ))
    state.add_robot("both", "r", grants=frozenset(READ), project_grants=frozenset(LOOK))
    state.add_robot("prj", "r", project_grants=frozenset(LOOK - {"project:read"}))
    state.add_robot("prj2", "r", project_grants=frozenset(LOOK))


def add_runs(state, logs):
    """Put registries, policies, executions, tasks and logs where recordings look for them."""
    for number in range(1, 161):
        state.add_endpoint(
            f"reg-{number}" if number != 64 else "s-prod", "http://prod-reg.example.com", at=BEFORE
        )
        name = {64: "s-manual"}.get(number, f"policy-{number}")
        policy = FilterPolicy(number, name, created=BEFORE, updated=BEFORE, destination_id=number)
        policy.filters = [{"type": "name", "value": "team/**"}]
        state.policies[number] = policy
    for number in range(3, 300):
        run = Execution(number, 64, "manual", BEFORE, "Succeed", ended=BEFORE)
        state.executions[number] = run
    for (execution, number), gone in logs.items():
        task = Task(number, execution, "team/app", "team/app", ["1.0"], gone or "e9491c36a70e")
        task.status, task.started, task.ended = "Succeed", BEFORE, BEFORE
        if not gone:
            task.log = "2026-11-25T03:10:06Z [INFO] [/controller/…]: client for source registry\n"
        state.add_task(task)
