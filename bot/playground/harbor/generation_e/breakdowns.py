"""The errors that can be ordered for a copy of Harbor 2.x, each at its step.

Knows templates and texts as data. Does not know how an execution or a task runs.
"""

from dataclasses import dataclass
from enum import Enum

from bot.playground.harbor.failures import Failure
from bot.playground.harbor.outside import Unreachable


class Step(Enum):
    """A step, and the template of its error."""

    ADAPTER = "failed to create adapter for destination registry {url}: {error}"
    PROJECT = "failed to do the prepare work for pushing/uploading resources: {error}"
    PULL_MANIFEST = "failed to pull the manifest of artifact {source}:{tag}: {error}"
    CHECK_MANIFEST = (
        "failed to check the existence of the manifest of artifact {destination}:{tag}"
        " on the destination registry: {error}"
    )
    CHECK_BLOB = (
        "failed to check the existence of blob {blob} on the destination registry: {error}"
    )
    PULL_BLOB = "failed to pulling the blob {blob}: {error}"
    PUSH_BLOB = "failed to pushing the blob {blob}, size {size}: {error}"
    PUSH_MANIFEST = "failed to push manifest of artifact {destination}:{tag}: {error}"


@dataclass(frozen=True, slots=True)
class Breakdown:
    """An error at a step."""

    step: Step
    error: str


def _nginx(title: str) -> str:
    return (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n"
        f"<center><h1>{title}</h1></center>\r\n<hr><center>nginx</center>\r\n"
        "</body>\r\n</html>\r\n"
    )


def _envelope(code: str, message: str) -> str:
    return f'{{{{"errors":[{{{{"code":"{code}","message":"{message}"}}}}]}}}}'


def _detailed(code: str, message: str, detail: str) -> str:
    said = f'"code":"{code}","message":"{message}","detail":{detail}'
    return f'{{{{"errors":[{{{{{said}}}}}]}}}}'


_READ_ONLY = "The system is in read only mode. Any modification is prohibited."
_QUOTA = (
    "adding 20.0 KiB of storage resource, which when updated to current usage of 90.0 MiB"
    " will exceed the configured upper limit of 90.0 MiB."
)
_NO_PUSH = "unauthorized to access repository: {destination}, action: push"

BREAKDOWNS = {
    Failure.CONNECTION_REFUSED: Breakdown(
        Step.ADAPTER, 'Get "{url}/api/version": dial tcp {host}: connect: connection refused'
    ),
    Failure.UNKNOWN_HOST: Breakdown(
        Step.ADAPTER,
        'Get "{url}/api/version": dial tcp: lookup {host} on 127.0.0.1:53: no such host',
    ),
    Failure.UNTRUSTED_CERTIFICATE: Breakdown(
        Step.ADAPTER,
        'Get "{url}/api/version": tls: failed to verify certificate: x509: '
        "certificate signed by unknown authority",
    ),
    Failure.BAD_GATEWAY: Breakdown(
        Step.ADAPTER, "http error: code 502, message " + _nginx("502 Bad Gateway")
    ),
    Failure.DESTINATION_UNAUTHORIZED: Breakdown(
        Step.PROJECT,
        "http error: code 401, message " + _envelope("UNAUTHORIZED", "unauthorized") + "\n",
    ),
    Failure.ONLY_ADMIN_CREATES: Breakdown(
        Step.PROJECT,
        "http error: code 403, message "
        + _envelope("FORBIDDEN", "Only system admin can create project")
        + "\n",
    ),
    Failure.READ_ONLY: Breakdown(
        Step.PROJECT, "http error: code 403, message " + _envelope("DENIED", _READ_ONLY) + "\n"
    ),
    Failure.SOURCE_TAG_UNREADABLE: Breakdown(
        Step.PULL_MANIFEST,
        "http status code: 404, body: "
        + _envelope("NOT_FOUND", "artifact {source}:{tag} not found"),
    ),
    Failure.SOURCE_REVISION_MISSING: Breakdown(
        Step.PULL_MANIFEST,
        "http status code: 404, body: "
        + _detailed(
            "MANIFEST_UNKNOWN",
            "manifest unknown",
            '{{"Name":"{source}","Revision":"{digest}"}}',
        ),
    ),
    Failure.SOURCE_BLOB_MISSING: Breakdown(
        Step.PULL_BLOB,
        "http status code: 404, body: "
        + _detailed("BLOB_UNKNOWN", "blob unknown to registry", '"{blob}"'),
    ),
    Failure.NO_PUSH_RIGHT: Breakdown(
        Step.PUSH_BLOB,
        "http status code: 401, body: " + _envelope("UNAUTHORIZED", f"{_NO_PUSH}: {_NO_PUSH}"),
    ),
    Failure.NO_SPACE: Breakdown(
        Step.PUSH_BLOB,
        "http status code: 500, body: "
        + _detailed(
            "UNKNOWN",
            "unknown error",
            '"write /storage/docker/registry/v2/repositories/{destination}/_uploads/'
            '9e4180a6-2e10-4ce2-a552-100f692ff047/data: no space left on device"',
        ),
    ),
    Failure.BODY_TOO_LARGE: Breakdown(
        Step.PUSH_BLOB,
        "http status code: 413, body: " + _nginx("413 Request Entity Too Large"),
    ),
    Failure.QUOTA_EXCEEDED: Breakdown(
        Step.PUSH_MANIFEST, "http status code: 403, body: " + _envelope("DENIED", _QUOTA)
    ),
    Failure.TAG_IMMUTABLE: Breakdown(
        Step.PUSH_MANIFEST,
        "http status code: 412, body: "
        + _envelope(
            "PRECONDITION",
            "Failed to process request due to '{name}:{tag}' configured as immutable.",
        ),
    ),
}
PREPARATION = frozenset(
    failure
    for failure, breakdown in BREAKDOWNS.items()
    if breakdown.step in {Step.ADAPTER, Step.PROJECT}
)
COPYING = (frozenset(BREAKDOWNS) - PREPARATION) | {
    Failure.NEVER_STARTS,
    Failure.NEVER_ENDS,
    Failure.LOG_GONE,
}


def word(failure: Failure, url: str) -> str:
    """Word what an execution says when *failure* met its preparation."""
    breakdown = BREAKDOWNS[failure]
    error = breakdown.error.format(url=url, host=url.partition("://")[2])
    return wording(breakdown.step, url, error)


def wording(step: Step, url: str, error: str) -> str:
    """Word the error of a step of the preparation."""
    return str(step.value).format(url=url, error=error)


def in_go(error: Unreachable) -> str:
    """Word a broken connection as Go does: with quotes."""
    return f'{error.method.capitalize()} "{error.url}": {error.reason}'
