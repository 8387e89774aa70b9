"""From a policy to its tasks: what an execution of Harbor 2.x does before anything is copied.

Knows which images are meant, how the destination is prepared and how the row of an
execution follows its tasks. Does not know how a task copies.
"""

import json
from functools import partial

from bot.playground.harbor.generation_e import transfer
from bot.playground.harbor.generation_e.breakdowns import PREPARATION, Step, in_go, word, wording
from bot.playground.harbor.generation_e.matching import selects_repository, selects_tags
from bot.playground.harbor.images import digest_of
from bot.playground.harbor.outside import Heard, Unreachable
from bot.playground.harbor.records import Endpoint, Execution, FilterPolicy, Task
from bot.playground.harbor.site import Site


READ_ONLY = "The system is in read only mode. Any modification is prohibited."
NOTHING = "no resources need to be replicated"
SKIPPED = "Execution skipped: active replication still in progress."
KEPT = 50
OK = range(200, 300)
Selected = dict[str, list[str]]


class Unprepared(Exception):
    """The destination could not be prepared; the text is what the execution says."""


def pushed(site: Site, repository: str, reference: str) -> None:
    """Start what a push of *reference* sets off."""
    for policy in list(site.state.policies.values()):
        wanted = policy.enabled and policy.trigger == "event_based" and policy.source_id == 0
        if wanted and selects_repository(policy.filters, repository):
            start(site, policy, "event_based", only=(repository, reference))


def announce(site: Site, repository: str, tag: str, by: str) -> None:
    """Write a push down and start what it sets off."""
    found = site.state.find(repository, tag)
    digest = found.image.digest if found else ""
    name = "" if tag.startswith("sha256:") else tag
    site.state.add_audit("push", repository, tag=name, by=by, at=site.now(), digest=digest)
    pushed(site, repository, tag)


def start(
    site: Site, policy: FilterPolicy, trigger: str, *, only: tuple[str, str] | None = None
) -> Execution:
    """Make an execution and have it run in its turn; *only* is what a push was about."""
    run = Execution(site.state.next_id("execution"), policy.id, trigger, site.now())
    active = [one for one in site.state.executions.values() if one.policy_id == policy.id]
    site.state.executions[run.id] = run
    if policy.single_active and any(one.status == "InProgress" for one in active):
        _end(site, run, "Failed", SKIPPED)
        return run
    if not site.version.at_least(2, 9):
        sweep(site)
    site.timers.after(site.habits.queue, partial(_plan, site, run, policy, only))
    return run


def stop(site: Site, run: Execution) -> None:
    """Stop what still runs; the row says so at once, and is right from then on."""
    tasks = site.state.tasks_of(run.id)
    for task in tasks:
        if task.status in {"Pending", "InProgress"}:
            task.status = "Stopped"
            task.ended = site.now()
    if tasks:
        refresh(site, run)
    elif run.status == "InProgress":
        _end(site, run, "Stopped", "")


def sweep(site: Site) -> None:
    """Keep the newest executions of each policy, as Harbor's own sweep does."""
    for policy_id in list(site.state.policies):
        runs = [run for run in site.state.executions.values() if run.policy_id == policy_id]
        for run in sorted(runs, key=lambda one: one.id)[:-KEPT]:
            if run.status != "InProgress":
                site.state.forget(run.id)


def refresh(site: Site, run: Execution) -> None:
    """Write into the row of an execution what its tasks say by now."""
    tasks = site.state.tasks_of(run.id)
    if not tasks or run.id not in site.state.executions:
        return
    words = {task.status for task in tasks}
    if words & {"Pending", "InProgress"}:
        run.status, run.ended = "InProgress", None
        return
    run.status = next((word for word in ("Failed", "Stopped") if word in words), "Succeed")
    run.ended = max(task.ended for task in tasks if task.ended).replace(microsecond=0)


def selected(site: Site, policy: FilterPolicy, only: tuple[str, str] | None) -> Selected:
    """Say which tags of which repositories the policy copies."""
    found: Selected = {}
    for home in site.state.repositories.values():
        if only and home.name != only[0]:
            continue
        if not selects_repository(policy.filters, home.name):
            continue
        known = [only[1]] if only else sorted(home.tags, reverse=True)
        references = selects_tags(policy.filters, known)
        if references:
            found[home.name] = references
    return found


