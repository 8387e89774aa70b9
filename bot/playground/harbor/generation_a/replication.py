"""Policies, jobs and targets of Harbor 1.2: administrators only.

Knows these routes with their odd filters and texts. Does not know how a job copies.
"""

import re
from typing import Any

from aiohttp import web

from bot.playground.harbor.dispatch import Asked
from bot.playground.harbor.generation_a import events
from bot.playground.harbor.generation_a.answers import (
    Refused,
    as_json,
    as_page,
    done,
    instant,
    seconds,
)
from bot.playground.harbor.generation_a.content import a_project
from bot.playground.harbor.records import Job, ProjectPolicy
from bot.playground.harbor.site import Site


RUNNING = {"pending", "running", "retrying"}


async def list_policies(site: Site, asked: Asked) -> web.Response:
    """GET /api/policies/replication."""
    project_id = asked.query.get("project_id", "")
    if project_id and not project_id.isdigit():
        raise Refused(400, "invalid project ID")
    rows = [
        _policy_row(site, policy, listed=True)
        for policy in site.state.project_policies.values()
        if not policy.deleted
        and asked.query.get("name", "") in policy.name
        and project_id in {"", str(policy.project_id)}
    ]
    return as_json(rows or None)


async def get_policy(site: Site, asked: Asked) -> web.Response:
    """GET /api/policies/replication/{id}."""
    return as_json(_policy_row(site, _a_policy(site, asked), listed=False))


async def create_policy(site: Site, asked: Asked) -> web.Response:
    """POST /api/policies/replication."""
    order = asked.json() or {}
    project_id, target_id = order.get("project_id", 0), order.get("target_id", 0)
    _check_policy(site, order, project_id=project_id, target_id=target_id)
    given, now = site.state.next_id("policy"), site.now()
    policy = ProjectPolicy(
        id=given,
        name=order["name"],
        project_id=project_id,
        target_id=target_id,
        enabled=bool(order.get("enabled", 0)),
        description=order.get("description", ""),
        created=now,
        updated=now,
        started=now,
    )
    site.state.project_policies[given] = policy
    if policy.enabled:
        events.start_project(site, policy)
    return done(201, f"/api/policies/replication/{given}")


async def update_policy(site: Site, asked: Asked) -> web.Response:
    """PUT /api/policies/replication/{id}."""
    policy, order = _a_policy(site, asked), asked.json() or {}
    if policy.enabled and order.get("target_id", policy.target_id) != policy.target_id:
        raise Refused(400, "target can not be changed when the policy is enabled")
    policy.name = order.get("name", policy.name)
    policy.description = order.get("description", policy.description)
    policy.target_id = order.get("target_id", policy.target_id)
    policy.updated = site.now()
    _enable(site, policy, wanted=bool(order.get("enabled", policy.enabled)))
    return done()


async def set_enablement(site: Site, asked: Asked) -> web.Response:
    """PUT /api/policies/replication/{id}/enablement."""
    policy, order = _a_policy(site, asked), asked.json() or {}
    if order.get("enabled") not in {0, 1}:
        raise Refused(400, "invalid enabled value\n")
    _enable(site, policy, wanted=order["enabled"] == 1)
    return done()


async def delete_policy(site: Site, asked: Asked) -> web.Response:
    """DELETE /api/policies/replication/{id}."""
    policy = _a_policy(site, asked)
    if policy.enabled:
        raise Refused(412, "plicy is enabled, can not be deleted")
    if any(job.status in RUNNING for job in _jobs_of(site, policy.id)):
        raise Refused(412, "policy has running/retrying/pending jobs, can not be deleted")
    policy.deleted = True
    return done()


