"""``harborbot explain``: whatever is a log gets an answer, and no answer needs a network."""

import json
import random

import pytest

from tests.cli.support import LOGS, harborbot


KEYS = [
    "cause",
    "side",
    "confidence",
    "evidence",
    "remedy",
    "rerun",
    "rerun_when",
    "alternatives",
]
FAILED = LOGS / "seed_failed.log"
SUCCEEDED = LOGS / "seed_succeeded.log"
# As tail prints several files.
BOTH = b"".join(
    (b"==> 20049.log <==\n", FAILED.read_bytes(), b"==> 20050.log <==\n", SUCCEEDED.read_bytes())
)


async def test_the_seeds_failed_log():
    """The log that this all began with is read for sure, from a file."""
    ended = await harborbot("explain", str(FAILED), "--json")

    assert (ended.status, ended.err) == (0, "")
    assert list(ended.data) == KEYS
    assert ended.data["cause"] == "source.manifest_unknown"
    assert ended.data["side"] == "source"
    assert ended.data["confidence"] == "high"
    assert "MANIFEST_UNKNOWN" in ended.data["evidence"][0]


async def test_standard_input_is_as_good_as_a_file():
    """What is piped in is answered like what is in a file."""
    piped = await harborbot("explain", "--json", given=FAILED.read_bytes())
    filed = await harborbot("explain", str(FAILED), "--json")

    assert piped == filed


async def test_the_seeds_log_without_a_failure():
    """A copy of 1.5.0 that found everything there already has no cause."""
    ended = await harborbot("explain", str(SUCCEEDED), "--json", "--harbor-version", "1.5.0")

    assert ended.status == 0
    assert ended.data["cause"] == "none"
    assert ended.data["side"] is None
    assert ended.data["rerun"] == "useless"


async def test_words_for_a_person():
    """Without --json the same is said in lines that a person reads."""
    ended = await harborbot("explain", str(FAILED))

    assert (ended.status, ended.err) == (0, "")
    cause, remedy, again, evidence = ended.out.splitlines()
    assert cause.startswith("Cause       source.manifest_unknown: The source does not serve")
    assert remedy.startswith("Remedy      ")
    assert again.startswith("Run again   unknown: ")
    assert "MANIFEST_UNKNOWN" in evidence


async def test_each_job_has_a_line_of_its_own():
    """With --each every job in the log is one object a line, in the order of the log."""
    ended = await harborbot("explain", "--each", given=BOTH)

    found = [json.loads(line) for line in ended.out.splitlines()]
    assert ended.status == 0
    assert [list(one) for one in found] == [["job", *KEYS]] * 2
    assert [(one["job"], one["cause"]) for one in found] == [
        ("20049", "source.manifest_unknown"),
        ("20050", "none"),
    ]


async def test_of_several_jobs_the_newest_decides():
    """What failed before and went well afterwards is no failure."""
    ended = await harborbot("explain", "--json", given=BOTH)

    assert ended.data["cause"] == "none"


@pytest.mark.parametrize(
    "word", ["error", "Failed", "quite broken", "", "-x", "失敗", "\x1b[2J", "1.2.2"]
)
async def test_any_word_is_accepted_beside_the_log(word):
    """Harbor's words change from version to version: none of them is an error."""
    beside = ("--status", word, "--status-text", word, "--harbor-version", word)
    ended = await harborbot("explain", "--json", *beside, given=FAILED.read_bytes())

    assert (ended.status, ended.err) == (0, "")
    assert ended.data["cause"] == "source.manifest_unknown"


@pytest.mark.parametrize(
    "said", [["--status", "error"], ["--status-text", "no resources need to be replicated"]]
)
async def test_a_status_alone_is_enough_to_answer(said):
    """Where Harbor has a word and no log, the word is explained."""
    ended = await harborbot("explain", "--json", *said)

    assert (ended.status, ended.err) == (0, "")
    assert list(ended.data) == KEYS


@pytest.mark.parametrize("given", [b"", b"\n", b" \t\r\n" * 500_000], ids=["", "line", "blanks"])
async def test_nothing_is_no_log(given):
    """An empty input is told in a sentence, and nothing is on standard output."""
    ended = await harborbot("explain", "--json", given=given)

    assert (ended.status, ended.out) == (2, "")
    assert ended.err == ("There is no log in that, and neither --status nor --status-text.\n")


async def test_a_log_behind_many_blanks_is_found():
    """A log that begins late is read all the same."""
    ended = await harborbot("explain", "--json", given=b"\n" * 1_500_000 + FAILED.read_bytes())

    assert ended.data["cause"] == "source.manifest_unknown"


@pytest.mark.parametrize("name", ["nowhere", "."])
async def test_a_file_that_cannot_be_read(tmp_path, name):
    """A file that is not there, or is none, is told in a sentence."""
    ended = await harborbot("explain", name, cwd=tmp_path)

    assert (ended.status, ended.out) == (2, "")
    assert " cannot be read: " in ended.err
    assert len(ended.err.splitlines()) == 1


async def test_a_file_without_a_log(tmp_path):
    """An empty file is as empty as an empty input."""
    (tmp_path / "empty.log").touch()
    ended = await harborbot("explain", "empty.log", cwd=tmp_path)

    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("There is no log in that")


@pytest.mark.parametrize(("form", "seed"), [(["--json"], 1), (["--each"], 2), ([], 3)])
async def test_garbage_is_answered(form, seed):
    """Bytes that are no log get an answer, and never a crash."""
    garbage = random.Random(seed).randbytes(200_000)  # noqa: S311 - no secret
    ended = await harborbot("explain", *form, given=garbage)

    assert (ended.status, ended.err) == (0, "")
    assert "unknown" in ended.out


async def test_a_log_cannot_steer_a_terminal():
    """Escapes of a log are not written to the terminal, in either form."""
    line = FAILED.read_bytes().replace(b"manifest unknown", b"\x1b[2J\x07\xc2\x9b31m")
    words = await harborbot("explain", given=line)
    data = await harborbot("explain", "--json", given=line)

    for ended in (words, data):
        assert ended.status == 0
        assert not set(ended.out) & {"\x1b", "\x07", "\x9b"}


async def test_one_line_of_ten_megabytes():
    """A line without an end is read to its end."""
    line = FAILED.read_bytes().rstrip(b"\n").ljust(10_000_000, b"x")
    ended = await harborbot("explain", "--json", given=line)

    assert (ended.status, ended.err) == (0, "")
    assert ended.data["cause"] == "source.manifest_unknown"
    assert len(ended.out) < 5_000


async def test_a_terminal_that_knows_ascii_only():
    """An answer is written whatever the terminal's letters are."""
    given = FAILED.read_bytes().replace(b"manifest unknown", "不明…".encode())
    ended = await harborbot("explain", given=given, settings={"PYTHONIOENCODING": "ascii"})

    assert (ended.status, ended.err) == (0, "")
    assert "MANIFEST_UNKNOWN" in ended.out
