"""A service as workers know it: plain values, read from its row of the table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pyarrow as pa

from synapse_magic.http.service.ddl import arrow_type
from synapse_magic.http.service.json_path import Steps, steps

Content = Literal["json", "binary", "multipart", "none", "text"]
RUNNING = (
    "notstarted", "not_started", "running", "inprogress", "in_progress", "queued", "pending",
    "processing", "submitted", "created", "accepted", "validating", "cancelling", "canceling",
)  # fmt: skip
"""States, in lower case, of an operation that goes on, unless a row has its own."""


@dataclass(frozen=True)
class Auth:
    """The header that carries the key, and what stands before the key."""

    header: str
    prefix: str = ""


@dataclass(frozen=True)
class Batch:
    """How many rows become one request.

    ``key`` and ``most`` and so on are those of the row's ``batch`` and ``response.items``: the
    place of an answer's number, None where answers come in the order of the request.
    """

    item: Any
    most: int
    bytes: int | None
    tokens: int | None
    split: frozenset[int]
    key: Steps | None


@dataclass(frozen=True)
class Reply:
    """Where in a reply the value is, and its type.

    ``some`` are places in the value, of which one has to hold something.
    """

    path: Steps
    value: Steps
    type: pa.DataType
    content: Content
    success: frozenset[int]
    some: tuple[Steps, ...] = ()


@dataclass(frozen=True)
class ItemErrors:
    """Where a reply that succeeded tells of single items that did not."""

    path: Steps
    key: Steps | None
    ok: Steps | None
    code: Steps
    message: Steps
    again: frozenset[str]


@dataclass(frozen=True)
class Errors:
    """Where a reply tells what went wrong."""

    code: Steps
    message: Steps
    items: ItemErrors | None
    state: Steps | None
    fine: frozenset[Any]
    quota: frozenset[str]


@dataclass(frozen=True)
class Operation:
    """An answer that is not there yet: where to ask for it, and how to tell that it is."""

    header: str | None
    id: Steps | None
    address: str | None
    state: Steps
    done: frozenset[str]
    failed: frozenset[str]
    running: frozenset[str]
    result: Steps
    result_address: Steps | None


@dataclass(frozen=True)
class Service:
    """One row of the table: a call, and what its reply means."""

    name: str
    method: str
    endpoint: str
    path: str
    query: Mapping[str, Any]
    headers: Mapping[str, str]
    content: Content
    body: Any
    auth: tuple[Auth, ...]
    required: tuple[str, ...]
    reply: Reply
    errors: Errors
    batch: Batch | None = None
    operation: Operation | None = None
    rate: float | None = field(default=None)


def service_of(row: Mapping[str, Any]) -> Service:
    """Return the service that a checked row of the table declares."""
    operation = row.get("async")
    body, content = row.get("body"), row.get("content", "json")
    if content == "binary" and not str(body).startswith("${"):
        body = f"${{{body}}}"
    auth = row.get("auth") or []
    return Service(
        name=row["name"],
        method=row.get("method", "POST"),
        endpoint=row["endpoint"],
        path=row["path"],
        query=row.get("query") or {},
        headers=row.get("headers") or {},
        content=content,
        body=body,
        auth=tuple(Auth(**each) for each in (auth if isinstance(auth, list) else [auth])),
        required=tuple(n for n, p in (row.get("params") or {}).items() if p.get("required")),
        reply=_reply(row["response"]),
        errors=_errors(row.get("errors") or {}),
        batch=_batch(row["batch"], row["response"]) if row.get("batch") else None,
        operation=_operation(operation) if operation else None,
        rate=(row.get("limits") or {}).get("requestsPerSecond"),
    )


def _reply(told: Mapping[str, Any]) -> Reply:
    return Reply(
        path=steps(told.get("path", "$")),
        value=steps(told.get("value", "$")),
        type=arrow_type(told["type"]),
        content=told.get("content", "json"),
        success=frozenset(told.get("success", ())),
        some=tuple(map(steps, told.get("some", ()))),
    )


def _batch(told: Mapping[str, Any], response: Mapping[str, Any]) -> Batch:
    return Batch(
        item=told["item"],
        most=told["most"],
        bytes=told.get("bytes"),
        tokens=told.get("tokens"),
        split=frozenset(told.get("split", (400, 413))),
        key=_key(response.get("items") or {}),
    )


def _errors(told: Mapping[str, Any]) -> Errors:
    items, row = told.get("items"), told.get("row") or {}
    return Errors(
        code=steps(told.get("code", "$.error.code")),
        message=steps(told.get("message", "$.error.message")),
        items=_item_errors(items) if items else None,
        state=steps(row["path"]) if row else None,
        fine=frozenset(row.get("ok", ())),
        quota=frozenset(told.get("quota", ())),
    )


def _item_errors(told: Mapping[str, Any]) -> ItemErrors:
    return ItemErrors(
        path=steps(told["path"]),
        key=_key(told),
        ok=steps(told["ok"]) if "ok" in told else None,
        code=steps(told.get("code", "$.error.code")),
        message=steps(told.get("message", "$.error.message")),
        again=frozenset(told.get("again", ())),
    )


def _operation(told: Mapping[str, Any]) -> Operation:
    place, result = told.get("location", "Operation-Location"), told.get("result", "$")
    by_id = isinstance(place, Mapping)
    elsewhere = isinstance(result, Mapping)
    return Operation(
        header=None if by_id else place,
        id=steps(place["path"]) if by_id else None,
        address=place["address"] if by_id else None,
        state=steps(told.get("state", "$.status")),
        done=_folded(told["done"]),
        failed=_folded(told["failed"]),
        running=_folded(told.get("running", RUNNING)),
        result=() if elsewhere else steps(result),
        result_address=steps(result["address"]) if elsewhere else None,
    )


def _key(told: Mapping[str, Any]) -> Steps | None:
    key = told.get("key")
    if key is None:
        return None
    return steps(key) if str(key).startswith("$") else (str(key),)


def _folded(words: Any) -> frozenset[str]:
    return frozenset(str(word).lower() for word in words)
