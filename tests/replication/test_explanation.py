import json
from pathlib import Path

import pytest

from bot.replication.causes import Confidence, Rerun, Side, cause
from bot.replication.explanation import EVIDENCE, explain, explain_each


CASES = Path(__file__).parents[1] / "data" / "cases"


def read(name):
    """Read the labelled failures of a file."""
    return [json.loads(row) for row in (CASES / f"{name}.jsonl").read_text().splitlines()]


# `unseen` was labelled before it was asked: other public threads, and Harbor's templates with
# what registries, clouds and fronts really answer.
KNOWN = read("public") + read("recorded") + read("unseen")
DECIDABLE = [case for case in KNOWN if case["decidable_from"] == "log"]
OTHERS = [case for case in KNOWN if case["decidable_from"] != "log"]

# What is answered instead, by case; it may only shrink.
NOT_YET: dict[str, str] = {}

# The log is one of a success; that another tag was meant only Harbor's state tells.
SURE_BUT_ANOTHER_TAG = {"hf-132": "none"}

FAILED_12 = """\
2018-11-06T05:48:07Z [INFO] initializing: repository: frontend-rls/vira, \
tags: [v1.6.32-67284045], source URL: http://registry:5000, \
destination URL: https://prod-reg.example.com, insecure: false, destination user: admin
2018-11-06T05:48:07Z [INFO] initialization completed: project: frontend-rls, \
repository: frontend-rls/vira, tags: [v1.6.32-67284045], source URL: http://registry:5000, \
destination URL: https://prod-reg.example.com, insecure: false, destination user: admin
2018-11-06T05:48:07Z [WARNING] the status code is 409 when creating project frontend-rls on \
https://prod-reg.example.com with user admin, try to do next step
2018-11-06T05:48:07Z [ERROR] [transfer.go:351]: an error occurred while pulling manifest of \
frontend-rls/vira:v1.6.32-67284045 from http://registry:5000: 404 {"errors":[{"code":\
"MANIFEST_UNKNOWN","message":"manifest unknown","detail":{"Tag":"v1.6.32-67284045"}}]}
"""
DONE_15 = """\
2018-11-09T09:52:03Z [INFO] initialization completed: repository: algorithm-rls/lqpt, \
tags: [lqsrv-0.8.6-prod], source registry: URL-https://stag-reg.example.com insecure-true, \
destination registry: URL-https://prod-reg.example.com insecure-false
2018-11-09T09:52:03Z [WARNING] the status code is 409 when creating project algorithm-rls on \
destination registry, try to do next step
2018-11-09T09:52:03Z [INFO] manifest of algorithm-rls/lqpt:lqsrv-0.8.6-prod exists on the \
destination registry, skip manifest pushing
"""
START = (
    "2026-11-24T03:00:00Z [INFO] [/replication/transfer/image/transfer.go:95]: client for source "
    "registry [type: harbor, URL: http://core:8080, insecure: true] created\n"
)
INFO = "2026-11-24T03:00:01Z [INFO] [/replication/transfer/image/transfer.go:1]: "
COPYING = INFO + "copying the blob sha256:ab...\n"
DONE = INFO + "copy a/b:[1](source registry) to a/b:[1](destination registry) completed\n"
STOPPED = INFO + "the job is stopped\n"
ERROR = (
    "2026-11-24T03:00:01Z [ERROR] [/replication/transfer/image/transfer.go:1]: failed to push "
    "manifest of image a/b:1: x509: certificate signed by unknown authority\n"
)
STRANGE = (
    "2026-11-24T03:00:01Z [ERROR] [/x.go:1]: failed to pulling the blob sha256:ab: a new text\n"
)


def ask(case):
    """Explain a labelled failure by its log and what was said beside it."""
    return explain(
        [(case["log"] or "").encode()],
        harbor_version=case["harbor_version"],
        status=case["status"],
        status_text=case.get("status_text"),
    )


def accepted(case):
    """List the causes that count as right."""
    return {case["label"], case.get("sublabel"), *case["also_acceptable"]}


@pytest.mark.parametrize("case", DECIDABLE, ids=lambda case: case["id"])
def test_each_known_log_gets_its_cause(case):
    """Every log we were ever shown is read the way a person read it, or stands in the table."""
    answer = ask(case)
    if case["id"] in NOT_YET:
        assert answer.cause == NOT_YET[case["id"]] not in accepted(case)
    else:
        assert answer.cause in accepted(case)


