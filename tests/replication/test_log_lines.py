import json
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.replication.log_lines import attempts, newest, record, records
from bot.replication.log_lines.blocks import BLOCK, blocks
from bot.replication.log_lines.records import DOCKER, HEAD, TAIL


TWO = "/controller/replication/transfer/image/transfer.go"
SOURCE = "client for source registry [type: harbor, URL: http://core:8080, insecure: true] created"
LAYER = "sha256:" + "ab" * 32


def line(second, text, level="INFO", file=f"{TWO}:1"):
    """Write a line as 1.8 and later do."""
    minute, second = divmod(second, 60)
    return f"2026-11-24T03:{minute:02}:{second:02}Z [{level}] [{file}]: {text}\n"


def old(second, text, level="INFO"):
    """Write a line as 1.2 does."""
    return f"2018-11-06T05:48:{second:02}Z [{level}] {text}\n"


def runs(*lines):
    """Read *lines* in one chunk."""
    return list(attempts(["".join(lines)]))


def test_the_first_error_of_a_run_decides():
    """The bare repeat and the closing line of a failed run never stand for its cause."""
    [run] = runs(
        line(1, SOURCE),
        line(1, "failed to pull the manifest of artifact a/b:1: first", "ERROR"),
        line(1, "first", "ERROR"),
        line(1, "got error during the whole transfer period, mark the job failure", "ERROR"),
    )
    assert run.error.text.endswith("first")
    assert run.before.text == SOURCE


def test_an_error_keeps_the_lines_that_belong_to_it():
    """A page that came back is part of the error, the next record is not."""
    [run] = runs(line(1, "pushing: <html>\n<hr>\n</html>", "ERROR"), line(2, "next"))
    assert run.error.text == "pushing: <html>\n<hr>\n</html>"


def test_the_newest_run_of_an_appended_log_decides():
    """1.2 appends its retries; the last one counts."""
    log = [
        old(1, "initializing: repository: a/b, tags: [1]"),
        old(1, "initialization completed: project: a"),
        old(1, "an error occurred while x: one", "ERROR"),
        old(1, "waiting for retrying..."),
        old(2, "initializing: repository: a/b, tags: [1]"),
        old(2, "an error occurred while x: two", "ERROR"),
    ]
    assert len(runs(*log)) == 2
    assert newest(log).error.text.endswith("two")


def test_the_second_opening_line_of_12_is_no_new_run():
    """1.2 prints two opening lines; that of 1.5 names no project and begins a run."""
    first = old(1, "initializing: repository: a/b, tags: [1]")
    second = "initialization completed: project: a, repository: a/b, tags: [1]"
    [run] = runs(first, old(1, second))
    assert run.opens == b"initializing: "
    [run] = runs(first, old(1, "initialization completed: project: a"))
    assert run.opens == b"initializing: "
    for other in (second.replace("a/b", "a/c"), "initialization completed: repository: a/b"):
        assert len(runs(first, old(9, other))) == 2
        assert newest([first + old(9, other) + old(9, "x", "ERROR")]).opens != run.opens
    assert len(runs(old(1, "initialization completed: x"), old(9, second))) == 2


def test_a_retry_remembers_what_stopped_the_run_before_it():
    """Only a retry of the same job; what it says of itself still comes first."""
    first = old(1, "initializing: repository: a/b")
    waiting = old(1, "an error occurred while x: one", "ERROR") + old(1, "waiting for retrying...")
    assert b"x: one" in newest([first + waiting + old(9, "initializing: repository: a/b")]).older
    assert newest([first + waiting + old(9, "initializing: repository: a/c")]).older == b""
    assert newest([first + old(9, "initializing: repository: a/b")]).older == b""


def test_the_tail_of_an_older_run_is_not_read():
    """From 1.5 on a run overwrites the file; what is left of an older one decides nothing."""
    [run] = runs(
        line(100, SOURCE),
        line(101, "failed to push manifest of image a/b:1: new", "ERROR"),
        "fer/image/transfer.go:371]: unexpected EOF\n",
        line(50, "failed to pull the manifest of image a/b:1: old", "ERROR"),
    )
    assert run.error.text == "failed to push manifest of image a/b:1: new"


def test_a_tail_that_begins_with_a_whole_line_is_not_read_either():
    """The step back in time tells, not the broken line."""
    [run] = runs(line(100, SOURCE), line(101, "fine"), line(50, "old", "ERROR"), line(60, "x"))
    assert run.error is None
    assert b"fine" in run.ending


