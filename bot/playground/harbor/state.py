"""The memory of one simulated Harbor, and the builders by which tests fill it.

Knows what belongs together and hands out ids. Does not know HTTP, versions or time: who
adds something says when.
"""

from dataclasses import dataclass, field
from datetime import datetime

from bot.playground.harbor.images import Image
from bot.playground.harbor.records import (
    Account,
    Artifact,
    AuditRow,
    Endpoint,
    Execution,
    FilterPolicy,
    Job,
    Project,
    ProjectPolicy,
    Repository,
    Role,
    Tag,
    Task,
)


EVERYONE = "everyone"
ADMIN_ONLY = "adminonly"


@dataclass(slots=True)
class State:
    """Everything that a Harbor keeps in its database and its storage.

    *external_url* is what it believes to be called and names in its answers; if empty it says
    the name under which it was asked.
    """

    accounts: dict[str, Account] = field(default_factory=dict)
    projects: dict[int, Project] = field(default_factory=dict)
    repositories: dict[str, Repository] = field(default_factory=dict)
    endpoints: dict[int, Endpoint] = field(default_factory=dict)
    project_policies: dict[int, ProjectPolicy] = field(default_factory=dict)
    jobs: dict[int, Job] = field(default_factory=dict)
    policies: dict[int, FilterPolicy] = field(default_factory=dict)
    executions: dict[int, Execution] = field(default_factory=dict)
    tasks: dict[int, Task] = field(default_factory=dict)
    audit: list[AuditRow] = field(default_factory=list)
    project_creation: str = EVERYONE
    read_only: bool = False
    external_url: str = ""
    queue_paused: bool = False
    _tasks_of: dict[int, list[Task]] = field(default_factory=dict)
    _last: dict[str, int] = field(default_factory=dict)

    def next_id(self, kind: str, wanted: int | None = None) -> int:
        """Hand out the id *wanted*, or the one after the highest so far."""
        last = self._last.get(kind, 0)
        given = last + 1 if wanted is None else wanted
        self._last[kind] = max(last, given)
        return given

    def add_account(
        self,
        name: str,
        password: str,
        *,
        admin: bool = False,
        roles: dict[str, Role] | None = None,
    ) -> Account:
        """Let somebody in."""
        given = self.next_id("account")
        account = Account(given, name, password, admin=admin, roles=dict(roles or {}))
        self.accounts[name] = account
        return account

    def add_robot(
        self,
        name: str,
        password: str,
        *,
        grants: frozenset[str] = frozenset(),
        project_grants: frozenset[str] = frozenset(),
    ) -> Account:
        """Let a robot in; its user name gets Harbor's prefix."""
        account = self.add_account(f"robot${name}", password)
        account.robot = True
        account.grants = grants
        account.project_grants = project_grants
        return account

    def add_project(
        self, name: str, created: datetime, *, public: bool = True, given: int | None = None
    ) -> Project:
        """Make a project, with the next id or the one named."""
        project = Project(self.next_id("project", given), name, created, public=public)
        self.projects[project.id] = project
        return project

    def project(self, name: str) -> Project | None:
        """Find a project by its name."""
        return next((found for found in self.projects.values() if found.name == name), None)

    def add_tag(
        self, repository: str, tag: str, *, image: Image, at: datetime, audit_by: str = ""
    ) -> Tag:
        """Put *image* under a tag as if pushed at *at*; no event, a push row if *audit_by*."""
        home = self._repository(repository, at)
        artifact = home.artifacts.get(image.digest)
        if artifact is None:
            artifact = Artifact(self.next_id("artifact"), image, at)
            home.artifacts[image.digest] = artifact
        known = home.tags.get(tag)
        given = known.id if known else self.next_id("tag")
        self.delete_tag(repository, tag)
        home.tags[tag] = Tag(given, tag, image.digest, at)
        home.names.setdefault(image.digest, []).append(tag)
        home.updated = at
        if audit_by:
            self.add_audit("push", repository, tag=tag, by=audit_by, at=at, digest=image.digest)
        return home.tags[tag]

    def add_untagged(self, repository: str, image: Image, *, at: datetime) -> None:
        """Put *image* into a repository without a tag."""
        home = self._repository(repository, at)
        home.artifacts.setdefault(image.digest, Artifact(self.next_id("artifact"), image, at))

    def _repository(self, name: str, at: datetime) -> Repository:
        found = self.repositories.get(name)
        if found is None:
            project = self.project(name.partition("/")[0])
            if project is None:
                raise LookupError(f"There is no project for {name}.")
            given = self.next_id("repository")
            found = Repository(given, name, project.id, created=at, updated=at)
            self.repositories[name] = found
        return found

    def delete_tag(self, repository: str, tag: str) -> None:
        """Take a tag away; its content stays until it is collected."""
        home = self.repositories.get(repository)
        gone = home.tags.pop(tag, None) if home else None
        if home is not None and gone is not None:
            home.names[gone.digest].remove(tag)

    def find(self, repository: str, reference: str) -> Artifact | None:
        """Find a content by tag or digest."""
        home = self.repositories.get(repository)
        if home is None:
            return None
        tag = home.tags.get(reference)
        return home.artifacts.get(tag.digest if tag else reference)

    def used(self, project: Project) -> int:
        """Add up what a project holds, in bytes."""
        homes = [home for home in self.repositories.values() if home.project_id == project.id]
        return sum(artifact.image.size for home in homes for artifact in home.artifacts.values())

    def add_audit(
        self, operation: str, repository: str, *, tag: str, by: str, at: datetime, digest: str = ""
    ) -> AuditRow:
        """Write down who did what."""
        project = self.project(repository.partition("/")[0])
        project_id = project.id if project else 0
        given = self.next_id("audit")
        row = AuditRow(given, by, project_id, repository, tag, operation, at, digest)
        self.audit.append(row)
        return row

    def add_endpoint(
        self, name: str, url: str, *, at: datetime, username: str = "admin", password: str = ""
    ) -> Endpoint:
        """Make another registry known."""
        given = self.next_id("endpoint")
        endpoint = Endpoint(given, name, url, username, password, created=at, updated=at)
        self.endpoints[given] = endpoint
        return endpoint

    def add_task(self, task: Task) -> None:
        """Put a task into its execution."""
        self.tasks[task.id] = task
        self._tasks_of.setdefault(task.execution_id, []).append(task)

    def tasks_of(self, execution_id: int) -> list[Task]:
        """List the tasks of an execution."""
        return list(self._tasks_of.get(execution_id, []))

    def forget(self, execution_id: int) -> None:
        """Remove an execution with its tasks and their logs."""
        for task in self._tasks_of.pop(execution_id, []):
            del self.tasks[task.id]
        self.executions.pop(execution_id, None)
