"""A server that misbehaves as a whole, and the record by which tests see who sent what."""

import asyncio

import aiohttp
import pytest

from bot.playground.harbor import SimulatedHarbor, faults, golden_pair


async def test_every_request_is_recorded(client):
    """Method, path as sent, query, user and headers, in order; a ping is no write."""
    async with golden_pair() as pair:
        await client.get(f"{pair.stag.url}/api/repositories/a%2Fb/tags?x=", login=None)
        await client.ask("POST", f"{pair.stag.url}/api/targets/1/ping", user_agent="test/1")
        await client.ask("DELETE", f"{pair.stag.url}/api/policies/replication/7")
        seen = pair.stag.requests
        writes = pair.stag.writes
        peers = [request.path for request in pair.prod.peer_requests]

    assert [(one.method, one.path, one.query, one.user) for one in seen] == [
        ("GET", "/api/repositories/a%2Fb/tags", "x=", "anonymous"),
        ("POST", "/api/targets/1/ping", "", "admin"),
        ("DELETE", "/api/policies/replication/7", "", "admin"),
    ]
    assert seen[1].headers["user-agent"] == "test/1"
    assert [one.method for one in writes] == ["DELETE"]
    assert peers == ["/v2/", "/api/users/current"]


async def test_a_server_that_is_down_refuses_and_comes_back(client):
    """Connections are refused, and later answered under the same address."""
    async with golden_pair() as pair:
        url = f"{pair.stag.url}/api/systeminfo"
        async with pair.stag.down():
            with pytest.raises(aiohttp.ClientConnectorError):
                await client.get(url)
        back = await client.get(url)

    assert back.status == 200


@pytest.mark.parametrize(
    ("fault", "applied"),
    [(faults.drop_before_applying, False), (faults.drop_after_applying, True)],
)
async def test_a_write_whose_connection_breaks(client, fault, applied):
    """It is received once, and done or not done, but never answered."""
    order = {"project_name": "new"}
    async with golden_pair() as pair:
        with pair.stag.suffering(fault()), pytest.raises(aiohttp.ClientError):
            await client.ask("POST", f"{pair.stag.url}/api/projects", order=order)
        received = len(pair.stag.writes)
        made = pair.stag.state.project("new") is not None

    assert (received, made) == (1, applied)


async def test_a_library_that_repeats_a_write_is_found_out(client):
    """What a client library sends again by itself is in the record, twice."""
    async with golden_pair() as pair:
        with pair.stag.suffering(faults.drop_after_applying()):
            answer = await client.ask("DELETE", f"{pair.stag.url}/api/jobs/replication/19954")
        received = [request.method for request in pair.stag.writes]

    assert (answer.status, received) == (404, ["DELETE", "DELETE"])


async def test_reads_can_be_reset(client):
    """The connection breaks without an answer while the fault lasts."""
    async with golden_pair() as pair:
        url = f"{pair.stag.url}/api/systeminfo"
        fault = faults.reset("/api/systeminfo")
        with pair.stag.suffering(fault), pytest.raises(aiohttp.ClientError):
            await client.get(url)
        again = await client.get(url)

    assert again.status == 200


async def test_a_slow_server_waits_for_an_event(client):
    """The answer is right, and comes when the event is set."""
    gate = asyncio.Event()
    async with golden_pair() as pair:
        with pair.stag.suffering(faults.held(gate)) as fault:
            arrived = arrival(fault)
            asking = asyncio.ensure_future(client.get(f"{pair.stag.url}/api/systeminfo"))
            await arrived.wait()
            waiting = not asking.done()
            gate.set()
            answer = await asking

    assert waiting
    assert answer.json["harbor_version"] == "v1.2.2"


def arrival(fault):
    """Make an event that is set when *fault* begins to wait."""
    arrived, wait = asyncio.Event(), fault.wait

    async def tell():
        arrived.set()
        await wait()

    fault.wait = tell
    return arrived


async def test_a_slow_server_can_wait_by_the_clock_on_the_wall(client):
    """For clients with a time-out: late by the seconds named."""
    async with golden_pair() as pair:
        with pair.stag.suffering(faults.slow(0.01)):
            answer = await client.get(f"{pair.stag.url}/api/systeminfo")

    assert answer.status == 200


@pytest.mark.parametrize(
    ("fault", "status", "header", "value"),
    [
        (faults.portal_page(), 200, "content-type", "text/html; charset=utf-8"),
        (faults.answering(503, "{}", retry_after="7"), 503, "retry-after", "7"),
        (faults.answering(500, "broken", content_type="text/plain"), 500, "server", None),
        (
            faults.redirecting("http://other.example.com/"),
            302,
            "location",
            "http://other.example.com/",
        ),
    ],
)
async def test_a_front_that_answers_instead(client, fault, status, header, value):
    """A portal, an error with its body, Retry-After, a redirect: nothing is applied."""
    async with golden_pair() as pair:
        with pair.stag.suffering(fault):
            answer = await client.ask(
                "POST", f"{pair.stag.url}/api/projects", order={"project_name": "new"}
            )
        made = pair.stag.state.project("new")

    assert (answer.status, made) == (status, None)
    assert value is None or answer.headers[header] == value


async def test_a_fault_hits_only_the_paths_it_names(client):
    """The rest of the server is well."""
    async with golden_pair() as pair:
        with pair.stag.suffering(faults.answering(500, path="/jobs/")):
            jobs = await client.get(f"{pair.stag.url}/api/jobs/replication?policy_id=7")
            rest = await client.get(f"{pair.stag.url}/api/targets")

    assert (jobs.status, rest.status) == (500, 200)


async def test_a_wrong_password_locks_the_name_while_it_is_answered(client):
    """The right password of that name is refused at once meanwhile; other names are not."""
    gate, arrived = asyncio.Event(), asyncio.Event()

    async def penalty():
        arrived.set()
        await gate.wait()

    async with golden_pair(penalty=penalty) as pair:
        url = f"{pair.stag.url}/api/users/current"
        wrong = asyncio.ensure_future(client.get(url, login=("admin", "wrong")))
        await arrived.wait()
        right = await client.get(url)
        other = await client.get(url, login=("dev", "Developer12345"))
        gate.set()
        late = await wrong
        after = await client.get(url)

    assert [one.status for one in (right, other, late, after)] == [401, 200, 401, 200]


async def test_what_breaks_behind_the_scenes_is_raised_at_the_end():
    """A bug of the simulator cannot pass as an error of Harbor."""

    async def broken():
        raise RuntimeError("a bug")

    harbor = SimulatedHarbor()
    await harbor.start()
    harbor.site.timers.after(harbor.site.habits.queue, broken)
    await harbor.settle()
    with pytest.raises(ExceptionGroup, match="crashed"):
        await harbor.stop()


def test_only_known_releases_are_simulated():
    """1.5 and 1.10 are other generations, and not here."""
    for version in ("v1.5.0", "v1.10.19", "v2.0.6", "latest"):
        with pytest.raises(ValueError, match=r"not simulated|no version"):
            SimulatedHarbor(version)
