"""Replication policies of Harbor 2.x.

Knows these routes, what a policy must look like and which fields each release has. Does not
know how a policy runs.
"""

import re
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
from bot.playground.harbor.generation_e.registries import a_registry, registry_row
from bot.playground.harbor.generation_e.rights import need_system
from bot.playground.harbor.records import FilterPolicy
from bot.playground.harbor.site import Site, Version


MAX_NAME = 256
CRON_FIELDS = 6
FIELDS = {
    "name": lambda policy: policy.name,
    "id": lambda policy: policy.id,
    "creation_time": lambda policy: policy.created,
    "update_time": lambda policy: policy.updated,
}


async def list_policies(site: Site, asked: Asked) -> web.Response:
    """GET /api/v2.0/replication/policies."""
    need_system(asked, "replication-policy:list")
    name = asked.query.get("name", "")
    rows = [policy for policy in site.state.policies.values() if name in policy.name]
    rows.reverse()
    return as_page(asked, Listing(rows, lambda row: policy_row(site, row), FIELDS))


async def get_policy(site: Site, asked: Asked) -> web.Response:
    """GET /api/v2.0/replication/policies/{id}."""
    need_system(asked, "replication-policy:read")
    return as_json(policy_row(site, a_policy(site, path_number(asked))))


async def create_policy(site: Site, asked: Asked) -> web.Response:
    """POST /api/v2.0/replication/policies."""
    need_system(asked, "replication-policy:create")
    order = body_of(asked, "policy")
    _check(site, order)
    if any(policy.name == order["name"] for policy in site.state.policies.values()):
        name = order["name"]
        raise Refused(409, "CONFLICT", f"replication policy {name} already exists")
    given, now = site.state.next_id("policy"), site.now()
    policy = FilterPolicy(given, order["name"], created=now, updated=now)
    _write(site.version, policy, order)
    site.state.policies[given] = policy
    return done(201, f"/api/v2.0/replication/policies/{given}")


async def update_policy(site: Site, asked: Asked) -> web.Response:
    """PUT /api/v2.0/replication/policies/{id}."""
    need_system(asked, "replication-policy:update")
    policy, order = a_policy(site, path_number(asked)), body_of(asked, "policy")
    _check(site, order)
    _write(site.version, policy, order)
    policy.updated = site.now()
    return done()


async def delete_policy(site: Site, asked: Asked) -> web.Response:
    """DELETE /api/v2.0/replication/policies/{id}."""
    need_system(asked, "replication-policy:delete")
    policy = a_policy(site, path_number(asked))
    runs = [run for run in site.state.executions.values() if run.policy_id == policy.id]
    if any(run.status == "InProgress" for run in runs):
        why = "contains executions that aren't in final status, stop the execution first"
        raise Refused(412, "PRECONDITION", why)
    del site.state.policies[policy.id]
    if site.version.at_least(2, 3):
        for run in runs:
            site.state.forget(run.id)
    return done()


def a_policy(site: Site, number: int) -> FilterPolicy:
    """Find a policy or say that there is none."""
    policy = site.state.policies.get(number)
    if policy is None:
        raise not_found(f"replication policy {number} not found")
    return policy


def policy_row(site: Site, policy: FilterPolicy) -> dict[str, Any]:
    """Show a policy; what is false is left out, as is what this release does not know."""
    row: dict[str, Any] = {
        "creation_time": instant(policy.created),
        "dest_registry": registry_row(site, policy.destination_id),
        "filters": policy.filters or None,
        "id": policy.id,
        "name": policy.name,
        "src_registry": registry_row(site, policy.source_id),
        "trigger": _trigger_row(policy),
        "update_time": instant(policy.updated),
    }
    optional = {
        "description": policy.description,
        "dest_namespace": policy.namespace,
        "deletion": policy.deletion,
        "enabled": policy.enabled,
        "override": policy.override,
        "replicate_deletion": policy.deletion and site.version.at_least(2, 3),
    }
    return row | {name: value for name, value in optional.items() if value} | _newer(site, policy)


