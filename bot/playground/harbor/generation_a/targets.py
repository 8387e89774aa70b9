"""Targets of Harbor 1.2: the other registries, and what a ping says of them.

Knows these routes. A ping passes on what the other side answered; where nothing answered it
is 500 without a reason. Does not know policies beyond that they use a target.
"""

from typing import Any

from aiohttp import web

from bot.playground.harbor.dispatch import Asked
from bot.playground.harbor.generation_a.answers import Refused, as_json, done, seconds
from bot.playground.harbor.outside import Unreachable
from bot.playground.harbor.records import Endpoint
from bot.playground.harbor.site import Site


async def list_targets(site: Site, asked: Asked) -> web.Response:
    """GET /api/targets."""
    name = asked.query.get("name", "")
    return as_json(
        [_row(one) for one in site.state.endpoints.values() if name in one.name] or None
    )


async def get_target(site: Site, asked: Asked) -> web.Response:
    """GET /api/targets/{id}."""
    return as_json(_row(_a_target(site, asked)))


async def create_target(site: Site, asked: Asked) -> web.Response:
    """POST /api/targets."""
    order = asked.json() or {}
    name, url = order.get("name", ""), order.get("endpoint", "").rstrip("/")
    if not name:
        raise Refused(400, "name can not be empty \n")
    kept = list(site.state.endpoints.values())
    if any(one.name == name for one in kept):
        raise Refused(409, "name is already used")
    if any(one.url.lower() == url.lower() for one in kept):
        raise Refused(409, f"the target whose endpoint is {url} already exists")
    made = site.state.add_endpoint(
        name,
        url,
        at=site.now(),
        username=order.get("username", ""),
        password=order.get("password", ""),
    )
    return done(201, f"/api/targets/{made.id}")


async def update_target(site: Site, asked: Asked) -> web.Response:
    """PUT /api/targets/{id}."""
    target, order = _a_target(site, asked), asked.json() or {}
    policies = site.state.project_policies.values()
    if any(one.target_id == target.id and one.enabled for one in policies):
        raise Refused(400, "the target is associated with policy which is enabled")
    target.name = order.get("name", target.name)
    target.url = order.get("endpoint", target.url)
    target.username = order.get("username", target.username)
    target.password = order.get("password", target.password)
    target.updated = site.now()
    return done()


async def delete_target(site: Site, asked: Asked) -> web.Response:
    """DELETE /api/targets/{id}."""
    target = _a_target(site, asked)
    policies = site.state.project_policies.values()
    if any(one.target_id == target.id and not one.deleted for one in policies):
        raise Refused(412, "the target is used by policies, can not be deleted")
    del site.state.endpoints[target.id]
    return done()


async def list_target_policies(site: Site, asked: Asked) -> web.Response:
    """GET /api/targets/{id}/policies/."""
    target = _a_target(site, asked)
    policies = site.state.project_policies.values()
    rows = [
        {
            "id": one.id,
            "project_id": one.project_id,
            "target_id": one.target_id,
            "name": one.name,
            "enabled": int(one.enabled),
            "description": one.description,
            "cron_str": "",
            "start_time": seconds(one.started),
            "creation_time": seconds(one.created),
            "update_time": seconds(one.updated),
            "error_job_count": 0,
            "deleted": 0,
        }
        for one in policies
        if one.target_id == target.id and not one.deleted
    ]
    return as_json(rows or None)


async def ping_target(site: Site, asked: Asked) -> web.Response:
    """POST /api/targets/{id}/ping."""
    target = site.state.endpoints.get(asked.number("id"))
    if target is None:
        raise Refused(404, f"target {asked.number('id')} not found")
    return await _ping(site, target.url, (target.username, target.password))


async def ping(site: Site, asked: Asked) -> web.Response:
    """POST /api/targets/ping."""
    order = asked.json() or {}
    if not order.get("endpoint"):
        raise Refused(400, "endpoint is required \n")
    login = (order.get("username", ""), order.get("password", ""))
    return await _ping(site, order["endpoint"].rstrip("/"), login)


async def _ping(site: Site, url: str, login: tuple[str, str]) -> web.Response:
    try:
        heard = await site.outside.ask("GET", f"{url}/v2/", login=login)
        if heard.status == 401:  # noqa: PLR2004 - a registry that wants a token, as it should
            known = await site.outside.ask("GET", f"{url}/api/users/current", login=login)
            return done(known.status) if known.status in {200, 401} else done()
    except Unreachable:
        raise Refused(500, "Internal Server Error") from None
    kind = heard.headers.get("Content-Type", "text/plain").partition(";")[0]
    return web.Response(status=heard.status, text=heard.body, content_type=kind)


def _a_target(site: Site, asked: Asked) -> Endpoint:
    target = site.state.endpoints.get(asked.number("id"))
    if target is None:
        raise Refused(404, "Not Found")
    return target


def _row(target: Endpoint) -> dict[str, Any]:
    return {
        "id": target.id,
        "endpoint": target.url,
        "name": target.name,
        "username": target.username,
        "password": "",
        "type": 0,
        "creation_time": seconds(target.created),
        "update_time": seconds(target.updated),
    }
