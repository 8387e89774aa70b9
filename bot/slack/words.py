"""Every sentence and label of this room, in one place; what an error says, it says itself.

Knows English and the name of the command. Knows neither blocks nor markup: what stands in
backticks here is shown as code by ``text.spoken``.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType

from bot.replication.causes import Confidence, Rerun
from bot.replication.verdicts import CheckName, CheckState, Verdict


# What we may answer, and where ----------------------------------------------------------------

GUEST = "You are a guest in this workspace. I answer full members only."
STRANGER = "You are from another organisation. I answer full members of this workspace only."
OTHER_WORKSPACE = "You are from another workspace. I answer full members of this one only."
BOT = "I do not answer bots and workflows."
DEACTIVATED = "This account is deactivated. I answer full members of this workspace only."
WHO_ASKS = "Slack cannot tell me who asks, so I cannot answer. Try again in a minute."
WHO_ASKS_SCOPE = (
    "Slack does not let me look up who asks, so I cannot answer. Whoever runs me can mend this:"
    " the scope users:read is missing."
)
FOREIGN_WORKSPACE = "I belong to another workspace and do not answer in this one."

# While and instead of working -----------------------------------------------------------------

LOOKING_INTO_IT = "Looking into it. The answer will be here in a few seconds."
STORE_SILENT = "I could not write your question down, so nothing was done. Try again in a minute."
PRESS_AGAIN = "I could not write that down, so nothing was done. Press again in a minute."
RESTARTING = "I am restarting and took nothing in. Try again in a minute."

# In and around an answer ----------------------------------------------------------------------

ONLY_YOU = "Only you can see this. Invite me to keep the thread."
EVIDENCE = "Evidence"
TIMELINE = "Timeline"
UNDATED = "Also seen"
SKIPPED = "Not looked at"
CHECKED = "Checked"
LOG = "Log around the decisive line"
BLIND = "What I could not check"
CHECKS = "What I checked"
DO = "What to do:"
CAUSE = "Cause:"
CANDIDATES = "Did you mean one of these?"
OTHERS = "({}: name it in full.)"
LOOK_INTO = "Look into {}"
ASK_AGAIN_ABOUT = "Ask again about {}"
UNNAMED = "image"
_SHORTEST = 0.1

VERDICTS: Mapping[Verdict, tuple[str, str]] = MappingProxyType(
    {
        Verdict.SYNCED: ("\u2705", "Synced"),
        Verdict.IN_PROGRESS: ("\u23f3", "In progress"),
        Verdict.FAILED: ("\u274c", "Failed"),
        Verdict.SOURCE_MISSING: ("\U0001f50d", "Missing at the source"),
        Verdict.CANNOT_TELL: ("\u2753", "Cannot tell"),
    }
)
CONFIDENCES: Mapping[Confidence, str] = MappingProxyType(
    {Confidence.HIGH: "High", Confidence.MEDIUM: "Medium", Confidence.LOW: "Low"}
)
RERUNS: Mapping[Rerun, tuple[str, str]] = MappingProxyType(
    {
        Rerun.HELPS: ("\u2714", "Helps"),
        Rerun.WAIT: ("\u23f3", "Wait"),
        Rerun.AFTER_FIX: ("\U0001f527", "After a fix"),
        Rerun.USELESS: ("\u2716", "Useless"),
        Rerun.UNKNOWN: ("?", "Not known"),
    }
)
STATES: Mapping[CheckState, tuple[str, str]] = MappingProxyType(
    {
        CheckState.OK: ("\u2714", "ok"),
        CheckState.BAD: ("\u2716", "not ok"),
        CheckState.UNKNOWN: ("?", "unknown"),
        CheckState.SKIPPED: ("\u2013", "not looked at"),
    }
)
STEPS: Mapping[CheckName, str] = MappingProxyType(
    {
        CheckName.IMAGE: "Image name",
        CheckName.SOURCE: "Source",
        CheckName.DESTINATION: "Destination",
        CheckName.POLICY: "Policy",
        CheckName.ATTEMPTS: "Attempts",
        CheckName.LOG: "Log",
        CheckName.ENDPOINT: "Endpoint",
        CheckName.VERSION: "Harbor version",
    }
)


_HELP = """\
I say why an image was not replicated between two Harbor registries.
\u2022 `{command} why vira:v1.6.32` says where the image stands, why, and what to do. \
A part of the name is enough: when several images fit, I ask which one you mean.
\u2022 `{command} why frontend-rls/vira:v1.6.32 from stag to prod` names the two registries.
\u2022 `{command} help` shows this.
Mention me, or send me a direct message, and ask in your own words, in English or Chinese:
\u2022 `why didn't vira:v1.6.32 sync?`
\u2022 `vira:v1.6.32 \u4e3a\u4ec0\u4e48\u6ca1\u540c\u6b65\u5230 prod?`
Slack has no commands inside a thread: mention me there. In a channel that I am a member of, \
everybody sees the answer; elsewhere only you do. I only look: I start and change nothing."""


def help_text(command: str) -> str:
    """Say what can be asked, with examples."""
    return _HELP.format(command=command)


def too_many_questions(limit: int) -> str:
    """Say that somebody asks too much."""
    return (
        f"{count(limit, 'question')} a minute is the limit for one person,"
        " and you have reached it. Try again in a minute."
    )


def count(number: int, noun: str) -> str:
    """Write a number and its noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def more(number: int) -> str:
    """Say how many were left out."""
    return f"and {number} more"


def ask_again(at: datetime) -> str:
    """Label the button; a button cannot show a reader's own time zone."""
    return f"Ask again \u00b7 answered {at.astimezone(UTC):%H:%M} UTC"


def cost(requests: int, *, seconds: float) -> str:
    """Say what an answer cost."""
    took = f"{seconds:.1f} s" if seconds >= _SHORTEST else f"under {_SHORTEST} s"
    return f"{count(requests, 'request')}, {took}"


def grounds(seen: Sequence[CheckName], unseen: Sequence[CheckName], *, blind: int) -> str:
    """Say what a confidence rests on, and what is open."""
    parts = []
    if seen:
        parts.append("rests on " + listed([_inside(STEPS[name]) for name in seen]))
    if unseen:
        parts.append("unknown: " + listed([_inside(STEPS[name]) for name in unseen]))
    if blind:
        parts.append(f"{count(blind, 'thing')} could not be checked")
    return "; ".join(parts)


def _inside(label: str) -> str:
    return label if label.startswith("Harbor") else label.lower()


def listed(items: Sequence[str]) -> str:
    """Join *items* as a person would."""
    return ", ".join(items[:-1]) + " and " + items[-1] if items[1:] else "".join(items)