@pytest.mark.parametrize("case", OTHERS, ids=lambda case: case["id"])
def test_what_a_log_cannot_tell_is_not_stated_surely(case):
    """Where Harbor's state decides, a wrong answer from the log alone is never a sure one."""
    answer = ask(case)
    if case["id"] in SURE_BUT_ANOTHER_TAG:
        assert answer.cause == SURE_BUT_ANOTHER_TAG[case["id"]]
    else:
        assert answer.cause in accepted(case) or answer.confidence is not Confidence.HIGH


@pytest.mark.parametrize("case", DECIDABLE, ids=lambda case: case["id"])
def test_a_start_is_offered_only_where_it_can_help(case):
    """From a log alone no start is ever offered in vain."""
    assert ask(case).rerun is not Rerun.HELPS or case["rerun"] == "helps"


def test_the_failure_that_began_it_all():
    """A tag not yet readable at the source: named surely, its start left to what is true now."""
    answer = explain([FAILED_12])
    assert answer.cause == "source.manifest_unknown"
    assert answer.side is Side.SOURCE
    assert answer.confidence is Confidence.HIGH
    assert answer.rerun is Rerun.UNKNOWN
    assert "readable at the source now" in answer.rerun_when
    assert "[transfer.go:351]: an error occurred while pulling manifest" in answer.evidence[0]


def test_the_success_beside_it_is_none():
    """A log that came to its end names no fault."""
    answer = explain([DONE_15])
    assert (answer.cause, answer.side, answer.confidence) == ("none", None, Confidence.HIGH)
    assert answer.rerun is Rerun.USELESS


@pytest.mark.parametrize(
    ("log", "version", "status", "wanted", "sure"),
    [
        (START + DONE, "1.8.6", "Failed", "harbor.failed_but_healed", "high"),
        (START + DONE, None, "Failed", "none", "low"),
        (START + DONE, "2.15.2", "Failed", "none", "medium"),
        (START + DONE, "2.15.2", "Succeed", "none", "high"),
        (START + ERROR + DONE, None, None, "none", "high"),
        (START + ERROR, None, "Succeed", "network.tls_untrusted", "medium"),
        (START + ERROR, None, "nonsense", "network.tls_untrusted", "high"),
        (START + ERROR, "2.0.6", "Stopped", "operator.stopped", "medium"),
        (START + STRANGE, "2.0.6", "Stopped", "operator.stopped", "medium"),
        (START + DONE + "-- end of the log --\n", None, None, "none", "high"),
        (START + STOPPED + "\nbye", None, None, "operator.stopped", "high"),
        (START + ERROR, "v1.2.2", "canceled", "policy.disabled", "medium"),
        ("", "1.2.2", "stopped", "policy.disabled", "medium"),
        (START + STOPPED, None, None, "operator.stopped", "high"),
        (START + COPYING, None, "Running", "unknown", "low"),
        (START + COPYING, None, "Succeed", "none", "low"),
        ("", None, "Pending", "jobservice.no_worker", "low"),
        ("", None, "retrying", "jobservice.retry_pending", "medium"),
        ("", None, None, "unknown", "low"),
    ],
)
def test_the_status_is_weighed_against_the_log(log, version, status, wanted, sure):
    """Any word of any generation is understood, nonsense is left out, a contradiction shows."""
    answer = explain([log], harbor_version=version, status=status)
    assert (answer.cause, answer.confidence) == (wanted, sure)


def test_a_pending_task_without_a_log_waits_for_a_worker():
    """The answer that a log is not there means something else while the task is pending."""
    log = '{"code":10010,"message":"object is not found","details":"1a2b"}'
    assert explain([log], status="Pending").cause == "jobservice.no_worker"
    assert explain([log], status="Succeed").cause == "jobservice.log_missing"


def test_a_lost_log_of_a_failed_task_leaves_the_advice_open():
    """That a log is gone says nothing about why its task failed."""
    log = '{"code":404,"message":"the log of task 27 not found"}'
    assert explain([log], status="Succeed").rerun is Rerun.USELESS
    assert explain([log], status="Failed").rerun is Rerun.UNKNOWN


