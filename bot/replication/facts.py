"""What was seen before a diagnosis is made: the input of the ladder.

Knows what a fact looks like and when it is missing. Does not know how it was fetched, nor what
it means.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.replication.explanation import Explanation
from bot.replication.image_ref import ImageRef
from bot.replication.matching import Selection
from bot.replication.model import Artifact, Execution, Policy, Status, Task, Version
from bot.replication.verdicts import BlindSpot


@dataclass(frozen=True, slots=True)
class Place:
    """The tag at one registry.

    *instance* is the display name, or the host of an endpoint that is no configured instance.
    *seen* is False where nobody could look; then *artifact* says nothing.
    """

    instance: str
    seen: bool
    artifact: Artifact | None = None

    @property
    def holds(self) -> bool:
        """Whether the tag is certainly there."""
        return self.artifact is not None

    @property
    def lacks(self) -> bool:
        """Whether the tag is certainly not there."""
        return self.seen and self.artifact is None


@dataclass(frozen=True, slots=True)
class PolicyFit:
    """A policy on the way from source to destination, and whether it selects the image."""

    policy: Policy
    selection: Selection


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at the image: a task, or an execution that ended before it had any (*task* None).

    *explanation* is None where no log was read; *log_gone* says that there is none any more.
    *names_tag* is None where neither row nor log says whether the tag was among those copied.
    *blames* is the other tag that the decisive line is about, where one job took several.
    """

    policy: Policy
    execution: Execution
    task: Task | None
    explanation: Explanation | None = None
    log_gone: bool = False
    names_tag: bool | None = True
    blames: str = ""
    excerpt: str = ""

    @property
    def status(self) -> Status:
        """Its own status: the task's counts, the execution's lies behind."""
        return self.task.status if self.task else self.execution.status

    @property
    def job(self) -> bool:
        """Whether it is a job of 1.2-1.7, which knows no executions."""
        return self.task is not None and self.task.execution_id is None

    @property
    def at(self) -> datetime | None:
        """When it began: the task's current run, else the execution."""
        began = self.task.started_at if self.task else None
        return began or self.execution.started_at

    @property
    def changed_at(self) -> datetime | None:
        """When it ended, or was last changed."""
        changed = self.task.changed_at if self.task else self.execution.ended_at
        return changed or self.at

    @property
    def label(self) -> str:
        """Its name for people: ``job 20049``, ``task 12 of execution 7``, ``execution 7``."""
        if self.task is None:
            return f"execution {self.execution.id}"
        if self.job:
            return f"job {self.task.id}"
        return f"task {self.task.id} of execution {self.task.execution_id}"


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that one diagnosis rests on.

    *asked* is the question's image, *repository* and *tag* what it was found to mean (*tag* may
    be empty for an image by digest). *exact* is False where the tag was only the beginning.
    *holder* is the display name of the instance that holds the policies. *attempts* come newest
    first; *earlier* counts those left out because they were for an earlier content of the tag.
    *deleted_at* is when the source's project log last says that the tag was deleted.
    """

    asked: ImageRef
    repository: str
    tag: str
    exact: bool
    source: Place
    destination: Place
    holder: str
    version: Version | None
    policies: tuple[PolicyFit, ...]
    attempts: tuple[Attempt, ...]
    now: datetime
    blind_spots: tuple[BlindSpot, ...] = ()
    pushed_at: datetime | None = None
    deleted_at: datetime | None = None
    earlier: int = 0

    @property
    def unseen(self) -> bool:
        """Whether anything that could change the answer was not looked at."""
        return any(not spot.only_older for spot in self.blind_spots)

    @property
    def records_hidden(self) -> bool:
        """Whether policies or records of the way may exist that were not looked at."""
        where = {self.holder, self.source.instance, self.destination.instance}
        return any(spot.where in where for spot in self.blind_spots)

    @property
    def selecting(self) -> tuple[Policy, ...]:
        """The policies that select the image, enabled ones first."""
        fitting = [fit.policy for fit in self.policies if fit.selection.selects]
        return tuple(sorted(fitting, key=lambda policy: not policy.enabled))

    @property
    def image(self) -> str:
        """The name in full: ``project/repository:tag``, or ``@digest`` where no tag is known."""
        if self.tag:
            return f"{self.repository}:{self.tag}"
        return f"{self.repository}@{self.asked.digest}"
