"""Audit log, quotas and immutability rules of Harbor 2.x.

Knows that the audit log moved in 2.13 and that the old routes say nothing since. Does not
know what writes the rows.
"""

from typing import Any

from aiohttp import web

from bot.playground.harbor.dispatch import Asked
from bot.playground.harbor.generation_e.answers import Listing, as_page, instant, number
from bot.playground.harbor.generation_e.rights import need_login, need_project, need_system
from bot.playground.harbor.records import AuditRow, Project
from bot.playground.harbor.site import Site


WORDS = {"push": "create", "delete": "delete", "pull": "pull"}
FIELDS = {
    "operation": lambda row: WORDS[row.operation],
    "username": lambda row: row.username,
    "resource": lambda row: f"{row.repository}:{row.tag or row.digest}",
    "resource_type": lambda _: "artifact",
    "op_time": lambda row: row.at,
}


async def list_audit_logs(site: Site, asked: Asked) -> web.Response:
    """GET /api/v2.0/audit-logs."""
    need_login(asked, message="")
    if not site.version.at_least(2, 13):
        need_system(asked, "audit-log:list")
    rows = [] if site.version.at_least(2, 13) else _newest(site.state.audit)
    return as_page(asked, Listing(rows, _old_row, FIELDS))


async def list_project_logs(site: Site, asked: Asked) -> web.Response:
    """GET /api/v2.0/projects/{project}/logs."""
    project = _project(site, asked)
    moved = site.version.at_least(2, 13)
    rows = [] if moved else _newest(site.state.audit, project)
    return as_page(asked, Listing(rows, _old_row, FIELDS))


async def list_audit_exts(site: Site, asked: Asked) -> web.Response:
    """GET /api/v2.0/auditlog-exts."""
    need_login(asked, message="")
    rows = _newest(site.state.audit)
    if not asked.admin and asked.account and "audit-log:list" not in asked.account.grants:
        rows = [row for row in rows if row.username == asked.user]
    return as_page(asked, Listing(rows, _new_row, FIELDS))


async def list_project_audit_exts(site: Site, asked: Asked) -> web.Response:
    """GET /api/v2.0/projects/{project}/auditlog-exts."""
    return as_page(
        asked, Listing(_newest(site.state.audit, _project(site, asked)), _new_row, FIELDS)
    )


async def list_quotas(site: Site, asked: Asked) -> web.Response:
    """GET /api/v2.0/quotas."""
    need_system(asked, "quota:list")
    wanted = number(asked, "reference_id", 0)
    rows = [one for one in site.state.projects.values() if wanted in {0, one.id}]
    rows.reverse()
    return as_page(asked, Listing(rows, lambda row: _quota_row(site, row)))


async def list_immutable_rules(site: Site, asked: Asked) -> web.Response:
    """GET /api/v2.0/projects/{project}/immutabletagrules."""
    project = need_project(site, asked, asked.params["project"], "immutable-tag:list")
    rows = list(enumerate(project.immutable, start=1))
    return as_page(asked, Listing(rows, _rule_row))


def _project(site: Site, asked: Asked) -> Project:
    need_login(asked)
    return need_project(site, asked, asked.params["project"], "log:list")


def _newest(rows: list[AuditRow], project: Project | None = None) -> list[AuditRow]:
    kept = [row for row in rows if project is None or row.project_id == project.id]
    return sorted(kept, key=lambda row: (row.at, row.id), reverse=True)


def _old_row(row: AuditRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "op_time": instant(row.at),
        "operation": WORDS[row.operation],
        "resource": f"{row.repository}:{row.tag or row.digest}",
        "resource_type": "artifact",
        "username": row.username,
    }


def _new_row(row: AuditRow) -> dict[str, Any]:
    return _old_row(row) | {
        "operation_description": f"{row.operation} artifact: {row.repository}@{row.digest}",
        "operation_result": True,
    }


def _quota_row(site: Site, project: Project) -> dict[str, Any]:
    return {
        "creation_time": instant(project.created),
        "hard": {"storage": project.quota},
        "id": project.id,
        "ref": {"id": project.id, "name": project.name, "owner_name": ""},
        "update_time": instant(project.created),
        "used": {"storage": site.state.used(project)},
    }


def _rule_row(rule: tuple[int, str]) -> dict[str, Any]:
    given, pattern = rule
    return {
        "action": "immutable",
        "id": given,
        "scope_selectors": {
            "repository": [
                {"decoration": "repoMatches", "kind": "doublestar", "pattern": "**"},
            ],
        },
        "tag_selectors": [{"decoration": "matches", "kind": "doublestar", "pattern": pattern}],
        "template": "immutable_template",
    }
