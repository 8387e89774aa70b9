"""The registry in front of which Harbor 2.x stands, and its token service.

Knows manifests, tokens and what refuses a push: rights, read-only mode, immutability, quota.
A password opens it as well as a token does. Every push is an event, whoever pushes.
"""

import json
from typing import Any

from aiohttp import web

from bot.playground.harbor import access
from bot.playground.harbor.dispatch import Asked
from bot.playground.harbor.generation_e import flow
from bot.playground.harbor.generation_e.answers import (
    Refused,
    as_json,
    done,
    error,
    instant,
    not_found,
)
from bot.playground.harbor.generation_e.artifacts import held_fast
from bot.playground.harbor.images import Image
from bot.playground.harbor.outside import BUILT
from bot.playground.harbor.records import Account, Project
from bot.playground.harbor.site import Site, Version


API = {"Docker-Distribution-Api-Version": "registry/2.0"}
LIFETIME = 1800
# These releases take no notice of a push whose content they have already.
DEAF = {Version(2, 11, 1), Version(2, 11, 2), Version(2, 12, 0)}


async def get_token(site: Site, asked: Asked) -> web.Response:
    """Issue a token for as much of the scope as this caller may have."""
    service = asked.query.get("service", "")
    if service != "harbor-registry":
        text = f"Unable to handle service: {service}"
        return web.Response(status=400, text=text, content_type="text/plain")
    kind, _, rest = asked.query.get("scope", "").partition(":")
    repository, _, wanted = rest.rpartition(":")
    given: dict[str, frozenset[str]] = {}
    if kind == "repository":
        may = access.actions(site, asked.account, repository)
        given[repository] = may & frozenset(wanted.split(","))
    token = access.issue(site, asked.account, given)
    data: dict[str, Any] = {"token": token, "access_token": "", "expires_in": LIFETIME}
    text = json.dumps(data | {"issued_at": instant(site.now())})
    return web.Response(text=text, content_type="application/json")


async def ping(site: Site, asked: Asked) -> web.Response:
    """GET /service/token."""
    if asked.account is None and access.bearer(site, asked.headers) is None:
        return _challenge(asked, "unauthorized: unauthorized")
    return web.Response(text="{}", content_type="application/json", headers=API)


async def redirect(_: Site, asked: Asked) -> web.Response:
    """GET /v2."""
    title = "301 Moved Permanently"
    page = f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n"
    page += f"<center><h1>{title}</h1></center>\r\n<hr><center>nginx</center>\r\n"
    return web.Response(
        status=301,
        body=f"{page}</body>\r\n</html>\r\n".encode(),
        content_type="text/html",
        headers={"Location": f"{asked.base}/v2/"},
    )


async def catalog(site: Site, asked: Asked) -> web.Response:
    """GET /v2/."""
    if not asked.admin:
        why = "unauthorized to list catalog"
        return _basic(f"{why}: {why}")
    names = sorted(site.state.repositories)
    shown = names[: int(asked.query.get("n", "100"))]
    answer = as_json({"repositories": shown})
    answer.charset = "utf-8"
    return answer


async def list_tags(site: Site, asked: Asked) -> web.Response:
    """GET /v2/_catalog."""
    name = asked.params["repository"]
    refused = _refuse(site, asked, "pull")
    if refused is not None:
        return refused
    home = site.state.repositories.get(name)
    if home is None:
        raise not_found(f"repository {name} not found")
    shown = sorted(home.tags)[: int(asked.query.get("n", "1000"))]
    answer = as_json({"name": name, "tags": shown})
    answer.charset = "utf-8"
    return answer


async def get_manifest(site: Site, asked: Asked) -> web.Response:
    """GET /v2/{repository}/tags/list."""
    refused = _refuse(site, asked, "pull")
    if refused is not None:
        return refused
    name, reference = asked.params["repository"], asked.params["reference"]
    home = site.state.repositories.get(name)
    if home is None:
        raise not_found(f"repository {name} not found")
    found = site.state.find(name, reference)
    if found is None:
        mark = "@" if reference.startswith("sha256:") else ":"
        raise not_found(f"artifact {name}{mark}{reference} not found")
    image = found.image
    headers = API | {"Docker-Content-Digest": image.digest, "Etag": f'"{image.digest}"'}
    return web.Response(body=image.body, content_type=image.media_type, headers=headers)


async def head_blob(site: Site, asked: Asked) -> web.Response:
    """GET /v2/{repository}/manifests/{reference} and HEAD."""
    refused = _refuse(site, asked, "pull")
    if refused is not None:
        return refused
    home = site.state.repositories.get(asked.params["repository"])
    artifacts = home.artifacts.values() if home else []
    known = {blob.digest for one in artifacts for blob in one.image.blobs}
    return done(200 if asked.params["digest"] in known else 404)


