"""The routes of Harbor 1.2 and 1.3: a policy copies one project; each copy is a job.

Knows paths, parameters and rights. ``wire_v1`` reads what comes back.
"""

import json
from dataclasses import dataclass
from urllib.parse import quote

from bot.harbor import wire, wire_v1
from bot.harbor.transport import Transport, side_by_side
from bot.harbor.wire import Account, Call
from bot.ports import Found
from bot.replication.model import Artifact, Execution, LogRow, Policy, Repository, Task


# Only an administrator of the system may see policies, targets, jobs and their logs.
_ADMIN = "the system administrator's role"
_MEMBER = "membership in the project"
_PAGE = {"page": "1", "page_size": str(wire.PAGE)}
_MOST_JOBS = 500  # on one page; 1.2 silently gives no more (src/common/api/base.go)


@dataclass(frozen=True, slots=True)
class V1:
    """Harbor 1.2 and 1.3."""

    transport: Transport

    async def search(self, words: str) -> tuple[Repository, ...]:
        """GET /search."""
        call = Call(
            purpose="search repositories",
            path="/api/search",
            params={"q": words},
            account=Account.READING,
        )
        return wire.thing(await self.transport.ask(call), wire.repositories)

    async def list_policies(self) -> tuple[Policy, ...]:
        """GET /policies/replication and GET /targets, side by side; neither has pages."""
        listed = Call(
            purpose="list the replication policies",
            path="/api/policies/replication",
            right=_ADMIN,
        )
        pointed_to = Call(
            purpose="list the replication targets", path="/api/targets", right=_ADMIN
        )
        policies, endpoints = await side_by_side(
            self.transport.ask(listed), self.transport.ask(pointed_to)
        )
        targets = {target.id: target for target in wire.rows(endpoints, wire_v1.target)}
        return wire.rows(policies, lambda row: wire_v1.policy(row, targets))

    async def find_artifacts(
        self, repository: str, *, tag: str = "", digest: str = ""
    ) -> Found[Artifact]:
        """GET /repositories/{repository}/tags/{tag}, then …/tags where that is not there."""
        if tag and not digest:
            exact = await self._get_tag(repository, tag)
            if exact is not None:
                return Found((exact,))
        served = await self._list_tags(repository)
        if digest:
            return Found(tuple(row for row in served if row.digest == digest))
        return Found(tuple(row for row in served if row.tag.startswith(tag)))

    async def _get_tag(self, repository: str, tag: str) -> Artifact | None:
        call = Call(
            purpose=f"look for {repository}:{tag}",
            path=f"/api/repositories/{repository}/tags/{quote(tag, safe='')}",
            account=Account.READING,
            right=_MEMBER,
        )
        answer = await self.transport.find(call)
        if answer is None:
            return None
        return wire.thing(answer, lambda row: wire_v1.artifact(row, repository))

    async def _list_tags(self, repository: str) -> tuple[Artifact, ...]:
        call = Call(
            purpose=f"list the tags of {repository}",
            path=f"/api/repositories/{repository}/tags",
            account=Account.READING,
            right=_MEMBER,
        )
        answer = await self.transport.find(call)
        if answer is None:
            return ()
        return wire.rows(answer, lambda row: wire_v1.artifact(row, repository))

    async def list_executions(
        self, policy: Policy, *, repository: str, page: int
    ) -> Found[Execution]:
        """GET /jobs/replication; *repository* is matched as a part, ``_`` there as any letter."""
        call = Call(
            purpose=f"list the jobs of policy {policy.id}",
            path="/api/jobs/replication",
            params={
                "policy_id": str(policy.id),
                **_given(repository=repository),
                "page": str(page),
                "page_size": str(_MOST_JOBS),
            },
            right=_ADMIN,
        )
        answer = await self.transport.find(call)
        if answer is None:
            return Found(())
        jobs = wire.rows(answer, wire_v1.job)
        wanted = (job for job in jobs if repository.lower() in job.repository)
        # Harbor orders by a time of whole seconds, so that jobs of one second come in any order.
        newest_first = sorted(wanted, key=lambda job: job.id, reverse=True)
        return Found(
            tuple(wire_v1.execution(job) for job in newest_first),
            complete=wire.total(answer) <= (page - 1) * _MOST_JOBS + len(jobs),
        )

    async def list_tasks(self, execution: Execution) -> Found[Task]:
        """Send no request: the job came with its execution."""
        return Found(execution.tasks or ())

    async def read_log(self, task: Task) -> bytes:
        """GET /jobs/replication/{id}/log."""
        call = Call(
            purpose=f"read the log of job {task.id}",
            path=f"/api/jobs/replication/{task.id}/log",
            right=_ADMIN,
            may_miss=True,
            tail=True,
        )
        return (await self.transport.ask(call)).body

    async def list_log_rows(self, repository: Repository) -> Found[LogRow]:
        """GET /projects/{id}/logs, pushes and deletions side by side: pulls would hide them."""
        pushes, deletions = await side_by_side(
            self._list_log_rows(repository, "push"), self._list_log_rows(repository, "delete")
        )
        rows = sorted((*pushes.rows, *deletions.rows), key=lambda row: row.at, reverse=True)
        return Found(tuple(rows), complete=pushes.complete and deletions.complete)

    async def _list_log_rows(self, repository: Repository, operation: str) -> Found[LogRow]:
        call = Call(
            purpose=f"read the log of {repository.name}'s project",
            path=f"/api/projects/{repository.project_id}/logs",
            params={"repository": repository.name, "operation": operation, **_PAGE},
            right=_MEMBER,
        )
        answer = await self.transport.find(call)
        if answer is None:
            return Found(())
        rows = wire.rows(answer, wire_v1.log_row)
        # The parameter is matched as a part of the name.
        wanted = tuple(row for row in rows if row and row.repository == repository.name)
        return Found(wanted, complete=wire.total(answer) <= len(rows))

    async def set_enabled(self, policy_id: int, *, enabled: bool) -> None:
        """PUT /policies/replication/{id}/enablement; switching on copies the whole project."""
        await self.transport.change(
            _change(
                purpose=f"switch policy {policy_id} {'on' if enabled else 'off'}",
                path=f"/api/policies/replication/{policy_id}/enablement",
                method="PUT",
                order={"enabled": int(enabled)},
            )
        )

    async def create_policy(
        self, name: str, project_id: int, *, target_id: int, enabled: bool
    ) -> int:
        """POST /policies/replication; the new id ends the ``Location`` header."""
        order = {
            "name": name,
            "project_id": project_id,
            "target_id": target_id,
            "enabled": int(enabled),
        }
        answer = await self.transport.change(
            _change(
                purpose=f"create the policy {name}",
                path="/api/policies/replication",
                method="POST",
                order=order,
            )
        )
        return wire_v1.created_id(answer)

    async def delete_policy(self, policy_id: int) -> None:
        """DELETE /policies/replication/{id}; refused (412) while it is enabled or has jobs."""
        await self.transport.change(
            _change(
                purpose=f"delete policy {policy_id}",
                path=f"/api/policies/replication/{policy_id}",
                method="DELETE",
            )
        )

    async def ping_target(self, target_id: int) -> str:
        """POST /targets/{id}/ping; empty when the target answered well, else what is wrong."""
        answer = await self.transport.send_once(
            _change(
                purpose=f"ping target {target_id}",
                path=f"/api/targets/{target_id}/ping",
                method="POST",
            )
        )
        return wire_v1.ping(answer)


def _given(**params: str) -> dict[str, str]:
    # An empty parameter is no filter on 1.2 and finds nothing on 1.5.
    return {name: value for name, value in params.items() if value}


def _change(
    *, purpose: str, path: str, method: str, order: dict[str, object] | None = None
) -> Call:
    return Call(
        purpose=purpose,
        path=path,
        method=method,
        headers={"Content-Type": "application/json"} if order is not None else {},
        body=json.dumps(order).encode() if order is not None else b"",
        right=_ADMIN,
        may_miss=True,
    )
