"""A task of Harbor 2.x at work: it copies by real requests and writes the real log.

Knows the steps, their templates, and that every error is tried again: three runs in all.
Does not know why the task was made.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import NoReturn

from bot.playground.harbor.failures import Failure
from bot.playground.harbor.generation_e.breakdowns import BREAKDOWNS, COPYING, Step, in_go
from bot.playground.harbor.generation_e.lines import LineNumbers, Place
from bot.playground.harbor.images import Image, Layer
from bot.playground.harbor.outside import Heard, Unreachable
from bot.playground.harbor.records import Endpoint, FilterPolicy, Task
from bot.playground.harbor.site import Site


WAITS = (2, 4, 8, 16)
OK = range(200, 300)
NOT_THERE = 404
PLACES = {
    Step.PULL_MANIFEST: Place.PULL_FAILED,
    Step.CHECK_MANIFEST: Place.CHECK_FAILED,
    Step.CHECK_BLOB: Place.BLOB_CHECK_FAILED,
    Step.PULL_BLOB: Place.BLOB_PULL_FAILED,
    Step.PUSH_BLOB: Place.BLOB_PUSH_FAILED,
    Step.PUSH_MANIFEST: Place.PUSH_FAILED,
}


class HangingError(Exception):
    """The worker hangs while it reads the source and never comes back."""


class CopyError(Exception):
    """A step failed; its error was written down."""


@dataclass(slots=True)
class Run:
    """One run of a task: what, where to, and what is written meanwhile."""

    site: Site
    task: Task
    policy: FilterPolicy
    to: Endpoint
    failure: Failure | None
    numbers: LineNumbers
    lines: list[str] = field(default_factory=list)

    def say(self, place: Place, text: str, *, level: str = "INFO") -> None:
        """Write a line with its place in the source of this release."""
        time = self.site.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        self.lines.append(f"{time} [{level}] [{self.numbers.at(place)}]: {text}\n")

    def fail(self, step: Step, error: str, **about: str) -> NoReturn:
        """Write the line of *step* and give this step up."""
        text = step.value.format(
            source=self.task.source, destination=self.task.destination, error=error, **about
        )
        self.say(PLACES[step], text, level="ERROR")
        raise CopyError(error)

    def break_down(self, step: Step, **about: str) -> None:
        """Fail here if that was ordered, or hang."""
        if self.failure is Failure.NEVER_ENDS and step is Step.PULL_MANIFEST:
            raise HangingError
        breakdown = BREAKDOWNS.get(self.failure) if self.failure else None
        if breakdown is None or breakdown.step is not step:
            return
        error = breakdown.error.format(
            source=self.task.source,
            destination=self.task.destination,
            name=self.task.destination.partition("/")[2],
            **about,
        )
        self.fail(step, error, **about)

    async def ask(
        self, method: str, path: str, *, at: Step, image: Image | None = None, **about: str
    ) -> Heard:
        """Ask the destination's registry; no answer is an error *at* this step."""
        try:
            return await self.site.outside.ask(
                method,
                f"{self.to.url.rstrip('/')}/v2/{self.task.destination}/{path}",
                login=(self.to.username, self.to.password),
                image=image,
            )
        except Unreachable as error:
            self.fail(at, in_go(error), **about)


async def run(site: Site, task: Task, policy: FilterPolicy, changed: Callable[[], None]) -> None:
    """Take a task out of the queue and run it."""
    if task.id not in site.state.tasks or task.status == "Stopped":
        return
    if site.state.queue_paused:
        again = partial(run, site, task, policy, changed)
        site.timers.after(site.habits.again[0], again)
        return
    failure = site.orders.take(task.source, task.references[0], among=COPYING)
    if failure is Failure.NEVER_STARTS:
        return
    task.status, task.started, task.ended = "InProgress", site.now(), None
    task.runs += 1
    changed()
    to = site.state.endpoints[policy.destination_id]
    numbers = LineNumbers.of(site.version)
    one = Run(site, task, policy, to, failure, numbers)
    site.timers.after(site.habits.copying, partial(_work, one, changed))


async def _work(one: Run, changed: Callable[[], None]) -> None:
    task, habits = one.task, one.site.habits
    try:
        await _copy(one)
        status = "Succeed"
    except HangingError:
        _keep_log(one)
        return
    except CopyError as error:
        # Harbor writes the error as a format string here, so that %2F is mangled.
        text = str(error).replace("%2F", "%!F(MISSING)").replace("%3A", "%!A(MISSING)")
        one.say(Place.REPEATED, text, level="ERROR")
        text = "got error during the whole transfer period, mark the job failure"
        one.say(Place.GAVE_UP, text, level="ERROR")
        status = "Failed"
    _keep_log(one)
    if task.status == "Stopped":
        return
    task.status, task.ended = status, one.site.now()
    changed()
    if status == "Failed" and task.runs <= len(habits.again):
        again = partial(run, one.site, task, one.policy, changed)
        one.site.timers.after(habits.again[task.runs - 1], again)


def _keep_log(one: Run) -> None:
    if one.failure is Failure.LOG_GONE:
        return
    # A new run writes over the head of the old file; a longer old tail stays behind it.
    new, old = "".join(one.lines), one.task.log or ""
    one.task.log = new + old[len(new) :]


