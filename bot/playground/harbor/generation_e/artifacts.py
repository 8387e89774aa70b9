"""How Harbor 2.x shows an artifact and its tags.

Knows JSON only, and which tags a rule holds fast.
"""

from fnmatch import fnmatchcase
from typing import Any

from bot.playground.harbor.generation_e.answers import instant
from bot.playground.harbor.images import DOCKER_CONFIG, DOCKER_MANIFEST, OCI_CONFIG
from bot.playground.harbor.records import Artifact, Repository, Tag
from bot.playground.harbor.site import Site


ICON = "sha256:0048162a053eef4d4ce3fe7518615bef084403614f8bca43b40ae2e762e11e06"


def artifact_row(
    site: Site, home: Repository, artifact: Artifact, *, tags: list[Tag], path: str
) -> dict[str, Any]:
    """Show a content; its links go through *path*."""
    image = artifact.image
    docker = image.media_type == DOCKER_MANIFEST
    kind = DOCKER_CONFIG if docker else OCI_CONFIG
    href = f"{path}/artifacts/{image.digest}/additions/build_history"
    row: dict[str, Any] = {
        "accessories": None,
        "addition_links": {"build_history": {"absolute": False, "href": href}},
        "digest": image.digest,
        "extra_attrs": {
            "architecture": "amd64",
            "author": "",
            "config": {},
            "created": image.built,
            "os": "linux",
        },
        "icon": ICON,
        "id": artifact.id,
        "labels": None,
        "manifest_media_type": image.media_type,
        "media_type": kind,
        "project_id": home.project_id,
        "pull_time": instant(None),
        "push_time": instant(artifact.pushed),
        "references": None,
        "repository_id": home.id,
        "size": image.size,
        "tags": [tag_row(site, home, artifact, tag) for tag in tags] or None,
        "type": "IMAGE",
    }
    if site.version.at_least(2, 11):
        row["artifact_type"] = kind
    if site.version.at_least(2, 13):
        row["repository_name"] = home.name
    return row


def tag_row(site: Site, home: Repository, artifact: Artifact, tag: Tag) -> dict[str, Any]:
    """Show a tag."""
    return {
        "artifact_id": artifact.id,
        "id": tag.id,
        "immutable": held_fast(site, home.name, tag.name),
        "name": tag.name,
        "pull_time": instant(None),
        "push_time": instant(tag.pushed),
        "repository_id": home.id,
    }


def held_fast(site: Site, repository: str, tag: str) -> bool:
    """Say whether an immutability rule of the project covers *tag*."""
    project = site.state.project(repository.partition("/")[0])
    return project is not None and any(fnmatchcase(tag, rule) for rule in project.immutable)
