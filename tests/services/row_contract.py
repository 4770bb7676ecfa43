"""Rows of the table of services, and their stages called without Spark."""

from __future__ import annotations

import base64
import json
from email.parser import BytesParser
from typing import Any
from urllib.parse import parse_qsl, unquote

import pyarrow as pa

import synapse_magic
from synapse_magic import MockService
from synapse_magic.http.mock.ledger import Seen
from synapse_magic.http.service.conform import conform
from synapse_magic.http.service.ddl import arrow_type
from synapse_magic.http.service.template import as_text
from synapse_magic.services import row_names
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
    expected = row["example"]["request"]
    assert seen.method == expected["method"]
    assert unquote(seen.path) == unquote(expected["path"])
    assert sorted(parse_qsl(seen.query, keep_blank_values=True)) == sorted(_pairs(expected))
    for name, value in expected.get("headers", {}).items():
        assert seen.header(name) == value
    if "parts" in expected:
        assert _parts(seen) == expected["parts"]
    elif isinstance(expected.get("body"), bytes):
        assert seen.body == expected["body"]
    elif isinstance(expected.get("body"), str):
        assert seen.body.decode() == expected["body"]
    elif "body" in expected:
        assert _exact(seen.json()) == _exact(expected["body"])
    else:
        assert seen.body == b""


def _type(told: dict[str, Any]) -> pa.DataType:
    return arrow_type(told["type"])


def _exact(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _pairs(expected: dict[str, Any]) -> list[tuple[str, str]]:
    query = expected.get("query", {})
    listed = [(name, each) for name, each in query.items() if isinstance(each, list)]
    single = [(name, [each]) for name, each in query.items() if not isinstance(each, list)]
    return [(name, as_text(one)) for name, each in listed + single for one in each]


def _parts(seen: Seen) -> dict[str, Any]:
    """Give the parts of a form: an object for JSON, a text, or base64 for a file."""
    head = f"Content-Type: {seen.header('content-type')}\r\n\r\n".encode()
    found: dict[str, Any] = {}
    for part in BytesParser().parsebytes(head + seen.body).get_payload():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if part.get_content_type() == "application/json":
            found[name] = json.loads(content)
        elif part.get_filename():
            found[name] = base64.b64encode(content).decode()
        else:
            found[name] = content.decode()
    return found
