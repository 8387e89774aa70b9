"""Projects of Harbor 2.x.

Knows these routes and how a project is shown, with and without its details. Does not know
what is in a project.
"""

from typing import Any

from aiohttp import web

from bot.playground.harbor.dispatch import Asked
from bot.playground.harbor.generation_e.answers import (
    Listing,
    Refused,
    as_json,
    as_page,
    body_of,
    done,
    instant,
    not_found,
)
from bot.playground.harbor.generation_e.rights import may_in_project, need_login, need_project
from bot.playground.harbor.records import Project, Role
from bot.playground.harbor.site import Site
from bot.playground.harbor.state import ADMIN_ONLY


ROLE_IDS = {Role.ADMIN: 1, Role.DEVELOPER: 2, Role.GUEST: 3}


async def list_projects(site: Site, asked: Asked) -> web.Response:
    """GET /api/v2.0/projects."""
    name = asked.query.get("name", "")
    rows = [
        project
        for project in sorted(site.state.projects.values(), key=lambda one: one.name)
        if name in project.name and may_in_project(site, asked, project, "project:read")
    ]
    fields = {"name": lambda one: one.name, "public": lambda one: str(one.public).lower()}
    detail = asked.query.get("with_detail", "true") != "false"

    def shown(project: Project) -> dict[str, Any]:
        row = project_row(site, asked, project)
        return row if detail else without_detail(row)

    return as_page(asked, Listing(rows, shown, fields))


async def has_project(site: Site, asked: Asked) -> web.Response:
    """HEAD /api/v2.0/projects."""
    if site.state.project(asked.query.get("project_name", "")) is None:
        raise not_found("")
    return done()


async def get_project(site: Site, asked: Asked) -> web.Response:
    """GET /api/v2.0/projects/{project}."""
    project = need_project(site, asked, asked.params["project"], "project:read")
    return as_json(project_row(site, asked, project))


async def create_project(site: Site, asked: Asked) -> web.Response:
    """POST /api/v2.0/projects."""
    need_login(asked)
    if site.state.project_creation == ADMIN_ONLY and not _may_create(asked):
        raise Refused(403, "FORBIDDEN", "Only system admin can create project")
    order = body_of(asked, "project")
    name = order.get("project_name", "")
    if not name or name != name.lower() or " " in name:
        why = "project name is not in lower case or contains illegal characters"
        raise Refused(400, "BAD_REQUEST", why)
    if site.state.project(name) is not None:
        raise Refused(409, "CONFLICT", f"The project named {name} already exists")
    public = (order.get("metadata") or {}).get("public") == "true"
    project = site.state.add_project(name, site.now(), public=public)
    if asked.account is not None:
        asked.account.roles[name] = Role.ADMIN
    return done(201, f"/api/v2.0/projects/{project.id}")


def project_row(site: Site, asked: Asked, project: Project) -> dict[str, Any]:
    """Show a project."""
    role = 1 if asked.admin else 0
    if asked.account is not None and project.name in asked.account.roles:
        role = ROLE_IDS[asked.account.roles[project.name]]
    homes = [one for one in site.state.repositories.values() if one.project_id == project.id]
    row: dict[str, Any] = {
        "creation_time": instant(project.created),
        "current_user_role_ids": [role] if role else None,
        "cve_allowlist": {
            "creation_time": instant(None),
            "id": project.id,
            "items": [],
            "project_id": project.id,
            "update_time": instant(None),
        },
        "metadata": metadata(project),
        "name": project.name,
        "owner_id": 1,
        "owner_name": project.owner,
        "project_id": project.id,
        "repo_count": len(homes),
        "update_time": instant(project.created),
    }
    if role:
        row["current_user_role_id"] = role
    if project.proxy_of:
        row["registry_id"] = project.proxy_of
    return row


def metadata(project: Project) -> dict[str, str]:
    """Show what is kept as text about a project."""
    return {"public": str(project.public).lower()}


def without_detail(row: dict[str, Any]) -> dict[str, Any]:
    """Show a project as search and ``with_detail=false`` do."""
    nothing = {"creation_time": instant(None), "items": None, "update_time": instant(None)}
    kept = {name: value for name, value in row.items() if name not in {"metadata", "owner_name"}}
    return kept | {"cve_allowlist": nothing}


def _may_create(asked: Asked) -> bool:
    return asked.admin or (asked.account is not None and "project:create" in asked.account.grants)