def destination_of(policy: FilterPolicy, repository: str) -> str:
    """Name the repository at the destination."""
    if not policy.namespace:
        return repository
    parts = repository.split("/")
    removed = len(parts) - 1 if policy.replace_count < 0 else policy.replace_count
    if removed > len(parts) - 1:
        raise Unprepared(
            f'the source repository "{repository}" contains only {len(parts)} path components '
            f"[{' '.join(parts)}] excepting the last one, but the destination namespace "
            f"flattening level is {removed}"
        )
    return "/".join([policy.namespace, *parts[removed:]])


async def _plan(
    site: Site, run: Execution, policy: FilterPolicy, only: tuple[str, str] | None
) -> None:
    if run.status != "InProgress" or run.id not in site.state.executions:
        return
    if policy.source_id:
        raise ValueError("The playground does not pull: it copies from itself only.")
    found = selected(site, policy, only)
    try:
        found = await _prepare(site, policy, found)
        for repository, references in found.items():
            _add_task(site, run, policy, repository=repository, references=references)
    except Unprepared as error:
        _end(site, run, "Failed", str(error))
        return
    if not found:
        _end(site, run, "Succeed", NOTHING)


async def _prepare(site: Site, policy: FilterPolicy, found: Selected) -> Selected:
    to = site.state.endpoints[policy.destination_id]
    first = next(iter(found.items()), ("", [""]))
    failure = site.orders.take(first[0], first[1][0], among=PREPARATION)
    if failure is not None:
        raise Unprepared(word(failure, to.url))
    heard = await _ask(site, to, "GET", "/api/version", at=Step.ADAPTER)
    if heard.status not in OK:
        error = f"http error: code {heard.status}, message {heard.body}"
        raise Unprepared(wording(Step.ADAPTER, to.url, error))
    kept: Selected = {}
    for repository, references in found.items():
        project = destination_of(policy, repository).partition("/")[0]
        if not await _is_proxy_cache(site, to, project):
            kept[repository] = references
    return kept


async def _is_proxy_cache(site: Site, to: Endpoint, project: str) -> bool:
    """Look the destination project up, make it if it is missing, say if it cannot be used."""
    path = "/api/v2.0/projects"
    heard = await _ask(site, to, "GET", f"{path}?q=name={project}", at=Step.PROJECT)
    _accept(to, heard)
    rows = json.loads(heard.body)
    for row in rows:
        if row["name"] == project:
            return bool(row.get("registry_id"))
    order = json.dumps({"project_name": project, "metadata": {"public": "false"}}).encode()
    heard = await _ask(site, to, "POST", path, at=Step.PROJECT, body=order)
    if heard.status != 409:  # noqa: PLR2004 - somebody else made it meanwhile
        _accept(to, heard)
    return False


def _accept(to: Endpoint, heard: Heard) -> None:
    if heard.status not in OK:
        error = f"http error: code {heard.status}, message {heard.body}"
        raise Unprepared(wording(Step.PROJECT, to.url, error))


async def _ask(
    site: Site, to: Endpoint, method: str, path: str, *, at: Step, body: bytes | None = None
) -> Heard:
    try:
        return await site.outside.ask(
            method, to.url.rstrip("/") + path, login=(to.username, to.password), body=body
        )
    except Unreachable as error:
        raise Unprepared(wording(at, to.url, in_go(error))) from error


def _add_task(
    site: Site, run: Execution, policy: FilterPolicy, *, repository: str, references: list[str]
) -> None:
    given = site.state.next_id("task")
    job_id = digest_of(f"task {given} of {site.url}".encode()).removeprefix("sha256:")[:24]
    to = destination_of(policy, repository)
    task = Task(given, run.id, repository, to, references=references, job_id=job_id)
    site.state.add_task(task)
    changed = partial(_changed, site, run)
    site.timers.after(site.habits.queue, partial(transfer.run, site, task, policy, changed))


def _changed(site: Site, run: Execution) -> None:
    """Have the row of the execution follow: at once up to 2.7, later from 2.8 on."""

    async def follow() -> None:
        refresh(site, run)

    if site.version.at_least(2, 8):
        site.timers.after(site.habits.refresh, follow)
    else:
        refresh(site, run)


def _end(site: Site, run: Execution, status: str, text: str) -> None:
    run.status, run.status_text, run.ended = status, text, site.now()
