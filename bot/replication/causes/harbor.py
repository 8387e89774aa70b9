"""What can be wrong inside Harbor itself: core, jobservice, adapters, formats."""

from bot.replication.causes.kinds import Cause, Rerun, Side


ROWS: tuple[Cause, ...] = (
    Cause(
        code="jobservice.stuck",
        side=Side.HARBOR,
        title="The job's status was lost",
        sentence=(
            "The job lost its way between jobservice, Redis and core, so its status no longer "
            "says what happened."
        ),
        remedy=(
            "On 1.8 and later stop the execution, remove the cause and start anew; never stop "
            "on 1.5 to 1.6."
        ),
        rerun=Rerun.AFTER_FIX,
        rerun_when="After the cause is gone; at once where only the job's tracker was lost.",
    ),
    Cause(
        code="jobservice.no_worker",
        side=Side.HARBOR,
        title="The job waits for a free worker",
        sentence="The job has not begun because every worker is taken or the queue is paused.",
        remedy="Find what holds the workers, free or add some, or resume the queue.",
        rerun=Rerun.WAIT,
        rerun_when=(
            "It runs by itself when a worker is free; another start only lengthens the queue."
        ),
    ),
    Cause(
        code="jobservice.log_missing",
        side=Side.HARBOR,
        title="The job's log is not available",
        sentence="Harbor no longer has, or never kept, the log of this job.",
        remedy="Judge by the status and by what is at the destination.",
        rerun=Rerun.USELESS,
        rerun_when="A start brings no log back; whether the image is missing has to be looked up.",
    ),
    Cause(
        code="jobservice.log_unwritable",
        side=Side.HARBOR,
        title="The job could not open its log",
        sentence="The job ended before it began because its log file could not be written.",
        remedy="Repair the job log volume: space, inodes, ownership.",
        rerun=Rerun.AFTER_FIX,
        rerun_when="After the log volume can be written.",
    ),
    Cause(
        code="jobservice.transfer_timeout",
        side=Side.HARBOR,
        title="A layer took longer than 30 minutes",
        sentence="Harbor gives one request 30 minutes, and a layer did not pass within them.",
        remedy="Raise the registry client's timeout or copy by chunk.",
        rerun=Rerun.AFTER_FIX,
        rerun_when=(
            "After the limit or the way of copying has been changed; it stops at the same mark "
            "otherwise."
        ),
    ),
    Cause(
        code="jobservice.retry_pending",
        side=Side.HARBOR,
        title="Harbor will try it again by itself",
        sentence="One attempt failed and Harbor's own retry is still to come.",
        remedy="Wait a few minutes and look again.",
        rerun=Rerun.WAIT,
        rerun_when="Only if Harbor's own retries have failed too.",
    ),
    Cause(
        code="harbor.failed_but_healed",
        side=Side.HARBOR,
        title="It says failed, but the retry worked",
        sentence=(
            "Harbor's own retry copied the image, but Harbor 1.8 keeps the status failed for ever."
        ),
        remedy="Nothing for this image; upgrade to 1.9 or later.",
        rerun=Rerun.USELESS,
        rerun_when="The copy has been made already.",
    ),
    Cause(
        code="harbor.component_down",
        side=Side.HARBOR,
        title="A part of Harbor is down",
        sentence="A part of Harbor (core, registry, jobservice, database or Redis) did not work.",
        remedy=(
            "Restore it and look at its log; watch database connections and run smaller batches."
        ),
        rerun=Rerun.AFTER_FIX,
        rerun_when="After the part works again.",
    ),
    Cause(
        code="harbor.external_url",
        side=Side.HARBOR,
        title="Harbor names itself by a wrong address",
        sentence=(
            "A Harbor sends its clients to a token or download address that cannot be reached "
            "from here."
        ),
        remedy=(
            "Correct hostname or external_url of that Harbor, or let its TLS front pass "
            "X-Forwarded-Proto."
        ),
        rerun=Rerun.AFTER_FIX,
        rerun_when="After that Harbor names an address that can be reached.",
    ),
    Cause(
        code="harbor.misconfigured",
        side=Side.HARBOR,
        title="Harbor is set up inconsistently",
        sentence=(
            "Something in Harbor's set-up does not fit: shared Redis or database, clocks, "
            "secret key."
        ),
        remedy="Check clocks, secret keys, and that no two Harbors share Redis or a database.",
        rerun=Rerun.AFTER_FIX,
        rerun_when="After the set-up has been corrected.",
    ),
    Cause(
        code="harbor.event_queue_blocked",
        side=Side.HARBOR,
        title="The push event queue is jammed",
        sentence="One event that cannot be delivered blocks all later push events of this Harbor.",
        remedy="Restart the registry, then synchronise the registry with the database.",
        rerun=Rerun.AFTER_FIX,
        rerun_when="After the queue runs again.",
    ),
    Cause(
        code="harbor.phantom_success",
        side=Side.HARBOR,
        title="Reported done, but nothing arrived",
        sentence=(
            "Harbor reports success, yet the content is not at the destination and nothing "
            "explains it."
        ),
        remedy="Start it again, compare digests afterwards, and report it to Harbor.",
        rerun=Rerun.HELPS,
        rerun_when="A start can bring it over; compare digests afterwards.",
    ),
    Cause(
        code="adapter.incompatible",
        side=Side.HARBOR,
        title="This Harbor cannot talk to that registry",
        sentence="The chosen provider or version does not speak the other registry's API.",
        remedy="Choose the provider that fits, or upgrade the older side.",
        rerun=Rerun.AFTER_FIX,
        rerun_when="After provider or version fit.",
    ),
    Cause(
        code="manifest.unsupported",
        side=Side.HARBOR,
        title="The image format is not accepted",
        sentence="One of the two sides does not accept this manifest or media type.",
        remedy="Upgrade the older side, push as Docker schema 2, or leave cache tags out.",
        rerun=Rerun.AFTER_FIX,
        rerun_when="After the format is accepted; never for build cache tags.",
    ),
    Cause(
        code="manifest.reduced_to_amd64",
        side=Side.HARBOR,
        title="Only the amd64 image was copied",
        sentence=(
            "Harbor before 2.0 copies the linux/amd64 image of a multi-platform image only, so "
            "the digests differ."
        ),
        remedy="Nothing on this version; 2.0 and later copy the whole list.",
        rerun=Rerun.USELESS,
        rerun_when="By design of this version the result would be the same.",
    ),
    Cause(
        code="chart.failed",
        side=Side.HARBOR,
        title="A chart could not be copied",
        sentence="The copy of a Helm chart by the old chart museum failed.",
        remedy=(
            "Move to charts as OCI artifacts, or upgrade; an existing chart version needs nothing."
        ),
        rerun=Rerun.AFTER_FIX,
        rerun_when=(
            "After the chart or the version has been repaired; useless where the version "
            "exists already."
        ),
    ),
    Cause(
        code="operator.stopped",
        side=Side.HARBOR,
        title="Somebody stopped it",
        sentence="The copy was stopped by a person before it had ended.",
        remedy="Start it again if it is still wanted.",
        rerun=Rerun.HELPS,
        rerun_when="A start copies it, unless the content is at the destination already.",
    ),
)
