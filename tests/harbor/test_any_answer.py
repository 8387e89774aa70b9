import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.errors import HarborBroken, HarborError
from bot.harbor import wire, wire_registry, wire_v1, wire_v2
from bot.harbor.wire import Answer, Call


ROWS = {
    "target": {"id": 1, "name": "prod", "endpoint": "https://prod"},
    "job": {
        "id": 1,
        "status": "error",
        "repository": "p/r",
        "policy_id": 1,
        "operation": "transfer",
        "tags": ["v1"],
        "creation_time": "2018-11-06T05:48:07Z",
    },
    "policy": {
        "id": 1,
        "name": "p",
        "src_registry": {"id": 0, "url": ""},
        "dest_registry": {"id": 1, "url": "https://prod"},
        "filters": [{"type": "tag", "value": "v*"}],
        "trigger": {"type": "manual", "trigger_settings": {"cron": ""}},
        "update_time": "2026-11-25T03:10:13.650Z",
    },
    "execution": {"id": 1, "policy_id": 1, "status": "Failed", "trigger": "manual", "total": 1},
    "task": {"id": 1, "status": "Failed", "src_resource": "p/r [1 item(s) in total]"},
    "artifact": {"digest": "sha256:1", "tags": [{"name": "v1"}], "push_time": ""},
    "log row": {
        "operation": "create",
        "op_time": "2026-11-25T03:54:26.000Z",
        "resource": "p/r:v1",
        "resource_type": "artifact",
    },
    "search": {"repository": [{"repository_name": "p/r", "project_id": 1}]},
    "token": {"token": "e30.e30.x", "expires_in": 1800},
}
READERS = (
    wire_v1.target,
    wire_v1.job,
    wire.repositories,
    wire_v1.log_row,
    lambda row: wire_v1.policy(row, {}),
    lambda row: wire_v1.artifact(row, "p/r"),
    wire_v2.policy,
    wire_v2.execution,
    wire.repositories,
    wire_v2.log_row,
    lambda row: wire_v2.task(row, 1),
    lambda row: wire_v2.artifacts(row, "p/r"),
)
ANY = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=8),
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.dictionaries(
            some.sampled_from(sorted({key for row in ROWS.values() for key in row})), inner
        )
    ),
    max_leaves=6,
)


def answer_of(body, status=200):
    """Make an answer of any body."""
    return Answer("stag", Call(purpose="try", path="/x"), status, {}, body)


@given(kept=some.sampled_from(sorted(ROWS)), field=some.integers(0, 8), value=ANY)
def test_one_wrong_field_is_read_or_refused(kept, field, value):
    """Whatever stands in one field, a row is read or HarborBroken; never a Python error."""
    row = dict(ROWS[kept])
    row[sorted(row)[field % len(row)]] = value
    body = json.dumps([row]).encode()
    for read in READERS:
        with suppress(HarborBroken):
            wire.rows(answer_of(body), read)


@given(body=ANY)
def test_any_json_is_read_or_refused(body):
    """Whatever JSON comes, every reader reads it or says that it is unreadable."""
    answer = answer_of(json.dumps(body).encode())
    for read in READERS:
        for shape in (wire.rows, wire.thing):
            with suppress(HarborBroken):
                shape(answer, read)
    with suppress(HarborBroken):
        wire_registry.token(answer)


@given(body=some.binary(max_size=60), status=some.integers(300, 599))
def test_any_refusal_is_one_clean_line(body, status):
    """Whatever a refusal's body is, people read one short line about the instance."""
    error = wire.refusal(answer_of(body, status))
    assert isinstance(error, HarborError)
    assert str(error).startswith("stag ")
    assert len(str(error).splitlines()) == 1
    assert error.remedy


@pytest.mark.parametrize("header", ["", "Basic realm=x", 'Bearer realm="', "Bearer", "x" * 999])
def test_a_challenge_that_is_none_is_refused(header):
    """Without a realm there is no token, and no Python error."""
    answer = Answer("stag", Call(purpose="try", path="/"), 401, {"www-authenticate": header}, b"")
    with pytest.raises(HarborBroken):
        wire_registry.realm(answer)
