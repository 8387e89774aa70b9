"""Executions, tasks and task logs of Harbor 2.x.

Knows these routes: executions ignore ``q``, tasks do not, and there is no route for one
task. Does not know how a task copies.
"""

from typing import Any

from aiohttp import web

from bot.playground.harbor.dispatch import Asked
from bot.playground.harbor.generation_e import flow
from bot.playground.harbor.generation_e.answers import (
    Listing,
    Refused,
    as_json,
    as_page,
    body_of,
    done,
    instant,
    invalid,
    not_found,
    number,
    path_number,
    whole_seconds,
)
from bot.playground.harbor.generation_e.policies import a_policy
from bot.playground.harbor.generation_e.rights import need_system
from bot.playground.harbor.records import Execution, Task
from bot.playground.harbor.site import Site


SORTABLE = {"id": lambda row: row.id, "start_time": lambda row: row.started}
TASK_FIELDS = {
    "id": lambda task: task.id,
    "status": lambda task: task.status,
    "operation": lambda task: task.operation,
}


async def list_executions(site: Site, asked: Asked) -> web.Response:
    """GET /api/v2.0/replication/executions."""
    need_system(asked, "replication:list")
    policy_id = number(asked, "policy_id", 0)
    status, trigger = asked.query.get("status", ""), asked.query.get("trigger", "")
    rows = [
        run
        for run in site.state.executions.values()
        if policy_id in {0, run.policy_id}
        and status in {"", run.status}
        and trigger in {"", run.trigger}
    ]
    rows.sort(key=lambda run: (run.started, run.id), reverse=True)
    without_q = {name: value for name, value in asked.query.items() if name != "q"}
    listing = Listing(rows, lambda row: _execution_row(site, row), SORTABLE)
    return as_page(asked.with_query(without_q), listing)


async def start_execution(site: Site, asked: Asked) -> web.Response:
    """POST /api/v2.0/replication/executions."""
    need_system(asked, "replication:create")
    policy_id = body_of(asked, "execution").get("policy_id", 0)
    if not isinstance(policy_id, int):
        why = "json: cannot unmarshal string into Go struct field "
        where = "StartReplicationExecution.policy_id of type int64"
        raise invalid(f'parsing execution body from "" failed, because {why}{where}')
    policy = a_policy(site, policy_id)
    if site.state.read_only:
        raise Refused(403, "DENIED", flow.READ_ONLY)
    if not policy.enabled:
        raise Refused(412, "PRECONDITION", f"the policy {policy.id} is disabled")
    run = flow.start(site, policy, asked.query.get("trigger", "manual"))
    return done(201, f"/api/v2.0/replication/executions/{run.id}")


async def get_execution(site: Site, asked: Asked) -> web.Response:
    """GET /api/v2.0/replication/executions/{id}."""
    need_system(asked, "replication:read")
    return as_json(_execution_row(site, _an_execution(site, asked)))


async def stop_execution(site: Site, asked: Asked) -> web.Response:
    """PUT /api/v2.0/replication/executions/{id}."""
    need_system(asked, "replication:create")
    flow.stop(site, _an_execution(site, asked))
    return as_json(None)


async def list_tasks(site: Site, asked: Asked) -> web.Response:
    """GET /api/v2.0/replication/executions/{id}/tasks."""
    need_system(asked, "replication:list")
    run = _an_execution(site, asked)
    status = asked.query.get("status", "")
    rows = [task for task in site.state.tasks_of(run.id) if status in {"", task.status}]
    return as_page(asked, Listing(rows, task_row, TASK_FIELDS))


async def get_task_log(site: Site, asked: Asked) -> web.Response:
    """GET /api/v2.0/replication/executions/{id}/tasks/{task}/log."""
    need_system(asked, "replication:read")
    run, task_id = _an_execution(site, asked), path_number(asked, "task")
    task = site.state.tasks.get(task_id)
    if task is None:
        raise not_found(f"replication task {task_id} not found")
    if task.execution_id != run.id:
        raise not_found(f"execution {run.id} contains no task with ID {task_id}")
    if task.log is None:
        gone = f'"code":10010,"message":"object is not found","details":"{task.job_id}"'
        raise not_found(f"{{{gone}}}")
    return web.Response(body=task.log.encode(), content_type="text/plain")


def task_row(task: Task) -> dict[str, Any]:
    """Show a task: how many tags it copies, not which."""
    count = f"[{len(task.references)} item(s) in total]"
    return {
        "dst_resource": f"{task.destination} {count}",
        "end_time": whole_seconds(task.ended),
        "execution_id": task.execution_id,
        "id": task.id,
        "job_id": task.job_id,
        "operation": task.operation,
        "resource_type": "artifact",
        "src_resource": f"{task.source} {count}",
        "start_time": whole_seconds(task.started),
        "status": task.status,
    }


def _an_execution(site: Site, asked: Asked) -> Execution:
    given = path_number(asked)
    run = site.state.executions.get(given)
    if run is None:
        raise not_found(f"replication execution {given} not found")
    return run


def _execution_row(site: Site, run: Execution) -> dict[str, Any]:
    tasks = site.state.tasks_of(run.id)

    def count(*words: str) -> int:
        return sum(task.status in words for task in tasks)

    # The counters are fresh; status and end are what the last refresh wrote.
    return {
        "end_time": instant(run.ended),
        "failed": count("Failed"),
        "id": run.id,
        "in_progress": count("Pending", "InProgress"),
        "policy_id": run.policy_id,
        "start_time": instant(run.started),
        "status": run.status,
        "status_text": run.status_text,
        "stopped": count("Stopped"),
        "succeed": count("Succeed"),
        "total": len(tasks),
        "trigger": run.trigger,
    }
