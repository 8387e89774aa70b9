"""``harborbot why``: the whole question from a terminal, against servers that really answer."""

import asyncio
import signal
from collections import Counter
from contextlib import AsyncExitStack, ExitStack, contextmanager

import pytest

from bot.playground.harbor import SimulatedHarbor, faults, golden_pair, modern_pair
from bot.playground.harbor.faults import Fault
from tests.cli.support import harborbot, naming, started


KEYS = [
    "image",
    "verdict",
    "cause",
    "confidence",
    "summary",
    "checks",
    "rerun",
    "rerun_when",
    "actions",
    "blind_spots",
    "candidates",
    "hops",
    "requests",
    "round_trips",
    "seconds",
]
CHECKS = [
    "image",
    "source",
    "destination",
    "policy",
    "attempts",
    "log",
    "endpoint",
    "version",
]
VIRA = "frontend-rls/vira:v1.6.32-67284045"
MODERN = ("v2.15.2", "v2.9.5")
# Finding the version and fetching a token are counted as requests, not as round trips.
NOT_COUNTED = r"systeminfo|/service/token|/api/version|/v2/?$"
# Of quiet, after which nothing more is under way that was wanted together with what waits.
QUIET = 0.3


class Gate:
    """Holds every request until no other one comes, then lets all of them pass: one wave."""

    def __init__(self) -> None:
        self.arrived = 0
        self.waves: Counter[str] = Counter()
        self._here: set[str] = set()
        self._open = asyncio.Event()

    def fault(self, name: str) -> Fault:
        """Make the fault that holds what comes to the instance *name*."""

        async def wait() -> None:
            self.arrived += 1
            self._here.add(name)
            await self._open.wait()

        return Fault(wait=wait)

    async def keep(self) -> None:
        """Let waves pass, for ever."""
        while True:
            seen = self.arrived
            await asyncio.sleep(QUIET)
            if self._here and seen == self.arrived:
                self.waves.update(self._here)
                self._here = set()
                opened, self._open = self._open, asyncio.Event()
                opened.set()

    @contextmanager
    def before(self, **harbors: SimulatedHarbor):
        """Stand before *harbors* for a while."""
        with ExitStack() as stack:
            for name, harbor in harbors.items():
                free = Fault(NOT_COUNTED, wait=lambda: asyncio.sleep(0))
                stack.enter_context(harbor.suffering(free))
                stack.enter_context(harbor.suffering(self.fault(name)))
            keeper = asyncio.ensure_future(self.keep())
            try:
                yield
            finally:
                keeper.cancel()


@contextmanager
def far_away(*harbors: SimulatedHarbor):
    """Put 50 ms between the bot and *harbors*."""
    with ExitStack() as stack:
        for harbor in harbors:
            stack.enter_context(harbor.suffering(faults.slow(0.05)))
        yield


@pytest.fixture
async def golden():
    """Give the seed's pair of 1.2.2."""
    async with golden_pair() as pair:
        yield pair


@pytest.fixture(params=MODERN)
async def modern(request):
    """Give a pair of 2.x, of each version in turn."""
    async with modern_pair(request.param) as pair:
        yield pair


async def test_the_golden_case(golden):
    """The question that it all began with: verdict, cause, proof and what helps, at 50 ms."""
    with far_away(golden.stag, golden.prod):
        ended = await harborbot("why", "vira:v1.6.32", "--json", settings=naming(golden))

    found = ended.data
    assert ended.status == 1
    assert list(found) == KEYS
    assert (found["image"], found["verdict"]) == (VIRA, "failed")
    assert (found["cause"], found["confidence"]) == ("source.manifest_unknown", "high")
    assert found["rerun"] == "helps"
    assert found["round_trips"] <= 4
    assert found["requests"] == len(golden.stag.requests) + len(golden.prod.requests)
    checks = {one["name"]: one for one in found["checks"]}
    assert list(checks) == CHECKS
    assert {tuple(one) for one in found["checks"]} == {("name", "state", "detail", "source", "at")}
    assert "20049" in checks["attempts"]["detail"]
    assert "MANIFEST_UNKNOWN" in checks["log"]["detail"]
    assert checks["log"]["at"] == "2018-11-06T05:48:07Z"
    assert found["hops"] == [
        {"from": "stag", "to": "prod", "policy": "sync-to-prod", "verdict": "failed"}
    ]
    assert golden.stag.writes == golden.prod.writes == []


