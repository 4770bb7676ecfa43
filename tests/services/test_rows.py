"""Every row of the table of services is held to its own example, without Spark."""

from __future__ import annotations

import pickle
from datetime import date
from typing import Any

import pytest
from row_contract import KEY, LIVE, ROWS, as_columns, assert_sent, call, stage, typed

import synapse_magic
from synapse_magic import MockService, SynapseError
from synapse_magic.services import row_names

every_row = pytest.mark.parametrize("row", LIVE.values(), ids=lambda row: row["name"])
RETIRED = [row for row in ROWS.values() if row["status"] == "retired"]


@every_row
def test_says_where_its_contract_was_looked_up_and_when(row: dict[str, Any]) -> None:
    assert len(row["source"]["from"]) > 20
    assert date.fromisoformat(row["source"]["seen"]).year >= 2026


@every_row
def test_values_of_columns_make_the_request_and_its_reply_the_output(
    row: dict[str, Any], service: MockService
) -> None:
    service.example(row["example"])
    columns, others = as_columns(row)
    made = stage(row, service, subscriptionKey=KEY, **others)
    ((value, error),) = call(made, columns)
    assert error is None
    assert value == typed(row)
    assert_sent(row, service.ledger[0])


@every_row
def test_a_reply_without_a_body_is_an_error(row: dict[str, Any], service: MockService) -> None:
    service.reply("*", b"", status=204)
    ((value, error),) = call(stage(row, service, **row["example"]["given"]), {})
    assert (value, error["status"]["statusCode"]) == (None, 204)


@every_row
def test_values_of_params_make_the_same_request(row: dict[str, Any], service: MockService) -> None:
    service.example(row["example"])
    made = stage(row, service, **row["example"]["given"])
    ((value, error),) = call(made, {})
    assert error is None
    assert value == typed(row)
    assert_sent(row, service.ledger[0])


@every_row
def test_the_key_goes_into_its_header_and_nowhere_else(
    row: dict[str, Any], service: MockService
) -> None:
    service.example(row["example"])
    columns, others = as_columns(row)
    made = stage(row, service, subscriptionKey=KEY, **others)
    call(made, columns)
    auth = row["auth"][0] if isinstance(row["auth"], list) else row["auth"]
    for seen in service.ledger:
        assert seen.header(auth["header"]) == auth.get("prefix", "") + KEY
        assert KEY not in seen.path + seen.query
    assert KEY not in repr(made) + repr(made.mapper({}, 0)) + made.explainParams()


@every_row
def test_a_refused_row_tells_why(row: dict[str, Any], service: MockService) -> None:
    service.reply("*", {"error": {"code": "NoWay", "message": "not you"}}, status=403)
    columns, others = as_columns(row)
    ((value, error),) = call(stage(row, service, **others), columns)
    assert value is None
    assert error["status"]["statusCode"] == 403
    assert error["attempts"] == 1
    assert "not you" in error["message"]


@every_row
def test_a_row_without_what_it_needs_is_not_called(
    row: dict[str, Any], service: MockService
) -> None:
    columns, others = as_columns(row)
    needed = [name for name, told in row["params"].items() if told.get("required")]
    for name in needed:
        if name in columns:
            assert call(stage(row, service, **others), {**columns, name: None}) == [(None, None)]
    assert service.ledger == []


@every_row
def test_is_declared_as_a_stage(row: dict[str, Any]) -> None:
    made = getattr(synapse_magic, row["name"])
    doc = made.__doc__
    assert doc.startswith(row["summary"])
    assert row["reference"] in doc
    for name, told in row["params"].items():
        assert made.params_declared()[name].doc == told["doc"]
    assert pickle.loads(pickle.dumps(made)) is made


def test_names_that_are_public_are_those_of_the_rows() -> None:
    assert set(row_names.files) == set(ROWS)


@pytest.mark.parametrize("row", RETIRED, ids=lambda row: row["name"])
def test_a_retired_service_names_what_replaces_it(row: dict[str, Any]) -> None:
    with pytest.raises(SynapseError, match="is retired") as raised:
        getattr(synapse_magic, row["name"])(outputCol="x")
    assert row["instead"] in str(raised.value)
