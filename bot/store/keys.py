"""The names of everything that is kept in Redis, and for how long.

Knows no values. Every key begins with the prefix of this bot; those of the intents share the hash
tag ``{intents}``, so that one script may change several of them also on a cluster.
"""

from dataclasses import dataclass
from datetime import timedelta


# Slack brings an event again after 5 minutes, with its "delayed events" for 24 hours; a replayed
# signature is refused after 5 minutes. An intent that is not done must not be taken a second time.
SEEN_FOR = timedelta(hours=25)

# The words of a question are a person's: a day is enough for the longest outage worth an answer.
WORDS_FOR = timedelta(hours=24)

# Slack lets a response_url live for 30 minutes.
WAY_BACK_FOR = timedelta(minutes=30)

# As long as the intent whose answer they prove.
POSTED_FOR = WORDS_FOR

# The limit is so many questions a minute.
COUNTED_FOR = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Keys:
    """Every key under one *prefix*."""

    prefix: str

    @property
    def work(self) -> str:
        """The name that the queue puts before its own keys."""
        return f"{self.prefix}:work"

    @property
    def open(self) -> str:
        """The intents that are not done, by when they came."""
        return self.key("open")

    def seen(self, delivery: str) -> str:
        """Name what became of a delivery."""
        return self.key("seen", delivery)

    def intent(self, delivery: str) -> str:
        """Name the record of an intent and the number of its attempts."""
        return self.key("intent", delivery)

    def way_back(self, delivery: str) -> str:
        """Name the sealed ``response_url`` of an intent."""
        return self.key("way_back", delivery)

    def posted(self, delivery: str) -> str:
        """Name the message that carries the answer to an intent."""
        return self.key("posted", delivery)

    def counted(self, team: str, user: str) -> str:
        """Name the number of a person's questions in this minute."""
        return self.key("counted", team, user)

    def key(self, kind: str, *parts: str) -> str:
        """Put a key together."""
        return ":".join((self.prefix, "{intents}", kind, *parts))