@pytest.mark.parametrize("image", ["vira:v1.6.32", VIRA, "vira:v1.6.31", "vira:v9"])
async def test_the_golden_pair_is_asked_four_times_in_sequence(golden, image):
    """Counted at the servers: what is wanted together comes in four waves at most."""
    gate = Gate()
    with gate.before(stag=golden.stag, prod=golden.prod):
        ended = await harborbot("why", image, "--json", settings=naming(golden))

    assert set(gate.waves) == {"stag", "prod"}
    assert max(gate.waves.values()) <= 4
    assert ended.data["round_trips"] <= 4


@pytest.mark.parametrize("image", ["team/app:1.0", "team/app:1.1", "app:1"])
async def test_a_modern_pair_is_asked_four_times_in_sequence(modern, image):
    """Counted at the servers of 2.x, too."""
    gate = Gate()
    with gate.before(stag=modern.stag, prod=modern.prod):
        ended = await harborbot("why", image, "--json", settings=naming(modern))

    assert set(gate.waves) == {"stag", "prod"}
    assert max(gate.waves.values()) <= 4
    assert ended.data["round_trips"] <= 4


async def test_what_arrived_is_in_order(golden):
    """An image with the same content on both sides ends with 0."""
    ended = await harborbot("why", "vira:v1.6.31", "--json", settings=naming(golden))

    assert ended.status == 0
    assert ended.data["verdict"] == "synced"
    assert list(ended.data) == KEYS


@pytest.mark.parametrize(
    ("image", "status", "verdict", "cause"),
    [
        ("team/app:1.0", 0, "synced", None),
        ("web:2.0", 0, "synced", None),
        ("team/app:1.1", 1, "failed", "dest.quota_exceeded"),
        ("team/app:0.9", 1, "source_missing", "source.manifest_unknown"),
        ("app:1", 4, "cannot_tell", None),
    ],
)
async def test_a_modern_pair(modern, image, status, verdict, cause):
    """On 2.x each verdict has its status, and its object has the same keys."""
    ended = await harborbot("why", image, "--json", settings=naming(modern))

    assert (ended.status, ended.data["verdict"]) == (status, verdict)
    assert list(ended.data) == KEYS
    assert cause is None or ended.data["cause"] == cause
    assert ended.data["round_trips"] <= 4


async def test_what_is_close_is_named(modern):
    """Where none fits, the tags that are close are candidates, at the price of one more look."""
    ended = await harborbot("why", "team/app:7.7", "--json", settings=naming(modern))

    assert (ended.status, ended.data["verdict"]) == (4, "cannot_tell")
    assert "team/app:1.1" in ended.data["candidates"]
    assert ended.data["round_trips"] <= 5


async def test_several_that_fit_are_listed(modern):
    """Where several images fit, none is guessed: all are candidates."""
    ended = await harborbot("why", "app:1", "--json", settings=naming(modern))

    assert {"team/app:1.0", "team/app:1.1"} <= set(ended.data["candidates"])


async def test_what_is_still_under_way_is_not_there(modern):
    """A copy that runs is no success."""
    ended = await harborbot("why", "team/app:1.2", "--json", settings=naming(modern))

    assert (ended.status, ended.data["verdict"]) == (1, "in_progress")


async def test_words_for_a_person(golden):
    """Without --json: the sentence first, then the verdict, what helps, and every check."""
    ended = await harborbot("why", "vira:v1.6.32", settings=naming(golden))

    lines = ended.out.splitlines()
    assert ended.status == 1
    assert lines[0].startswith(f"{VIRA} is not on prod: ")
    assert lines[2] == "Verdict     failed (source.manifest_unknown)"
    assert any("log: " in line and "MANIFEST_UNKNOWN" in line for line in lines)
    assert lines[-1].endswith(" s")


async def test_nobody_answered(golden):
    """Both instances down: status 3, the object all the same, and each is a blind spot."""
    settings = naming(golden)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(golden.stag.down())
        await stack.enter_async_context(golden.prod.down())
        ended = await harborbot("why", "vira:v1.6.32", "--json", settings=settings)

    assert ended.status == 3
    assert list(ended.data) == KEYS
    assert ended.data["verdict"] == "cannot_tell"
    assert {"stag", "prod"} <= {spot["what"].split(":")[0] for spot in ended.data["blind_spots"]}


async def test_one_of_two_answered(golden):
    """The destination down: it cannot be told, and it says what was not seen."""
    settings = naming(golden)
    async with golden.prod.down():
        ended = await harborbot("why", "vira:v1.6.32", "--json", settings=settings)

    assert ended.status in {1, 4}
    assert any(spot["what"].startswith("prod") for spot in ended.data["blind_spots"])
    assert ended.data["confidence"] != "high"


