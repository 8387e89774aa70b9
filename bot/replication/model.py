"""Harbor's nouns as values, the same for every generation.

Knows what a policy, an execution, a task, an artifact and a registry are. Does not know how any
Harbor version writes them (that is ``bot.harbor``), nor what they mean together (``diagnosis``).
Every time is an aware ``datetime`` in UTC.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


_VERSION = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?")


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A Harbor release; *text* is what the instance said, e.g. ``v1.5.0-d59c257e``."""

    major: int
    minor: int
    patch: int = 0
    text: str = field(default="", compare=False)

    @classmethod
    def read(cls, text: str) -> "Version | None":
        """Read ``v<major>.<minor>[.<patch>]…``; None where there is no such number."""
        found = _VERSION.match(text.strip())
        if found is None:
            return None
        major, minor, patch = found.groups()
        return cls(int(major), int(minor), int(patch or 0), text.strip())

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


class Role(StrEnum):
    """What an instance is configured to be: where images come from, go to, or both."""

    SOURCE = "source"
    DESTINATION = "destination"
    BOTH = "both"


class Status(StrEnum):
    """Harbor's own words for a task or an execution (1.8 on); older words are translated."""

    PENDING = "Pending"
    IN_PROGRESS = "InProgress"
    SUCCEED = "Succeed"
    FAILED = "Failed"
    STOPPED = "Stopped"

    @property
    def ended(self) -> bool:
        """Whether Harbor regards it as over (a failed task may still be tried again)."""
        return self in {Status.SUCCEED, Status.FAILED, Status.STOPPED}

    @property
    def ended_badly(self) -> bool:
        """Whether it is over without what it was to do."""
        return self in {Status.FAILED, Status.STOPPED}


class Trigger(StrEnum):
    """What makes a policy run, in the words of 1.8 on."""

    EVENT_BASED = "event_based"
    SCHEDULED = "scheduled"
    MANUAL = "manual"


class FilterKind(StrEnum):
    """What a policy's filter looks at."""

    NAME = "name"
    TAG = "tag"
    LABEL = "label"
    RESOURCE = "resource"


@dataclass(frozen=True, slots=True)
class Filter:
    """One clause of a policy; *excludes* is the decoration ``excludes`` of 2.4 on."""

    kind: FilterKind
    value: str
    excludes: bool = False


@dataclass(frozen=True, slots=True)
class Registry:
    """An endpoint as a Harbor holds it: a target up to 1.7, a registry from 1.8 on.

    *url* is empty for the local Harbor (id 0). *status* is Harbor's own opinion of its health,
    ``healthy``, ``unhealthy``, ``unknown`` or empty, as old as *checked_at*.
    """

    id: int
    name: str
    url: str
    kind: str = ""
    insecure: bool = False
    status: str = ""
    checked_at: datetime | None = None

    @property
    def local(self) -> bool:
        """Whether this is the Harbor that holds the policy."""
        return not self.url


LOCAL = Registry(id=0, name="Local", url="")


@dataclass(frozen=True, slots=True)
class Policy:
    """A replication policy.

    *project* is the one project that a policy of 1.2-1.3 copies, with its id in *project_id*.
    *active_since* is when it was last enabled (1.2: ``start_time``) or last changed.
    """

    id: int
    name: str
    source: Registry
    destination: Registry
    enabled: bool
    trigger: Trigger
    filters: tuple[Filter, ...] = ()
    project: str = ""
    project_id: int | None = None
    dest_namespace: str = ""
    dest_namespace_replace_count: int | None = None
    override: bool = True
    deletion: bool = False
    cron: str = ""
    created_at: datetime | None = None
    active_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One attempt at one repository: a job up to 1.7, a task of an execution from 1.8 on.

    *tags* is None where the row does not name them (a whole-repository job of 1.2, every task of
    2.x). *retrying* is 1.2-1.3's own state of that name. *started_at* changes with each run of
    a task of 2.x; *changed_at* is the end, or the last change.
    """

    id: int
    status: Status
    repository: str
    policy_id: int
    execution_id: int | None = None
    tags: tuple[str, ...] | None = None
    deletes: bool = False
    retrying: bool = False
    started_at: datetime | None = None
    changed_at: datetime | None = None

    @property
    def noun(self) -> str:
        """Harbor's word for it: ``job`` up to 1.7, ``task`` from 1.8 on."""
        return "job" if self.execution_id is None else "task"


@dataclass(frozen=True, slots=True)
class Execution:
    """One run of a policy.

    Up to 1.7 there are none: each job stands in one of its own, with *id* None and its *tasks*
    at hand. From 1.8 on *tasks* is None until they are fetched. Counters are fresh; *status* and
    *ended_at* may lie up to a minute behind (2.8 on, seen on 2.15.2).
    """

    id: int | None
    policy_id: int
    status: Status
    status_text: str = ""
    trigger: Trigger = Trigger.MANUAL
    total: int = 0
    succeed: int = 0
    failed: int = 0
    in_progress: int = 0
    stopped: int = 0
    started_at: datetime | None = None
    ended_at: datetime | None = None
    tasks: tuple[Task, ...] | None = None

    @property
    def found_nothing(self) -> bool:
        """Whether it ended well without a task: nothing that its policy selects was there."""
        return self.status is Status.SUCCEED and not self.total


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository that a search found; *project_id* is needed by routes of 1.x."""

    name: str
    project_id: int


@dataclass(frozen=True, slots=True)
class Artifact:
    """What a registry serves under a tag.

    *pushed_at* is None up to 1.9, whose tags only know *built_at*, the time of the build.
    """

    repository: str
    tag: str
    digest: str
    pushed_at: datetime | None = None
    built_at: datetime | None = None


class LogOperation(StrEnum):
    """What a row of a project's log says was done, reduced to what matters here."""

    PUSH = "push"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class LogRow:
    """A row of a project's access log (1.x) or audit log (2.x)."""

    at: datetime
    operation: LogOperation
    repository: str
    reference: str
    user: str
