"""One error, read for its parts: which step said it, which HTTP status, between which endpoints.

Knows the message templates by which a log says what it was doing, from 1.2 to 2.15. Does not
know which cause that makes; the rows of the other modules here say that.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto

from bot.replication.causes.kinds import Side


class Step(Enum):
    """What Harbor was doing when it failed."""

    DELETE = auto()
    HOOK = auto()
    SOURCE_CLIENT = auto()
    LIST = auto()
    DEST_CLIENT = auto()
    PROJECT = auto()
    CHART_GET = auto()
    CHART_PUT = auto()
    PULL_MANIFEST = auto()
    PULL_BLOB = auto()
    FIND_MANIFEST = auto()
    FIND_BLOB = auto()
    PUSH_BLOB = auto()
    PUSH_MANIFEST = auto()
    OTHER = auto()


FROM_SOURCE = frozenset(
    {Step.SOURCE_CLIENT, Step.LIST, Step.CHART_GET, Step.PULL_MANIFEST, Step.PULL_BLOB}
)
AT_PUSH = frozenset({Step.FIND_MANIFEST, Step.FIND_BLOB, Step.PUSH_BLOB, Step.PUSH_MANIFEST})
BEFORE_PUSH = frozenset({Step.DEST_CLIENT, Step.PROJECT})
TO_DEST = AT_PUSH | BEFORE_PUSH | {Step.DELETE, Step.CHART_PUT}

EOF = r": EOF(?=$|[\"\\}\s])"  # the other side hung up; not an `unexpected EOF`

# Narrow before broad: the first that is found names the step.
_STEPS: tuple[tuple[Step, re.Pattern[str]], ...] = tuple(
    (step, re.compile(pattern))
    for step, pattern in (
        (Step.HOOK, r"Send hook event"),
        (
            Step.DELETE,
            r"failed to delete the |while deleting repository|failed to delete (?:image|repo)",
        ),
        (Step.CHART_GET, r"failed to download the chart|failed to fetch charts?\b"),
        (Step.CHART_PUT, r"failed to upload the chart|existence of (?:the )?chart"),
        (Step.LIST, r"failed to fetch|Fetch(?:Images|Artifacts) error|failed to list artifacts"),
        (Step.LIST, r"listing tags for|List tags for repo|empty tag list for|/v2/_catalog"),
        (Step.SOURCE_CLIENT, r"(?:adapter|client) for source registry|source repository client"),
        (Step.SOURCE_CLIENT, r"get the adapter info|failed to get project \S+ from "),
        (Step.DEST_CLIENT, r"(?:adapter|client) for destination|destination repository client"),
        (Step.PROJECT, r"prepare work for|creating project |list projects with query"),
        (Step.PROJECT, r"Create Namespace \S+ error"),
        (Step.PULL_BLOB, r"pull(?:ing)? (?:the )?blob"),
        (Step.PULL_MANIFEST, r"pull(?:ing)? (?:the )?manifest"),
        (Step.FIND_BLOB, r"existence of (?:the )?blob|whether the blob|mount the blob"),
        (Step.FIND_MANIFEST, r"existence of (?:the )?manifest"),
        (Step.PUSH_BLOB, r"push(?:ing)? (?:the )?blob|initiating layer upload|get upload status"),
        (Step.PUSH_MANIFEST, r"push(?:ing)? (?:the )?manifest"),
        (Step.PUSH_BLOB, r"(?i)\b(?:put|patch|post) \"?https?://\S*/blobs/uploads"),
        (Step.PUSH_MANIFEST, r"(?i)\bput \"?https?://\S*/manifests/"),
        (Step.PROJECT, r"Post \"?https?://\S*/api/(?:v2\.0/)?projects"),
        (Step.PUSH_MANIFEST, r"action: push|\"Action\":\"push\""),
        (Step.PULL_BLOB, r"action: pull|\"Action\":\"pull\""),
    )
)
_STATUS = re.compile(
    r"http (?:error: code|status code:) (\d{3})|HTTP ([45]\d\d) "
    r"|(?i:unexpected (?:http )?(?:status|response)(?: code)?): ([345]\d\d)"
    r"|(?:^|: )([345]\d\d)(?= |\n|$)|(?:^|: )\[([345]\d\d)\]\["
)
_BODY = re.compile(
    r"\d{3}\s?, (?:message|body:|text:)(.*)|(?:^|: )[345]\d\d(?=[ \n]|$)(.*)"
    r"|(?:^|: )\[[345]\d\d\]\[(.*)\]",
    re.DOTALL,
)
_REACHED = re.compile(
    r"\b(?:Get|Post|Put|Head|Patch|Delete) \"?(https?)://([^/\s\"?]+)([^\s\"?:]*)"
)
_NEW = re.compile(
    r"client for (source|destination) registry \[type: ([^,]*), URL: ([^,]*), insecure: (\w+)"
)
_OLD = re.compile(
    r"(source|destination) registry: URL-(\S+) insecure-(\w+)"
    r"|(source|destination) URL: ([^\s,]+)(?=.*?, insecure: (\w+))"
)
# Names by which Harbor's own parts call each other in an official installation.
_INSIDE = re.compile(
    r"(?:[\w-]*harbor[\w-]*-)?(?:core|ui|registry|registryctl|jobservice|adminserver|redis|db"
    r"|postgresql|database|chartmuseum|trivy)(?:\.[\w-]+\.svc[\w.]*)?(?::\d+)?"
)
_TAGS = re.compile(r"copying \S+:\[([^\]]*)\]|tags: \[([^\]]*)\]")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint as the log names it."""

    kind: str = ""
    url: str = ""
    insecure: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """An error with what the lines around it tell."""

    message: str
    step: Step = Step.OTHER
    status: int | None = None
    body: str = ""
    peer: Endpoint | None = None
    tags: str = ""
    waited: float | None = None
    repeats: int = 0

    @property
    def side(self) -> Side | None:
        """The registry that was being asked, where the step tells."""
        if self.step in FROM_SOURCE:
            return Side.SOURCE
        return Side.DESTINATION if self.step in TO_DEST else None

    @property
    def html(self) -> bool:
        """Whether a web page came back instead of a registry's answer."""
        return (
            re.match(r"<(?:!doctype html|html|head|title)", self.body, re.IGNORECASE) is not None
        )

    @property
    def reached(self) -> list[tuple[str, str, str]]:
        """Scheme, host and path of each address that was dialled."""
        return _REACHED.findall(self.message)


