"""A job of Harbor 1.2 at work: it copies by real requests and writes the real log.

Knows the steps, their templates, and which errors are tried again: those of the network,
every five minutes without end; an HTTP status never. Does not know why the job was made.
"""

import json
from dataclasses import dataclass, field
from functools import partial
from typing import NoReturn

from bot.playground.harbor.failures import Failure
from bot.playground.harbor.generation_a.answers import seconds
from bot.playground.harbor.generation_a.breakdowns import BREAKDOWNS, Step
from bot.playground.harbor.images import Image
from bot.playground.harbor.outside import Heard, Unreachable
from bot.playground.harbor.records import Endpoint, Job
from bot.playground.harbor.site import Site


SOURCE = "http://registry:5000"
MANIFEST_UNKNOWN = (
    '{{"errors":[{{"code":"MANIFEST_UNKNOWN","message":"manifest unknown",'
    '"detail":{{"Tag":"{tag}"}}}}]}}'
)
OK = range(200, 300)
ALL = frozenset(Failure)


class HangingError(Exception):
    """The worker hangs while it reads the source and never comes back."""


class JobError(Exception):
    """The job cannot go on; errors of the network may pass."""

    def __init__(self, *, network: bool) -> None:
        self.network = network
        super().__init__()


@dataclass(slots=True)
class Run:
    """One run of a job: where to, and what is written meanwhile."""

    site: Site
    job: Job
    to: Endpoint
    failure: Failure | None
    lines: list[str] = field(default_factory=list)

    @property
    def project(self) -> str:
        """Name the project."""
        return self.job.repository.partition("/")[0]

    def say(self, level: str, text: str) -> None:
        """Write a line; only errors name their place in the code."""
        self.lines.append(f"{seconds(self.site.now())} [{level}] {text}\n")

    def fail(self, step: Step, error: str, *, network: bool = False, **about: str) -> NoReturn:
        """Write the line of *step* and give up."""
        text = step.template.format(
            repository=self.job.repository,
            project=self.project,
            url=self.to.url,
            user=self.to.username,
            source=SOURCE,
            error=error,
            **about,
        )
        self.say("ERROR", f"[{step.place}]: {text}")
        if network:
            self.say("INFO", "waiting for retrying...")
        raise JobError(network=network)

    def break_down(self, step: Step, **about: str) -> None:
        """Fail here if that was ordered, or hang."""
        if self.failure is Failure.NEVER_ENDS and step is Step.PULL_MANIFEST:
            raise HangingError
        breakdown = BREAKDOWNS.get(self.failure) if self.failure else None
        if breakdown is None or breakdown.step is not step:
            return
        error = breakdown.error.format(
            repository=self.job.repository,
            project=self.project,
            url=self.to.url,
            user=self.to.username,
            host=self.to.url.partition("://")[2],
            **about,
        )
        self.fail(step, error, network=breakdown.network, **about)

    async def ask(
        self, method: str, path: str, *, at: Step, image: Image | None = None, **about: str
    ) -> Heard:
        """Ask the destination; no answer is an error *at* this step."""
        try:
            token = await self._token() if path.startswith("/v2/") else ""
            return await self.site.outside.ask(
                method,
                self.to.url.rstrip("/") + path,
                login=self._login,
                image=image,
                token=token,
            )
        except Unreachable as error:
            self.fail(at, in_go(error), network=True, **about)

    async def create_project(self) -> Heard:
        """Ask the destination to make the project, as every job does first."""
        project = self.site.state.project(self.project)
        order = {"project_name": self.project, "public": int(bool(project and project.public))}
        url, body = self.to.url.rstrip("/") + "/api/projects/", json.dumps(order).encode()
        try:
            return await self.site.outside.ask("POST", url, login=self._login, body=body)
        except Unreachable as error:
            self.fail(Step.CREATE_PROJECT, in_go(error), network=True)

    @property
    def _login(self) -> tuple[str, str]:
        return self.to.username, self.to.password

    async def _token(self) -> str:
        scope = f"repository:{self.job.repository}:pull,push"
        service = f"/service/token?service=harbor-registry&scope={scope}"
        url = self.to.url.rstrip("/") + service
        heard = await self.site.outside.ask("GET", url, login=self._login)
        return str(json.loads(heard.body)["token"]) if heard.status in OK else ""


async def run(site: Site, job: Job) -> None:
    """Take a job out of the queue and run it."""
    policy = site.state.project_policies.get(job.policy_id)
    if job.id not in site.state.jobs or policy is None or job.status == "stopped":
        return
    if not policy.enabled:
        _end(site, job, "canceled")
        return
    to = site.state.endpoints[policy.target_id]
    failure = site.orders.take(job.repository, job.tags[0] if job.tags else "", among=ALL)
    if failure is Failure.NEVER_STARTS:
        return
    _end(site, job, "running")
    one = Run(site, job, to, failure)
    site.timers.after(site.habits.copying, partial(_work, one))


async def _work(one: Run) -> None:
    job = one.job
    try:
        await (_transfer(one) if job.operation == "transfer" else _delete(one))
        status = "finished"
    except HangingError:
        status = "running"
    except JobError as error:
        status = "retrying" if error.network else "error"
    if one.failure is not Failure.LOG_GONE:
        job.log = (job.log or "") + "".join(one.lines)
    if job.status == "running" != status:
        _end(one.site, job, status)
    if status == "retrying":
        one.site.timers.after(one.site.habits.retry, partial(run, one.site, job))


def _end(site: Site, job: Job, status: str) -> None:
    job.status = status
    job.updated = site.now()


