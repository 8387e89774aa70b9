"""Projects, repositories, tags and search of Harbor 1.2.

Knows these routes and who may read them: existence comes before rights, so a missing tag is
404 for everybody and an existing one 401 or 403. Does not know replication, but says when a
tag is deleted.
"""

import json
from typing import Any

from aiohttp import web

from bot.playground.harbor import access
from bot.playground.harbor.dispatch import Asked
from bot.playground.harbor.generation_a import events
from bot.playground.harbor.generation_a.answers import (
    Refused,
    as_json,
    as_page,
    done,
    seconds,
)
from bot.playground.harbor.images import DOCKER_MANIFEST
from bot.playground.harbor.records import Project, Repository, Role, Tag
from bot.playground.harbor.site import Site
from bot.playground.harbor.state import ADMIN_ONLY


async def list_projects(site: Site, asked: Asked) -> web.Response:
    """GET /api/projects."""
    owner, public = asked.query.get("owner", ""), asked.query.get("public", "")
    rows = [
        project
        for project in sorted(site.state.projects.values(), key=lambda project: project.name)
        if access.sees(asked.account, project.public, project.name)
        and asked.query.get("name", "") in project.name
        and owner in {"", project.owner}
        and (not public or project.public == (public in {"1", "true"}))
    ]
    return as_page(asked, rows, lambda row: project_row(site, asked, row), null=True)


async def has_project(site: Site, asked: Asked) -> web.Response:
    """HEAD /api/projects."""
    if site.state.project(asked.query.get("project_name", "")) is None:
        raise Refused(404, "")
    return done()


async def get_project(site: Site, asked: Asked) -> web.Response:
    """GET /api/projects/{id}."""
    project = a_project(site, asked.number("id"))
    let_read(asked, project)
    row = project_row(site, asked, project)
    return as_json(row | {"Togglable": False, "current_user_role_id": 0, "repo_count": 0})


async def create_project(site: Site, asked: Asked) -> web.Response:
    """POST /api/projects."""
    if asked.account is None:
        raise Refused(401, "\n")
    if site.state.project_creation == ADMIN_ONLY and not asked.admin:
        raise Refused(403, "Only system admin can create project\n")
    order = asked.json() or {}
    name = order.get("project_name", "")
    if not name or name != name.lower() or " " in name:
        why = "project name is not in lower case or contains illegal characters"
        raise Refused(400, f"invalid request: {why}\n")
    if site.state.project(name) is not None:
        raise Refused(409, "\n")
    public = bool(order.get("public", 0))
    project = site.state.add_project(name, site.now(), public=public)
    asked.account.roles[name] = Role.ADMIN
    return done(201, f"/api/projects/{project.id}")


async def list_repositories(site: Site, asked: Asked) -> web.Response:
    """GET /api/repositories."""
    text = asked.query.get("project_id", "")
    if not text.isdigit():
        raise Refused(400, f"invalid project_id {text}\n")
    project = a_project(site, int(text))
    let_read(asked, project)
    rows = [
        home
        for home in site.state.repositories.values()
        if home.project_id == project.id and asked.query.get("q", "") in home.name
    ]
    return as_page(asked, rows, _repository_row)


async def list_top_repositories(site: Site, asked: Asked) -> web.Response:
    """GET /api/repositories/top."""
    homes = [home for home in site.state.repositories.values() if _visible(site, asked, home)]
    return as_json([_repository_row(home) for home in homes[:10]])


async def list_tags(site: Site, asked: Asked) -> web.Response:
    """GET /api/repositories/{repository}/tags."""
    home = site.state.repositories.get(asked.params["repository"])
    if home is None:
        return as_json([])
    let_read(asked, site.state.projects[home.project_id])
    return as_json([_tag_row(home, tag) for tag in home.tags.values() if _listed(home, tag)])


async def get_tag(site: Site, asked: Asked) -> web.Response:
    """GET /api/repositories/{repository}/tags/{tag}."""
    home, tag = _a_tag(site, asked)
    return as_json(_tag_row(home, tag))


async def get_manifest(site: Site, asked: Asked) -> web.Response:
    """GET /api/repositories/{repository}/tags/{tag}/manifest."""
    name, tag = asked.params["repository"], asked.params["tag"]
    project = site.state.project(name.partition("/")[0])
    if project is None:
        raise Refused(404, f"project {name.partition('/')[0]} not found\n")
    let_read(asked, project)
    if asked.query.get("version", "v2") not in {"v1", "v2"}:
        raise Refused(400, "version should be v1 or v2")
    artifact = site.state.find(name, tag)
    if artifact is None:
        raise Refused(404, events.manifest_unknown(tag) + "\n")
    image = artifact.image
    return as_json({"manifest": image.manifest, "config": json.dumps(_config(image.built))})


