"""One Harbor instance behind one interface, whatever its version; fits the ``Harbor`` port.

Knows which generations are spoken here, and what the configuration says of the instance. The
routes are in ``generation_*``.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

import aiohttp

from bot.errors import HarborError, HarborRejected
from bot.harbor import wire
from bot.harbor.detect import detect, is_hidden
from bot.harbor.generation_v1 import V1
from bot.harbor.generation_v2 import V2
from bot.harbor.registry import Announcer, Tokens
from bot.harbor.session import open_session, trust
from bot.harbor.transport import BACKOFFS, Transport
from bot.ports import Clock, Found
from bot.replication.matching import same_endpoint
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
from bot.settings import HarborSettings


# Harbors are upgraded, and a hidden version may be hidden by an outage.
_REMEMBERED = 3600.0
_HIDDEN_REMEMBERED = 60.0


@dataclass(slots=True)
class _Memory:
    """What all copies of one client share."""

    asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    tokens: Tokens = field(default_factory=Tokens)
    version: Version | None = None
    until: float = 0.0
    failure: HarborError | None = None
    failed_at: float = 0.0

    def keep(self, version: Version, now: float) -> None:
        """Remember what was found."""
        self.version = version
        self.until = now + (_HIDDEN_REMEMBERED if is_hidden(version) else _REMEMBERED)


def connect(
    name: str,
    settings: HarborSettings,
    *,
    session: aiohttp.ClientSession,
    clock: Clock,
    backoffs: tuple[float, ...] = BACKOFFS,
) -> "HarborClient":
    """Return the client of one instance; *session* comes from ``session.open_session``."""
    if session.trust_env or not isinstance(session.cookie_jar, aiohttp.DummyCookieJar):
        raise ValueError("The session must keep no cookies and read no proxy variables.")
    transport = Transport(
        name=name,
        settings=settings,
        session=session,
        clock=clock,
        backoffs=backoffs,
        tls=trust(name, settings),
        places=asyncio.Semaphore(settings.max_connections),
    )
    return HarborClient(transport, _Memory())


@asynccontextmanager
async def open_harbors(
    instances: Mapping[str, HarborSettings], *, clock: Clock
) -> AsyncIterator[tuple["HarborClient", ...]]:
    """Open a client for each instance, by display name; nothing is asked of them yet."""
    async with open_session() as session:
        yield tuple(
            connect(name, settings, session=session, clock=clock)
            for name, settings in instances.items()
        )


@dataclass(frozen=True, slots=True)
class HarborClient:
    """One configured Harbor instance; every method that asks may raise any ``HarborError``."""

    transport: Transport
    memory: _Memory = field(repr=False)

    @property
    def name(self) -> str:
        """The display name."""
        return self.transport.name

    @property
    def role(self) -> Role:
        """What the instance is configured to be."""
        return Role(self.transport.settings.role)

    @property
    def at_once(self) -> int:
        """How many requests the instance may be sent at the same time."""
        return self.transport.settings.max_connections

    def is_at(self, url: str) -> bool:
        """Say whether *url*, as a policy elsewhere names it, means this instance."""
        settings = self.transport.settings
        return any(same_endpoint(url, known) for known in (settings.url, *settings.aliases))

    def shows(self, project: str) -> bool:
        """Say whether *project* may be shown to anybody."""
        patterns = self.transport.settings.projects
        return not patterns or any(fnmatchcase(project, pattern) for pattern in patterns)

    def metered(self, meter: Meter) -> "HarborClient":
        """Return the same instance, with every request noted in *meter*."""
        return replace(self, transport=self.transport.metered(meter))

    async def version(self) -> Version:
        """Say which Harbor this is; asked once an hour, by one request at a time."""
        memory, clock = self.memory, self.transport.clock
        wanted = clock.monotonic()
        async with memory.asking:
            if memory.failure is not None and memory.failed_at >= wanted:
                # Somebody found out while we waited; an instance that hangs is waited for once.
                raise memory.failure
            if memory.version is not None and clock.monotonic() < memory.until:
                return memory.version
            try:
                found = await detect(self.transport)
            except HarborError as error:
                memory.failure, memory.failed_at = error, clock.monotonic()
                raise
            memory.keep(found, clock.monotonic())
            return found

    async def search(self, text: str) -> tuple[Repository, ...]:
        """List repositories whose name contains *text*."""
        # Names of repositories are in lower case, and the search of 1.2 minds it; 2.x refuses
        # to search for nothing.
        words = text.strip().lower()
        return await (await self._asked()).search(words) if words else ()

    async def list_policies(self) -> tuple[Policy, ...]:
        """List every replication policy, its endpoints resolved to their URLs."""
        return await (await self._asked()).list_policies()

    async def find_artifacts(
        self, repository: str, *, tag: str = "", digest: str = ""
    ) -> Found[Artifact]:
        """List what *repository* serves as *tag*, under tags beginning so, or as *digest*."""
        if not wire.can_name(repository, tag=tag, digest=digest):
            return Found(())
        asked = await self._asked()
        return await asked.find_artifacts(repository, tag=tag, digest=digest)

    async def list_executions(
        self, policy: Policy, *, repository: str, page: int = 1
    ) -> Found[Execution]:
        """List the newest runs of *policy*, newest first; up to 1.7 the jobs of *repository*."""
        return await (await self._asked()).list_executions(
            policy, repository=repository, page=page
        )

    async def list_tasks(self, execution: Execution) -> Found[Task]:
        """List the tasks of *execution*; no request where it brought them along."""
        if execution.tasks is not None:
            return Found(execution.tasks)
        return await (await self._asked()).list_tasks(execution)

    async def read_log(self, task: Task) -> bytes:
        """Return the log of *task*, at most its last 10 MB; HarborMissing when it is gone."""
        return await (await self._asked()).read_log(task)

    async def list_log_rows(self, repository: Repository) -> Found[LogRow]:
        """List pushes and deletions of *repository*, newest first, from its project's log."""
        if not wire.can_name(repository.name):
            return Found(())
        return await (await self._asked()).list_log_rows(repository)

    async def set_enabled(self, policy_id: int, *, enabled: bool) -> None:
        """Switch a policy on or off; 1.2-1.3, where switching on copies everything."""
        await (await self._changed()).set_enabled(policy_id, enabled=enabled)

    async def create_policy(
        self, name: str, project_id: int, *, target_id: int, enabled: bool
    ) -> int:
        """Create a policy and return its id; 1.2-1.3."""
        changed = await self._changed()
        return await changed.create_policy(name, project_id, target_id=target_id, enabled=enabled)

    async def delete_policy(self, policy_id: int) -> None:
        """Delete a policy; 1.2-1.3."""
        await (await self._changed()).delete_policy(policy_id)

    async def ping_target(self, target_id: int) -> str:
        """Have Harbor look at a target; empty when it is well, else what is wrong; 1.2-1.3."""
        return await (await self._changed()).ping_target(target_id)

    async def announce_again(self, repository: str, tag: str, *, digest: str) -> None:
        """Have Harbor hear of a push again, of exactly this content; 1.2-1.3."""
        transport = (await self._changed()).transport
        if not tag or not wire.can_name(repository, tag=tag):
            raise HarborRejected(
                f"{repository}:{tag} is no image that can be announced.", instance=self.name
            )
        announcer = Announcer(transport, self.memory.tokens)
        await announcer.announce_again(repository, tag, digest=digest)

    async def _asked(self) -> V1 | V2:
        version = await self.version()
        if Version(1, 2) <= version < Version(1, 4):
            return V1(self.transport)
        if Version(2, 2) <= version < Version(3, 0):
            known = None if is_hidden(version) else version
            return V2(self.transport, known)
        raise self._unsupported(version, "asked about", "1.2, 1.3 and 2.2 to 2.15")

    async def _changed(self) -> V1:
        version = await self.version()
        if Version(1, 2) <= version < Version(1, 4):
            return V1(self.transport)
        raise self._unsupported(version, "changed", "1.2 and 1.3")

    def _unsupported(self, version: Version, verb: str, supported: str) -> HarborRejected:
        # No request was made, so there is no HTTP status.
        return HarborRejected(
            f"{self.name} runs Harbor {version}, which cannot be {verb} yet.",
            instance=self.name,
            remedy=f"Use an instance of Harbor {supported}, or wait for a later release.",
            status=0,
        )
