"""Harbor 2.2 to 2.15: filters, executions and tasks; JSON errors in an envelope.

This module is the table of contents: which route is answered by whom, and since when.
"""

import uuid
from functools import wraps

from aiohttp import web

from bot.playground.harbor.dispatch import Asked, Handler, Route
from bot.playground.harbor.faults import WRITES
from bot.playground.harbor.generation import Generation
from bot.playground.harbor.generation_e import (
    content,
    executions,
    flow,
    governance,
    policies,
    projects,
    registries,
    registry,
    system,
)
from bot.playground.harbor.generation_e.answers import (
    Refused,
    error,
    unknown,
    wrong_method,
)
from bot.playground.harbor.generation_e.breakdowns import BREAKDOWNS, COPYING
from bot.playground.harbor.site import Site, Version


API = "/api/v2.0"
REPOSITORY = "/projects/{project}/repositories/{repository}"
ALWAYS: list[tuple[str, str, Handler]] = [
    ("GET", "/ping", system.ping),
    ("GET", "/health", system.get_health),
    ("GET", "/systeminfo", system.get_systeminfo),
    ("GET", "/users/current", system.get_current_user),
    ("GET", "/search", content.search),
    ("GET", "/repositories", content.list_all_repositories),
    ("GET", "/projects", projects.list_projects),
    ("HEAD", "/projects", projects.has_project),
    ("POST", "/projects", projects.create_project),
    ("GET", "/projects/{project}", projects.get_project),
    ("GET", "/projects/{project}/repositories", content.list_repositories),
    ("GET", REPOSITORY, content.get_repository),
    ("GET", f"{REPOSITORY}/artifacts", content.list_artifacts),
    ("GET", f"{REPOSITORY}/artifacts/{{reference}}", content.get_artifact),
    ("GET", f"{REPOSITORY}/artifacts/{{reference}}/tags", content.list_tags),
    ("POST", f"{REPOSITORY}/artifacts/{{reference}}/tags", content.create_tag),
    ("DELETE", f"{REPOSITORY}/artifacts/{{reference}}/tags/{{tag}}", content.delete_tag),
    ("GET", "/projects/{project}/logs", governance.list_project_logs),
    ("GET", "/projects/{project}/immutabletagrules", governance.list_immutable_rules),
    ("GET", "/audit-logs", governance.list_audit_logs),
    ("GET", "/quotas", governance.list_quotas),
    ("GET", "/registries", registries.list_registries),
    ("POST", "/registries", registries.create_registry),
    ("POST", "/registries/ping", registries.ping),
    ("GET", "/registries/{id}", registries.get_registry),
    ("PUT", "/registries/{id}", registries.update_registry),
    ("DELETE", "/registries/{id}", registries.delete_registry),
    ("GET", "/registries/{id}/info", registries.get_registry_info),
    ("GET", "/replication/adapters", registries.list_adapters),
    ("GET", "/replication/policies", policies.list_policies),
    ("POST", "/replication/policies", policies.create_policy),
    ("GET", "/replication/policies/{id}", policies.get_policy),
    ("PUT", "/replication/policies/{id}", policies.update_policy),
    ("DELETE", "/replication/policies/{id}", policies.delete_policy),
    ("GET", "/replication/executions", executions.list_executions),
    ("POST", "/replication/executions", executions.start_execution),
    ("GET", "/replication/executions/{id}", executions.get_execution),
    ("PUT", "/replication/executions/{id}", executions.stop_execution),
    ("GET", "/replication/executions/{id}/tasks", executions.list_tasks),
    ("GET", "/replication/executions/{id}/tasks/{task}/log", executions.get_task_log),
]
SINCE: dict[tuple[int, int], list[tuple[str, str, Handler]]] = {
    (2, 7): [
        ("GET", "/jobservice/queues", system.list_queues),
        ("PUT", "/jobservice/queues/{job_type}", system.command_queue),
    ],
    (2, 13): [
        ("GET", "/auditlog-exts", governance.list_audit_exts),
        ("GET", "/projects/{project}/auditlog-exts", governance.list_project_audit_exts),
    ],
}
OUTSIDE_THE_API: list[tuple[str, str, Handler]] = [
    ("GET", "/api/version", system.get_version),
    ("GET", "/service/token", registry.get_token),
    ("GET", "/v2", registry.redirect),
    ("GET", "/v2/", registry.ping),
    ("GET", "/v2/_catalog", registry.catalog),
    ("GET", "/v2/{repository:any}/tags/list", registry.list_tags),
    ("GET", "/v2/{repository:any}/manifests/{reference}", registry.get_manifest),
    ("HEAD", "/v2/{repository:any}/manifests/{reference}", registry.get_manifest),
    ("PUT", "/v2/{repository:any}/manifests/{reference}", registry.put_manifest),
    ("HEAD", "/v2/{repository:any}/blobs/{digest}", registry.head_blob),
]


def routes(version: Version) -> list[Route]:
    """List the routes that *version* has."""
    newer = [row for since, rows in SINCE.items() if version.at_least(*since) for row in rows]
    inside = [(method, API + template, handler) for method, template, handler in ALWAYS + newer]
    return [
        Route(method, template, _polite(handler))
        for method, template, handler in inside + OUTSIDE_THE_API
    ]


def _polite(handler: Handler) -> Handler:
    @wraps(handler)
    async def answer(site: Site, asked: Asked) -> web.Response:
        try:
            return await handler(site, asked)
        except Refused as refused:
            return refused.answer

    return answer


def _refuse_early(site: Site, asked: Asked) -> web.Response | None:
    """Refuse writes that bring a session cookie without its token, and all in read-only mode."""
    if asked.method not in WRITES or not asked.path.startswith("/api/"):
        return None
    if "sid=" in asked.headers.get("Cookie", ""):
        newer = site.version.at_least(2, 13)
        why = "CSRF token not found in request" if newer else "CSRF token invalid"
        return error(403, "FORBIDDEN", why)
    if site.state.read_only and asked.account is not None:
        return error(403, "DENIED", flow.READ_ONLY)
    return None


def _finish(asked: Asked, answer: web.Response) -> None:
    given = asked.headers.get("X-Request-Id")
    answer.headers["X-Request-Id"] = given or str(uuid.uuid4())
    answer.headers["Server"] = "nginx"


GENERATION_E = Generation(
    routes=routes,
    unknown=unknown,
    wrong_method=wrong_method,
    refuse_early=_refuse_early,
    finish=_finish,
    announce=flow.announce,
    cookie="sid",
    failures=frozenset(BREAKDOWNS) | COPYING,
)