def test_a_tail_in_a_later_block_is_not_read_either():
    """The step back is seen across blocks as well."""
    filler = line(100, "copying") * (BLOCK // 90)
    [run] = runs(line(100, SOURCE), filler, line(40, "old", "ERROR"))
    assert run.error is None
    [run] = runs(line(100, SOURCE), line(40, "x"), filler.replace("03:01", "03:00"), line(41, "y"))
    assert run.older.endswith(b"y\n")
    assert len(run.older) == TAIL


def test_lines_a_second_out_of_order_are_of_one_run():
    """Two processes that write one log may swap neighbouring lines."""
    [run] = runs(line(11, "one"), line(10, "two", "ERROR"))
    assert run.error.text == "two"


def test_a_layer_that_arrived_at_last_is_no_error():
    """Harbor tries a layer again inside a run; what was healed did not fail the run."""
    [run] = runs(
        line(1, SOURCE),
        line(1, f"failed to pushing the blob {LAYER}, size 9: healed", "ERROR"),
        line(1, f"failed to copy the blob {LAYER}: healed", "ERROR"),
        line(1, "will retry 2s later"),
        line(3, f"copy the blob {LAYER} completed"),
        line(4, "failed to push manifest of artifact a/b:1: final", "ERROR"),
    )
    assert run.error.text.endswith("final")


def test_a_layer_that_never_arrived_is_the_error():
    """The first of five tries is shown, and how often the layer broke off again."""
    broke = line(1, f"failed to pushing the blob {LAYER}: x: unexpected EOF", "ERROR")
    again = line(1, "will retry 2s later")
    [run] = runs(line(1, SOURCE), broke, again, broke, again, broke, line(1, "bare", "ERROR"))
    assert run.error.text.startswith("failed to pushing the blob")
    assert run.repeats == 2


def test_a_layer_of_another_tag_heals_nothing():
    """After the bare repeat the run has failed, whatever arrives later."""
    [run] = runs(
        line(1, f"failed to pushing the blob {LAYER}: lost", "ERROR"),
        line(1, "lost", "ERROR"),
        line(1, "will retry 2s later"),
        line(2, f"copy the blob {LAYER} completed"),
    )
    assert run.error.text.endswith("lost")


def test_a_layer_that_is_tried_for_ever_ends_the_search():
    """A stream that only repeats itself is not weighed line by line to its end."""
    broke = line(1, f"failed to pushing the blob {LAYER}: x", "ERROR")
    [run] = runs((broke + line(1, "will retry 2s later")) * 50)
    assert run.error.text.endswith(": x")


def test_words_in_the_middle_of_a_line_are_no_event():
    """Only a record's own level and first words count."""
    [run] = runs(
        line(1, f"failed to pushing the blob {LAYER}: x", "ERROR"),
        "a line without a prefix that says will retry 2s later\n",
        line(1, "we will retry it later"),
        "x" * 900 + "[ERROR] far from the start\n",
    )
    assert ": x\n" in run.error.text
    assert not newest(["x" * 900 + " [ERROR] far from the start\n"]).error


def test_the_job_is_named_by_the_line_above_it():
    """`tail` prints a file's name above its text; the name belongs to the run below."""
    log = (
        "==> /data/job_logs/job_20049.log <==\n"
        + line(1, SOURCE)
        + "==> job 7 <==\n"
        + line(2, SOURCE)
    )
    assert [run.job for run in runs(log) if run.opens] == ["20049", "7"]


def test_an_override_skip_is_noticed_anywhere_in_a_run():
    """A tag that was left out stays noticed, however much follows; a cut line does not count."""
    skip = 'the same name image a/b:1 exists, but the "override" is set to false, skip'
    assert runs(line(1, skip, "WARNING"), line(2, "more"))[0].skipped
    assert not runs(line(1, skip + " it now"))[0].skipped
    assert runs(line(1, skip).rstrip())[0].skipped


def test_prefixes_of_docker_and_colours_are_seen_through():
    """docker, compose, kubectl and terminals put things around a line."""
    inner = line(1, "failed to x: y", "ERROR")
    for raw in (
        f"Nov 15 00:50:31 172.19.0.1 jobservice[1335]: {inner}",
        f"jobservice-1  | {inner}",
        json.dumps({"log": inner, "stream": "stdout"}, separators=(",", ":")) + "\n",
        json.dumps({"stream": "stdout", "log": inner.rstrip()}) + "\n",
        inner.replace("[ERROR]", "\x1b[31m[ERROR]\x1b[0m"),
        inner.replace("\n", "\r\n"),
    ):
        [run] = runs(raw)
        assert run.error.text == "failed to x: y", raw


def test_broken_json_around_a_line_is_left_as_it_is():
    """What only looks like docker's JSON is read as text."""
    assert record(b'{"log":"cut').text == '{"log":"cut'
    assert record(b'{"log":"a"} [ERROR] x').text == "x"
    assert record(b'{"a":"log"}').text == '{"a":"log"}'
    assert record(b'[ERROR] {"log":"a"}').text == '{"log":"a"}'


def test_a_long_line_that_docker_cut_is_put_together():
    """Docker writes 16 KiB at once; the next piece goes on in the same line."""
    whole = line(1, "failed to x: " + "y" * DOCKER, "ERROR")
    pieces = (whole[:DOCKER], whole[DOCKER:], line(2, "next"))
    wrapped = "".join(json.dumps({"log": piece}) + "\n" for piece in pieces)
    assert b"".join(blocks([wrapped])) == (whole + line(2, "next")).encode()


def test_times_are_read_with_zone_fraction_or_neither():
    """A zone is honoured, none means UTC, and an impossible time is none."""

    def at(stamp):
        return record(f"{stamp} [INFO] x".encode()).at

    assert (
        at("2026-01-01T03:00:00+03:00") == at("2026-01-01T00:00:00Z") == at("2026-01-01T00:00:00")
    )
    assert at("2026-01-01T00:00:00.5Z") > at("2026-01-01T00:00:00Z")
    assert at("2026-13-01T00:00:00Z") is None
    assert record(b"[INFO] x").at is None


def test_bytes_that_are_no_text_are_replaced():
    """A log in no encoding at all is still read."""
    assert record(b"[ERROR] caf\xe9").text == "caf\ufffd"
    assert [one.text for one in records(b"\n\n[INFO] a\n\n[INFO] b\n")] == ["a", "b"]


def test_nothing_is_read_from_nothing():
    """No line, no run."""
    assert list(attempts([])) == []
    assert newest(["\n\n"]).opening == b""


@pytest.mark.parametrize("size", [1, 7, 100, BLOCK - 1, BLOCK, BLOCK + 1])
def test_blocks_hold_whole_lines_wherever_a_chunk_ends(size):
    """How the stream was cut does not show."""
    whole = b"".join(b"%d %s\n" % (n, b"x" * (n % 300)) for n in range(6000 if size > 99 else 300))
    chunks = [whole[at : at + size] for at in range(0, len(whole), size)]
    assert list(blocks(chunks)) == list(blocks([whole]))
    assert b"".join(blocks(chunks)) == whole


def test_of_a_very_long_line_head_and_tail_are_kept():
    """10 MB without a line end leave 16 KB."""
    long = b"[ERROR] head " + b"x" * 10_000_000 + b" tail"
    [run] = attempts([line(1, SOURCE).encode(), long])
    assert run.error.text.startswith("head")
    assert run.error.text.endswith("tail")
    assert len(run.error.text) <= HEAD + TAIL


def test_memory_does_not_grow_with_the_stream():
    """50 MB are read in a few."""
    chunk = (line(1, f"copying the blob {LAYER}") * 300).encode()
    tracemalloc.start()
    newest(chunk for _ in range(50_000_000 // len(chunk)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8_000_000


def test_an_error_cut_between_two_blocks_is_put_together():
    """The lines that belong to an error may stand in the next block."""
    filler = line(1, "copying") * (BLOCK // len(line(1, "copying")) - 5)
    error = line(2, "pushing: \n<html>\n" + "z" * 900, "ERROR")
    [run] = runs(filler, error, line(3, "next"))
    assert run.error.text.endswith("z")
    [run] = runs(filler, error.rstrip())
    assert run.error.text.endswith("z")


def test_of_many_runs_in_a_block_the_newest_is_found():
    """Wherever it stands, and whatever the lines between look like."""

    def job(second, name):
        return line(second, SOURCE) + line(second, f"failed to x: {name}", "ERROR")

    older = "".join(job(n % 50, "old") for n in range(40))
    for log in (
        [older, job(55, "new")],
        [job(55, "new"), older],
        [older, job(55, "also"), job(55, "new"), older],
        ["a line with the word initializing in it\n", older, job(55, "new"), older],
        [older, job(55, "new"), "2026-11-24T03:59:00Z a line on initializing\n"],
    ):
        assert newest(log).error.text.startswith("failed to x: new")


def test_of_many_runs_of_12_the_newest_is_read_from_its_first_line():
    """Its two opening lines are one beginning, also among many runs."""

    def job(second, name):
        return (
            old(second, f"initializing: repository: {name}")
            + old(second, "initialization completed: project: x")
            + old(second, f"an error occurred while x: {name}", "ERROR")
        )

    run = newest([job(n, "old") for n in range(9)] + [job(50, "new")])
    assert run.error.text.endswith("new")
    assert b"initializing: repository: new" in run.opening


def test_lines_that_only_mention_a_beginning_begin_nothing():
    """Many lines that hold such a word and no run."""
    log = "2026-11-24T03:00:00Z was initializing something\n" * 20
    assert len(runs(log)) == 1
    assert newest([log]).opens == b""
    assert len(runs("==> not closed\n" * 3)) == 1


@settings(deadline=None)
@given(st.lists(st.integers(1, 400), max_size=30))
def test_the_same_is_read_however_the_stream_is_cut(cuts):
    """Chunk boundaries may fall anywhere, also inside a character."""
    whole = "".join(
        (
            line(100, SOURCE),
            line(100, f"failed to pushing the blob {LAYER}: é unexpected EOF\n<html>", "ERROR"),
            line(101, "will retry 2s later"),
            line(103, f"copy the blob {LAYER} completed"),
            line(103, "failed to push manifest of image a/b:ü: last", "ERROR"),
            "cut é\n",
            line(50, "older", "ERROR"),
        )
    ).encode()
    chunks, at = [], 0
    for cut in cuts:
        chunks.append(whole[at : at + cut])
        at += cut
    assert newest([*chunks, whole[at:]]) == newest([whole])
