"""Repositories, artifacts, tags and search of Harbor 2.x.

Knows these routes and how a repository's name is encoded in them. Does not know
replication.
"""

from typing import Any
from urllib.parse import quote, unquote

from aiohttp import web

from bot.playground.harbor import access
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
    not_found,
)
from bot.playground.harbor.generation_e.artifacts import artifact_row, tag_row
from bot.playground.harbor.generation_e.projects import metadata, project_row, without_detail
from bot.playground.harbor.generation_e.rights import (
    may_in_project,
    need_login,
    need_project,
)
from bot.playground.harbor.records import Artifact, Project, Repository, Tag
from bot.playground.harbor.site import Site


async def list_repositories(site: Site, asked: Asked) -> web.Response:
    """GET /api/v2.0/projects/{project}/repositories."""
    project = need_project(site, asked, asked.params["project"], "repository:list")
    homes = [home for home in site.state.repositories.values() if home.project_id == project.id]
    rows = sorted(homes, key=lambda home: home.created, reverse=True)
    fields = {"name": lambda one: one.name, "update_time": lambda one: one.updated}
    return as_page(asked, Listing(rows, repository_row, fields))


async def list_all_repositories(site: Site, asked: Asked) -> web.Response:
    """GET /api/v2.0/repositories."""
    seen = {
        project.id
        for project in site.state.projects.values()
        if may_in_project(site, asked, project, "repository:list")
    }
    homes = [home for home in site.state.repositories.values() if home.project_id in seen]
    rows = sorted(homes, key=lambda home: home.created, reverse=True)
    return as_page(asked, Listing(rows, repository_row, {"name": lambda one: one.name}))


async def get_repository(site: Site, asked: Asked) -> web.Response:
    """GET /api/v2.0/projects/{project}/repositories/{repository}."""
    need_project(site, asked, asked.params["project"], "repository:read")
    return as_json(repository_row(a_repository(site, asked)))


async def list_artifacts(site: Site, asked: Asked) -> web.Response:
    """GET /api/v2.0/projects/{project}/repositories/{repository}/artifacts."""
    need_project(site, asked, asked.params["project"], "artifact:list")
    home = site.state.repositories.get(full_name(asked))
    if home is None:
        return as_page(asked, Listing([], repository_row))
    rows = list(reversed(home.artifacts.values()))
    fields = {
        "tags": lambda one: home.names.get(one.image.digest, []),
        "digest": lambda one: one.image.digest,
        "push_time": lambda one: one.pushed,
    }
    return as_page(asked, Listing(rows, lambda row: _artifact(site, asked, home, row), fields))


async def get_artifact(site: Site, asked: Asked) -> web.Response:
    """GET /api/v2.0/projects/{project}/repositories/{repository}/artifacts/{reference}."""
    home, artifact = an_artifact(site, asked, "artifact:read")
    return as_json(_artifact(site, asked, home, artifact))


async def list_tags(site: Site, asked: Asked) -> web.Response:
    """GET /api/v2.0/projects/{project}/repositories/{repository}/artifacts/{reference}/tags."""
    home, artifact = an_artifact(site, asked, "tag:list")
    rows = tags_of(home, artifact)
    return as_page(
        asked,
        Listing(
            rows,
            lambda row: tag_row(site, home, artifact, row),
            {"name": lambda one: one.name},
        ),
    )


async def create_tag(site: Site, asked: Asked) -> web.Response:
    """POST /api/v2.0/projects/{project}/repositories/{repository}/artifacts/{reference}/tags."""
    home, artifact = an_artifact(site, asked, "tag:create")
    _need_push(site, asked, home)
    name = body_of(asked, "tag").get("name", "")
    if name in home.tags:
        why = f"tag {name} already exists under the repository {home.id}"
        raise Refused(409, "CONFLICT", why)
    site.state.add_tag(home.name, name, image=artifact.image, at=site.now())
    flow.pushed(site, home.name, name)
    path = f"{asked.path}/{name}"
    return done(201, path)


