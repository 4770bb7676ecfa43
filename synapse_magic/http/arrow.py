"""Requests read from Arrow, and outcomes made Arrow: the structs of SynapseML, column by column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from synapse_magic.http.decoding import encoding_left
from synapse_magic.http.request import Outcome, Request, Response, header

HEADER = pa.struct([("name", pa.string()), ("value", pa.string())])
PROTOCOL = pa.struct([("protocol", pa.string()), ("major", pa.int32()), ("minor", pa.int32())])
ENTITY = pa.struct(
    [
        ("content", pa.binary()),
        ("contentEncoding", HEADER),
        ("contentLength", pa.int64()),
        ("contentType", HEADER),
        ("isChunked", pa.bool_()),
        ("isRepeatable", pa.bool_()),
        ("isStreaming", pa.bool_()),
    ]
)
STATUS_LINE = pa.struct(
    [("protocolVersion", PROTOCOL), ("statusCode", pa.int32()), ("reasonPhrase", pa.string())]
)
RESPONSE = pa.struct(
    [
        ("headers", pa.list_(HEADER)),
        ("entity", ENTITY),
        ("statusLine", STATUS_LINE),
        ("locale", pa.string()),
    ]
)
ERROR = pa.struct(
    [
        ("response", pa.string()),
        ("status", STATUS_LINE),
        ("code", pa.string()),
        ("message", pa.string()),
        ("attempts", pa.int32()),
        ("elapsed", pa.float64()),
    ]
)
_WITHOUT_BODY = (204, 304)


def requests_of(column: pa.StructArray) -> list[Request | None]:
    """Return the requests in a column of structs, None for a null.

    Only what a call needs is read: method and address, headers, and the content of the entity
    with its type and encoding, which become headers where there are none of these names. Headers
    without a name or value stay, so that such a request is refused, not sent without its key.
    """
    wanted = ("requestLine.method", "requestLine.uri", "headers", "entity.content")
    parts = [_values(column, path) for path in wanted]
    parts += [_values(column, f"entity.{name}") for name in ("contentType", "contentEncoding")]
    present = column.is_valid().to_pylist()
    return [_request(*row) if there else None for there, row in zip(present, zip(*parts))]


def _values(column: pa.StructArray, path: str) -> list[Any]:
    """Return the values of a nested field, None where it or anything around it is not there."""
    kind = column.type
    for name in path.split("."):
        if kind.get_field_index(name) < 0:
            return [None] * len(column)
        column = pc.struct_field(column, name)
        kind = column.type
    return list(column.to_pylist())


def _request(
    method: str | None,
    uri: str | None,
    headers: list[dict[str, str]] | None,
    content: bytes | None,
    *told: dict[str, str] | None,
) -> Request:
    pairs = [(each["name"] or "", each["value"]) for each in headers or () if each is not None]
    for each in told:
        if each is not None and each["name"] and header(pairs, each["name"]) is None:
            pairs.append((each["name"], each["value"]))
    return Request(method or "GET", uri or "", tuple(pairs), content)


def responses(outcomes: Sequence[Outcome | None]) -> pa.StructArray:
    """Return the last answer of each outcome, a null where there was none."""
    found = [outcome.response if outcome is not None else None for outcome in outcomes]
    given = [each for each in found if each is not None]
    return _spread(
        found,
        RESPONSE,
        [_headers(given), _entities(given), _status_lines(given), _locales(given)],
    )


def errors(outcomes: Sequence[Outcome | None]) -> pa.StructArray:
    """Return why each outcome is no success, a null where it is one."""
    bad = [None if outcome is None or outcome.good else outcome for outcome in outcomes]
    given = [each for each in bad if each is not None]
    answers = [each.response for each in given]
    columns = [
        _strings([None if a is None else a.text() for a in answers]),
        _spread(answers, STATUS_LINE, _lines([a for a in answers if a is not None])),
        _strings([each.code for each in given]),
        _strings([each.message for each in given]),
        pa.array([each.attempts for each in given], pa.int32()),
        pa.array([each.elapsed for each in given], pa.float64()),
    ]
    return _spread(bad, ERROR, columns)


def _spread(found: Sequence[Any], kind: pa.StructType, columns: list[pa.Array]) -> pa.StructArray:
    """Return structs of the columns, which have a row for each of ``found`` that is not None."""
    packed = pa.StructArray.from_arrays(columns, fields=list(kind))
    if len(packed) == len(found):
        return packed
    counted = accumulate(each is not None for each in found)
    places = [None if each is None else n - 1 for each, n in zip(found, counted)]
    return packed.take(pa.array(places, pa.int64()))


def _headers(given: Sequence[Response]) -> pa.ListArray:
    offsets = [0, *accumulate(len(each.headers) for each in given)]
    return pa.ListArray.from_arrays(
        pa.array(offsets, pa.int32()), _pairs([pair for each in given for pair in each.headers])
    )


def _pairs(pairs: Iterable[tuple[str, str]]) -> pa.StructArray:
    names, values = zip(*pairs) if pairs else ((), ())
    columns = [_strings(names), _strings(values)]
    return pa.StructArray.from_arrays(columns, fields=list(HEADER))


def _entities(given: Sequence[Response]) -> pa.StructArray:
    found = [None if each.status in _WITHOUT_BODY else each for each in given]
    there = [each for each in found if each is not None]
    types = [_named("Content-Type", each.header("Content-Type")) for each in there]
    encodings = [_named("Content-Encoding", encoding_left(each.headers)) for each in there]
    columns = [
        pa.array([each.body for each in there], pa.binary()),
        _told(encodings),
        pa.array([len(each.body) for each in there], pa.int64()),
        _told(types),
        pa.array([each.header("Transfer-Encoding") == "chunked" for each in there], pa.bool_()),
        pa.array([True] * len(there), pa.bool_()),
        pa.array([False] * len(there), pa.bool_()),
    ]
    return _spread(found, ENTITY, columns)


def _named(name: str, value: str | None) -> tuple[str, str] | None:
    return None if value is None else (name, value)


def _told(pairs: Sequence[tuple[str, str] | None]) -> pa.StructArray:
    return _spread(pairs, HEADER, _pairs([pair for pair in pairs if pair is not None]).flatten())


def _strings(values: Iterable[str | None]) -> pa.Array:
    """Return a column of text, with a mark for each character that UTF-8 does not have.

    Headers that are no UTF-8, and services that cut JSON in the middle of a character, bring such.
    """
    whole = (None if v is None else v.encode("utf-8", "replace").decode() for v in values)
    return pa.array(whole, pa.string())


def _status_lines(given: Sequence[Response]) -> pa.StructArray:
    return pa.StructArray.from_arrays(_lines(given), fields=list(STATUS_LINE))


def _lines(given: Sequence[Response]) -> list[pa.Array]:
    versions = [
        _strings(["HTTP"] * len(given)),
        pa.array([each.version[0] for each in given], pa.int32()),
        pa.array([each.version[1] for each in given], pa.int32()),
    ]
    return [
        pa.StructArray.from_arrays(versions, fields=list(PROTOCOL)),
        pa.array([each.status for each in given], pa.int32()),
        _strings([each.reason for each in given]),
    ]


def _locales(given: Sequence[Response]) -> pa.Array:
    return _strings([each.header("Content-Language") for each in given])