def _newer(site: Site, policy: FilterPolicy) -> dict[str, Any]:
    since = {
        "dest_namespace_replace_count": ((2, 3), policy.replace_count),
        "speed": ((2, 4), policy.speed),
        "copy_by_chunk": ((2, 7), policy.by_chunk),
        "single_active_replication": ((2, 14), policy.single_active),
    }
    return {
        name: value for name, (release, value) in since.items() if site.version.at_least(*release)
    }


def _trigger_row(policy: FilterPolicy) -> dict[str, Any]:
    row: dict[str, Any] = {"type": policy.trigger}
    return row | ({"trigger_settings": {"cron": policy.cron}} if policy.cron else {})


def _check(site: Site, order: dict[str, Any]) -> None:
    name = order.get("name", "")
    if not name:
        raise _bad("empty name")
    if len(name) > MAX_NAME:
        raise Refused(500, "UNKNOWN", "internal server error")
    ends = [(order.get(side) or {}).get("id", 0) for side in ("src_registry", "dest_registry")]
    if bool(ends[0]) == bool(ends[1]):
        why = "either src_registry or dest_registry should be empty"
        raise _bad(f"{why} and the other one shouldn't be empty")
    a_registry(site, ends[0] or ends[1])
    namespace = order.get("dest_namespace", "")
    if namespace and not re.fullmatch(r"[a-z0-9]+([._/-][a-z0-9]+)*", namespace):
        raise _bad(f"invalid destination namespace: {namespace}")
    _check_filters(order.get("filters") or [])
    _check_trigger(order.get("trigger") or {})


def _check_filters(filters: list[dict[str, Any]]) -> None:
    for one in filters:
        kind, value = one.get("type"), one.get("value")
        if kind not in {"name", "tag", "label", "resource"}:
            raise _bad("invalid filter type")
        if kind == "label" and not isinstance(value, list):
            raise _bad("the type of label filter value isn't string slice")
        if kind == "resource" and value not in {"image", "artifact", ""}:
            raise _bad(f"invalid resource filter: {value}")


def _check_trigger(trigger: dict[str, Any]) -> None:
    if trigger.get("type", "manual") not in {"manual", "scheduled", "event_based"}:
        raise _bad("invalid trigger type")
    if trigger.get("type") != "scheduled":
        return
    cron = (trigger.get("trigger_settings") or {}).get("cron", "")
    fields = cron.split()
    if len(fields) != CRON_FIELDS:
        raise _bad(f"invalid cron string for scheduled trigger: {cron}")
    if fields[0] != "0":
        where = "the 1st field (indicating Seconds of time)"
        raise _bad(f"{where} of the cron setting must be 0")
    if fields[1] == "*":
        raise _bad(
            "* is not allowed for the Minutes field of the cron setting of replication policy"
        )


def _bad(why: str) -> Refused:
    return Refused(400, "BAD_REQUEST", why)


def _write(version: Version, policy: FilterPolicy, order: dict[str, Any]) -> None:
    """Put the whole order into the policy: what is missing becomes false.

    Of the two names for replicated deletion only the one called deprecated is read.
    """
    trigger = order.get("trigger") or {}
    policy.name = order["name"]
    policy.description = order.get("description", "")
    policy.source_id = (order.get("src_registry") or {}).get("id", 0)
    policy.destination_id = (order.get("dest_registry") or {}).get("id", 0)
    policy.namespace = order.get("dest_namespace", "")
    policy.trigger = trigger.get("type", "manual")
    policy.cron = (trigger.get("trigger_settings") or {}).get("cron", "")
    policy.filters = list(order.get("filters") or [])
    policy.deletion = bool(order.get("deletion"))
    policy.override = bool(order.get("override"))
    policy.enabled = bool(order.get("enabled"))
    policy.speed = order.get("speed", 0)
    policy.by_chunk = bool(order.get("copy_by_chunk"))
    policy.single_active = bool(order.get("single_active_replication"))
    if version.at_least(2, 3):
        count = order.get("dest_namespace_replace_count")
        policy.replace_count = -1 if count is None else count
