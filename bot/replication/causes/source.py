"""What can be wrong at the registry an image is copied from."""

from bot.replication.causes.kinds import Cause, Rerun, Side


ROWS: tuple[Cause, ...] = (
    Cause(
        code="source.manifest_unknown",
        side=Side.SOURCE,
        title="The source does not serve this tag",
        sentence=(
            "The copy asked the source registry for the image and was told that it does not "
            "exist there."
        ),
        remedy=(
            "If the tag is readable at the source now, start the copy; if it is not, push it "
            "again or correct the tag filter."
        ),
        rerun=Rerun.UNKNOWN,
        rerun_when=(
            "It helps if the tag is readable at the source now and is useless if it is not; "
            "whether it is, the log does not say."
        ),
    ),
    Cause(
        code="source.blob_missing",
        side=Side.SOURCE,
        title="A layer is missing at the source",
        sentence=(
            "The image is listed at the source, but the source cannot deliver one of its layers."
        ),
        remedy="Push the image again on the source, so that every layer is stored anew.",
        rerun=Rerun.AFTER_FIX,
        rerun_when="Only after the image has been pushed again on the source.",
    ),
    Cause(
        code="source.unauthorized",
        side=Side.SOURCE,
        title="The source rejects the credential",
        sentence=(
            "The source registry did not accept the user name and password or token of its "
            "endpoint."
        ),
        remedy=(
            "Give the source endpoint a credential that is valid for the registry's API, not "
            "only for docker login."
        ),
        rerun=Rerun.AFTER_FIX,
        rerun_when=(
            "After the credential has been replaced; at once if only a short-lived token had "
            "run out in a large batch."
        ),
    ),
    Cause(
        code="source.permission_denied",
        side=Side.SOURCE,
        title="The source account may not read this",
        sentence="The source knows the account but does not let it list or pull this image.",
        remedy=(
            "Give the account the right to list and pull, or narrow the policy's filter to "
            "what it may read."
        ),
        rerun=Rerun.AFTER_FIX,
        rerun_when="After the right has been granted or the filter narrowed.",
    ),
    Cause(
        code="source.catalog_unavailable",
        side=Side.SOURCE,
        title="The source cannot be listed",
        sentence=(
            "The source registry does not let its repositories be listed, so a pattern finds "
            "nothing."
        ),
        remedy=(
            "Name the repositories exactly in the policy, or use the provider that fits this "
            "registry."
        ),
        rerun=Rerun.AFTER_FIX,
        rerun_when="After the policy names repositories that can be found without listing.",
    ),
    Cause(
        code="source.scan_policy",
        side=Side.SOURCE,
        title="The source project forbids pulling it",
        sentence=(
            "A rule of the source project (scan, severity or signature) forbids pulling this "
            "image, for replication as well."
        ),
        remedy="Repair or sign the image, put the finding on the allowlist, or wait for the scan.",
        rerun=Rerun.AFTER_FIX,
        rerun_when=(
            "After the image meets the project's rule; while a scan is pending or running, "
            "once it has ended."
        ),
    ),
    Cause(
        code="ratelimit.source",
        side=Side.SOURCE,
        title="The source limits requests",
        sentence="The source registry refused because too many requests were made.",
        remedy="Wait, authenticate the endpoint, narrow the filters or spread the schedules.",
        rerun=Rerun.WAIT,
        rerun_when="When the source's limit has been lifted again.",
    ),
)
