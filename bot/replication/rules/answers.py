"""Rows about what a registry has, stores and understands, and about fronts that answer for it."""

import re

from bot.replication.causes.kinds import Confidence, Rerun
from bot.replication.rules.fault import AT_PUSH, BEFORE_PUSH, FROM_SOURCE, TO_DEST, Fault, Step
from bot.replication.rules.rule import Rule


_PULL = frozenset({Step.PULL_MANIFEST, Step.PULL_BLOB})
_PUT = frozenset({Step.PUSH_BLOB, Step.PUSH_MANIFEST})
_OTHER = frozenset({Step.OTHER})
_API = BEFORE_PUSH | {Step.SOURCE_CLIENT}
_FLAT = re.compile(r"manifest of (?:image |artifact )?[^\s:/]+:\S+ on ")
_REDIRECT = frozenset({301, 302, 303, 307, 308})
_GATEWAY = frozenset({502, 503, 504, 520, 521, 522, 523, 524, 530})


def _html(fault: Fault) -> bool:
    """Say whether a page came back."""
    return fault.html


def _empty(fault: Fault) -> bool:
    """Say whether nothing but the status came back."""
    return not fault.body


def _flat_name(fault: Fault) -> bool:
    """Say whether an image without a project was looked for, and nothing but a status came."""
    return not fault.body and _FLAT.search(fault.message) is not None


def _build_cache(fault: Fault) -> bool:
    """Say whether the task was about a build cache, whose parts no registry lists."""
    return "cache" in fault.tags or re.search(r"artifact \S*cache\S*:", fault.message) is not None


