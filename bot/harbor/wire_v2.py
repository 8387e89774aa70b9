"""What Harbor 2.2 to 2.15 write: policies, executions, tasks, artifacts and the audit log.

Every surprise of that generation ends here. Does no I/O and knows no route.
"""

import re
from typing import Any

from bot.harbor.wire import flag, instant, number, text
from bot.replication.model import (
    Artifact,
    Execution,
    Filter,
    FilterKind,
    LogOperation,
    LogRow,
    Policy,
    Registry,
    Status,
    Task,
    Trigger,
)


_ITEMS = re.compile(r"\s*(?:\[\d+ item\(s\) in total\]|:\[.*\])\s*$")
# ``p/r:tag``, ``p/r@sha256:…``, ``p/r:sha256:…`` (2.9) or, where all of it went, ``p/r``.
_RESOURCE = re.compile(r"([^:@]+)(?:[:@](.+))?")
_PUSHABLE = {"artifact", "tag"}
_DELETABLE = {"artifact", "tag", "repository"}
_OPERATIONS = {"create": LogOperation.PUSH, "delete": LogOperation.DELETE}


def registry(data: Any) -> Registry:
    """Read a registry; the Harbor itself has id 0 and an address of its inner network."""
    id_ = number(data["id"])
    return Registry(
        id=id_,
        name=text(data.get("name")),
        url=text(data["url"]) if id_ else "",
        kind=text(data.get("type")),
        insecure=flag(data.get("insecure")),
        status=text(data.get("status")),
    )


def policy(data: Any) -> Policy:
    """Read a policy; what is false is left out, so a disabled one has no ``enabled``."""
    trigger = data.get("trigger") or {}
    replaced = data.get("dest_namespace_replace_count")
    return Policy(
        id=number(data["id"]),
        name=text(data["name"]),
        source=registry(data["src_registry"]),
        destination=registry(data["dest_registry"]),
        enabled=flag(data.get("enabled")),
        trigger=_trigger(trigger.get("type")),
        # A policy without filters has null for them.
        filters=tuple(_filter(row) for row in data.get("filters") or ()),
        dest_namespace=text(data.get("dest_namespace")),
        dest_namespace_replace_count=None if replaced is None else number(replaced),
        override=flag(data.get("override")),
        # Read under either name; on writing, ``replicate_deletion`` is ignored.
        deletion=flag(data.get("deletion")) or flag(data.get("replicate_deletion")),
        cron=text((trigger.get("trigger_settings") or {}).get("cron")),
        created_at=instant(data.get("creation_time")),
        active_since=instant(data.get("update_time")),
    )


def _trigger(word: Any) -> Trigger:
    return Trigger(text(word) or Trigger.MANUAL)


def _filter(data: Any) -> Filter:
    value = data["value"]
    # The value of a label filter is a list: an artifact has to carry all of them.
    words = ",".join(text(item) for item in value) if isinstance(value, list) else text(value)
    return Filter(
        kind=FilterKind(data["type"]),
        value=words,
        excludes=text(data.get("decoration")) == "excludes",
    )


def execution(data: Any) -> Execution:
    """Read an execution; its status may be empty until the first refresh."""
    return Execution(
        id=number(data["id"]),
        policy_id=number(data["policy_id"]),
        status=Status(text(data.get("status")) or Status.PENDING),
        status_text=text(data.get("status_text")),
        trigger=_trigger(data.get("trigger")),
        total=_count(data, "total"),
        succeed=_count(data, "succeed"),
        failed=_count(data, "failed"),
        in_progress=_count(data, "in_progress"),
        stopped=_count(data, "stopped"),
        started_at=instant(data.get("start_time")),
        ended_at=instant(data.get("end_time")),
    )


def _count(data: Any, name: str) -> int:
    return number(data.get(name, 0))


def task(data: Any, policy_id: int) -> Task:
    """Read a task; its row names no tags, only how many there are: ``p/r [3 item(s) in total]``.

    *policy_id* is its execution's.
    """
    return Task(
        id=number(data["id"]),
        status=Status(data["status"]),
        repository=_ITEMS.sub("", text(data["src_resource"])),
        policy_id=policy_id,
        execution_id=number(data["execution_id"]),
        deletes=text(data.get("operation")) == "deletion",
        started_at=instant(data.get("start_time")),
        changed_at=instant(data.get("end_time")) or instant(data.get("start_time")),
    )


def artifacts(data: Any, repository: str) -> tuple[Artifact, ...]:
    """Read an artifact as one row a tag; one row without a tag where it has none (null)."""
    digest = text(data["digest"])
    pushed_at = instant(data.get("push_time"))
    tags = data.get("tags") or ()
    tagged = tuple(
        Artifact(
            repository=repository,
            tag=text(tag["name"]),
            digest=digest,
            pushed_at=instant(tag.get("push_time")) or pushed_at,
        )
        for tag in tags
    )
    return tagged or (Artifact(repository, "", digest, pushed_at=pushed_at),)


def log_row(data: Any) -> LogRow | None:
    """Read a row of the audit log; None where it tells of no push or deletion that worked."""
    operation = _OPERATIONS.get(text(data["operation"]))
    kind = text(data.get("resource_type"))
    at = instant(data["op_time"])
    named = _RESOURCE.fullmatch(text(data["resource"]))
    if operation is None or at is None or named is None:
        return None
    # A repository is created by its first push, which has a row of its own.
    wanted = _PUSHABLE if operation is LogOperation.PUSH else _DELETABLE
    if kind not in wanted or not _worked(data):
        return None
    repository, reference = named.groups()
    return LogRow(at, operation, repository, reference or "", text(data.get("username")))


def _worked(data: Any) -> bool:
    # 2.13 on names the result, but like any boolean it is left out when false; before there is
    # no result and no description, and only what worked is in the log.
    return flag(data.get("operation_result")) or "operation_description" not in data
