"""Registries of Harbor 2.x: the endpoints of policies, and what a ping says of them.

Knows these routes. Secrets are never shown; ``status`` stays healthy whatever happens, as it
was seen to. Does not know policies beyond that they use a registry.
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
    path_number,
)
from bot.playground.harbor.generation_e.rights import need_system
from bot.playground.harbor.outside import Unreachable
from bot.playground.harbor.records import Endpoint
from bot.playground.harbor.site import Site


FIELDS = {
    "name": lambda registry: registry.name,
    "type": lambda registry: registry.type,
    "id": lambda registry: registry.id,
}
ADAPTERS = ["docker-hub", "docker-registry", "harbor"]
GATEWAY_ERRORS = {502, 503}


async def list_registries(site: Site, asked: Asked) -> web.Response:
    """GET /api/v2.0/registries."""
    need_system(asked, "registry:list")
    name = asked.query.get("name", "")
    rows = [one for one in site.state.endpoints.values() if name in one.name]
    return as_page(asked, Listing(rows, lambda row: registry_row(site, row.id), FIELDS))


async def get_registry(site: Site, asked: Asked) -> web.Response:
    """GET /api/v2.0/registries/{id}."""
    need_system(asked, "registry:read")
    return as_json(registry_row(site, a_registry(site, path_number(asked)).id))


async def get_registry_info(site: Site, asked: Asked) -> web.Response:
    """GET /api/v2.0/registries/{id}/info."""
    need_system(asked, "registry:read")
    registry = a_registry(site, path_number(asked))
    kinds = {"name": "input", "tag": "input", "label": "list"}
    filters: list[dict[str, Any]] = [
        {"style": style, "type": kind, "values": None} for kind, style in kinds.items()
    ]
    filters.append({"style": "radio", "type": "resource", "values": ["image", "artifact"]})
    info: dict[str, Any] = {
        "supported_resource_filters": filters,
        "supported_triggers": ["manual", "scheduled"],
        "type": registry.type,
    }
    return as_json(
        info | ({"supported_copy_by_chunk": True} if site.version.at_least(2, 7) else {})
    )


async def list_adapters(_: Site, asked: Asked) -> web.Response:
    """GET /api/v2.0/replication/adapters."""
    need_system(asked, "replication-adapter:list")
    return as_json(ADAPTERS)


async def create_registry(site: Site, asked: Asked) -> web.Response:
    """POST /api/v2.0/registries."""
    need_system(asked, "registry:create")
    order = body_of(asked, "registry")
    name = order.get("name", "")
    if any(one.name == name for one in site.state.endpoints.values()):
        raise Refused(409, "CONFLICT", f"registry {name} already exists")
    login = _login(order)
    await _check(site, order.get("url", ""), login)
    made = site.state.add_endpoint(
        name, order.get("url", ""), at=site.now(), username=login[0], password=login[1]
    )
    made.insecure = bool(order.get("insecure"))
    made.description = order.get("description", "")
    return done(201, f"/api/v2.0/registries/{made.id}")


async def update_registry(site: Site, asked: Asked) -> web.Response:
    """PUT /api/v2.0/registries/{id}."""
    need_system(asked, "registry:update")
    registry, order = a_registry(site, path_number(asked)), body_of(asked, "registry")
    url = order.get("url") or registry.url
    login = (
        order.get("access_key") or registry.username,
        order.get("access_secret") or registry.password,
    )
    await _check(site, url, login)
    registry.url, (registry.username, registry.password) = url, login
    registry.name = order.get("name") or registry.name
    registry.description = order.get("description", registry.description)
    registry.updated = site.now()
    return done()


async def delete_registry(site: Site, asked: Asked) -> web.Response:
    """DELETE /api/v2.0/registries/{id}."""
    need_system(asked, "registry:delete")
    registry = a_registry(site, path_number(asked))
    if any(
        registry.id in {policy.source_id, policy.destination_id}
        for policy in site.state.policies.values()
    ):
        used = f"the registry {registry.id} is referenced by replication policies"
        raise Refused(412, "PRECONDITION", f"{used}, cannot delete it")
    del site.state.endpoints[registry.id]
    return done()


async def ping(site: Site, asked: Asked) -> web.Response:
    """POST /api/v2.0/registries/ping."""
    need_system(asked, "registry:read")
    order = body_of(asked, "registry")
    if order.get("id"):
        known = a_registry(site, order["id"])
        await _check(site, known.url, (known.username, known.password))
    elif not order.get("url") or not order.get("type"):
        raise Refused(400, "BAD_REQUEST", "type or url cannot be empty")
    else:
        login = (order.get("access_key", ""), order.get("access_secret", ""))
        await _check(site, order["url"], login)
    return done()


def a_registry(site: Site, number: int) -> Endpoint:
    """Find a registry or say that there is none."""
    registry = site.state.endpoints.get(number)
    if registry is None:
        raise not_found(f"registry {number} not found")
    return registry


def registry_row(site: Site, number: int) -> dict[str, Any]:
    """Show a registry; id 0 is this Harbor itself."""
    if number == 0:
        return {
            "creation_time": instant(None),
            "credential": {"access_secret": "*****", "type": "secret"},
            "id": 0,
            "insecure": True,
            "name": "Local",
            "status": "healthy",
            "type": "harbor",
            "update_time": instant(None),
            "url": "http://core:8080",
        }
    registry = site.state.endpoints[number]
    credential = {"access_key": registry.username, "access_secret": "*****", "type": "basic"}
    row: dict[str, Any] = {
        "creation_time": instant(registry.created),
        "credential": credential if registry.username else {},
        "id": registry.id,
        "name": registry.name,
        "status": "healthy",
        "type": registry.type,
        "update_time": instant(registry.updated),
        "url": registry.url,
    }
    optional = {"insecure": registry.insecure, "description": registry.description}
    return row | {name: value for name, value in optional.items() if value}


def _login(order: dict[str, Any]) -> tuple[str, str]:
    credential = order.get("credential") or {}
    return credential.get("access_key", ""), credential.get("access_secret", "")


async def _check(site: Site, url: str, login: tuple[str, str]) -> None:
    try:
        heard = await site.outside.ask("GET", f"{url.rstrip('/')}/v2/", login=login)
    except Unreachable:
        raise Refused(500, "UNKNOWN", "internal server error") from None
    if heard.status in GATEWAY_ERRORS:
        raise Refused(heard.status, "UNKNOWN", "internal server error")
    if heard.status == 401 and login[0]:  # noqa: PLR2004 - the other side does not know us
        raise Refused(400, "BAD_REQUEST", "the registry is unhealthy")