async def delete_tag(site: Site, asked: Asked) -> web.Response:
    """DELETE /api/repositories/{repository}/tags/{tag}."""
    name, tag = asked.params["repository"], asked.params["tag"]
    if asked.account is None:
        raise Refused(401, "\n")
    if "push" not in access.actions(site, asked.account, name):
        raise Refused(403, "\n")
    if site.state.find(name, tag) is not None:
        site.state.delete_tag(name, tag)
        site.state.add_audit("delete", name, tag=tag, by=asked.user, at=site.now())
        events.tag_deleted(site, name, tag)
    return done()


async def search(site: Site, asked: Asked) -> web.Response:
    """GET /api/search."""
    word = asked.query.get("q", "")
    projects = sorted(site.state.projects.values(), key=lambda project: project.name)
    seen = [one for one in projects if access.sees(asked.account, one.public, one.name)]
    ids = {project.id: project for project in seen}
    homes = sorted(site.state.repositories.values(), key=lambda home: home.name)
    return as_json(
        {
            "project": [project_row(site, asked, one) for one in seen if word in one.name],
            "repository": [
                _found_row(ids[home.project_id], home)
                for home in homes
                if home.project_id in ids and word in home.name
            ],
        }
    )


def a_project(site: Site, project_id: int) -> Project:
    """Find a project or say that there is none."""
    project = site.state.projects.get(project_id)
    if project is None:
        raise Refused(404, f"project {project_id} not found\n")
    return project


def project_row(site: Site, asked: Asked, project: Project) -> dict[str, Any]:
    """Show a project as lists do."""
    role = asked.account.roles.get(project.name) if asked.account else None
    ids = {Role.ADMIN: 1, Role.DEVELOPER: 2, Role.GUEST: 3}
    homes = [one for one in site.state.repositories.values() if one.project_id == project.id]
    return {
        "project_id": project.id,
        "owner_id": 1,
        "name": project.name,
        "creation_time": seconds(project.created),
        "creation_time_str": "",
        "deleted": 0,
        "owner_name": "",
        "public": int(project.public),
        "Togglable": asked.admin,
        "update_time": seconds(project.created),
        "current_user_role_id": 1 if asked.admin else ids[role] if role else 0,
        "repo_count": len(homes),
        "enable_content_trust": False,
        "prevent_vulnerable_images_from_running": False,
        "prevent_vulnerable_images_from_running_severity": "",
        "automatically_scan_images_on_push": False,
    }


def let_read(asked: Asked, project: Project) -> None:
    """Let only those go on who may look into *project*."""
    if not access.sees(asked.account, project.public, project.name):
        raise Refused(401 if asked.account is None else 403, "\n")


def _visible(site: Site, asked: Asked, home: Repository) -> bool:
    project = site.state.projects[home.project_id]
    return access.sees(asked.account, project.public, project.name)


def _a_tag(site: Site, asked: Asked) -> tuple[Repository, Tag]:
    name, tag = asked.params["repository"], asked.params["tag"]
    home = site.state.repositories.get(name)
    if home is None or tag not in home.tags or not _listed(home, home.tags[tag]):
        raise Refused(404, f"resource: {name}:{tag} not found\n")
    let_read(asked, site.state.projects[home.project_id])
    return home, home.tags[tag]


def _listed(home: Repository, tag: Tag) -> bool:
    # An OCI image exists in the registry, but this Harbor's own calls do not know it.
    return home.artifacts[tag.digest].image.media_type == DOCKER_MANIFEST


def _tag_row(home: Repository, tag: Tag) -> dict[str, Any]:
    built = _config(home.artifacts[tag.digest].image.built)
    return {
        "digest": tag.digest,
        "name": tag.name,
        "architecture": built["architecture"],
        "os": built["os"],
        "docker_version": built["docker_version"],
        "author": "",
        "created": built["created"],
        "signature": None,
    }


def _config(built: str) -> dict[str, str]:
    return {
        "architecture": "amd64",
        "os": "linux",
        "docker_version": "18.03.1-ce",
        "created": built,
    }


def _repository_row(home: Repository) -> dict[str, Any]:
    return {
        "id": home.id,
        "name": home.name,
        "project_id": home.project_id,
        "description": "",
        "pull_count": home.pulls,
        "star_count": 0,
        "tags_count": len(home.tags),
        "creation_time": seconds(home.created),
        "update_time": seconds(home.updated),
    }


def _found_row(project: Project, home: Repository) -> dict[str, Any]:
    return {
        "project_id": project.id,
        "project_name": project.name,
        "project_public": int(project.public),
        "pull_count": home.pulls,
        "repository_name": home.name,
        "tags_count": len(home.tags),
    }
