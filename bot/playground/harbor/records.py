"""What a simulated Harbor holds: plain records, changed in place by whoever owns them.

Knows fields and nothing else: no JSON, no routes, no rules.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.playground.harbor.images import Image


class Role(StrEnum):
    """What a person may do in one project."""

    ADMIN = "admin"
    DEVELOPER = "developer"
    GUEST = "guest"


@dataclass(slots=True)
class Account:
    """Somebody with a password: a person, or from 2.2 on a robot.

    *grants* are a robot's permissions as ``resource:action``: those of the system in
    *grants*, those in every project in *project_grants*.
    """

    id: int
    name: str
    password: str
    admin: bool = False
    roles: dict[str, Role] = field(default_factory=dict)
    robot: bool = False
    grants: frozenset[str] = frozenset()
    project_grants: frozenset[str] = frozenset()


@dataclass(slots=True)
class Project:
    """A project; *quota* in bytes, -1 is none; *immutable* are patterns of tags."""

    id: int
    name: str
    created: datetime
    public: bool = True
    owner: str = "admin"
    quota: int = -1
    immutable: list[str] = field(default_factory=list)
    proxy_of: int = 0


@dataclass(slots=True)
class Tag:
    """A name for a content, and when it was last pushed."""

    id: int
    name: str
    digest: str
    pushed: datetime


@dataclass(slots=True)
class Artifact:
    """A content in a repository."""

    id: int
    image: Image
    pushed: datetime


@dataclass(slots=True)
class Repository:
    """A repository by its full name, with its contents, their tags and which tags name which."""

    id: int
    name: str
    project_id: int
    created: datetime
    updated: datetime
    artifacts: dict[str, Artifact] = field(default_factory=dict)
    tags: dict[str, Tag] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)
    pulls: int = 0


@dataclass(slots=True)
class Endpoint:
    """Another registry: a target up to 1.7, a registry from 1.8 on."""

    id: int
    name: str
    url: str
    username: str
    password: str
    created: datetime
    updated: datetime
    insecure: bool = False
    description: str = ""
    type: str = "harbor"


@dataclass(slots=True)
class ProjectPolicy:
    """A policy up to 1.3: one project, one target."""

    id: int
    name: str
    project_id: int
    target_id: int
    enabled: bool
    description: str
    created: datetime
    updated: datetime
    started: datetime
    deleted: bool = False


@dataclass(slots=True)
class Job:
    """One attempt up to 1.7; *tags* None is the whole repository."""

    id: int
    policy_id: int
    repository: str
    tags: list[str] | None
    created: datetime
    updated: datetime
    operation: str = "transfer"
    status: str = "pending"
    log: str | None = None


@dataclass(slots=True)
class FilterPolicy:
    """A policy from 1.8 on: filters decide; id 0 is this Harbor itself."""

    id: int
    name: str
    created: datetime
    updated: datetime
    source_id: int = 0
    destination_id: int = 0
    description: str = ""
    namespace: str = ""
    replace_count: int = -1
    trigger: str = "manual"
    cron: str = ""
    filters: list[dict[str, Any]] = field(default_factory=list)
    deletion: bool = False
    override: bool = True
    enabled: bool = True
    speed: int = 0
    by_chunk: bool = False
    single_active: bool = False


@dataclass(slots=True)
class Task:
    """One repository of an execution; *references* are the tags that it copies."""

    id: int
    execution_id: int
    source: str
    destination: str
    references: list[str]
    job_id: str
    operation: str = "copy"
    status: str = "Pending"
    started: datetime | None = None
    ended: datetime | None = None
    runs: int = 0
    log: str | None = None


@dataclass(slots=True)
class Execution:
    """One run of a policy; *status* and *ended* are what the row says, which may lag."""

    id: int
    policy_id: int
    trigger: str
    started: datetime
    status: str = "InProgress"
    status_text: str = ""
    ended: datetime | None = None


@dataclass(slots=True)
class AuditRow:
    """Who did what to which image."""

    id: int
    username: str
    project_id: int
    repository: str
    tag: str
    operation: str
    at: datetime
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it arrived, for tests to count."""

    method: str
    path: str
    query: str
    user: str
    headers: dict[str, str]
    body: bytes
    at: datetime