def inside(host: str) -> bool:
    """Say whether *host* is one of Harbor's own parts."""
    return _INSIDE.fullmatch(host) is not None


def host_of(url: str) -> str:
    """Cut the host and port out of *url*."""
    return url.partition("://")[2].partition("/")[0]


def step_of(message: str) -> Step:
    """Name the step that *message* is about."""
    return next((step for step, pattern in _STEPS if pattern.search(message)), Step.OTHER)


def status_of(message: str) -> int | None:
    """Read the HTTP status that *message* reports, in the shape of any generation."""
    found = _STATUS.search(message)
    return int(next(filter(None, found.groups()))) if found else None


def body_of(message: str) -> str:
    """Read what came back with the status."""
    found = _BODY.search(message)
    return next(filter(None, found.groups()), "").strip() if found else ""


def peer_of(opening: str, side: Side | None) -> Endpoint | None:
    """Read the endpoint of *side* from the lines with which a run begins."""
    for name, kind, url, insecure in _NEW.findall(opening):
        if name == side:
            return Endpoint(kind, url, insecure == "true")
    for found in _OLD.findall(opening):
        name, url, insecure = filter(None, found)
        if name == side:
            return Endpoint("harbor", url, insecure == "true")
    return None


def tags_of(opening: str) -> str:
    """Read the tags that the task was to copy."""
    found = _TAGS.search(opening)
    return found.group(1) or found.group(2) or "" if found else ""
