"""What the use cases need from outside: five ports, and the values that pass through them.

``bot.harbor``, ``bot.slack`` and ``bot.store`` fit them; ``bot.app`` joins them. A method goes
the day its last caller goes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, Protocol, Self, TypeVar

from bot.replication.meter import Meter
from bot.replication.model import (
    Artifact,
    Execution,
    LogRow,
    Policy,
    Repository,
    Role,
    Task,
    Version,
)
from bot.replication.verdicts import Diagnosis


Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Found(Generic[Row]):
    """Rows that were read, and whether there are more that were not (*complete* is False)."""

    rows: tuple[Row, ...]
    complete: bool = True


class Harbor(Protocol):
    """One configured Harbor instance, whatever its version.

    Every method that asks the instance may raise any ``HarborError``. ``HarborMissing`` is raised
    by ``read_log`` alone; the others answer with nothing where nothing is there.
    """

    @property
    def name(self) -> str:
        """The display name."""
        ...

    @property
    def role(self) -> Role:
        """What the instance is configured to be."""
        ...

    @property
    def at_once(self) -> int:
        """How many requests the instance may be sent at the same time."""
        ...

    def is_at(self, url: str) -> bool:
        """Say whether *url*, as a policy elsewhere names it, means this instance."""
        ...

    def shows(self, project: str) -> bool:
        """Say whether *project* may be shown to anybody."""
        ...

    def metered(self, meter: Meter) -> Self:
        """Return the same instance, with every request noted in *meter*."""
        ...

    async def version(self) -> Version:
        """Say which Harbor this is; asked once and remembered."""
        ...

    async def search(self, text: str) -> tuple[Repository, ...]:
        """List repositories whose name contains *text*."""
        ...

    async def list_policies(self) -> tuple[Policy, ...]:
        """List every replication policy, its endpoints resolved to their URLs."""
        ...

    async def find_artifacts(
        self, repository: str, *, tag: str = "", digest: str = ""
    ) -> Found[Artifact]:
        """List what *repository* serves as *tag*, under tags beginning so, or as *digest*."""
        ...

    async def list_executions(
        self, policy: Policy, *, repository: str, page: int = 1
    ) -> Found[Execution]:
        """List the newest runs of *policy*, newest first; up to 1.7 the jobs of *repository*.

        *repository* may be a part of a name, as the question had it.
        """
        ...

    async def list_tasks(self, execution: Execution) -> Found[Task]:
        """List the tasks of *execution*; no request where it brought them along."""
        ...

    async def read_log(self, task: Task) -> bytes:
        """Return the log of *task*, at most its last 10 MB; HarborMissing when it is gone."""
        ...

    async def list_log_rows(self, repository: Repository) -> Found[LogRow]:
        """List pushes and deletions of *repository*, newest first, from its project's log."""
        ...


class Way(StrEnum):
    """How somebody asked."""

    COMMAND = "command"
    MENTION = "mention"
    DM = "dm"
    ACTION = "action"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked, where, and how to reach them.

    *thread* is the ``ts`` that an answer goes under, empty for a message of its own. *message* is
    the ``ts`` of our message whose button was pressed. *response_url* is Slack's private way back
    (5 uses in 30 minutes). All three are empty where there is none. *private* says that only the
    person sees the place already, *external* that Slack calls the channel an external one.
    """

    way: Way
    team: str
    channel: str
    user: str
    thread: str = ""
    message: str = ""
    response_url: str = ""
    private: bool = False
    external: bool = False


@dataclass(frozen=True, slots=True)
class Intent:
    """What was asked, written down before Slack is told that we have it.

    *delivery* is the same for every delivery of the same request.
    """

    delivery: str
    asked: Asked
    text: str
    at: datetime


class Accepted(StrEnum):
    """What became of an intent that was handed to the store."""

    NEW = "new"
    SEEN = "seen"
    LIMITED = "limited"


class Store(Protocol):
    """What outlives the process.

    Every method may raise ``StoreSilent`` (no answer in time) or ``StoreError``.
    """

    async def accept(self, intent: Intent) -> Accepted:
        """Claim the delivery and write the intent down, both or neither, within one second."""
        ...

    async def get_intent(self, delivery: str) -> Intent | None:
        """Return an intent that is not done yet; None when it is done or too old."""
        ...

    async def posted(self, delivery: str) -> "MessageRef | None":
        """Say which message already carries the answer to *delivery*, if any."""
        ...

    async def note_posted(self, delivery: str, message: "MessageRef") -> None:
        """Remember which message carries the answer."""
        ...


class Work(Protocol):
    """A queue whose entries survive the process."""

    async def enqueue_all(self, deliveries: Sequence[str]) -> None:
        """Have the intents of *deliveries* performed soon, once, by whichever process is free."""
        ...


@dataclass(frozen=True, slots=True)
class Person:
    """A Slack user as Slack describes them now."""

    id: str
    full_member: bool
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """A Slack conversation as the bot sees it; no member where it cannot look inside."""

    id: str
    member: bool
    external: bool
    direct: bool = False


@dataclass(frozen=True, slots=True)
class Readers:
    """Who may read: ids of users and user groups, for everything and for single instances.

    An instance's own list replaces the general one; an empty list means every full member.
    """

    everywhere: tuple[str, ...] = ()
    by_instance: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, instance: str) -> tuple[str, ...]:
        """List who may read *instance*."""
        return self.by_instance.get(instance) or self.everywhere


@dataclass(frozen=True, slots=True)
class MessageRef:
    """Where a message of ours is: its channel and ``ts``; both empty for a private one."""

    channel: str = ""
    ts: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A diagnosis with what it cost, ready to be shown.

    *seconds* of wall time; *at* is when it was made. *nobody_answered* says that no instance
    answered anything, so that the answer rests on nothing.
    """

    id: str
    diagnosis: Diagnosis
    requests: int
    round_trips: int
    seconds: float
    at: datetime
    nobody_answered: bool = False


class Chat(Protocol):
    """The workspace.

    Every method may raise ``ChatError``; ``ChatUnclear`` when a message may be there.
    """

    async def person(self, user: str) -> Person:
        """Say who *user* is, asked anew."""
        ...

    async def in_group(self, user: str, group: str) -> bool:
        """Say whether *user* is in the user group *group* (``S…``)."""
        ...

    async def place(self, channel: str) -> Place:
        """Say what kind of place *channel* is."""
        ...

    async def find_answer(self, asked: Asked, answer_id: str) -> MessageRef | None:
        """Look in the thread for a message of ours that carries *answer_id*."""
        ...

    async def show_looking(self, asked: Asked, answer_id: str, *, private: bool) -> MessageRef:
        """Say that the question is being looked into."""
        ...

    async def show_answer(
        self, asked: Asked, answer: Answer, *, private: bool, shown: MessageRef | None
    ) -> MessageRef:
        """Show the answer, in place of *shown* where there is one; evidence follows below it."""
        ...

    async def tell(self, asked: Asked, sentence: str) -> None:
        """Tell the person who asked something, so that nobody else sees it."""
        ...

    async def show_help(self, asked: Asked) -> None:
        """Tell the person who asked what can be asked, and how."""
        ...


class Clock(Protocol):
    """Time and waiting, so that tests own both."""

    def now(self) -> datetime:
        """Tell the time of day, in UTC."""
        ...

    def monotonic(self) -> float:
        """Tell seconds that only ever grow."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...
