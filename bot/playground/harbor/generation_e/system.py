"""What Harbor 2.x says about itself and about who asks.

Knows version, health, queues and the current user. Does not know content or replication.
"""

from typing import Any

from aiohttp import web

from bot.playground.harbor.dispatch import Asked
from bot.playground.harbor.generation_e.answers import Refused, as_json, body_of, done, instant
from bot.playground.harbor.generation_e.rights import need_login, need_system
from bot.playground.harbor.images import digest_of
from bot.playground.harbor.site import Site


COMPONENTS = ("core", "database", "jobservice", "portal", "redis", "registry", "registryctl")
QUEUES = (
    "EXECUTION_SWEEP",
    "GARBAGE_COLLECTION",
    "IMAGE_SCAN",
    "P2P_PREHEAT",
    "PURGE_AUDIT_LOG",
    "REPLICATION",
    "RETENTION",
    "SCHEDULER",
    "SLACK",
    "WEBHOOK",
)
COMMITS = {"v2.15.2": "080b0220", "v2.9.5": "672ec4ab"}


async def get_version(_: Site, __: Asked) -> web.Response:
    """GET /api/version."""
    return web.Response(text='{"version":"v2.0"}\n', content_type="text/plain")


async def ping(_: Site, __: Asked) -> web.Response:
    """GET /api/v2.0/ping."""
    return web.Response(body=b"Pong", content_type="text/plain")


async def get_health(_: Site, __: Asked) -> web.Response:
    """GET /api/v2.0/health."""
    components = [{"name": name, "status": "healthy"} for name in COMPONENTS]
    return as_json({"components": components, "status": "healthy"})


async def get_systeminfo(site: Site, asked: Asked) -> web.Response:
    """GET /api/v2.0/systeminfo."""
    info: dict[str, Any] = {
        "auth_mode": "db_auth",
        "banner_message": "",
        "primary_auth_mode": False,
        "self_registration": False,
    }
    if site.version.at_least(2, 10):
        info["oidc_provider_name"] = ""
    # 2.9.5 was seen to tell everybody its version; 2.15.2 tells only who is known.
    if asked.account is not None or not site.version.at_least(2, 10):
        info["harbor_version"] = full_version(site)
    if asked.account is not None:
        info |= {
            "current_time": instant(site.now()),
            "external_url": asked.base,
            "has_ca_root": False,
            "notification_enable": True,
            "project_creation_restriction": site.state.project_creation,
            "read_only": site.state.read_only,
            "registry_storage_provider_name": "filesystem",
            "registry_url": asked.base.partition("://")[2],
        }
    return as_json(info)


def full_version(site: Site) -> str:
    """Name the release with its commit; of a release that was not recorded, a made-up one."""
    made_up = digest_of(site.version_text.encode()).removeprefix("sha256:")[:8]
    return f"{site.version_text}-{COMMITS.get(site.version_text, made_up)}"


async def get_current_user(_: Site, asked: Asked) -> web.Response:
    """GET /api/v2.0/users/current."""
    need_login(asked)
    account = asked.account
    if account is None or account.robot:
        why = "get current user not available for security context: robot"
        raise Refused(412, "PRECONDITION", why)
    user = {
        "admin_role_in_auth": False,
        "creation_time": "2024-01-01T00:00:00.000Z",
        "realname": "system admin" if account.admin else account.name,
        "sysadmin_flag": account.admin,
        "update_time": "2024-01-01T00:00:00.000Z",
        "user_id": account.id,
        "username": account.name,
    }
    of_others = {"email": f"{account.name}@example.com"}
    return as_json(user | ({"comment": "admin user"} if account.admin else of_others))


async def list_queues(site: Site, asked: Asked) -> web.Response:
    """GET /api/v2.0/jobservice/queues."""
    need_system(asked, "jobservice-monitor:list")
    waiting = [task for task in site.state.tasks.values() if task.status == "Pending"]
    rows = []
    for name in QUEUES:
        row: dict[str, Any] = {"job_type": name, "paused": False}
        if name == "REPLICATION":
            row["paused"] = site.state.queue_paused
            row |= {"count": len(waiting), "latency": 1} if waiting else {}
        rows.append(row)
    return as_json(rows)


async def command_queue(site: Site, asked: Asked) -> web.Response:
    """PUT /api/v2.0/jobservice/queues/{job_type}."""
    need_system(asked, "jobservice-monitor:stop")
    if asked.params["job_type"] in {"REPLICATION", "all"}:
        site.state.queue_paused = body_of(asked, "action").get("action") == "pause"
    return done()
