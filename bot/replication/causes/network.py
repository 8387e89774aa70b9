"""What can be wrong on the way between two registries: network, endpoint, fronts."""

from bot.replication.causes.kinds import Cause, Rerun, Side


ROWS: tuple[Cause, ...] = (
    Cause(
        code="network.dns",
        side=Side.NETWORK,
        title="A host name cannot be resolved",
        sentence=(
            "The name of the other registry could not be resolved from inside Harbor's containers."
        ),
        remedy="Mend the name or the DNS that the core and jobservice containers use.",
        rerun=Rerun.AFTER_FIX,
        rerun_when="After the name resolves inside the containers.",
    ),
    Cause(
        code="network.timeout",
        side=Side.NETWORK,
        title="The connection timed out",
        sentence="The other side did not answer in time.",
        remedy=(
            "Open the network path and check the idle timeouts of load balancers between the two."
        ),
        rerun=Rerun.AFTER_FIX,
        rerun_when="After the path is open; once at once if other images pass.",
    ),
    Cause(
        code="network.unreachable",
        side=Side.NETWORK,
        title="The other registry cannot be reached",
        sentence="The connection to the other registry was refused, or there is no route to it.",
        remedy="Check that the service is up and that no firewall stands between.",
        rerun=Rerun.AFTER_FIX,
        rerun_when="After the other side answers again.",
    ),
    Cause(
        code="network.connection_dropped",
        side=Side.NETWORK,
        title="The connection broke during the copy",
        sentence="The connection was cut in the middle of the copy.",
        remedy="Start it again; if it keeps happening, run fewer jobs side by side.",
        rerun=Rerun.HELPS,
        rerun_when=(
            "A start can work now; if the same layer breaks every time, it is missing at the "
            "source."
        ),
    ),
    Cause(
        code="network.tls_untrusted",
        side=Side.NETWORK,
        title="The certificate is not trusted",
        sentence=(
            "The certificate of the other registry is not trusted: unknown authority, wrong "
            "name or out of date."
        ),
        remedy=(
            "Add the authority, renew the certificate, or switch off the endpoint's verification."
        ),
        rerun=Rerun.AFTER_FIX,
        rerun_when="After the certificate is trusted.",
    ),
    Cause(
        code="endpoint.wrong_url",
        side=Side.NETWORK,
        title="The endpoint's address is wrong",
        sentence=(
            "The endpoint's URL has a scheme, host or path at which Harbor's API does not answer."
        ),
        remedy=(
            "Enter the exact external URL of the registry in the endpoint, with https where it "
            "serves https."
        ),
        rerun=Rerun.AFTER_FIX,
        rerun_when="After the URL has been corrected.",
    ),
    Cause(
        code="proxy.body_too_large",
        side=Side.NETWORK,
        title="A front limits the size of uploads",
        sentence="A proxy before the registry refused a layer because it is too large.",
        remedy="Raise the body size limit on the outermost proxy.",
        rerun=Rerun.AFTER_FIX,
        rerun_when="After the limit has been raised.",
    ),
    Cause(
        code="proxy.gateway_error",
        side=Side.NETWORK,
        title="A front got no answer from its backend",
        sentence=(
            "A proxy before the registry gave up waiting for, or could not reach, what stands "
            "behind it."
        ),
        remedy=(
            "Look at the service behind the proxy: down, overloaded, or slower than the "
            "proxy's timeout."
        ),
        rerun=Rerun.AFTER_FIX,
        rerun_when="After the backend answers again.",
    ),
    Cause(
        code="proxy.forbidden",
        side=Side.NETWORK,
        title="A front forbids the request",
        sentence=(
            "A proxy or firewall before the registry refused the request by a rule of its own."
        ),
        remedy="Allow Harbor's paths on that front.",
        rerun=Rerun.AFTER_FIX,
        rerun_when="After the front lets the request pass.",
    ),
    Cause(
        code="proxy.env_internal_traffic",
        side=Side.NETWORK,
        title="Harbor's internal calls go through a proxy",
        sentence=(
            "A proxy setting catches the calls between Harbor's own parts, so results get lost."
        ),
        remedy="Put the internal names (core, jobservice, registry) on NO_PROXY and restart.",
        rerun=Rerun.AFTER_FIX,
        rerun_when="After internal calls no longer go through the proxy.",
    ),
)
