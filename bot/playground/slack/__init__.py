"""A Slack workspace with people in it, simulated over real sockets.

It knows Slack from Slack's documents and nothing of the bot: it imports none of the product, nor
any of the product's libraries for Slack, so that a mistake on one side shows on the other.
"""

from bot.playground.slack.courier import (
    BROKEN_BODY,
    CHANGED_BODY,
    FORGED,
    FROM_THE_FUTURE,
    HONEST,
    NOT_UTF8,
    ODD_TIMESTAMP,
    OTHER_APP,
    OTHER_TEAM,
    STALE,
    UNSIGNED,
    Attempt,
    Delivery,
    Tamper,
)
from bot.playground.slack.faults import Drop, Fault, Gate
from bot.playground.slack.messages import Channel, Control, Message, Version
from bot.playground.slack.people import Identity, Place, User
from bot.playground.slack.simulator import SimulatedSlack
from bot.playground.slack.site import Call


__all__ = [
    "BROKEN_BODY",
    "CHANGED_BODY",
    "FORGED",
    "FROM_THE_FUTURE",
    "HONEST",
    "NOT_UTF8",
    "ODD_TIMESTAMP",
    "OTHER_APP",
    "OTHER_TEAM",
    "STALE",
    "UNSIGNED",
    "Attempt",
    "Call",
    "Channel",
    "Control",
    "Delivery",
    "Drop",
    "Fault",
    "Gate",
    "Identity",
    "Message",
    "Place",
    "SimulatedSlack",
    "Tamper",
    "User",
    "Version",
]
