"""The story of the modern pair, told by doing it: pushes, copies, failures and their retries.

Knows what happened in which order. The records and logs come about by real copies between
the two servers.
"""

from datetime import timedelta

from bot.playground.harbor.clock import ManualClock
from bot.playground.harbor.failures import Failure
from bot.playground.harbor.images import an_image
from bot.playground.harbor.records import FilterPolicy, Role
from bot.playground.harbor.server import SimulatedHarbor


MIB = 1024 * 1024
QUOTA = 90 * MIB
A_WHILE = timedelta(minutes=4)


async def tell(
    stag: SimulatedHarbor, prod: SimulatedHarbor, clock: ManualClock, *, password: str
) -> None:
    """Let it all happen, up to ten seconds after the last failure."""
    _furnish(stag, prod, password)

    async def push(repository: str, tag: str, *, size: int = 20_000) -> None:
        stag.push(repository, tag, an_image(f"{repository}:{tag}", size=size))
        await stag.settle()

    await push("team/app", "1.0")
    await _wait(stag, clock)
    await push("team/app", "1.1", size=96 * MIB)
    await _wait(stag, clock)
    await push("team/web", "2.0")
    await _wait(stag, clock)
    stag.push("team/app", "0.9", an_image("team/app:0.9"))
    stag.state.delete_tag("team/app", "0.9")
    await stag.settle()
    await _wait(stag, clock)
    await push("team/web", "stable-7")
    await _wait(stag, clock)
    stag.fail(Failure.NEVER_ENDS, repository="team/app", tag="1.2", times=1)
    await push("team/app", "1.2")
    await _wait(stag, clock)
    stag.fail(Failure.NO_SPACE, repository="team/app", tag="1.3", times=1)
    await push("team/app", "1.3")
    clock.pass_(timedelta(seconds=10))
    await stag.settle()
    stag.orders.clear()


async def _wait(stag: SimulatedHarbor, clock: ManualClock) -> None:
    """Let a while pass in steps, so that what is tried again has its own time."""
    step = timedelta(seconds=10)
    for _ in range(A_WHILE // step):
        clock.pass_(step)
        await stag.settle()


def _furnish(stag: SimulatedHarbor, prod: SimulatedHarbor, password: str) -> None:
    now = stag.site.now()
    for harbor in (stag, prod):
        harbor.state.add_project("team", now, public=False)
    prod.state.projects[1].quota = QUOTA
    stag.state.add_account("dev", "Developer12345", roles={"team": Role.DEVELOPER})
    stag.state.add_endpoint("prod", prod.url, at=now, password=password)
    everything, web = [{"type": "name", "value": "team/**"}], {"type": "name", "value": "team/web"}
    add_policy(stag, "team-to-prod", trigger="event_based", filters=everything)
    releases = [web, {"type": "tag", "value": "v*"}]
    add_policy(stag, "web-releases", trigger="event_based", filters=releases)
    nightly = add_policy(stag, "team-nightly", trigger="scheduled", filters=everything)
    nightly.cron = "0 0 2 * * *"
    stable = [web, {"type": "tag", "value": "stable-*"}]
    add_policy(stag, "web-stable", trigger="event_based", filters=stable).enabled = False


def add_policy(
    harbor: SimulatedHarbor, name: str, *, trigger: str, filters: list[dict[str, str]]
) -> FilterPolicy:
    """Give *harbor* a policy to its registry 1."""
    given, now = harbor.state.next_id("policy"), harbor.site.now()
    policy = FilterPolicy(given, name, created=now, updated=now, destination_id=1)
    policy.trigger, policy.filters = trigger, list(filters)
    harbor.state.policies[given] = policy
    return policy
