"""Rows about refusals: who may, how much, what a rule of a project or a front forbids."""

from bot.replication.causes.kinds import Confidence, Rerun
from bot.replication.rules.fault import (
    AT_PUSH,
    BEFORE_PUSH,
    FROM_SOURCE,
    TO_DEST,
    Fault,
    Step,
    host_of,
    inside,
)
from bot.replication.rules.rule import Rule


_OTHER = frozenset({Step.OTHER})
_DELETE = frozenset({Step.DELETE})
_PUSHING = AT_PUSH | {Step.CHART_PUT}
_TOO_MANY = (
    r"TOOMANYREQUESTS|toomanyrequests|TOO_MANY_REQUEST|Too Many Requests|[Rr]ate exceeded"
    r"|ThrottlingException|pull rate limit"
)
_BAD_LOGIN = (
    r"InvalidAccessKeyId|SignatureDoesNotMatch|InvalidSecurityToken|UnrecognizedClientException"
    r"|InvalidSignatureException|ExpiredToken|no basic auth credentials|login to dockerhub error"
    r"|[Ii]ncorrect (?:authentication credentials|username or password)|Invalid credentials"
    r"|no authorization token returned|No valid credential was supplied|AuthFailure"
    r"|NoCredentialProviders|authorization token has expired|Authenticate Error|USER_NOT_EXIST"
)
_NO_RIGHT = r"AccessDenied|is not authorized to perform|create_package|insufficient_scope"


def _html(fault: Fault) -> bool:
    """Say whether a page came back."""
    return fault.html


def _no_harbor(fault: Fault) -> bool:
    """Say whether the destination is a registry of another make, which has no project step."""
    return fault.peer is not None and fault.peer.kind != "harbor"


def _to_itself(fault: Fault) -> bool:
    """Say whether Harbor was copying to itself, for which it uses an account of its own."""
    return fault.peer is not None and inside(host_of(fault.peer.url))


def _redirect_lost_it(fault: Fault) -> bool:
    """Say whether the password may have been lost on a redirect from http to https.

    Before 1.8 the client drops it when the front sends it to another port. An endpoint of plain
    http for which certificates are to be verified is one that was meant to be https.
    """
    there = fault.peer
    return there is not None and there.url.startswith("http://") and not there.insecure