async def put_manifest(site: Site, asked: Asked) -> web.Response:
    """PUT /v2/{repository}/manifests/{reference}."""
    refused = _refuse(site, asked, "push")
    if refused is not None:
        return refused
    name, reference = asked.params["repository"], asked.params["reference"]
    if not isinstance(asked.json(), dict) or "schemaVersion" not in asked.json():
        raise Refused(400, "MANIFEST_INVALID", "manifest invalid")
    built = asked.headers.get(BUILT) or instant(site.now())
    image = Image(asked.body, asked.headers.get("Content-Type", ""), built)
    known = site.state.find(name, image.digest)
    image = known.image if known else image
    _let_in(site, name, reference, image=image)
    tag = "" if reference.startswith("sha256:") else reference
    if tag:
        site.state.add_tag(name, tag, image=image, at=site.now())
    else:
        site.state.add_untagged(name, image, at=site.now())
    account = _account(site, asked)
    by = account.name if account else "anonymous"
    if known is None or site.version not in DEAF:
        flow.announce(site, name, reference, by)
    headers = API | {
        "Docker-Content-Digest": image.digest,
        "Location": f"{asked.base}/v2/{name}/manifests/{image.digest}",
    }
    return web.Response(status=201, headers=headers)


def _let_in(site: Site, repository: str, reference: str, *, image: Image) -> None:
    """Let a push in unless read-only mode, a rule or the quota is against it."""
    project = site.state.project(repository.partition("/")[0])
    if site.state.read_only:
        raise Refused(403, "DENIED", flow.READ_ONLY)
    there = site.state.find(repository, reference)
    changes = there is not None and there.image.digest != image.digest
    if changes and held_fast(site, repository, reference):
        named = f"{repository.partition('/')[2]}:{reference}"
        why = f"Failed to process request due to '{named}' configured as immutable."
        raise Refused(412, "PRECONDITION", why)
    if project is not None and site.state.find(repository, image.digest) is None:
        _let_grow(site, project, image.size)


def _let_grow(site: Site, project: Project, size: int) -> None:
    used = site.state.used(project)
    if 0 <= project.quota < used + size:
        why = f"adding {_human(size)} of storage resource, which when updated to current usage"
        limit = f"will exceed the configured upper limit of {_human(project.quota)}."
        raise Refused(403, "DENIED", f"{why} of {_human(used)} {limit}")


def _human(size: int) -> str:
    amount = float(size)
    for unit in ("B", "KiB", "MiB"):
        if amount < 1024:  # noqa: PLR2004 - the step from one unit to the next
            return f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GiB"


def _account(site: Site, asked: Asked) -> Account | None:
    token = access.bearer(site, asked.headers)
    return token.account if token else asked.account


def _refuse(site: Site, asked: Asked, action: str) -> web.Response | None:
    name = asked.params["repository"]
    token, project = access.bearer(site, asked.headers), name.partition("/")[0]
    if site.state.project(project) is None:
        why = f"project {project} not found"
        return _basic(f"{why}: {why}") if asked.account or token else _challenge(asked, why)
    may = (
        token.access.get(name, frozenset()) if token else access.actions(site, asked.account, name)
    )
    if action in may:
        return None
    if asked.account is None and token is None:
        why = f"authorize header needed to send {_seen_as(asked)} to repository"
        wanted = "pull" if action == "pull" else "pull,push"
        return _challenge(asked, f"{why}: {why}", scope=f"repository:{name}:{wanted}")
    why = f"unauthorized to access repository: {name}, action: {action}"
    return _basic(f"{why}: {why}")


def _seen_as(asked: Asked) -> str:
    # Core looks a manifest up with HEAD before it lets a GET through, and says so.
    return "HEAD" if asked.method == "GET" else asked.method


def _challenge(asked: Asked, message: str, *, scope: str = "") -> web.Response:
    """HEAD /v2/{repository}/blobs/{digest}."""
    challenge = f'Bearer realm="{asked.base}/service/token",service="harbor-registry"'
    return _unauthorized(message, challenge + (f',scope="{scope}"' if scope else ""))


def _basic(message: str) -> web.Response:
    return _unauthorized(message, 'Basic realm="harbor"')


def _unauthorized(message: str, challenge: str) -> web.Response:
    answer = error(401, "UNAUTHORIZED", message)
    answer.headers.update(API | {"Www-Authenticate": challenge})
    return answer
