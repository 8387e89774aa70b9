"""The two answers that name no fault: nothing failed, and nobody knows."""

from bot.replication.causes.kinds import Cause, Rerun, Side


ROWS: tuple[Cause, ...] = (
    Cause(
        code="none",
        side=Side.HARBOR,
        title="Nothing failed",
        sentence="The copy ended as it should.",
        remedy="Nothing needs to be done.",
        rerun=Rerun.USELESS,
        rerun_when="There is nothing left to copy.",
    ),
    Cause(
        code="unknown",
        side=Side.HARBOR,
        title="The cause is not known",
        sentence="The log shows a failure that none of the known causes explains.",
        remedy="Read the decisive line; it is the first error of the newest attempt.",
        rerun=Rerun.UNKNOWN,
        rerun_when="It depends on the cause, which is not known.",
    ),
)
