"""Reading a job or task log of any generation, in one pass over bytes and constant memory.

Knows how logs are written and what must not leave them. Does not know what an error means; that
is `rules`.
"""

from bot.replication.log_lines.attempts import Attempt, again, attempts, newest, remembering
from bot.replication.log_lines.records import Record, record, records
from bot.replication.log_lines.redaction import redacted


__all__ = [
    "Attempt",
    "Record",
    "again",
    "attempts",
    "newest",
    "record",
    "records",
    "redacted",
    "remembering",
]
