"""Rows of the table of services, and their stages called without Spark."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

import synapse_magic
from synapse_magic import MockService
from synapse_magic.http.mock.ledger import Seen
from synapse_magic.http.request import Request
from synapse_magic.http.service.conform import conform
from synapse_magic.http.service.ddl import arrow_type
from synapse_magic.services import row_names
from synapse_magic.services.request_difference import request_difference
from synapse_magic.services.row_file import read_rows

ROWS = {
    row["name"]: row
    for place in sorted(row_names.FOLDER.glob("*.yaml"))
    for row in read_rows(place)
}
LIVE = {name: row for name, row in ROWS.items() if row["status"] != "retired"}
KEY = "k-s3cret"


def stage(row: dict[str, Any], service: MockService, **values: Any) -> Any:
    """Give the stage of a row, which calls the mock and does not wait."""
    made = getattr(synapse_magic, row["name"])(url=service.url(""), maxAttempts=1, **values)
    return made.setInitialPollingDelay(1).setPollingDelay(1) if row.get("async") else made


def call(made: Any, values: dict[str, Any], rows: int = 1) -> list[tuple[Any, Any]]:
    """Give value and error of each row, the values of params coming in columns."""
    params = made.row["params"]
    columns = [pa.array([value] * rows, _type(params[name])) for name, value in values.items()]
    batch = pa.RecordBatch.from_arrays([pa.array(range(rows)), *columns], ["number", *values])
    mapper = made.mapper({name: n for n, name in enumerate(values, 1)}, 1)
    found = [row for part in mapper.run([batch], "job") for row in part.to_pylist()]
    assert sorted(row["number"] for row in found) == list(range(rows))
    return [(row["value"], row["error"]) for row in sorted(found, key=lambda row: row["number"])]


def as_columns(row: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the example's values that may stand in columns, and the others."""
    given = row["example"]["given"]
    columns = {n: v for n, v in given.items() if row["params"][n].get("column", True)}
    return columns, {name: value for name, value in given.items() if name not in columns}


def typed(row: dict[str, Any]) -> Any:
    """Give the example's output as it comes out of a column."""
    reply = row["response"]
    if reply.get("content", "json") != "json":
        return row["example"]["output"]
    kind = arrow_type(reply["type"])
    return pa.array([conform(kind, row["example"]["output"])], kind).to_pylist()[0]


def assert_sent(row: dict[str, Any], seen: Seen) -> None:
    """Assert that a request is the example's."""
    url = f"http://host{seen.path}?{seen.query}"
    came = Request(seen.method, url, tuple(seen.headers.items()), seen.body)
    assert request_difference(row["example"]["request"], came) == ""


def _type(told: dict[str, Any]) -> pa.DataType:
    return arrow_type(told["type"])