ROWS: tuple[Rule, ...] = (
    Rule(
        cause="dest.quota_exceeded",
        text=r"will exceed the configured upper limit|Quota exceeded when processing"
        r"|over the quota|exceeded? (?:the )?(?:storage )?quota|already has the maximum allowed",
    ),
    Rule(
        cause="dest.write_blocked",
        text=r"can not push artifact to a proxy project",
        rerun=Rerun.USELESS,
        rerun_when="Nothing can be pushed into a proxy-cache project; leave it out of the policy.",
    ),
    Rule(
        cause="dest.write_blocked",
        text=r"system is in read only mode|currently read-only|(?:is|in) read-only(?: mode)?\b",
    ),
    Rule(
        cause="source.blob_missing",
        text=r"NoSuchKey",
        steps=frozenset({Step.PULL_BLOB}),
        confidence=Confidence.MEDIUM,
        also=("storage.backend_error",),
    ),
    Rule(
        cause="storage.backend_error",
        text=r"<Error>\s*<Code>",
        confidence=Confidence.MEDIUM,
        also=("source.permission_denied",),
    ),
    Rule(
        cause="dest.delete_rejected",
        steps=_DELETE,
        text=r"deletion isn't supported",
        rerun=Rerun.USELESS,
        rerun_when="Harbor cannot delete a tag in such a registry; delete it there by hand.",
    ),
    Rule(
        cause="dest.delete_rejected",
        steps=_DELETE,
        text=r"UNSUPPORTED|GOOGLE_MANIFEST_DANGLING_TAG",
    ),
    Rule(
        cause="dest.delete_rejected",
        steps=_DELETE,
        statuses=frozenset({400, 401, 403, 405, 409, 412}),
        confidence=Confidence.MEDIUM,
        also=("dest.permission_denied",),
    ),
    Rule(
        cause="dest.immutable_tag",
        text=r"configured as immutable|ImageTagAlreadyExists|\bis immutable\b"
        r"|does not allow updating assets",
    ),
    Rule(
        cause="harbor.component_down",
        text=r"PROJECT_?POLICY_?VIOLATION.*internal Error: .*(?:refused|50[234])",
        confidence=Confidence.MEDIUM,
    ),
    Rule(
        cause="storage.backend_error",
        text=r"PROJECT_?POLICY_?VIOLATION.*internal Error: 500",
        confidence=Confidence.MEDIUM,
        also=("harbor.component_down",),
    ),
    Rule(
        cause="source.scan_policy",
        text=r"\"(?:Pending|Running|Queued)\\?\" status of vulnerability scanning",
        rerun=Rerun.WAIT,
        rerun_when="Once the scan has ended and the image meets the project's rule.",
    ),
    Rule(
        cause="source.scan_policy",
        text=r"PROJECT_?POLICY_?VIOLATION|is not signed (?:by|in) "
        r"|annot get the image severity"
        r"|cannot be pulled due to configured|severity of vulnerability of the image",
    ),
    Rule(
        cause="source.scan_policy",
        statuses=frozenset({412}),
        steps=frozenset({Step.FIND_MANIFEST, Step.PULL_MANIFEST, Step.PULL_BLOB}),
        confidence=Confidence.MEDIUM,
    ),
    Rule(cause="dest.permission_denied", text=r"Only system admin can create project"),
    Rule(cause="dest.permission_denied", text=_NO_RIGHT, steps=TO_DEST),
    Rule(cause="source.permission_denied", text=_NO_RIGHT, steps=FROM_SOURCE),
    Rule(cause="ratelimit.source", statuses=frozenset({429}), steps=FROM_SOURCE),
    Rule(cause="ratelimit.source", text=_TOO_MANY, steps=FROM_SOURCE),
    Rule(cause="ratelimit.destination", statuses=frozenset({429}), steps=TO_DEST),
    Rule(cause="ratelimit.destination", text=_TOO_MANY, steps=TO_DEST),
    Rule(cause="ratelimit.source", text=r"pull rate limit"),
    Rule(
        cause="ratelimit.source",
        text=_TOO_MANY,
        confidence=Confidence.MEDIUM,
        also=("ratelimit.destination",),
    ),
    Rule(
        cause="adapter.incompatible",
        text=r"CSRF token",
        confidence=Confidence.MEDIUM,
        also=("dest.permission_denied",),
    ),
    Rule(
        cause="source.catalog_unavailable",
        text=r"/_catalog|\"Name\":\"catalog\"",
        statuses=frozenset({400, 401, 403, 404, 405}),
        confidence=Confidence.MEDIUM,
        also=("source.unauthorized", "source.permission_denied"),
    ),
    Rule(
        cause="proxy.forbidden",
        statuses=frozenset({403, 407}),
        where=_html,
        confidence=Confidence.MEDIUM,
        also=("dest.permission_denied", "source.permission_denied"),
    ),
    Rule(cause="source.unauthorized", text=_BAD_LOGIN, steps=FROM_SOURCE),
    Rule(
        cause="source.permission_denied",
        text=r"robot\$",
        statuses=frozenset({403}),
        steps=FROM_SOURCE,
    ),
    Rule(
        cause="source.permission_denied",
        statuses=frozenset({403}),
        steps=FROM_SOURCE,
        confidence=Confidence.MEDIUM,
        also=("source.unauthorized", "harbor.component_down"),
    ),
    Rule(
        cause="source.permission_denied",
        text=r"unauthorized to access repository: \S+, action: pull\b",
        statuses=frozenset({401}),
        steps=frozenset({Step.PULL_MANIFEST, Step.PULL_BLOB}),
        confidence=Confidence.MEDIUM,
        also=("source.unauthorized",),
    ),
    Rule(
        cause="source.unauthorized",
        statuses=frozenset({401}),
        steps=FROM_SOURCE,
        confidence=Confidence.MEDIUM,
        also=("source.permission_denied",),
    ),
    Rule(
        cause="endpoint.wrong_url",
        statuses=frozenset({401}),
        steps=frozenset({Step.PROJECT}),
        where=_redirect_lost_it,
        confidence=Confidence.MEDIUM,
        also=("dest.unauthorized",),
    ),
    Rule(cause="dest.unauthorized", statuses=frozenset({401}), steps=BEFORE_PUSH),
    Rule(cause="dest.unauthorized", text=_BAD_LOGIN, steps=TO_DEST),
    Rule(
        cause="dest.permission_denied",
        statuses=frozenset({403}),
        steps=TO_DEST,
        confidence=Confidence.MEDIUM,
        also=("dest.unauthorized",),
    ),
    Rule(
        cause="harbor.misconfigured",
        statuses=frozenset({401}),
        steps=_PUSHING,
        where=_to_itself,
        confidence=Confidence.MEDIUM,
        also=("dest.permission_denied", "dest.unauthorized"),
    ),
    Rule(
        cause="dest.unauthorized",
        statuses=frozenset({401}),
        steps=_PUSHING,
        where=_no_harbor,
        confidence=Confidence.MEDIUM,
        also=("dest.permission_denied",),
    ),
    Rule(
        cause="dest.permission_denied",
        statuses=frozenset({401}),
        steps=_PUSHING,
        confidence=Confidence.MEDIUM,
        also=("dest.unauthorized",),
    ),
    Rule(
        cause="dest.unauthorized",
        text=r"No valid credential was supplied|unauthorized: access to the requested resource",
        steps=TO_DEST | _OTHER,
        confidence=Confidence.MEDIUM,
        also=("dest.permission_denied", "source.unauthorized"),
    ),
    Rule(
        cause="source.unauthorized",
        text=_BAD_LOGIN,
        confidence=Confidence.LOW,
        also=("dest.unauthorized",),
    ),
    Rule(
        cause="dest.unauthorized",
        text=r"failed to ping (?:registry|target)",
        statuses=frozenset({401}),
        confidence=Confidence.LOW,
        also=("source.unauthorized",),
    ),
    Rule(
        cause="source.unauthorized",
        statuses=frozenset({401}),
        confidence=Confidence.LOW,
        also=("dest.unauthorized", "dest.permission_denied"),
    ),
)
