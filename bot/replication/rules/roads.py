"""Rows about what happens before any registry answers: names, routes, certificates, breaks."""

import re

from bot.replication.causes.kinds import Confidence, Rerun
from bot.replication.rules.fault import (
    AT_PUSH,
    BEFORE_PUSH,
    EOF,
    Endpoint,
    Fault,
    Step,
    host_of,
)
from bot.replication.rules.rule import Rule


_LAYER = frozenset({Step.PUSH_BLOB, Step.PULL_BLOB})
_ISSUED = re.compile(r"/service/token|/chartrepo/")
_ENDPOINT = re.compile(r"registry https?://([^/\s]+?):? ")
_CUT_OFF = r"dial tcp|lookup |EOF|Client\.Timeout|connection reset|TLS handshake timeout"
_HALF_HOUR = range(1795, 1830)
_NOWHERE = Endpoint()


def _issued(fault: Fault) -> list[tuple[str, str]]:
    """List scheme and host of the token and chart addresses that were dialled."""
    return [(scheme, host) for scheme, host, path in fault.reached if _ISSUED.match(path)]


def _asked_first(fault: Fault) -> set[str]:
    """Collect the hosts that are known to be the endpoint's own."""
    known = {host for _, host, path in fault.reached if not _ISSUED.match(path)}
    known.update(_ENDPOINT.findall(fault.message))
    if fault.peer:
        known.add(host_of(fault.peer.url))
    return known


def _sent_elsewhere(fault: Fault) -> bool:
    """Say whether a token or chart was to be fetched from another address than the endpoint's."""
    issued, known = _issued(fault), _asked_first(fault)
    if not issued or not known:
        return False
    scheme, host = issued[-1]
    if host not in known:
        return True
    return fault.peer is not None and not fault.peer.url.startswith(scheme + ":")


def _sent_somewhere(fault: Fault) -> bool:
    """Say whether a token could not be fetched, and nothing tells the endpoint's own address.

    Who names the address of the token has just answered; that it cannot be reached speaks for
    another one.
    """
    return bool(_issued(fault)) and not _asked_first(fault)


def _redirected(fault: Fault) -> bool:
    """Say whether https was dialled although the endpoint says http."""
    named = re.search(r"registry (http://[^\s:]+(?::\d+)?): ", fault.message)
    plain = named is not None or (fault.peer or _NOWHERE).url.startswith("http://")
    return plain and bool(fault.reached) and fault.reached[-1][0] == "https"


def _after_a_probe(fault: Fault) -> bool:
    """Say whether 2.x failed to reach what it had reached a moment ago.

    From 2.0 on the destination's version is read by GET before the project is posted; a POST
    that is refused at once went somewhere else, which is a redirect that was followed.
    """
    return any(path.startswith("/api/v2.0/projects") for _, _, path in fault.reached)


def _half_an_hour(fault: Fault) -> bool:
    """Say whether the step took what Harbor's client gives one request."""
    return fault.waited is not None and int(fault.waited) in _HALF_HOUR


def _again_and_again(fault: Fault) -> bool:
    """Say whether the same layer broke off again each time it was tried."""
    return fault.repeats > 0


