"""The access log of Harbor 1.2: who pushed and deleted what.

Knows its two routes and their filters. Does not know what writes the rows; a push by a client
that Harbor takes no notice of is not among them.
"""

from datetime import datetime
from typing import Any

from aiohttp import web

from bot.playground.harbor.dispatch import Asked
from bot.playground.harbor.generation_a.answers import Refused, as_page, instant, seconds
from bot.playground.harbor.generation_a.content import a_project, let_read
from bot.playground.harbor.records import AuditRow
from bot.playground.harbor.site import Site


async def list_project_logs(site: Site, asked: Asked) -> web.Response:
    """GET /api/projects/{id}/logs."""
    project = a_project(site, asked.number("id"))
    if asked.account is None:
        raise Refused(401, "\n")
    let_read(asked, project)
    rows = [row for row in _log_rows(site, asked) if row.project_id == project.id]
    return as_page(asked, rows, _audit_row)


async def list_logs(site: Site, asked: Asked) -> web.Response:
    """GET /api/logs."""
    if asked.account is None:
        raise Refused(401, "\n")
    names = {project.id: project.name for project in site.state.projects.values()}
    rows = [
        row
        for row in _log_rows(site, asked)
        if asked.admin or names.get(row.project_id) in asked.account.roles
    ]
    return as_page(asked, rows, _audit_row, null=True)


def _log_rows(site: Site, asked: Asked) -> list[AuditRow]:
    begin, end = instant(asked, "begin_timestamp"), instant(asked, "end_timestamp")
    rows = [row for row in site.state.audit if _wanted(asked, row) and _within(row, begin, end)]
    return sorted(rows, key=lambda row: row.at.replace(microsecond=0), reverse=True)


def _wanted(asked: Asked, row: AuditRow) -> bool:
    query = asked.query
    return (
        query.get("username", "") in row.username
        and query.get("repository", "") in row.repository
        and query.get("tag", "") in row.tag
        and query.get("operation", "") in {"", row.operation}
    )


def _within(row: AuditRow, begin: datetime | None, end: datetime | None) -> bool:
    return (begin is None or row.at >= begin) and (end is None or row.at <= end)


def _audit_row(row: AuditRow) -> dict[str, Any]:
    return {
        "log_id": row.id,
        "username": row.username,
        "project_id": row.project_id,
        "repo_name": row.repository,
        "repo_tag": row.tag,
        "guid": "",
        "operation": row.operation,
        "op_time": seconds(row.at),
    }
