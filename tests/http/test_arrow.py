from __future__ import annotations

import pyarrow as pa
import pytest
from pyspark.sql.pandas.types import to_arrow_type

from synapse_magic.http import arrow
from synapse_magic.http.arrow import errors, requests_of, responses
from synapse_magic.http.calls import call_each
from synapse_magic.http.mock.service import MockService
from synapse_magic.http.request import Outcome, Request, Response
from synapse_magic.services import http_schema


@pytest.mark.parametrize(
    "name", ["HEADER", "PROTOCOL", "ENTITY", "STATUS_LINE", "RESPONSE", "ERROR"]
)
def test_types_are_those_that_spark_is_told(name: str) -> None:
    assert getattr(arrow, name) == to_arrow_type(getattr(http_schema, name))


def whole(method: str = "POST", uri: str = "http://h/") -> dict[str, object]:
    return {
        "requestLine": {"method": method, "uri": uri, "protocolVersion": None},
        "headers": [{"name": "A", "value": "1"}],
        "entity": {
            "content": b"body",
            "contentEncoding": None,
            "contentLength": 4,
            "contentType": {"name": "Content-Type", "value": "text/plain"},
            "isChunked": False,
            "isRepeatable": True,
            "isStreaming": False,
        },
    }


def test_requests_are_read_from_their_structs() -> None:
    column = pa.array([whole(), None, {**whole("GET"), "entity": None, "headers": None}])
    headers = (("A", "1"), ("Content-Type", "text/plain"))
    assert requests_of(column) == [
        Request("POST", "http://h/", headers, b"body"),
        None,
        Request("GET", "http://h/"),
    ]


def test_parts_that_are_not_there_are_not_needed() -> None:
    column = pa.array([{"requestLine": {"method": "GET", "uri": "http://h/"}}])
    assert requests_of(column) == [Request("GET", "http://h/")]


def test_a_header_without_a_value_is_refused_and_a_type_without_a_name_is_none(
    service: MockService,
) -> None:
    service.reply("/", "fine")
    nameless = {"name": None, "value": "text/plain"}
    struct = whole(uri=service.url())
    struct["entity"]["contentType"] = nameless  # type: ignore[index]
    headers = [[{"name": "Key", "value": "k"}], [{"name": "Key", "value": None}], [nameless]]
    asked = requests_of(pa.array([{**struct, "headers": each} for each in headers]))
    found = dict(call_each(asked))  # type: ignore[arg-type]
    assert [found[n].code for n in range(3)] == ["", "bad_request", "bad_request"]
    assert "'Key'" in found[1].message
    assert [seen.header("content-type") for seen in service.ledger] == [None]


def test_a_slice_of_a_column_is_read_from_its_start() -> None:
    column = pa.array([whole(uri=f"http://h/{n}") for n in range(5)])
    assert [r.url for r in requests_of(column.slice(3)) if r] == ["http://h/3", "http://h/4"]


def outcomes() -> list[Outcome | None]:
    headers = (("content-type", "text/plain"), ("Content-Language", "en"))
    return [
        Outcome(Response(200, "OK", headers, b"hello"), 1, 0.5),
        None,
        Outcome(None, 3, 1.5, "timeout", "no answer"),
        Outcome(Response(404, "Not Found", (), b"none"), 2, 0.1, "http_404", "not there"),
        Outcome(Response(204, "No Content"), 1, 0.1),
    ]


def test_responses_stand_in_their_rows() -> None:
    made = responses(outcomes())
    assert made.type == arrow.RESPONSE
    first, *nulls, missing, empty = made.to_pylist()
    assert nulls == [None, None]
    assert first["entity"]["content"] == b"hello"
    assert first["entity"]["contentType"] == {"name": "Content-Type", "value": "text/plain"}
    assert first["headers"][0] == {"name": "content-type", "value": "text/plain"}
    assert first["locale"] == "en"
    assert missing["statusLine"] == {
        "protocolVersion": {"protocol": "HTTP", "major": 1, "minor": 1},
        "statusCode": 404,
        "reasonPhrase": "Not Found",
    }
    assert missing["entity"]["contentType"] is None
    assert empty["entity"] is None


def test_text_that_is_no_utf8_is_marked() -> None:
    response = Response(
        400, "caf\udce9", (("X", "\udce9"), ("Content-Language", "\udce9")), b"\xe9"
    )
    outcome = Outcome(response, 1, 0.1, "http_400", "half an emoji: \ud83d")
    (answer,) = responses([outcome]).to_pylist()
    assert (answer["headers"][0]["value"], answer["locale"]) == ("?", "?")
    (error,) = errors([outcome]).to_pylist()
    assert error["message"] == "half an emoji: ?"
    assert error["status"]["reasonPhrase"] == "caf?"


@pytest.mark.parametrize(("encoding", "left"), [("br", "br"), ("gzip", None), ("GZIP", None)])
def test_the_encoding_is_told_where_it_was_left(encoding: str, left: str | None) -> None:
    response = Response(200, "OK", (("content-encoding", encoding),), b"bytes")
    (answer,) = responses([Outcome(response, 1, 0.1)]).to_pylist()
    told = answer["entity"]["contentEncoding"]
    assert told == (left and {"name": "Content-Encoding", "value": left})


def test_errors_tell_of_the_failed_rows_alone() -> None:
    made = errors(outcomes())
    assert made.type == arrow.ERROR
    good, null, late, missing, empty = made.to_pylist()
    assert (good, null, empty) == (None, None, None)
    assert late == {
        "response": None,
        "status": None,
        "code": "timeout",
        "message": "no answer",
        "attempts": 3,
        "elapsed": 1.5,
    }
    assert missing["response"] == "none"
    assert missing["status"]["statusCode"] == 404


def test_no_rows_give_columns_without_rows() -> None:
    assert len(responses([])) == len(errors([])) == 0
    assert requests_of(pa.array([whole()]).slice(1)) == []