ROWS: tuple[Rule, ...] = (
    Rule(cause="dest.repository_missing", text=r"RepositoryNotFoundException", steps=TO_DEST),
    Rule(
        cause="dest.repository_missing",
        text=r"NAME_UNKNOWN|project \S+ not found|repository .*does not exist",
        steps=TO_DEST - {Step.DELETE},
        confidence=Confidence.MEDIUM,
        also=("dest.permission_denied",),
    ),
    Rule(
        cause="manifest.unsupported",
        text=r"unsupported media ?type|UNSUPPORTED_MEDIA_TYPE|Manifest\.list is not supported"
        r"|missing signature key|unsupported content type for manifest|does not support OCI"
        r"|isn't a DeserializedManifestList|unsupported manifest|unrecognized manifest",
    ),
    Rule(
        cause="manifest.unsupported",
        text=r"artifact \S+@sha256:\w+ not found|artifact \S*cache\S* not found",
        steps=_PULL | {Step.PUSH_MANIFEST},
        where=_build_cache,
        confidence=Confidence.MEDIUM,
        also=("source.manifest_unknown",),
        rerun=Rerun.USELESS,
        rerun_when="Build cache tags cannot be copied; leave them out of the filter.",
    ),
    Rule(cause="dest.blob_missing", text=r"MANIFEST_BLOB_UNKNOWN"),
    Rule(
        cause="dest.blob_missing",
        steps=frozenset({Step.PUSH_MANIFEST}),
        text=r"MANIFEST_UNKNOWN|BLOB_UNKNOWN|NOT_FOUND",
        confidence=Confidence.MEDIUM,
        also=("manifest.unsupported",),
    ),
    Rule(
        cause="manifest.unsupported",
        steps=frozenset({Step.PUSH_MANIFEST}),
        text=r"MANIFEST_INVALID",
        confidence=Confidence.MEDIUM,
    ),
    Rule(
        cause="manifest.unsupported",
        steps=_PUT,
        statuses=frozenset({415}),
        confidence=Confidence.MEDIUM,
        also=("adapter.incompatible",),
    ),
    Rule(
        cause="source.manifest_unknown",
        text=r"MANIFEST_UNKNOWN.*\"Revision\"|unknown manifest name=",
        steps=FROM_SOURCE | _OTHER,
        rerun=Rerun.AFTER_FIX,
        rerun_when="The image is damaged at the source; after it has been pushed again.",
    ),
    Rule(
        cause="source.blob_missing",
        text=r"while pulling blob .*\bBLOB_UNKNOWN",  # up to 1.7 foreign layers are not left out
        confidence=Confidence.MEDIUM,
        also=("manifest.unsupported",),
    ),
    Rule(
        cause="source.blob_missing",
        text=r"\bBLOB_UNKNOWN",
        steps=frozenset({Step.PULL_BLOB}) | _OTHER,
    ),
    Rule(
        cause="source.blob_missing",
        statuses=frozenset({404}),
        steps=frozenset({Step.PULL_BLOB}),
        confidence=Confidence.MEDIUM,
    ),
    Rule(
        cause="source.manifest_unknown",
        text=r"The named manifest is not known to the registry",  # Artifactory: also a wrong path
        steps=frozenset({Step.PULL_MANIFEST}),
        confidence=Confidence.MEDIUM,
        also=("adapter.incompatible",),
    ),
    Rule(
        cause="source.manifest_unknown",
        text=r"MANIFEST_UNKNOWN|NAME_UNKNOWN|NOT_FOUND",
        steps=frozenset({Step.PULL_MANIFEST}),
    ),
    Rule(
        cause="source.manifest_unknown",
        text=r"tag unknown|MANIFEST_UNKNOWN|NAME_UNKNOWN|empty tag list for repo"
        r"|artifact \S+ not found|does not exist on source registry",
        steps=FROM_SOURCE | _OTHER,
        confidence=Confidence.MEDIUM,
    ),
    Rule(
        cause="source.manifest_unknown",
        text=r"project \S+ not found",
        steps=FROM_SOURCE,
        confidence=Confidence.MEDIUM,
        also=("source.permission_denied",),
    ),
    Rule(
        cause="source.manifest_unknown",
        statuses=frozenset({404}),
        steps=frozenset({Step.PULL_MANIFEST}),
        confidence=Confidence.MEDIUM,
        also=("adapter.incompatible",),
    ),
    Rule(
        cause="storage.no_space",
        text=r"\"?Err\"?:(?:28|122)\b|no space left on device|ENOSPC|StorageFull"
        r"|disk quota exceeded",
    ),
    Rule(cause="storage.no_space", statuses=frozenset({507})),
    Rule(
        cause="storage.backend_error",
        text=r"DIGEST_INVALID|SIZE_INVALID|InvalidAuthenticationInfo|invalid content range",
        confidence=Confidence.MEDIUM,
        also=("network.connection_dropped",),
    ),
    Rule(
        cause="storage.backend_error",
        text=r"DriverName|\"?Err\"?:\d+\b|\b(?:s3aws|filesystem|swift|azure|gcs|oss): |SlowDown"
        r"|BLOB_UPLOAD_(?:INVALID|UNKNOWN)|unlinkat ",
    ),
    Rule(
        cause="storage.backend_error",
        statuses=frozenset({416}),
        steps=frozenset({Step.PUSH_BLOB}),
        confidence=Confidence.MEDIUM,
    ),
    Rule(
        cause="policy.namespace_missing",
        steps=frozenset({Step.FIND_MANIFEST}),
        statuses=frozenset({400, 500}),
        where=_flat_name,
    ),
    Rule(
        cause="policy.namespace_missing",
        steps=frozenset({Step.FIND_MANIFEST}),
        statuses=frozenset({400}),
        where=_empty,
        confidence=Confidence.MEDIUM,
    ),
    Rule(
        cause="policy.namespace_missing",
        text=r"NAME_INVALID|project name (?:is not|is illegal|.{0,20}invalid)"
        r"|invalid project name",
        steps=TO_DEST,
        confidence=Confidence.MEDIUM,
    ),
    Rule(cause="proxy.body_too_large", statuses=frozenset({413})),
    Rule(cause="proxy.body_too_large", text=r"Request Entity Too Large|Payload Too Large"),
    Rule(cause="endpoint.wrong_url", statuses=_REDIRECT, steps=_API),
    Rule(
        cause="endpoint.wrong_url",
        statuses=_REDIRECT,
        steps=AT_PUSH,
        confidence=Confidence.MEDIUM,
        also=("adapter.incompatible",),
    ),
    Rule(
        cause="endpoint.wrong_url",
        statuses=frozenset({405}),
        steps=_API,
        confidence=Confidence.MEDIUM,
        also=("adapter.incompatible",),
    ),
    Rule(
        cause="endpoint.wrong_url",
        text=r"invalid character '<' looking for beginning of value",
        steps=_API,
        confidence=Confidence.MEDIUM,
        also=("adapter.incompatible",),
    ),
    Rule(
        cause="endpoint.wrong_url",
        statuses=frozenset({400}),
        steps=_API,
        where=_html,
        confidence=Confidence.MEDIUM,
        also=("adapter.incompatible",),
    ),
    Rule(
        cause="adapter.incompatible",
        text=r"invalid character|cannot unmarshal|unmarshal .* error|unexpected end of JSON input",
        confidence=Confidence.MEDIUM,
        also=("endpoint.wrong_url",),
    ),
    Rule(
        cause="adapter.incompatible",
        statuses=frozenset({404, 415}),
        steps=_API | {Step.LIST},
        confidence=Confidence.MEDIUM,
        also=("endpoint.wrong_url",),
    ),
    Rule(
        cause="adapter.incompatible",
        statuses=frozenset({400}),
        steps=frozenset({Step.LIST}),
        confidence=Confidence.MEDIUM,
        also=("source.catalog_unavailable",),
    ),
    Rule(
        cause="adapter.incompatible",
        statuses=frozenset({405}),
        steps=AT_PUSH | FROM_SOURCE,
        confidence=Confidence.MEDIUM,
        also=("endpoint.wrong_url",),
    ),
    Rule(
        cause="adapter.incompatible",
        statuses=frozenset({404}),
        where=_html,
        confidence=Confidence.MEDIUM,
        also=("endpoint.wrong_url",),
    ),
    Rule(
        cause="chart.failed",
        text=r"\{\"code\":404,\"message\":\"not found\"\}",
        steps=_OTHER,
        confidence=Confidence.LOW,
        also=("adapter.incompatible",),
    ),
    Rule(
        cause="harbor.component_down",
        text=r"<title>Service Unavailable</title>",
        confidence=Confidence.MEDIUM,
        also=("proxy.gateway_error",),
    ),
    Rule(
        cause="harbor.component_down",
        statuses=frozenset({502}),
        steps=_PULL | _PUT,
        where=_empty,
        confidence=Confidence.MEDIUM,
        also=("proxy.gateway_error",),
    ),
    Rule(
        cause="proxy.gateway_error",
        statuses=_GATEWAY,
        confidence=Confidence.MEDIUM,
        also=("harbor.component_down",),
    ),
    Rule(
        cause="proxy.gateway_error",
        text=r"no healthy upstream|upstream connect error|50[234] (?:Bad Gateway|Service (?:Unav"
        r"|Temporarily)|Gateway Time)",
        confidence=Confidence.MEDIUM,
        also=("harbor.component_down",),
    ),
    Rule(
        cause="network.timeout",
        statuses=frozenset({408}),
        confidence=Confidence.MEDIUM,
        also=("proxy.gateway_error",),
    ),
    Rule(
        cause="storage.backend_error",
        statuses=frozenset({500}),
        steps=frozenset({Step.FIND_BLOB, Step.FIND_MANIFEST, Step.PULL_BLOB}),
        where=_empty,
        confidence=Confidence.MEDIUM,
        also=("harbor.component_down",),
    ),
    Rule(
        cause="storage.backend_error",
        text=r"\"message\":\s*\"unknown error\"",
        statuses=frozenset({500}),
        confidence=Confidence.MEDIUM,
        also=("harbor.component_down",),
    ),
    Rule(
        cause="harbor.component_down",
        statuses=frozenset({500}),
        confidence=Confidence.MEDIUM,
        also=("storage.backend_error", "proxy.gateway_error"),
    ),
    Rule(
        cause="harbor.component_down",
        text=r"Fetch(?:Images|Artifacts) error when collect tags",
        confidence=Confidence.LOW,
        also=("source.unauthorized", "network.unreachable", "source.catalog_unavailable"),
    ),
)