async def _transfer(one: Run) -> None:
    job = one.job
    tags = job.tags if job.tags is not None else _all_tags(one)
    listed = f"[{' '.join(job.tags or [])}]"
    head = f"repository: {job.repository}, tags: {{tags}}, source URL: {SOURCE}, "
    tail = f"destination URL: {one.to.url}, insecure: false, destination user: {one.to.username}"
    one.say("INFO", f"initializing: {head.format(tags=listed)}{tail}")
    known = head.format(tags=f"[{' '.join(tags)}]")
    one.say("INFO", f"initialization completed: project: {one.project}, {known}{tail}")
    await _create_project(one)
    for index, tag in enumerate(tags):
        if index:
            one.failure = one.site.orders.take(job.repository, tag, among=ALL)
        await _transfer_tag(one, tag)
    one.say("INFO", 'no tag needs to be replicated, next state is "finished"')


def _all_tags(one: Run) -> list[str]:
    home = one.site.state.repositories.get(one.job.repository)
    return list(home.tags) if home else []


async def _create_project(one: Run) -> None:
    one.break_down(Step.CREATE_PROJECT)
    heard = await one.create_project()
    where = f"{one.project} on {one.to.url} with user {one.to.username}"
    if heard.status == 409:  # noqa: PLR2004 - the project is there, which is the normal case
        text = f"the status code is 409 when creating project {where}, try to do next step"
        one.say("WARNING", text)
    elif heard.status in OK:
        one.say("INFO", f"project {where.replace(' on ', ' is created on ')}")
    else:
        text = f"failed to create project {where}: {heard.status} {heard.body.rstrip()}"
        one.fail(Step.CREATE_PROJECT, text)


async def _transfer_tag(one: Run, tag: str) -> None:
    image = _pull(one, tag)
    named = f"{one.job.repository}:{tag}"
    needed = await _missing_blobs(one, image, tag)
    if needed:
        text = f"blobs of {named} need to be transferred to {one.to.url}: [{' '.join(needed)}]"
        one.say("INFO", text)
    for blob in needed:
        one.say("INFO", f"transferring blob {blob} of {named} to {one.to.url} ...")
        one.break_down(Step.PULL_BLOB, tag=tag, blob=blob)
        one.break_down(Step.PUSH_BLOB, tag=tag, blob=blob)
        one.say("INFO", f"blob {blob} of {named} transferred to {one.to.url} completed")
    await _push(one, image, tag)


def _pull(one: Run, tag: str) -> Image:
    artifact = one.site.state.find(one.job.repository, tag)
    digest = artifact.image.digest if artifact else ""
    one.break_down(Step.PULL_MANIFEST, tag=tag, digest=digest)
    if artifact is None:
        one.fail(Step.PULL_MANIFEST, "404 " + MANIFEST_UNKNOWN.format(tag=tag), tag=tag)
    image = artifact.image
    named = f"{one.job.repository}:{tag}"
    one.say("INFO", f"manifest of {named} pulled successfully from {SOURCE}: {image.digest}")
    blobs = " ".join(blob.digest for blob in image.blobs)
    one.say("INFO", f"all blobs of {named} from {SOURCE}: [{blobs}]")
    return image


async def _missing_blobs(one: Run, image: Image, tag: str) -> list[str]:
    missing = []
    for blob in image.blobs:
        step, path = Step.CHECK_BLOB, f"/v2/{one.job.repository}/blobs/{blob.digest}"
        one.break_down(step, tag=tag, blob=blob.digest)
        heard = await one.ask("HEAD", path, at=step, tag=tag, blob=blob.digest)
        if heard.status == 404:  # noqa: PLR2004 - not there yet
            missing.append(blob.digest)
        elif heard.status in OK:
            text = f"blob {blob.digest} of {one.job.repository}:{tag} already exists"
            one.say("INFO", f"{text} in {one.to.url}")
        else:
            one.fail(step, f"{heard.status} ", tag=tag, blob=blob.digest)
    return missing


async def _push(one: Run, image: Image, tag: str) -> None:
    path, named = f"/v2/{one.job.repository}/manifests/{tag}", f"{one.job.repository}:{tag}"
    step = Step.PUSH_MANIFEST
    heard = await one.ask("HEAD", path, at=step, tag=tag)
    there = heard.headers.get("Docker-Content-Digest", "")
    text = f"manifest of {named} exists on source registry {SOURCE}, continue manifest pushing"
    one.say("INFO", text)
    if there == image.digest:
        text = f"manifest of {named} exists on destination registry {one.to.url}"
        one.say("INFO", f"{text}, skip manifest pushing")
        return
    heard = await one.ask("PUT", path, at=step, image=image, tag=tag)
    if heard.status not in OK:
        one.fail(step, f"{heard.status} {heard.body.rstrip()}", tag=tag)
    one.say("INFO", f"manifest of {named} has been pushed to {one.to.url}")


async def _delete(one: Run) -> None:
    tags = one.job.tags or []
    tail = f"insecure: false, destination user: {one.to.username}"
    head = f"repository: {one.job.repository}, tags: [{' '.join(tags)}]"
    one.say("INFO", f"initialization completed: {head}, destination URL: {one.to.url}, {tail}")
    for tag in tags:
        path = f"/api/repositories/{one.job.repository}/tags/{tag}"
        heard = await one.ask("DELETE", path, at=Step.DELETE, tag=tag)
        if heard.status not in OK:
            one.fail(Step.DELETE, f"{heard.status} {heard.body.rstrip()}", tag=tag)
        text = f"repository {one.job.repository}:{tag} on {one.to.url} has been deleted"
        one.say("INFO", text)


def in_go(error: Unreachable) -> str:
    """Word a broken connection as the Go of that time did: without quotes."""
    reason = error.reason.replace("connect: ", "getsockopt: ")
    return f"{error.method.capitalize()} {error.url}: {reason}"
