"""What Harbor 1.2 and 1.3 write: policies, targets, jobs, tags and the access log.

Every surprise of that generation ends here. Does no I/O and knows no route.
"""

import re
from collections.abc import Mapping
from typing import Any

from bot.harbor.wire import Answer, flag, instant, message, number, reading, refusal, text
from bot.replication.model import (
    LOCAL,
    Artifact,
    Execution,
    LogOperation,
    LogRow,
    Policy,
    Registry,
    Status,
    Task,
    Trigger,
)


# The words of 1.2. A retrying job is tried again every 5 minutes until it ends, or until its
# policy is switched off, which makes it canceled.
_STATUS = {
    "pending": Status.PENDING,
    "running": Status.IN_PROGRESS,
    "retrying": Status.IN_PROGRESS,
    "finished": Status.SUCCEED,
    "error": Status.FAILED,
    "stopped": Status.STOPPED,
    "canceled": Status.STOPPED,
}
_RETRYING = "retrying"
_TARGET_GONE = re.compile(r"target \d+ not found")

_OPERATIONS = {
    "create": LogOperation.PUSH,
    "push": LogOperation.PUSH,
    "delete": LogOperation.DELETE,
}


def target(data: Any) -> Registry:
    """Read a target."""
    return Registry(id=number(data["id"]), name=text(data["name"]), url=text(data["endpoint"]))


def policy(data: Any, targets: Mapping[int, Registry]) -> Policy:
    """Read a policy as the list call gives it: the call for one leaves out both names."""
    target_id = number(data["target_id"])
    # A target that was deleted between the two calls; it is elsewhere in any case.
    gone = Registry(id=target_id, name=text(data.get("target_name")), url="?")
    return Policy(
        id=number(data["id"]),
        name=text(data["name"]),
        source=LOCAL,
        destination=targets.get(target_id, gone),
        enabled=flag(data["enabled"]),
        # A push and nothing else sets off a policy of 1.2; its cron_str is stored and unused.
        trigger=Trigger.EVENT_BASED,
        project=text(data["project_name"]),
        project_id=number(data["project_id"]),
        # 1.2 copies deletions of tags always, and overwrites always.
        deletion=True,
        created_at=instant(data.get("creation_time")),
        # Moves with every switching on.
        active_since=instant(data.get("start_time")),
    )


def job(data: Any) -> Task:
    """Read a job."""
    word = text(data["status"]).lower()
    # A job of a whole repository has null for its tags.
    tags = tuple(text(tag) for tag in data.get("tags") or ())
    return Task(
        id=number(data["id"]),
        status=_STATUS[word],
        repository=text(data["repository"]),
        policy_id=number(data["policy_id"]),
        tags=tags or None,
        deletes=text(data["operation"]) == "delete",
        retrying=word == _RETRYING,
        started_at=instant(data.get("creation_time")),
        changed_at=instant(data.get("update_time")),
    )


def execution(task: Task) -> Execution:
    """Put a job into a run of its own: 1.2 knows none."""
    status = task.status
    return Execution(
        id=None,
        policy_id=task.policy_id,
        status=status,
        trigger=Trigger.EVENT_BASED if task.tags else Trigger.MANUAL,
        total=1,
        succeed=int(status is Status.SUCCEED),
        failed=int(status is Status.FAILED),
        in_progress=int(not status.ended),
        stopped=int(status is Status.STOPPED),
        started_at=task.started_at,
        ended_at=task.changed_at if status.ended else None,
        tasks=(task,),
    )


def artifact(data: Any, repository: str) -> Artifact:
    """Read a tag; ``created`` is when the image was built, not when it was pushed."""
    return Artifact(
        repository=repository,
        tag=text(data["name"]),
        digest=text(data["digest"]),
        built_at=instant(data.get("created")),
    )


def log_row(data: Any) -> LogRow | None:
    """Read a row of the access log; None where it tells of no push or deletion."""
    operation = _OPERATIONS.get(text(data["operation"]))
    at = instant(data["op_time"])
    if operation is None or at is None:
        return None
    return LogRow(
        at=at,
        operation=operation,
        repository=text(data["repo_name"]),
        reference=text(data.get("repo_tag")),
        user=text(data.get("username")),
    )


def created_id(answer: Answer) -> int:
    """Return the id that ends the ``Location`` header of an empty 201."""
    with reading(answer):
        return int(answer.headers["location"].rpartition("/")[2])


def ping(answer: Answer) -> str:
    """Say what is wrong with a target; empty where nothing is.

    What the target itself answered is passed on as the status of Harbor's own answer; a target
    that cannot be reached, for whatever reason, is a 500.
    """
    match answer.status:
        case 200:
            return ""
        case 401:
            return "The target refuses the user name or the password that the policy uses."
        case 400:
            return "The target's address leads to something that is no registry."
        case 500 | 502 | 504:
            return "The target cannot be reached, or its certificate is not accepted."
        case 404 if not _TARGET_GONE.fullmatch(message(answer)):
            return "The target's address leads to something that is no Harbor."
        case _:
            raise refusal(answer)