ROWS: tuple[Rule, ...] = (
    Rule(cause="harbor.external_url", where=_sent_elsewhere, text=_CUT_OFF),
    Rule(
        cause="harbor.external_url",
        where=_sent_somewhere,
        text=_CUT_OFF,
        confidence=Confidence.MEDIUM,
        also=("network.dns", "network.unreachable", "network.timeout"),
    ),
    Rule(cause="harbor.external_url", text=r"/service/token\S* unsupported protocol scheme"),
    Rule(
        cause="endpoint.wrong_url",
        text=r"server gave HTTP response to HTTPS client|first record does not look like a TLS"
        r"|malformed HTTP (?:response|version)|unsupported protocol scheme|no Host in request URL"
        r"|HTTP request (?:was sent )?to (?:an )?HTTPS|missing protocol scheme"
        r"|first path segment in URL|invalid port"
        r"|too many colons in address|stopped after 10 redirects|tls: oversized record",
    ),
    Rule(
        cause="endpoint.wrong_url",
        text=r"dial tcp|EOF|x509",
        where=_redirected,
        steps=BEFORE_PUSH,
        also=("network.unreachable",),
    ),
    Rule(
        cause="endpoint.wrong_url",
        text=r"Post .*connection refused",
        where=_after_a_probe,
        steps=frozenset({Step.PROJECT}),
        confidence=Confidence.MEDIUM,
        also=("network.unreachable",),
    ),
    Rule(
        cause="proxy.forbidden",
        text=r"https://\S+: (?:Forbidden|Proxy Authentication Required)$",
        confidence=Confidence.MEDIUM,
        also=("proxy.env_internal_traffic",),
    ),
    Rule(
        cause="proxy.gateway_error",
        text=r"https://\S+: (?:Bad Gateway|Service Unavailable|Gateway Time-?[Oo]ut)$",
        confidence=Confidence.MEDIUM,
        also=("network.unreachable", "network.dns", "proxy.env_internal_traffic"),
    ),
    Rule(cause="network.tls_untrusted", text=r"x509: |tls: (?:failed to verify|bad certificate)"),
    Rule(
        cause="network.tls_untrusted",
        text=r"(?:^|: )tls: ",
        confidence=Confidence.MEDIUM,
        also=("endpoint.wrong_url",),
    ),
    Rule(
        cause="network.dns",
        text=r"no such host|dial tcp: lookup \S|lookup \S+(?: on \S+)?: .*(?:timeout|misbehaving)"
        r"|[Tt]emporary failure in name resolution|could not resolve host"
        r"|no answer from DNS server",
    ),
    Rule(
        cause="jobservice.transfer_timeout",
        text=r"Client\.Timeout|context deadline exceeded",
        steps=_LAYER,
        where=_half_an_hour,
    ),
    Rule(
        cause="jobservice.transfer_timeout",
        text=r"Client\.Timeout",
        steps=_LAYER,
        confidence=Confidence.MEDIUM,
        also=("network.timeout",),
    ),
    Rule(
        cause="network.timeout",
        text=r"i/o timeout|(?:connection|operation) timed out|TLS handshake timeout"
        r"|Client\.Timeout|context deadline exceeded|SDK\.TimeoutError|request timed out",
    ),
    Rule(
        cause="network.unreachable",
        text=r"connection refused|no route to host|network is unreachable|host is down",
    ),
    Rule(
        cause="network.unreachable",
        text=r"dial tcp \S+: (?:connect|getsockopt|socket): ",
        confidence=Confidence.MEDIUM,
        also=("network.timeout", "network.dns"),
    ),
    Rule(
        cause="source.blob_missing",
        text=r"unexpected EOF",
        steps=_LAYER,
        where=_again_and_again,
        confidence=Confidence.MEDIUM,
        also=("network.connection_dropped",),
    ),
    Rule(
        cause="network.connection_dropped",
        text=r"unexpected EOF",
        confidence=Confidence.MEDIUM,
        also=("source.blob_missing",),
        rerun=Rerun.UNKNOWN,
        rerun_when="It helps if the connection broke by chance; if the same layer breaks off in "
        "every run, it is missing at the source.",
    ),
    Rule(
        cause="network.connection_dropped",
        text=r"connection reset by peer",
        steps=BEFORE_PUSH | {Step.SOURCE_CLIENT},
        confidence=Confidence.MEDIUM,
        also=("network.unreachable", "endpoint.wrong_url"),
        rerun=Rerun.UNKNOWN,
        rerun_when="It helps if the connection broke by chance; a firewall that refuses it will "
        "do so again.",
    ),
    Rule(
        cause="network.connection_dropped",
        text=r"connection reset by peer|broken pipe|use of closed network connection|GOAWAY"
        r"|stream error|server closed idle connection|transport connection broken",
    ),
    Rule(
        cause="network.connection_dropped",
        text=r"ContentLength=\d+ with Body length",
        confidence=Confidence.MEDIUM,
        also=("source.blob_missing",),
        rerun=Rerun.UNKNOWN,
        rerun_when="It helps if the source's stream broke by chance; if the same layer breaks off "
        "in every run, it is missing at the source.",
    ),
    Rule(
        cause="network.connection_dropped",
        text=EOF,
        steps=AT_PUSH | _LAYER,
        confidence=Confidence.MEDIUM,
        also=("network.unreachable",),
    ),
    Rule(
        cause="endpoint.wrong_url",
        text=rf"\"?http://\S+{EOF}",
        steps=BEFORE_PUSH | {Step.SOURCE_CLIENT},
        confidence=Confidence.MEDIUM,
        also=("network.connection_dropped", "network.timeout"),
    ),
    Rule(
        cause="network.connection_dropped",
        text=EOF,
        confidence=Confidence.MEDIUM,
        also=("network.timeout", "endpoint.wrong_url", "harbor.external_url"),
        rerun=Rerun.UNKNOWN,
        rerun_when="It helps if the other side answers again; the log does not say.",
    ),
)
