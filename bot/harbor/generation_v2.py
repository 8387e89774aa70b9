"""The reading routes of Harbor 2.2 to 2.15: a policy has executions, an execution has tasks.

Knows paths, parameters and rights. ``wire_v2`` reads what comes back.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from urllib.parse import quote

from bot.errors import HarborMissing
from bot.harbor import wire, wire_v2
from bot.harbor.transport import Transport, side_by_side
from bot.harbor.wire import Account, Call
from bot.ports import Found
from bot.replication.model import (
    Artifact,
    Execution,
    LogRow,
    Policy,
    Repository,
    Task,
    Version,
)


Row = TypeVar("Row")

_API = "/api/v2.0"
_PROJECTS = f"{_API}/projects"
# More than 100 rows a page are refused with 422.
_PAGE = str(wire.PAGE)
_TASK_PAGES = 5
# The old route still answers from here on, with an empty list for ever.
_AUDIT_MOVED = Version(2, 13)
_GONE = b"object is not found"


@dataclass(frozen=True, slots=True)
class V2:
    """Harbor 2.2 to 2.15; *version* is None where the instance hides it."""

    transport: Transport
    version: Version | None

    async def search(self, words: str) -> tuple[Repository, ...]:
        """GET /search."""
        call = _call(
            "search repositories", "/search", params={"q": words}, account=Account.READING
        )
        return wire.thing(await self.transport.ask(call), wire.repositories)

    async def list_policies(self) -> tuple[Policy, ...]:
        """GET /replication/policies, every page."""
        call = _call(
            "list the replication policies",
            "/replication/policies",
            params={"sort": "id"},
            right="replication-policy: list",
        )
        return (await self._list_pages(call, wire_v2.policy)).rows

    async def find_artifacts(
        self, repository: str, *, tag: str = "", digest: str = ""
    ) -> Found[Artifact]:
        """GET …/artifacts/{reference} and …/artifacts?q=tags=~{tag}, side by side."""
        if digest:
            return Found(await self._get_artifact(repository, digest))
        if not tag:
            return await self._list_artifacts(repository, "*")
        exact, near = await side_by_side(
            self._exactly(repository, tag), self._list_artifacts(repository, f"~{tag}")
        )
        # The fuzzy list matches anywhere in a tag, and may be cut off before the exact one.
        beginning = (row for row in near.rows if row.tag.startswith(tag))
        return Found(tuple(dict.fromkeys((*exact.rows, *beginning))), complete=near.complete)

    async def _exactly(self, repository: str, tag: str) -> Found[Artifact]:
        rows = await self._get_artifact(repository, tag)
        return Found(tuple(row for row in rows if row.tag == tag))

    async def _get_artifact(self, repository: str, reference: str) -> tuple[Artifact, ...]:
        call = _call(
            f"look for {reference} in {repository}",
            f"{_artifacts(repository)}/{quote(reference, safe=':')}",
            params={"with_tag": "true"},
            account=Account.READING,
            right="artifact: read",
        )
        answer = await self.transport.find(call)
        if answer is None:
            return ()
        return wire.thing(answer, lambda row: wire_v2.artifacts(row, repository))

    async def _list_artifacts(self, repository: str, tags: str) -> Found[Artifact]:
        call = _call(
            f"list the artifacts of {repository}",
            _artifacts(repository),
            params={"q": f"tags={tags}", "with_tag": "true", "page": "1", "page_size": _PAGE},
            account=Account.READING,
            right="artifact: list",
        )
        answer = await self.transport.find(call)
        if answer is None:
            return Found(())
        several = wire.rows(answer, lambda row: wire_v2.artifacts(row, repository))
        rows = tuple(row for rows in several for row in rows if row.tag)
        return Found(rows, complete=wire.total(answer) <= len(several))

    async def list_executions(
        self,
        policy: Policy,
        *,
        repository: str,  # noqa: ARG002 - executions do not name repositories
        page: int,
    ) -> Found[Execution]:
        """GET /replication/executions, newest first; no filter by status, which lags."""
        call = _call(
            f"list the executions of policy {policy.id}",
            "/replication/executions",
            params={
                "policy_id": str(policy.id),
                "sort": "-start_time",
                "page": str(page),
                "page_size": _PAGE,
            },
            right="replication: list",
        )
        answer = await self.transport.find(call)
        if answer is None:
            return Found(())
        rows = wire.rows(answer, wire_v2.execution)
        return wire.found(answer, rows, before=(page - 1) * wire.PAGE)

    async def list_tasks(self, execution: Execution) -> Found[Task]:
        """GET /replication/executions/{id}/tasks, up to 500 of them."""
        if execution.tasks is not None:
            return Found(execution.tasks)
        call = _call(
            f"list the tasks of execution {execution.id}",
            f"/replication/executions/{execution.id}/tasks",
            right="replication: list",
            may_miss=True,
        )
        try:
            return await self._list_pages(
                call, lambda row: wire_v2.task(row, execution.policy_id), most=_TASK_PAGES
            )
        except HarborMissing:
            # Swept, or gone with its policy.
            return Found(())

    async def read_log(self, task: Task) -> bytes:
        """GET /replication/executions/{id}/tasks/{id}/log."""
        call = _call(
            f"read the log of task {task.id}",
            f"/replication/executions/{task.execution_id}/tasks/{task.id}/log",
            right="replication: read",
            may_miss=True,
            tail=True,
        )
        answer = await self.transport.ask(call)
        # What the job service says of a swept log may come as the log itself.
        if answer.body.startswith(b"{") and _GONE in answer.body[: wire.ENOUGH]:
            raise wire.missing(answer)
        return answer.body

    async def list_log_rows(self, repository: Repository) -> Found[LogRow]:
        """GET /projects/{name}/logs; from 2.13 on /projects/{name}/auditlog-exts."""
        if self.version is not None:
            moved = self.version >= _AUDIT_MOVED
            return await self._list_log_rows(repository, moved=moved) or Found(())
        found = await self._list_log_rows(repository, moved=True)
        return found or await self._list_log_rows(repository, moved=False) or Found(())

    async def _list_log_rows(self, repository: Repository, *, moved: bool) -> Found[LogRow] | None:
        # Pushes and deletions side by side: among all rows pulls would hide them.
        calls = (_log_call(repository.name, word, moved=moved) for word in ("create", "delete"))
        try:
            answers = await side_by_side(*(self.transport.ask(call) for call in calls))
        except HarborMissing:
            return None
        read = [wire.rows(answer, wire_v2.log_row) for answer in answers]
        wanted = (row for rows in read for row in rows if row)
        here = [row for row in wanted if row.repository == repository.name]
        return Found(
            tuple(sorted(here, key=lambda row: row.at, reverse=True)),
            complete=all(
                wire.total(answer) <= len(rows) for answer, rows in zip(answers, read, strict=True)
            ),
        )

    async def _list_pages(
        self, call: Call, read: Callable[[Any], Row], *, most: int | None = None
    ) -> Found[Row]:
        first = await self.transport.ask(_paged(call, 1))
        total = wire.total(first)
        pages = -(-total // wire.PAGE)
        following = range(2, 1 + (pages if most is None else min(pages, most)))
        others = await side_by_side(
            *(self.transport.ask(_paged(call, page)) for page in following)
        )
        rows = tuple(row for answer in (first, *others) for row in wire.rows(answer, read))
        return Found(rows, complete=total <= len(rows))


def _call(purpose: str, path: str, *, right: str = "", **rest: Any) -> Call:
    granted = f'the permission "{right}"' if right else ""
    return Call(purpose=purpose, path=_API + path, right=granted, doubt=_PROJECTS, **rest)


def _paged(call: Call, page: int) -> Call:
    return replace(call, params={**call.params, "page": str(page), "page_size": _PAGE})


def _artifacts(repository: str) -> str:
    project, _, name = repository.partition("/")
    # A slash in a repository's name is encoded twice: the front decodes it once.
    encoded = quote(quote(name, safe=""), safe="")
    return f"/projects/{quote(project, safe='')}/repositories/{encoded}/artifacts"


def _log_call(repository: str, operation: str, *, moved: bool) -> Call:
    project = repository.partition("/")[0]
    return _call(
        f"read the audit log of project {project}",
        f"/projects/{quote(project, safe='')}/{'auditlog-exts' if moved else 'logs'}",
        params={
            "q": f"operation={operation},resource=~{repository}",
            "page": "1",
            "page_size": _PAGE,
        },
        right="log: list",
        may_miss=True,
    )
