"""Rows about Harbor's own machinery: jobs, their logs, its parts, people who stop things."""

import re

from bot.replication.causes.kinds import Confidence, Rerun
from bot.replication.rules.fault import EOF, Fault, Step, inside
from bot.replication.rules.rule import Rule


_LOOKED_UP = re.compile(r"dial tcp: lookup ([\w.-]+)")


def _to_itself(fault: Fault) -> bool:
    """Say whether the last address dialled, or else looked up, is one of Harbor's own parts."""
    hosts = [host for _, host, _ in fault.reached] or _LOOKED_UP.findall(fault.message)
    return bool(hosts) and inside(hosts[-1])


def _no_go_error(fault: Fault) -> bool:
    """Say whether a hook came back with a page or a text that no Go program writes."""
    reply = fault.message.partition("failed with error:")[2].lstrip()
    return (
        re.match(r"(?:Post|Put|Get) |\{|dial |context |EOF|unexpected |json: |<nil>", reply)
        is None
    )


def _page_from_inside(fault: Fault) -> bool:
    """Say whether a proxy spoke in the place of one of Harbor's own parts."""
    return _to_itself(fault) and (fault.html or "proxyconnect tcp" in fault.message)


ROWS: tuple[Rule, ...] = (
    Rule(
        cause="policy.single_active", text=r"Execution skipped: active replication still in prog"
    ),
    Rule(cause="policy.disabled", text=r"the policy \d+ is disabled"),
    Rule(
        cause="policy.filter_no_match",
        text=r"no resources? need(?:s|ed)? to be replicated",
        confidence=Confidence.LOW,
        also=(
            "source.unauthorized",
            "source.permission_denied",
            "source.catalog_unavailable",
            "dest.write_blocked",
            "harbor.event_queue_blocked",
        ),
    ),
    Rule(
        cause="policy.namespace_missing",
        text=r"source repository \"?\S+ contains only \d+ path components|flattening level is"
        r"|destination registry only supports \d|requires at least \d",
    ),
    Rule(
        cause="trigger.event_dropped",
        text=r"Manifest for image .* is not ready, skip the follow up actions",
        confidence=Confidence.MEDIUM,
        also=("harbor.event_queue_blocked",),
    ),
    Rule(
        cause="jobservice.log_unwritable",
        text=r"failed to initialize job logger"
        r"|open \S*/jobs?(?:_logs)?/\S+: (?:permission|no space|read-only|no such file)",
    ),
    Rule(
        cause="jobservice.log_unwritable",
        text=r"100% \S*/(?:jobs|job_logs)\b",
        confidence=Confidence.MEDIUM,
        also=("jobservice.log_missing",),
    ),
    Rule(
        cause="jobservice.stuck",
        text=r"failed to get job tracker",
        rerun=Rerun.HELPS,
        rerun_when="Only the job's tracker was lost: a start makes a new job.",
    ),
    Rule(
        cause="jobservice.stuck",
        text=r"task with job ID \S+ not found|'POST /api/v1/jobs/\S+' error: 404"
        r"|failed to stop job ",
    ),
    Rule(cause="proxy.env_internal_traffic", steps=frozenset({Step.HOOK}), where=_no_go_error),
    Rule(
        cause="jobservice.stuck",
        steps=frozenset({Step.HOOK}),
        confidence=Confidence.MEDIUM,
        also=("harbor.component_down",),
    ),
    Rule(
        cause="jobservice.log_missing",
        text=r"(?:execution|task|job) \d+ not found|contains no task with ID"
        r"|no log data getter is configured|failed to get the job log"
        r"|/log' error: 404|message from jobservice: 404",
        confidence=Confidence.MEDIUM,
        also=("jobservice.no_worker", "jobservice.log_unwritable", "jobservice.stuck"),
    ),
    Rule(
        cause="jobservice.log_missing",
        text=r"10010.{0,40}object is not found",
        confidence=Confidence.LOW,
        also=("jobservice.no_worker", "jobservice.log_unwritable", "jobservice.stuck"),
        rerun=Rerun.UNKNOWN,
        rerun_when="It depends on the task's status: pending waits for a worker; failed lost "
        "its log.",
    ),
    Rule(
        cause="harbor.component_down",
        text=r"^\{\"code\":500,\"message\":\"Internal Server Error\"\}$"
        r"|^\{\"errors\":\[\{\"code\":\"UNKNOWN\",\"message\":\"internal server error\"\}\]\}$",
        confidence=Confidence.MEDIUM,
        also=("jobservice.log_missing",),
    ),
    Rule(
        cause="jobservice.log_missing",
        text=r"beego application error|\(beego framework\)",
        confidence=Confidence.LOW,
        also=("harbor.component_down",),
    ),
    Rule(
        cause="harbor.component_down",
        text=r"too many clients already|Too many connections|remaining connection slots are"
        r"|Powered by beego"
        r"|all tasks are failed|panic during the process|Panic: |failed to schedule the tasks"
        r"|failed to create task records|wait the execution record to be inserted",
    ),
    Rule(
        cause="proxy.env_internal_traffic",
        where=_page_from_inside,
        confidence=Confidence.MEDIUM,
        also=("harbor.component_down",),
    ),
    Rule(
        cause="harbor.component_down",
        text=rf"dial tcp:? .*(?:refused|no such host|no route to host|timeout|timed out)|{EOF}",
        where=_to_itself,
        also=("network.unreachable",),
    ),
    Rule(
        cause="harbor.component_down",
        text=r"dial tcp \S+:(?:5432|6379): .*refused|\bpq: |database system is |\bSQLSTATE "
        r"|driver: bad connection|\bredigo: |\bredis: |MISCONF Redis|LOADING Redis|OOM command not"
        r"|NOAUTH Authentication|CLUSTERDOWN|READONLY You can't write|connection pool timeout"
        r"|upstream timed out .*/api/(?:v2\.0/)?replication",
        confidence=Confidence.MEDIUM,
        also=("proxy.gateway_error",),
    ),
    Rule(
        cause="adapter.incompatible",
        text=r"(?s)(?:panic|runtime error: ).*/adapter/",
        confidence=Confidence.MEDIUM,
        also=("harbor.component_down",),
    ),
    Rule(
        cause="harbor.component_down",
        text=r"panic: runtime error",
        confidence=Confidence.MEDIUM,
        also=("adapter.incompatible",),
    ),
    Rule(
        cause="harbor.misconfigured",
        text=r"crypto/aes: invalid key size|token (?:is not valid yet|used before issued)"
        r"|cipher: message authentication failed",
    ),
    Rule(
        cause="adapter.incompatible",
        text=r"failed to get (?:adapter|transfer) factory|unsupported resource type"
        r"|doesn't implement the \"|Invalid bearer token format|no factory for adapter",
    ),
    Rule(
        cause="chart.failed",
        text=r"http (?:error: code|status code:) 409|already exists",
        steps=frozenset({Step.CHART_PUT}),
        rerun=Rerun.USELESS,
        rerun_when="The chart version is at the destination already; nothing is missing.",
    ),
    Rule(
        cause="chart.failed",
        steps=frozenset({Step.CHART_GET, Step.CHART_PUT}),
        statuses=frozenset({404}),
        confidence=Confidence.MEDIUM,
        also=("harbor.external_url", "adapter.incompatible"),
    ),
    Rule(cause="chart.failed", text=r"gzip: invalid header|chart .*already exists"),
)