@pytest.mark.parametrize(
    "image", [":::", "", "vira:", "Vira:UPPER case", "\x1b[2J", "a" * 5000, "../../etc/passwd"]
)
async def test_an_image_that_is_none(golden, image):
    """A malformed image is told in a sentence with an example, and nothing is asked."""
    ended = await harborbot("why", image, "--json", settings=naming(golden))

    assert (ended.status, ended.out) == (2, "")
    assert ended.err
    assert "Traceback" not in ended.err
    assert golden.stag.requests == golden.prod.requests == []


@pytest.mark.parametrize("option", ["--from", "--to"])
async def test_an_instance_that_is_none(golden, option):
    """An unknown instance is named, with those that there are."""
    ended = await harborbot("why", VIRA, option, "moon", settings=naming(golden))

    assert (ended.status, ended.out) == (2, "")
    assert "There is no instance called moon; there are stag, prod." in ended.err


async def test_both_ends_may_be_named(golden):
    """The same direction in so many words gives the same answer."""
    ended = await harborbot(
        "why", VIRA, "--from", "stag", "--to", "prod", "--json", settings=naming(golden)
    )

    assert (ended.status, ended.data["verdict"]) == (1, "failed")


async def test_standard_error_has_everything_else(golden):
    """Whatever is logged, standard output carries the one object alone, and no password."""
    settings = naming(golden, LOG_LEVEL="DEBUG")
    with golden.stag.suffering(faults.answering(503, times=2)):
        ended = await harborbot("why", VIRA, "--json", settings=settings)

    assert list(ended.data) == KEYS
    assert ended.err
    assert settings["HARBORS__STAG__PASSWORD"] not in ended.out + ended.err


WRONG = {
    "HARBORS__STAG__BOGUS": "canary-1",
    "HARBORS__STAG__ROLE": "canary-2",
    "SLACK_BOGUS": "canary-3",
    "REDIS_URL": "redis://:canary-4@redis.example.com/0",
    "PORT": "canary-5",
}


@pytest.mark.parametrize(
    ("command", "missing"),
    [(["why", VIRA, "--json"], []), (["run"], ["SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"])],
)
async def test_wrong_settings_are_named_all_at_once(golden, command, missing):
    """Every wrong setting has a line, none has its value, and the status is 2."""
    ended = await harborbot(*command, settings=naming(golden, **WRONG))

    assert (ended.status, ended.out) == (2, "")
    named = [line.partition(":")[0] for line in ended.err.splitlines()]
    assert sorted(named) == sorted([*WRONG, *missing])
    assert "canary" not in ended.err


async def test_no_settings_at_all():
    """Without any Harbor there is nobody to ask: a sentence, and status 2."""
    ended = await harborbot("why", VIRA)

    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("HARBORS__<NAME>__URL: ")


async def test_a_certificate_file_that_holds_none(golden, tmp_path):
    """What only the connection finds out about the settings is status 2 as well."""
    (tmp_path / "ca.pem").write_text("no certificate")
    settings = naming(golden, HARBORS__STAG__CA_FILE=str(tmp_path / "ca.pem"))
    ended = await harborbot("why", VIRA, settings=settings)

    assert (ended.status, ended.out) == (2, "")
    assert "CA_FILE" in ended.err


async def test_the_file_of_settings_is_read(golden, tmp_path):
    """Settings in .env of the working directory are as good as the environment's."""
    lines = (f"{name}={value}\n" for name, value in naming(golden).items())
    (tmp_path / ".env").write_text("".join(lines))
    ended = await harborbot("why", "vira:v1.6.31", cwd=tmp_path)

    assert ended.status == 0


async def test_a_hidden_project_is_refused(golden):
    """A project that may not be shown is not answered, and its image not named as found."""
    settings = naming(golden, HARBORS__STAG__PROJECTS="library", HARBORS__PROD__PROJECTS="library")
    ended = await harborbot("why", VIRA, "--json", settings=settings)

    assert (ended.status, ended.out) == (2, "")
    assert "67284045" not in ended.err.replace(VIRA, "")


async def test_whoever_interrupts_gets_no_answer(golden):
    """Ctrl-C ends quietly, with a status that cannot be taken for a verdict."""
    reached = asyncio.Event()

    async def wait() -> None:
        reached.set()
        await asyncio.Event().wait()

    with golden.stag.suffering(Fault(wait=wait)):
        async with started("why", VIRA, settings=naming(golden)) as process:
            await reached.wait()
            process.send_signal(signal.SIGINT)
            out, err = await process.communicate()

    assert (process.returncode, out) == (130, b"")
    assert b"Traceback" not in err
