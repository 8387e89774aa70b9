"""The registry behind Harbor 1.2, and its token service.

Knows tokens, manifests and the push that is an event. Only a token opens it: a password is
401 here, and a wrong password at the token service is 200 with a token that may do less.
"""

import json
from typing import Any

from aiohttp import web

from bot.playground.harbor import access
from bot.playground.harbor.dispatch import Asked
from bot.playground.harbor.generation_a import events
from bot.playground.harbor.generation_a.answers import refusal, seconds
from bot.playground.harbor.images import Image
from bot.playground.harbor.outside import BUILT
from bot.playground.harbor.site import Site


API = {"Docker-Distribution-Api-Version": "registry/2.0"}
LIFETIME = 1800


async def get_token(site: Site, asked: Asked) -> web.Response:
    """Issue a token for as much of the scope as this caller may have."""
    if asked.query.get("service") != "harbor-registry":
        return refusal(400, "Unable to handle service: " + asked.query.get("service", ""))
    given: dict[str, frozenset[str]] = {}
    kind, _, rest = asked.query.get("scope", "").partition(":")
    repository, _, wanted = rest.rpartition(":")
    if kind == "repository":
        may = access.actions(site, asked.account, repository)
        given[repository] = may & frozenset(wanted.split(","))
    token = access.issue(site, asked.account, given)
    issued = seconds(site.now())
    text = json.dumps({"token": token, "expires_in": LIFETIME, "issued_at": issued})
    return web.Response(text=text, content_type="application/json")


async def ping(site: Site, asked: Asked) -> web.Response:
    """GET /service/token."""
    if access.bearer(site, asked.headers) is None:
        return _unauthorized(asked, None)
    return web.Response(text="{}", content_type="application/json", headers=API)


async def catalog(_: Site, asked: Asked) -> web.Response:
    """GET /v2/."""
    detail = [{"Type": "registry", "Class": "", "Name": "catalog", "Action": "*"}]
    return _unauthorized(asked, detail, scope="registry:catalog:*")


async def list_tags(site: Site, asked: Asked) -> web.Response:
    """GET /v2/_catalog."""
    name = asked.params["repository"]
    refused = _refuse(site, asked, name, ["pull"])
    if refused is not None:
        return refused
    home = site.state.repositories.get(name)
    if home is None:
        return _error(404, "NAME_UNKNOWN", "repository name not known to registry", {"name": name})
    return _json(200, {"name": name, "tags": list(home.tags)})


async def get_manifest(site: Site, asked: Asked) -> web.Response:
    """GET /v2/{repository}/tags/list."""
    name, reference = asked.params["repository"], asked.params["reference"]
    refused = _refuse(site, asked, name, ["pull"])
    if refused is not None:
        return refused
    found = site.state.find(name, reference)
    if found is None:
        text = events.manifest_unknown(reference) + "\n"
        return web.Response(status=404, text=text, content_type="application/json", headers=API)
    headers = API | {"Docker-Content-Digest": found.image.digest}
    return web.Response(
        body=found.image.body, content_type=found.image.media_type, headers=headers
    )


async def head_blob(site: Site, asked: Asked) -> web.Response:
    """GET /v2/{repository}/manifests/{reference} and HEAD."""
    name, digest = asked.params["repository"], asked.params["digest"]
    refused = _refuse(site, asked, name, ["pull"])
    if refused is not None:
        return refused
    home = site.state.repositories.get(name)
    known = (
        [blob.digest for one in home.artifacts.values() for blob in one.image.blobs]
        if home
        else []
    )
    return web.Response(status=200 if digest in known else 404, headers=API)


async def put_manifest(site: Site, asked: Asked) -> web.Response:
    """PUT /v2/{repository}/manifests/{reference}."""
    name, reference = asked.params["repository"], asked.params["reference"]
    refused = _refuse(site, asked, name, ["pull", "push"])
    if refused is not None:
        return refused
    built = asked.headers.get(BUILT) or seconds(site.now())
    image = Image(asked.body, asked.headers.get("Content-Type", ""), built)
    if not isinstance(asked.json(), dict) or "schemaVersion" not in asked.json():
        return _error(400, "MANIFEST_INVALID", "manifest invalid", {})
    known = site.state.find(name, image.digest)
    image = known.image if known else image
    by_tag = not reference.startswith("sha256:")
    if by_tag:
        site.state.add_tag(name, reference, image=image, at=site.now())
    else:
        site.state.add_untagged(name, image, at=site.now())
    if events.notices(image.media_type, asked.headers.get("User-Agent", "")):
        token = access.bearer(site, asked.headers)
        by = token.account.name if token and token.account else "anonymous"
        events.pushed(site, name, reference if by_tag else None, by=by)
    headers = API | {
        "Docker-Content-Digest": image.digest,
        "Location": f"{asked.base}/v2/{name}/manifests/{image.digest}",
    }
    return web.Response(status=201, headers=headers)


def _refuse(site: Site, asked: Asked, repository: str, actions: list[str]) -> web.Response | None:
    token = access.bearer(site, asked.headers)
    if token and set(actions) <= token.access.get(repository, frozenset()):
        return None
    detail = [
        {"Type": "repository", "Class": "", "Name": repository, "Action": action}
        for action in actions
    ]
    return _unauthorized(
        asked,
        detail,
        scope=f"repository:{repository}:{','.join(actions)}",
        insufficient=token is not None,
    )


def _unauthorized(
    asked: Asked, detail: Any, *, scope: str = "", insufficient: bool = False
) -> web.Response:
    """HEAD /v2/{repository}/blobs/{digest}."""
    challenge = f'Bearer realm="{asked.base}/service/token",service="harbor-registry"'
    challenge += f',scope="{scope}"' if scope else ""
    challenge += ',error="insufficient_scope"' if insufficient else ""
    answer = _error(401, "UNAUTHORIZED", "authentication required", detail)
    answer.headers["Www-Authenticate"] = challenge
    return answer


def _error(status: int, code: str, message: str, detail: Any) -> web.Response:
    return _json(status, {"errors": [{"code": code, "message": message, "detail": detail}]})


def _json(status: int, data: Any) -> web.Response:
    text = json.dumps(data, separators=(",", ":")) + "\n"
    return web.Response(status=status, text=text, content_type="application/json", headers=API)
