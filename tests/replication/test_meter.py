import pytest

from bot.replication.meter import Meter


@pytest.mark.parametrize(
    ("spans", "trips"),
    [
        ([], 0),
        ([(0, 1)], 1),
        ([(0, 1), (0, 3), (0, 2)], 1),
        ([(0, 1), (1, 2), (2, 3)], 3),
        ([(0, 5), (0, 1), (1, 2)], 2),
        ([(0, 2), (1, 3), (3, 4)], 2),
    ],
)
def test_round_trips_are_the_longest_chain(spans, trips):
    """Requests wanted together are one round trip; one that waited for another is the next."""
    meter = Meter()
    for began, ended in spans:
        meter.note(began, ended)

    assert (meter.round_trips, meter.requests) == (trips, len(spans))


def test_finding_the_version_is_no_round_trip():
    """A request that only prepares the others is counted, but not as a round trip."""
    meter = Meter()
    meter.note(0, 1, counts=False)
    meter.note(1, 2)

    assert (meter.round_trips, meter.requests) == (1, 2)