def test_who_stopped_a_failing_run_is_not_told_to_start_it_again():
    """What had failed before it was stopped would fail again."""
    assert explain([START + STOPPED], status="Stopped").rerun is Rerun.HELPS
    assert explain([START + COPYING], status="Stopped").rerun is Rerun.HELPS
    answer = explain([START + ERROR], status="Stopped")
    assert (answer.cause, answer.rerun) == ("operator.stopped", Rerun.AFTER_FIX)


def test_a_refused_connection_that_12_tries_again_is_waited_for():
    """While 1.2 retries by itself nobody has to start anything."""
    log = FAILED_12.replace(
        '404 {"errors"', "Get https://a.example.com: dial tcp 1.2.3.4:443: connection refused {"
    )
    assert explain([log], status="retrying").rerun is Rerun.WAIT
    assert explain([log], status="error").rerun is Rerun.AFTER_FIX


def test_a_tag_left_out_because_overriding_is_off():
    """A success that copied nothing is told from one that did."""
    skip = (
        INFO.replace("INFO", "WARNING") + "the same name image a/b:1 exists on the destination "
        'registry, but the "override" is set to false, skip\n'
    )
    answer = explain([START + skip + DONE], status="Succeed")
    assert answer.cause == "policy.override_skip"
    assert "override" in answer.evidence[0]


def test_a_tag_that_vanished_while_it_was_copied():
    """1.2 ends well although the tag is not there; only a line of INFO tells."""
    log = (
        "2018-11-06T05:48:07Z [INFO] initializing: repository: a/b\n"
        "2018-11-06T05:48:08Z [INFO] manifest of a/b:1 does not exist on source registry "
        "http://registry:5000, cancel manifest pushing\n"
        '2018-11-06T05:48:08Z [INFO] no tag needs to be replicated, next state is "finished"\n'
    )
    assert explain([log]).cause == "source.manifest_unknown"


def test_the_failure_that_12_prints_as_information():
    """One failing step of 1.2 is printed as INFO, and still decides."""
    log = (
        "2018-11-06T05:48:07Z [INFO] initializing: repository: a/b\n"
        "2018-11-06T05:48:08Z [INFO] an error occurred while checking the existence of manifest "
        "of a/b:1 on https://prod-reg.example.com: 401 \n"
    )
    answer = explain([log])
    assert answer.cause == "dest.permission_denied"
    assert "an error occurred while checking" in answer.evidence[0]


def test_ordinary_lines_are_no_cause():
    """What INFO lines say of images and names is not read as an error."""
    log = START + INFO + "copying library/x509:[unauthorized](source registry)... 401 \n"
    assert explain([log]).cause == "unknown"


def test_an_unknown_error_is_shown_and_its_side_named():
    """No guess: the line that decided, and where it came from."""
    answer = explain([START + STRANGE])
    assert (answer.cause, answer.side) == ("unknown", Side.SOURCE)
    assert "a new text" in answer.evidence[0]
    assert explain([], status_text="something else").evidence == ("something else",)


def test_an_unknown_error_yields_to_a_status_text_that_is_known():
    """What an execution says of itself helps where its log does not."""
    answer = explain([START + STRANGE], status_text="the policy 3 is disabled")
    assert answer.cause == "policy.disabled"


def test_another_line_may_tell_where_the_first_error_does_not():
    """The first error says nothing known, a later line does."""
    log = "2026-11-24T03:00:01Z [ERROR] [/x.go:1]: it went wrong\n" + ERROR
    assert explain([log]).cause == "network.tls_untrusted"
    filler = (INFO + "x" * 200 + "\n") * 60
    assert (
        explain([log.partition("\n")[0] + "\n" + filler + ERROR]).cause == "network.tls_untrusted"
    )


def test_a_run_that_goes_on_is_explained_by_the_one_before_it():
    """While a retry runs, what is left of the failed run is shown, and not surely."""
    older = ERROR.replace("T03:00:01", "T02:59:01")
    answer = explain([START + COPYING + "cut\n" + INFO.replace("T03", "T02") + "x\n" + older])
    assert (answer.cause, answer.confidence) == ("network.tls_untrusted", Confidence.LOW)
    assert explain([START + DONE + "cut\n" + older]).cause == "none"
    assert explain([START + COPYING, STRANGE.replace("T03", "T02")]).cause == "unknown"