async def _copy(one: Run) -> None:
    task, listed = one.task, ",".join(one.task.references)
    client = "client for {} registry [type: harbor, URL: {}, insecure: {}] created"
    insecure = str(one.to.insecure).lower()
    one.say(Place.SOURCE, client.format("source", "http://core:8080", "true"))
    one.say(Place.DESTINATION, client.format("destination", one.to.url, insecure))
    ends = f"{task.source}:[{{0}}](source registry) to {task.destination}:[{{0}}]"
    what = f"{ends.format(listed)}(destination registry)"
    one.say(Place.BEGIN, f"copying {what}...")
    failed: CopyError | None = None
    for index, tag in enumerate(task.references):
        if index:
            one.failure = one.site.orders.take(task.source, tag, among=COPYING)
        try:
            await _copy_tag(one, tag)
        except CopyError as error:
            failed = failed or error
    if failed is not None:
        raise failed
    one.say(Place.END, f"copy {what} completed")


async def _copy_tag(one: Run, tag: str) -> None:
    task = one.task
    what = f"{task.source}:{tag}(source registry) to {task.destination}:{tag}"
    one.say(Place.BEGIN_TAG, f"copying {what}(destination registry)...")
    image = _pull(one, tag)
    if await _is_there(one, image, tag):
        return
    for blob in image.blobs:
        await _copy_blob(one, blob)
    await _push(one, image, tag)
    one.say(Place.END_TAG, f"copy {what}(destination registry) completed")


def _pull(one: Run, tag: str) -> Image:
    named = f"artifact {one.task.source}:{tag}"
    one.say(Place.PULL, f"pulling the manifest of {named} ...")
    artifact = one.site.state.find(one.task.source, tag)
    digest = artifact.image.digest if artifact else ""
    one.break_down(Step.PULL_MANIFEST, tag=tag, digest=digest)
    if artifact is None:
        what = named if one.task.source in one.site.state.repositories else ""
        message = what or f"repository {one.task.source}"
        body = f'{{"errors":[{{"code":"NOT_FOUND","message":"{message} not found"}}]}}'
        one.fail(Step.PULL_MANIFEST, f"http status code: 404, body: {body}", tag=tag)
    one.say(Place.PULLED, f"the manifest of {named} pulled")
    return artifact.image


async def _is_there(one: Run, image: Image, tag: str) -> bool:
    heard = await one.ask("HEAD", f"manifests/{tag}", at=Step.CHECK_MANIFEST, tag=tag)
    if heard.status == NOT_THERE:
        return False
    if heard.status not in OK:
        one.fail(Step.CHECK_MANIFEST, f"http status code: {heard.status}, body: ", tag=tag)
    named = f"artifact {one.task.destination}:{tag}"
    if heard.headers.get("Docker-Content-Digest") == image.digest:
        text = f"the {named} already exists on the destination registry, skip"
        one.say(Place.SAME, text)
        return True
    there = f"the same name {named} exists on the destination registry"
    if not one.policy.override:
        text = f'{there}, but the "override" is set to false, skip'
        one.say(Place.KEPT, text, level="WARNING")
        return True
    text = f'{there} and the "override" is set to true, continue...'
    one.say(Place.OVERRIDDEN, text, level="WARNING")
    return False


async def _copy_blob(one: Run, blob: Layer) -> None:
    for index, wait in enumerate((*WAITS, None), start=1):
        one.say(Place.BLOB, f"copying the blob {blob.digest}(the {index}th running)...")
        try:
            await _copy_blob_once(one, blob)
        except CopyError:
            if wait is None:
                raise
            one.say(Place.WAIT, f"will retry {wait}s later")
        else:
            one.say(Place.BLOB_DONE, f"copy the blob {blob.digest} completed")
            return


async def _copy_blob_once(one: Run, blob: Layer) -> None:
    digest, size = blob.digest, str(blob.size)
    heard = await one.ask("HEAD", f"blobs/{digest}", at=Step.CHECK_BLOB, blob=digest)
    if heard.status in OK:
        text = f"the blob {digest} already exists on the destination registry, skip"
        one.say(Place.BLOB_THERE, text)
    elif heard.status != NOT_THERE:
        one.fail(Step.CHECK_BLOB, f"http status code: {heard.status}, body: ", blob=digest)
    one.break_down(Step.PULL_BLOB, blob=digest, size=size)
    one.break_down(Step.PUSH_BLOB, blob=digest, size=size)


async def _push(one: Run, image: Image, tag: str) -> None:
    named, step = f"artifact {one.task.destination}:{tag}", Step.PUSH_MANIFEST
    one.say(Place.PUSH, f"pushing the manifest of {named} ...")
    one.break_down(step, tag=tag)
    heard = await one.ask("PUT", f"manifests/{tag}", at=step, image=image, tag=tag)
    if heard.status not in OK:
        body = heard.body.rstrip("\n")
        one.fail(step, f"http status code: {heard.status}, body: {body}", tag=tag)
    one.say(Place.PUSHED, f"the manifest of {named} pushed")