async def delete_tag(site: Site, asked: Asked) -> web.Response:
    """DELETE a tag: …/repositories/{repository}/artifacts/{reference}/tags/{tag}."""
    home, artifact = an_artifact(site, asked, "tag:delete")
    _need_push(site, asked, home)
    name = asked.params["tag"]
    if name not in home.tags:
        raise not_found(f"tag {name} attached to artifact {artifact.id} not found")
    digest = home.tags[name].digest
    site.state.delete_tag(home.name, name)
    by, now = asked.user, site.now()
    site.state.add_audit("delete", home.name, tag=name, by=by, at=now, digest=digest)
    return done()


async def search(site: Site, asked: Asked) -> web.Response:
    """GET /api/v2.0/search."""
    word = asked.query.get("q", "")
    if not word:
        raise Refused(
            422, "UNPROCESSABLE_ENTITY", "validation failure list:\nq in query is required"
        )
    projects = [
        one
        for one in site.state.projects.values()
        if may_in_project(site, asked, one, "project:read")
    ]
    seen = {one.id: one for one in projects}
    return as_json(
        {
            "project": [
                without_detail(project_row(site, asked, one)) | {"metadata": metadata(one)}
                for one in projects
                if word in one.name
            ],
            "repository": [
                _found_row(seen[home.project_id], home)
                for home in site.state.repositories.values()
                if home.project_id in seen and word in home.name
            ],
        }
    )


def full_name(asked: Asked) -> str:
    """Put a repository's name together; in the path it is encoded twice."""
    return f"{asked.params['project']}/{unquote(asked.params['repository'])}"


def a_repository(site: Site, asked: Asked) -> Repository:
    """Find a repository or say that there is none."""
    home = site.state.repositories.get(full_name(asked))
    if home is None:
        raise not_found(f"repository {full_name(asked)} not found")
    return home


def an_artifact(site: Site, asked: Asked, permission: str) -> tuple[Repository, Artifact]:
    """Find a content by tag or digest, for those who may."""
    if site.state.project(asked.params["project"]) is not None:
        need_project(site, asked, asked.params["project"], permission)
    home, reference = a_repository(site, asked), asked.params["reference"]
    artifact = site.state.find(home.name, reference)
    if artifact is None:
        mark = "@" if reference.startswith("sha256:") else ":"
        raise not_found(f"artifact {home.name}{mark}{reference} not found")
    return home, artifact


def tags_of(home: Repository, artifact: Artifact) -> list[Tag]:
    """List the tags of a content."""
    return [home.tags[name] for name in home.names.get(artifact.image.digest, [])]


def repository_row(home: Repository) -> dict[str, Any]:
    """Show a repository; a count of zero is left out."""
    count = {"artifact_count": len(home.artifacts)} if home.artifacts else {}
    return count | {
        "creation_time": instant(home.created),
        "id": home.id,
        "name": home.name,
        "project_id": home.project_id,
        "pull_count": home.pulls,
        "update_time": instant(home.updated),
    }


def _need_push(site: Site, asked: Asked, home: Repository) -> None:
    need_login(asked)
    if "push" not in access.actions(site, asked.account, home.name):
        raise Refused(403, "FORBIDDEN", "forbidden")


def _artifact(site: Site, asked: Asked, home: Repository, artifact: Artifact) -> dict[str, Any]:
    shown = tags_of(home, artifact) if asked.query.get("with_tag", "true") != "false" else []
    project, _, name = home.name.partition("/")
    path = f"/api/v2.0/projects/{project}/repositories/{quote(quote(name, safe=''), safe='')}"
    return artifact_row(site, home, artifact, tags=shown, path=path)


def _found_row(project: Project, home: Repository) -> dict[str, Any]:
    row: dict[str, Any] = {
        "artifact_count": len(home.artifacts),
        "project_id": project.id,
        "project_name": project.name,
        "repository_name": home.name,
    }
    if project.public:
        row["project_public"] = True
    if home.pulls:
        row["pull_count"] = home.pulls
    return row
