"""The errors that can be ordered for a job of Harbor 1.2, each at its step.

Knows templates and texts as data: ``{error}`` of a step's template is what a breakdown says.
Does not know how a job runs.
"""

from dataclasses import dataclass
from enum import Enum

from bot.playground.harbor.failures import Failure


class Step(Enum):
    """A step of a job: where its error is in the source, and the template."""

    CREATE_PROJECT = (
        "transfer.go:204",
        "an error occurred while creating project {project} on {url} with user {user} : {error}",
    )
    PULL_MANIFEST = (
        "transfer.go:351",
        "an error occurred while pulling manifest of {repository}:{tag} from {source}: {error}",
    )
    CHECK_BLOB = (
        "transfer.go:383",
        (
            "an error occurred while checking existence of blob {blob} of {repository}:{tag}"
            " on {url}: {error}"
        ),
    )
    PULL_BLOB = (
        "transfer.go:424",
        "an error occurred while pulling blob {blob} of {repository}:{tag} from {source}: {error}",
    )
    PUSH_BLOB = (
        "transfer.go:431",
        "an error occurred while pushing blob {blob} of {repository}:{tag} to {url} : {error}",
    )
    PUSH_MANIFEST = (
        "transfer.go:491",
        "an error occurred while pushing manifest of {repository}:{tag} to {url} : {error}",
    )

    DELETE = (
        "delete.go:119",
        (
            "an error occurred while deleting repository {repository}:{tag} on {url}"
            " with user {user}: {error}"
        ),
    )

    def __init__(self, place: str, template: str) -> None:
        self.place = place
        self.template = template


@dataclass(frozen=True, slots=True)
class Breakdown:
    """An error at a step; those of the network are tried again."""

    step: Step
    error: str
    network: bool = False


_NOT_CREATED = "failed to create project {project} on {url} with user {user}: "
_UNAUTHORIZED = (
    '401 {{"errors":[{{"code":"UNAUTHORIZED","message":"authentication required","detail":'
    '[{{"Type":"repository","Class":"","Name":"{repository}","Action":"pull"}},'
    '{{"Type":"repository","Class":"","Name":"{repository}","Action":"push"}}]}}]}}'
)
_NGINX = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n"
    "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)

BREAKDOWNS = {
    Failure.SOURCE_TAG_UNREADABLE: Breakdown(
        Step.PULL_MANIFEST,
        '404 {{"errors":[{{"code":"MANIFEST_UNKNOWN","message":"manifest unknown",'
        '"detail":{{"Tag":"{tag}"}}}}]}}',
    ),
    Failure.SOURCE_REVISION_MISSING: Breakdown(
        Step.PULL_MANIFEST,
        '404 {{"errors":[{{"code":"MANIFEST_UNKNOWN","message":"manifest unknown",'
        '"detail":{{"Name":"{repository}","Revision":"{digest}"}}}}]}}',
    ),
    Failure.SOURCE_BLOB_MISSING: Breakdown(
        Step.PULL_BLOB,
        '404 {{"errors":[{{"code":"BLOB_UNKNOWN","message":"blob unknown to registry",'
        '"detail":"{blob}"}}]}}',
    ),
    Failure.DESTINATION_UNAUTHORIZED: Breakdown(Step.CREATE_PROJECT, _NOT_CREATED + "401 "),
    Failure.NO_PUSH_RIGHT: Breakdown(Step.PUSH_BLOB, _UNAUTHORIZED),
    Failure.ONLY_ADMIN_CREATES: Breakdown(
        Step.CREATE_PROJECT, _NOT_CREATED + "403 Only system admin can create project"
    ),
    Failure.NO_SPACE: Breakdown(
        Step.PUSH_BLOB,
        '500 {{"errors":[{{"code":"UNKNOWN","message":"unknown error","detail":"write '
        "/storage/docker/registry/v2/repositories/{repository}/_uploads/"
        '9e4180a6-2e10-4ce2-a552-100f692ff047/data: no space left on device"}}]}}',
    ),
    Failure.BAD_GATEWAY: Breakdown(Step.CHECK_BLOB, "502 "),
    Failure.BODY_TOO_LARGE: Breakdown(
        Step.PUSH_BLOB, "413 " + _NGINX.format("413 Request Entity Too Large")
    ),
    Failure.CONNECTION_REFUSED: Breakdown(
        Step.CREATE_PROJECT,
        "Post {url}/api/projects/: dial tcp {host}: getsockopt: connection refused",
        network=True,
    ),
    Failure.UNKNOWN_HOST: Breakdown(
        Step.CREATE_PROJECT,
        "Post {url}/api/projects/: dial tcp: lookup {host} on 127.0.0.11:53: no such host",
        network=True,
    ),
    Failure.UNTRUSTED_CERTIFICATE: Breakdown(
        Step.CREATE_PROJECT,
        "Post {url}/api/projects/: x509: certificate signed by unknown authority",
        network=True,
    ),
}
