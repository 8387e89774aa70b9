"""What one question costs one instance: requests, and round trips in sequence."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Meter:
    """Counts what one question costs one instance.

    A request's time runs from the moment it was wanted, so that requests wanted together are one
    round trip even where the pool lets them wait. Requests that only find the version or fetch a
    token are counted, but are no round trip.
    """

    requests: int = 0
    spans: list[tuple[float, float]] = field(default_factory=list)

    def note(self, began: float, ended: float, *, counts: bool = True) -> None:
        """Record one request; the times are seconds of one monotonic clock."""
        self.requests += 1
        if counts:
            self.spans.append((began, ended))

    @property
    def round_trips(self) -> int:
        """The longest chain of requests of which each began after the one before had ended."""
        chain, free_at = 0, float("-inf")
        for began, ended in sorted(self.spans, key=lambda span: span[1]):
            if began >= free_at:
                chain, free_at = chain + 1, ended
        return chain