def test_a_retry_of_12_that_has_just_begun_is_explained_by_the_run_before_it():
    """1.2 appends its retries: the newest has no error yet, the one before it has."""
    refused = FAILED_12.replace('404 {"errors"', "Get https://a.test: connection refused {")
    waiting = refused + "2018-11-06T05:48:07Z [INFO] waiting for retrying...\n"
    begun = FAILED_12.partition("\n")[0].replace("05:48", "05:53") + "\n"
    answer = explain([waiting + begun], status="retrying")
    assert (answer.cause, answer.confidence) == ("network.unreachable", Confidence.LOW)
    [(_, each)] = explain_each([waiting + begun])
    assert each.cause == "network.unreachable"
    other = begun.replace("frontend-rls/vira", "frontend-rls/other")
    assert explain([waiting + other], status="retrying").cause == "jobservice.retry_pending"


def test_evidence_is_short_and_begins_with_what_decided():
    """One paragraph a line, at most 600 characters, the end kept where it can be."""
    page = "<html>\n" + "<p>" * 400 + "\n502 end</html>"
    log = ERROR.strip().replace("x509:", page + " x509:") + " the end\n"
    [line] = explain([log]).evidence
    assert len(line) == EVIDENCE
    assert "\n" not in line
    assert line.endswith("the end")
    [line] = explain([ERROR.strip() + "y" * 20_000]).evidence
    assert len(line) == EVIDENCE
    assert line.endswith("…")


def test_the_lines_an_error_needs_stand_beside_it():
    """An address is shown with the endpoint it was compared to, a wait with its beginning."""
    opening = START.replace("source", "destination").replace("core:8080", "prod-reg.example.com")
    wrong = ERROR.replace(
        "x509: certificate signed by unknown authority",
        'Get "http://elsewhere.example.com/service/token": dial tcp: lookup e: no such host',
    )
    answer = explain([START + opening + wrong])
    assert answer.cause == "harbor.external_url"
    assert "client for destination registry" in answer.evidence[1]
    late = (
        "2026-11-24T03:30:01Z [ERROR] [/x.go:1]: failed to pushing the blob sha256:ab: Put "
        '"https://a.example.com": context deadline exceeded\n'
    )
    answer = explain([START + COPYING + late])
    assert answer.cause == "jobservice.transfer_timeout"
    assert "copying the blob" in answer.evidence[1]


def test_several_jobs_are_explained_one_by_one():
    """Each job has its answer, with the id that a line names; the newest decides for all."""
    later = (START + DONE).replace("T03:00", "T04:00")
    log = "before\n==> 17.log <==\n" + START + ERROR + "==> 18.log <==\n" + later
    told = [(job, answer.cause) for job, answer in explain_each([log])]
    assert told == [("17", "network.tls_untrusted"), ("18", "none")]
    assert explain([log]).cause == "none"
    assert [job for job, _ in explain_each([START + DONE + START + ERROR])] == [None, None]
    assert list(explain_each([])) == []


def test_a_log_of_15_behind_one_of_12_is_a_run_of_its_own():
    """1.5 begins with words that 1.2 has in its second line; the newest decides all the same."""
    first = FAILED_12.partition("\n")[0] + "\n"
    for older in (FAILED_12, first):
        assert explain([older + DONE_15]).cause == "none"
        assert [answer.cause for _, answer in explain_each([older + DONE_15])][-1] == "none"
    assert [answer.cause for _, answer in explain_each([FAILED_12 + DONE_15])] == [
        "source.manifest_unknown",
        "none",
    ]


def test_the_retries_of_one_job_are_one_job():
    """1.2 appends its retries; a different job behind them is another."""
    broken = FAILED_12 + "2018-11-06T05:48:07Z [INFO] waiting for retrying...\n"
    other = FAILED_12.replace("frontend-rls/vira", "frontend-rls/other")
    assert len(list(explain_each([broken + FAILED_12]))) == 1
    assert len(list(explain_each([broken + other]))) == 2
    assert len(list(explain_each([FAILED_12 + FAILED_12]))) == 2


def test_advice_comes_from_the_cause_unless_the_log_knows_better():
    """A damaged image is pushed again, a missing one looked for; each says what decides."""
    damaged = FAILED_12.replace('{"Tag":', '{"Name":"a/b","Revision":')
    assert explain([damaged]).rerun is Rerun.AFTER_FIX
    tls = explain([ERROR])
    assert (tls.remedy, tls.rerun_when) == (
        cause("network.tls_untrusted").remedy,
        cause("network.tls_untrusted").rerun_when,
    )
    assert tls.alternatives == ()
