"""Harbor 1.2 and 1.3: policies of one project and one target, jobs, plain-text errors.

This module is the table of contents: which route is answered by whom, and which are for
administrators only.
"""

from functools import wraps

from aiohttp import web

from bot.playground.harbor.dispatch import Asked, Handler, Route
from bot.playground.harbor.failures import Failure
from bot.playground.harbor.generation import Generation
from bot.playground.harbor.generation_a import (
    access_log,
    content,
    events,
    registry,
    replication,
    system,
    targets,
)
from bot.playground.harbor.generation_a.answers import (
    Refused,
    page_not_found,
    refusal,
    wrong_method,
)
from bot.playground.harbor.generation_a.breakdowns import BREAKDOWNS
from bot.playground.harbor.site import Site, Version


OPEN: list[tuple[str, str, Handler]] = [
    ("GET", "/api/systeminfo", system.get_systeminfo),
    ("GET", "/api/systeminfo/getcert", system.get_certificate),
    ("GET", "/api/users/current", system.get_current_user),
    ("GET", "/api/projects", content.list_projects),
    ("HEAD", "/api/projects", content.has_project),
    ("POST", "/api/projects", content.create_project),
    ("POST", "/api/projects/", content.create_project),
    ("GET", "/api/projects/{id:int}", content.get_project),
    ("GET", "/api/projects/{id:int}/logs", access_log.list_project_logs),
    ("GET", "/api/logs", access_log.list_logs),
    ("GET", "/api/repositories", content.list_repositories),
    ("GET", "/api/repositories/top", content.list_top_repositories),
    ("GET", "/api/repositories/{repository:any}/tags/{tag}/manifest", content.get_manifest),
    ("GET", "/api/repositories/{repository:any}/tags/{tag}", content.get_tag),
    ("DELETE", "/api/repositories/{repository:any}/tags/{tag}", content.delete_tag),
    ("GET", "/api/repositories/{repository:any}/tags", content.list_tags),
    ("GET", "/api/search", content.search),
    ("GET", "/service/token", registry.get_token),
    ("GET", "/v2/", registry.ping),
    ("GET", "/v2/_catalog", registry.catalog),
    ("GET", "/v2/{repository:any}/tags/list", registry.list_tags),
    ("GET", "/v2/{repository:any}/manifests/{reference}", registry.get_manifest),
    ("HEAD", "/v2/{repository:any}/manifests/{reference}", registry.get_manifest),
    ("PUT", "/v2/{repository:any}/manifests/{reference}", registry.put_manifest),
    ("HEAD", "/v2/{repository:any}/blobs/{digest}", registry.head_blob),
]
ADMINISTRATORS_ONLY: list[tuple[str, str, Handler]] = [
    ("GET", "/api/systeminfo/volumes", system.get_volumes),
    ("GET", "/api/policies/replication", replication.list_policies),
    ("POST", "/api/policies/replication", replication.create_policy),
    ("GET", "/api/policies/replication/{id:int}", replication.get_policy),
    ("PUT", "/api/policies/replication/{id:int}", replication.update_policy),
    ("DELETE", "/api/policies/replication/{id:int}", replication.delete_policy),
    ("PUT", "/api/policies/replication/{id:int}/enablement", replication.set_enablement),
    ("GET", "/api/jobs/replication", replication.list_jobs),
    ("DELETE", "/api/jobs/replication/{id:int}", replication.delete_job),
    ("GET", "/api/jobs/replication/{id:int}/log", replication.get_job_log),
    ("GET", "/api/targets", targets.list_targets),
    ("POST", "/api/targets", targets.create_target),
    ("POST", "/api/targets/ping", targets.ping),
    ("GET", "/api/targets/{id:int}", targets.get_target),
    ("PUT", "/api/targets/{id:int}", targets.update_target),
    ("DELETE", "/api/targets/{id:int}", targets.delete_target),
    ("GET", "/api/targets/{id:int}/policies/", targets.list_target_policies),
    ("POST", "/api/targets/{id:int}/ping", targets.ping_target),
]


def routes(_: Version) -> list[Route]:
    """List the routes; they did not change from 1.2 to 1.3."""
    return [
        *(Route(method, template, _polite(handler)) for method, template, handler in OPEN),
        *(
            Route(method, template, _polite(_guarded(handler)))
            for method, template, handler in ADMINISTRATORS_ONLY
        ),
    ]


def _polite(handler: Handler) -> Handler:
    @wraps(handler)
    async def answer(site: Site, asked: Asked) -> web.Response:
        try:
            return await handler(site, asked)
        except Refused as refused:
            return refused.answer

    return answer


def _guarded(handler: Handler) -> Handler:
    @wraps(handler)
    async def answer(site: Site, asked: Asked) -> web.Response:
        if asked.account is None:
            return refusal(401, "\n")
        if not asked.admin:
            return refusal(403, "\n")
        return await handler(site, asked)

    return answer


def _never(_: Site, __: Asked) -> None:
    """Refuse nothing before the routes: this generation has no such guard."""


def _announce(site: Site, repository: str, tag: str, by: str) -> None:
    """Tell this Harbor of a push by docker."""
    events.pushed(site, repository, tag, by=by)


def _leave(_: Asked, __: web.Response) -> None:
    """Add nothing to an answer."""


GENERATION_A = Generation(
    routes=routes,
    unknown=page_not_found,
    wrong_method=wrong_method,
    refuse_early=_never,
    finish=_leave,
    announce=_announce,
    cookie="beegosessionID",
    failures=frozenset(BREAKDOWNS) | {Failure.NEVER_STARTS, Failure.NEVER_ENDS, Failure.LOG_GONE},
)
