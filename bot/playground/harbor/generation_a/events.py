"""What a push or a deletion sets off in Harbor 1.2.

Knows which pushes Harbor notices (docker's own clients, docker's own manifests) and that
each enabled policy of the project gets a job. Does not know how a job copies.
"""

import re
from functools import partial

from bot.playground.harbor.generation_a import transfer
from bot.playground.harbor.records import Job, ProjectPolicy
from bot.playground.harbor.site import Site


_NOTICED_MEDIA = re.compile(
    r"application/vnd\.docker\.distribution\.manifest\.v\d+\+(json|prettyjws)"
)


def manifest_unknown(tag: str) -> str:
    """Word the registry's answer to a tag that it cannot read."""
    return transfer.MANIFEST_UNKNOWN.format(tag=tag)


def notices(media_type: str, user_agent: str) -> bool:
    """Say whether Harbor takes notice of a push by this client."""
    known = user_agent.startswith(("docker", "vic/")) or user_agent == "harbor-registry-client"
    return known and _NOTICED_MEDIA.fullmatch(media_type) is not None


def pushed(site: Site, repository: str, tag: str | None, *, by: str) -> None:
    """Write the push down and copy it by each enabled policy; no tag is the whole repository."""
    site.state.add_audit("push", repository, tag=tag or "", by=by, at=site.now())
    for policy in _policies_of(site, repository):
        start_job(site, policy, repository, tags=[tag] if tag else None)


def tag_deleted(site: Site, repository: str, tag: str) -> None:
    """Have the tag deleted at every destination; 1.2 always does."""
    for policy in _policies_of(site, repository):
        start_job(site, policy, repository, tags=[tag], operation="delete")


def start_project(site: Site, policy: ProjectPolicy) -> None:
    """Copy everything: one job per repository, without a list of tags."""
    for home in list(site.state.repositories.values()):
        if home.project_id == policy.project_id:
            start_job(site, policy, home.name, tags=None)


def start_job(
    site: Site,
    policy: ProjectPolicy,
    repository: str,
    *,
    tags: list[str] | None,
    operation: str = "transfer",
) -> Job:
    """Make a job and have it run in its turn."""
    given, now = site.state.next_id("job"), site.now()
    job = Job(given, policy.id, repository, tags, created=now, updated=now, operation=operation)
    site.state.jobs[given] = job
    site.timers.after(site.habits.queue, partial(transfer.run, site, job))
    return job


def _policies_of(site: Site, repository: str) -> list[ProjectPolicy]:
    project = site.state.project(repository.partition("/")[0])
    return [
        policy
        for policy in site.state.project_policies.values()
        if project and policy.project_id == project.id and policy.enabled and not policy.deleted
    ]