async def list_jobs(site: Site, asked: Asked) -> web.Response:
    """GET /api/jobs/replication."""
    text = asked.query.get("policy_id", "")
    if not text.isdigit() or int(text) == 0:
        raise Refused(400, "invalid policy_id")
    if int(text) not in site.state.project_policies:
        raise Refused(404, f"policy {text} not found")
    begin, end = instant(asked, "start_time"), instant(asked, "end_time")
    repository = like(asked.query.get("repository", ""))
    status = asked.query.get("status", "").lower()
    rows = [
        job
        for job in _jobs_of(site, int(text))
        if repository.search(job.repository)
        and status in job.status
        and (begin is None or job.created >= begin)
        and (end is None or job.created <= end)
    ]
    # No tie-breaker: of the same second they come as the database happens to have them.
    rows.sort(key=lambda job: job.updated.replace(microsecond=0), reverse=True)
    return as_page(asked, rows, _job_row)


async def delete_job(site: Site, asked: Asked) -> web.Response:
    """DELETE /api/jobs/replication/{id}."""
    number = asked.number("id")
    job = site.state.jobs.get(number)
    if job is None:
        raise Refused(404, f"job {number} not found")
    if job.status in {"pending", "running"}:
        raise Refused(400, f"job is {job.status}, can not be deleted")
    del site.state.jobs[number]
    return done()


async def get_job_log(site: Site, asked: Asked) -> web.Response:
    """GET /api/jobs/replication/{id}/log."""
    job = site.state.jobs.get(asked.number("id"))
    if job is None or job.log is None:
        raise Refused(404, "message from jobservice: 404 page not found\n\n")
    answer = web.Response(text=job.log)
    answer.headers["Content-Type"] = "text/plain"
    return answer


def like(pattern: str) -> re.Pattern[str]:
    """Read a pattern as the database does: anywhere, any case, ``_`` is any character."""
    return re.compile(re.escape(pattern).replace("_", "."), re.IGNORECASE)


def _check_policy(site: Site, order: dict[str, Any], *, project_id: int, target_id: int) -> None:
    if not order.get("name"):
        raise Refused(400, "name can not be empty \n")
    if project_id not in site.state.projects:
        raise Refused(400, f"project {project_id} does not exist")
    if target_id not in site.state.endpoints:
        raise Refused(400, f"target {target_id} does not exist")
    kept = [policy for policy in site.state.project_policies.values() if not policy.deleted]
    if any((one.project_id, one.target_id) == (project_id, target_id) for one in kept):
        raise Refused(409, "policy already exists with the same project and target")
    a_project(site, project_id)


def _a_policy(site: Site, asked: Asked) -> ProjectPolicy:
    policy = site.state.project_policies.get(asked.number("id"))
    if policy is None:
        raise Refused(404, "Not Found")
    return policy


def _enable(site: Site, policy: ProjectPolicy, *, wanted: bool) -> None:
    if policy.enabled == wanted:
        return
    policy.enabled = wanted
    policy.updated = site.now()
    if wanted:
        policy.started = site.now()
        events.start_project(site, policy)
        return
    for job in _jobs_of(site, policy.id):
        # A job that waits to be tried again learns of it at its next turn.
        if job.status in {"pending", "running"}:
            job.status = "stopped"
            job.updated = site.now()


def _jobs_of(site: Site, policy_id: int) -> list[Job]:
    return [job for job in site.state.jobs.values() if job.policy_id == policy_id]


def _policy_row(site: Site, policy: ProjectPolicy, *, listed: bool) -> dict[str, Any]:
    row: dict[str, Any] = {"id": policy.id, "project_id": policy.project_id}
    if listed:
        row["project_name"] = site.state.projects[policy.project_id].name
    row["target_id"] = policy.target_id
    if listed:
        row["target_name"] = site.state.endpoints[policy.target_id].name
    failed = [job for job in _jobs_of(site, policy.id) if job.status in {"error", "retrying"}]
    return row | {
        "name": policy.name,
        "enabled": int(policy.enabled),
        "description": policy.description,
        "cron_str": "",
        "start_time": seconds(policy.started),
        "creation_time": seconds(policy.created),
        "update_time": seconds(policy.updated),
        "error_job_count": len(failed) if listed else 0,
        "deleted": int(policy.deleted),
    }


def _job_row(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "status": job.status,
        "repository": job.repository,
        "policy_id": job.policy_id,
        "operation": job.operation,
        "tags": job.tags,
        "creation_time": seconds(job.created),
        "update_time": seconds(job.updated),
    }
