"""What a policy can get wrong, and why a copy may never have been started."""

from bot.replication.causes.kinds import Cause, Rerun, Side


ROWS: tuple[Cause, ...] = (
    Cause(
        code="policy.filter_no_match",
        side=Side.POLICY,
        title="The policy matched nothing",
        sentence=(
            "The run ended without a task because no image at the source matched the policy's "
            "filters."
        ),
        remedy=(
            "Exclude a rejected source credential first, then correct the name, tag and label "
            "filters."
        ),
        rerun=Rerun.AFTER_FIX,
        rerun_when="After the filter matches, or after the source lets its images be seen.",
    ),
    Cause(
        code="policy.namespace_missing",
        side=Side.POLICY,
        title="The destination namespace is missing",
        sentence=(
            "The image has a flat name and the policy names no destination namespace that "
            "Harbor could store it under."
        ),
        remedy="Set the destination namespace and its flattening in the policy.",
        rerun=Rerun.AFTER_FIX,
        rerun_when="After the namespace has been set.",
    ),
    Cause(
        code="policy.event_missed_tag",
        side=Side.POLICY,
        title="The event copied another tag only",
        sentence=(
            "The push started a copy, but of another tag of the same content; this tag was "
            "left out."
        ),
        remedy="Start the policy by hand for this tag, or add a schedule.",
        rerun=Rerun.HELPS,
        rerun_when="A start by hand takes this tag along.",
    ),
    Cause(
        code="policy.disabled",
        side=Side.POLICY,
        title="The policy is switched off",
        sentence="The policy that would copy this image is disabled.",
        remedy="Enable the policy.",
        rerun=Rerun.AFTER_FIX,
        rerun_when="After the policy has been enabled.",
    ),
    Cause(
        code="policy.single_active",
        side=Side.POLICY,
        title="Skipped: the policy was already running",
        sentence=(
            "The run was skipped because the policy allows one run at a time and one was active."
        ),
        remedy="Start again when the other run has ended.",
        rerun=Rerun.HELPS,
        rerun_when="Once no other run of the policy is active; until then it is skipped again.",
    ),
    Cause(
        code="policy.override_skip",
        side=Side.POLICY,
        title="Other content kept, overriding is off",
        sentence=(
            "The destination holds this tag with other content and the policy may not "
            "override, so nothing was copied."
        ),
        remedy="Decide which content is right; allow overriding or release under a new tag.",
        rerun=Rerun.USELESS,
        rerun_when="Nothing is copied while overriding is off and the content differs.",
    ),
    Cause(
        code="policy.not_event_based",
        side=Side.POLICY,
        title="The policy does not react to pushes",
        sentence="The policies that select this image run by hand or by schedule only.",
        remedy="Start the copy, or wait for the next scheduled run.",
        rerun=Rerun.HELPS,
        rerun_when="A start by hand copies it now.",
    ),
    Cause(
        code="policy.newer_than_push",
        side=Side.POLICY,
        title="The policy is younger than the push",
        sentence="The policy was created, enabled or changed after this image was pushed.",
        remedy="Start the copy.",
        rerun=Rerun.HELPS,
        rerun_when="A start by hand takes older images along.",
    ),
    Cause(
        code="policy.no_such_destination",
        side=Side.POLICY,
        title="No policy leads there",
        sentence="No policy copies from that source to that destination.",
        remedy="Create a policy for it.",
        rerun=Rerun.AFTER_FIX,
        rerun_when="After there is a policy.",
    ),
    Cause(
        code="trigger.client_ignored",
        side=Side.POLICY,
        title="This client's pushes start nothing",
        sentence=(
            "Harbor before 1.8 starts a copy for pushes by docker only; this image was pushed "
            "by another client."
        ),
        remedy="Start the copy, push with docker, or upgrade to 1.8 or later.",
        rerun=Rerun.HELPS,
        rerun_when="A start copies it, whoever pushed it.",
    ),
    Cause(
        code="trigger.media_type_ignored",
        side=Side.POLICY,
        title="This image format starts nothing",
        sentence="Harbor before 1.8 starts no copy for OCI images and manifest lists.",
        remedy="Push it as Docker schema 2, or upgrade.",
        rerun=Rerun.AFTER_FIX,
        rerun_when="After it has been pushed in a format this Harbor announces.",
    ),
    Cause(
        code="trigger.event_dropped",
        side=Side.POLICY,
        title="Harbor dropped the push event",
        sentence=(
            "The manifest was not readable in time after the push, so Harbor dropped the event."
        ),
        remedy="Start the copy.",
        rerun=Rerun.HELPS,
        rerun_when="The tag is readable by now as a rule, so a start copies it.",
    ),
    Cause(
        code="trigger.version_defect",
        side=Side.POLICY,
        title="A defect of this version lost the event",
        sentence=(
            "Harbor 2.11.1 to 2.12.0 raise no event for a new tag on content that exists already."
        ),
        remedy="Start it by a policy for this tag, and upgrade to 2.12.1 or later.",
        rerun=Rerun.HELPS,
        rerun_when="A start by policy copies it; announcing the push again does not.",
    ),
    Cause(
        code="trigger.jobservice_down",
        side=Side.POLICY,
        title="Jobservice was down at the push",
        sentence="No copy was started because jobservice was down when the push came.",
        remedy="Start the copy once jobservice runs.",
        rerun=Rerun.HELPS,
        rerun_when=(
            "It helps once jobservice runs; while it is down, that has to be repaired first."
        ),
    ),
    Cause(
        code="history.swept",
        side=Side.POLICY,
        title="The records are gone",
        sentence="Harbor has already removed the records that would tell.",
        remedy="Look at the destination, and start the copy if the image is absent.",
        rerun=Rerun.UNKNOWN,
        rerun_when="It helps if the image is absent at the destination and a policy selects it.",
    ),
)
