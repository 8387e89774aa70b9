"""What can be wrong at the registry an image is copied to, its storage included."""

from bot.replication.causes.kinds import Cause, Rerun, Side


ROWS: tuple[Cause, ...] = (
    Cause(
        code="dest.unauthorized",
        side=Side.DESTINATION,
        title="The destination rejects the credential",
        sentence=(
            "The destination registry did not accept the user name and password or token of "
            "its endpoint."
        ),
        remedy=(
            "Store the current password or token in the destination endpoint and test the "
            "connection."
        ),
        rerun=Rerun.AFTER_FIX,
        rerun_when=(
            "After the credential has been replaced; at once if it comes and goes with "
            "unchanged credentials."
        ),
    ),
    Cause(
        code="dest.permission_denied",
        side=Side.DESTINATION,
        title="The destination account may not write there",
        sentence=(
            "The destination knows the account but does not let it create the project or push "
            "this image."
        ),
        remedy=(
            "Give the account the missing right: push on the project, or project creation "
            "where Harbor posts the project first."
        ),
        rerun=Rerun.AFTER_FIX,
        rerun_when="After the right has been granted.",
    ),
    Cause(
        code="dest.quota_exceeded",
        side=Side.DESTINATION,
        title="The project's quota is used up",
        sentence="The copy would take the destination project above its quota.",
        remedy="Raise the project's quota, or delete images there and run garbage collection.",
        rerun=Rerun.AFTER_FIX,
        rerun_when="After the quota has been raised or room has been made.",
    ),
    Cause(
        code="dest.write_blocked",
        side=Side.DESTINATION,
        title="The destination does not take writes",
        sentence=(
            "The destination is read-only, or its project is a proxy cache, so nothing may be "
            "pushed."
        ),
        remedy="End the read-only mode, or copy into a project that is no proxy cache.",
        rerun=Rerun.AFTER_FIX,
        rerun_when="After read-only mode has ended; never into a proxy-cache project.",
    ),
    Cause(
        code="dest.repository_missing",
        side=Side.DESTINATION,
        title="The destination repository does not exist",
        sentence=(
            "The destination takes images only into a repository or project that exists "
            "already, and this one does not."
        ),
        remedy="Create the repository or project at the destination first.",
        rerun=Rerun.AFTER_FIX,
        rerun_when="After the repository has been created.",
    ),
    Cause(
        code="dest.blob_missing",
        side=Side.DESTINATION,
        title="The destination lost a layer it claims to have",
        sentence=(
            "The destination said that it had every layer and then refused the manifest "
            "because one is missing."
        ),
        remedy=(
            "Push the missing layer by hand into that repository, or clear the destination's "
            "stale cache."
        ),
        rerun=Rerun.AFTER_FIX,
        rerun_when="After the layer is really there; until then it fails the same way.",
    ),
    Cause(
        code="dest.delete_rejected",
        side=Side.DESTINATION,
        title="The destination refuses the deletion",
        sentence=(
            "A deletion was to be repeated at the destination, and the destination did not "
            "carry it out."
        ),
        remedy="Allow deletion there, or delete the tag by hand.",
        rerun=Rerun.AFTER_FIX,
        rerun_when="After deletion is allowed; useless where that registry cannot delete.",
    ),
    Cause(
        code="dest.immutable_tag",
        side=Side.DESTINATION,
        title="The tag is immutable at the destination",
        sentence=(
            "A rule of the destination project forbids replacing this tag, which exists there "
            "with other content."
        ),
        remedy="Release under a new tag, or change the immutability rule.",
        rerun=Rerun.USELESS,
        rerun_when=(
            "The rule forbids it by design; a start changes nothing until people decide otherwise."
        ),
    ),
    Cause(
        code="dest.deleted_later",
        side=Side.DESTINATION,
        title="It arrived and was deleted later",
        sentence="The image was copied; afterwards it was deleted at the destination.",
        remedy=(
            "Find out who or which retention rule deleted it, and mend that rule if it should "
            "stay."
        ),
        rerun=Rerun.UNKNOWN,
        rerun_when=(
            "It helps if it was deleted by hand and is wanted; a retention rule would remove "
            "it again."
        ),
    ),
    Cause(
        code="dest.overwritten_later",
        side=Side.DESTINATION,
        title="It arrived and was replaced later",
        sentence=(
            "The image was copied; afterwards somebody pushed other content to the same tag at "
            "the destination."
        ),
        remedy="Let a person decide which of the two contents is right.",
        rerun=Rerun.UNKNOWN,
        rerun_when="It helps once somebody has decided and the policy may override.",
    ),
    Cause(
        code="storage.no_space",
        side=Side.DESTINATION,
        title="The registry's storage is full",
        sentence="The registry could not store the image because its disk is full.",
        remedy="Free or extend the storage and run garbage collection.",
        rerun=Rerun.AFTER_FIX,
        rerun_when="After there is room again.",
    ),
    Cause(
        code="storage.backend_error",
        side=Side.DESTINATION,
        title="The registry's storage fails",
        sentence=(
            "The registry's storage answered with an error, so the image could not be read or "
            "written."
        ),
        remedy=(
            "Look at the registry's log and repair its storage: permissions, bucket, "
            "consistency between replicas."
        ),
        rerun=Rerun.AFTER_FIX,
        rerun_when="After the storage works; at once if the error comes and goes.",
    ),
    Cause(
        code="ratelimit.destination",
        side=Side.DESTINATION,
        title="The destination limits requests",
        sentence=(
            "The destination, or a front before it, refused because too many requests were made."
        ),
        remedy="Wait, run fewer jobs side by side, or raise the limit.",
        rerun=Rerun.WAIT,
        rerun_when="When the limit has been lifted again.",
    ),
)
