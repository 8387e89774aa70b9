import json
import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.replication.explanation import explain


CASES = Path(__file__).parents[1] / "data" / "cases"
KNOWN = [
    case
    for name in ("recorded", "unseen")
    for case in map(json.loads, (CASES / f"{name}.jsonl").read_text().splitlines())
    if case["decidable_from"] == "log" and case["log"]
]
STAMPED = re.compile(r"\d{4}-\d\d-\d\dT\S+ \[(\w+)\] ")
OUTSIDE = re.compile(r"\b[\w-]+(?:\.[\w-]+)*\.(?:example|example\.com|domain|invalid)\b")

STAMP = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
OPENS = re.compile(r"initializ(?:ing|ation completed): |client for source registry")
DRESSES = {
    "docker": lambda line: json.dumps({"log": line + "\n"}, separators=(",", ":")) + "\n",
    "fluentd": lambda line: json.dumps({"time": "now", "log": line}) + "\n",
    "compose": lambda line: f"\x1b[36mjobservice-1  |\x1b[0m {line}\n",
    "kubectl": lambda line: f"[pod/harbor-jobservice-7c9f-x2/jobservice] {line}\n",
    "containerd": lambda line: f"2026-03-02T11:15:00.123456789+03:00 stdout F {line}\n",
    "syslog": lambda line: f"Mar  2 08:15:00 172.18.0.1 jobservice[991]: {line}\n",
    "grep": lambda line: f"20049.log:17:{line}\n",
    "terminal": lambda line: re.sub(r"\[ERROR\]", "\x1b[31m[ERROR]\x1b[0m", line) + "\n",
    "quotation": lambda line: f"> {line}\n",
    "Windows": lambda line: f"{line}\r\n",
}

cases = st.sampled_from(KNOWN)
hosts = st.from_regex(r"[a-z][a-z0-9]{2,12}\.[a-z]{2,8}\.test", fullmatch=True)
tags = st.from_regex(r"v[0-9]\.[0-9]{1,3}-[0-9a-f]{8}", fullmatch=True)
digests = st.from_regex(r"[0-9a-f]{64}", fullmatch=True)


def told(log, case):
    """Say what is answered to *log* with what was said beside *case*."""
    answer = explain([log.encode()], harbor_version=case["harbor_version"], status=case["status"])
    return answer.cause, answer.confidence, answer.rerun, answer.side


@settings(max_examples=150, deadline=None)
@given(cases, hosts, tags, digests)
def test_names_decide_nothing(case, host, tag, digest):
    """Other hosts, tags and digests in the same log change no answer."""
    names: dict[str, str] = {}

    def other(found):
        return names.setdefault(found.group(), f"h{len(names)}.{host}")

    renamed = OUTSIDE.sub(other, case["log"])
    renamed = re.sub(r"(?<=sha256:)[0-9a-f]{64}", digest, renamed)
    renamed = re.sub(r"(?<=:)v\d+\.\d+\.\d+-[0-9a-f]{8}\b", tag, renamed)
    assert told(renamed, case) == told(case["log"], case)


@settings(max_examples=150, deadline=None)
@given(cases, st.data())
def test_ordinary_lines_decide_nothing(case, data):
    """Lines that only report progress change no answer, wherever they stand."""
    lines = case["log"].splitlines(keepends=True)
    places = [n for n, text in enumerate(lines) if n and STAMPED.match(text)]
    if not places:
        return
    at = data.draw(st.sampled_from(places))
    stamp = lines[at - 1][:20] if STAMPED.match(lines[at - 1]) else lines[at][:20]
    if stamp > lines[0][:20] or "running" in lines[at]:
        return
    more = f"{stamp} [INFO] [/x.go:1]: the layer sha256:{'0' * 64} is a foreign layer, skip\n"
    assert told("".join([*lines[:at], more, *lines[at:]]), case)[0] == told(case["log"], case)[0]


@settings(max_examples=150, deadline=None)
@given(cases, st.data())
def test_lost_progress_lines_decide_nothing(case, data):
    """A log of which some progress lines were cut out still names its cause."""
    lines = case["log"].splitlines(keepends=True)
    lost = data.draw(st.sets(st.integers(0, len(lines))))
    kept = [
        text
        for number, text in enumerate(lines)
        if number not in lost or "copying the blob" not in text
    ]
    assert told("".join(kept), case)[0] == told(case["log"], case)[0]


@settings(max_examples=100, deadline=None)
@given(cases)
def test_line_ends_decide_nothing(case):
    """Windows line ends, and an end without one, change no answer."""
    assert told(case["log"].replace("\n", "\r\n"), case) == told(case["log"], case)
    assert told(case["log"].rstrip("\n"), case) == told(case["log"], case)


@settings(max_examples=200, deadline=None)
@given(cases, st.sampled_from(sorted(DRESSES)))
def test_what_is_put_around_lines_decides_nothing(case, dress):
    """docker, compose, kubectl, syslog, grep, a terminal, a quotation change no cause."""
    dressed = "".join(DRESSES[dress](line) for line in case["log"].split("\n"))
    assert told(dressed, case)[0] == told(case["log"], case)[0]


@settings(max_examples=150, deadline=None)
@given(cases)
def test_the_compiler_and_the_zone_decide_nothing(case):
    """Errors as Go 1.7 wrote them, and times with a zone, change no answer."""
    old = re.sub(r"\b(Get|Post|Put|Head) \"(https?://[^\"\s]+)\": ", r"\1 \2: ", case["log"])
    old = re.sub(r"(dial tcp \S+): connect: ", r"\1: getsockopt: ", old)
    old = old.replace("tls: failed to verify certificate: x509: ", "x509: ")
    old = re.sub(r"(T\d\d:\d\d:\d\d)Z", r"\1+08:00", old)
    assert told(old, case) == told(case["log"], case)


@settings(max_examples=200, deadline=None)
@given(cases, cases)
def test_the_newest_of_two_logs_decides(older, newer):
    """Whatever stands above it, of whichever version, the log that began last is explained."""
    if not OPENS.search(newer["log"].partition("\n")[0]):
        return
    above = STAMP.sub(lambda found: "2016" + found.group()[4:], older["log"])
    both = above.rstrip("\n") + "\n" + newer["log"]
    assert told(both, newer)[0] == told(newer["log"], newer)[0]


@settings(max_examples=100, deadline=None)
@given(cases, st.text(st.characters(codec="utf-8", exclude_characters="[]{}<>\r\n"), max_size=60))
def test_words_below_a_log_decide_nothing(case, words):
    """What somebody wrote under the log that was pasted changes no cause."""
    below = case["log"].rstrip("\n") + "\n\n-- " + words + " --\n"
    assert told(below, case)[0] == told(case["log"], case)[0]


@settings(max_examples=100, deadline=None)
@given(cases, st.integers(1, 997))
def test_chunks_decide_nothing(case, size):
    """However the stream was cut, the whole answer is the same."""
    raw = case["log"].encode()
    chunks = [raw[at : at + size] for at in range(0, len(raw), size)]
    assert explain(chunks) == explain([raw])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=400), max_size=8), st.text(max_size=60), st.text(max_size=10))
def test_anything_at_all_is_answered(chunks, text, word):
    """No bytes, no status and no text make it fail; the same question gets the same answer."""
    answer = explain(chunks, harbor_version=text, status=word, status_text=text)
    assert answer == explain(chunks, harbor_version=text, status=word, status_text=text)
    assert all(len(line) <= 600 for line in answer.evidence)
