"""A row held to its own example: what it asks, and what it makes of the reply, without a call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from synapse_magic.errors import SynapseError
from synapse_magic.http.mock.replies import Reply
from synapse_magic.http.request import Response
from synapse_magic.http.service.conform import conform
from synapse_magic.http.service.json_path import missing, read, text_at
from synapse_magic.http.service.making import make
from synapse_magic.http.service.reading import Failure, found, tree_of
from synapse_magic.http.service.service import Operation, Service
from synapse_magic.http.service.template import FillError
from synapse_magic.services.request_difference import request_difference

_ELSEWHERE = "https://example.org"
"""The server of an example, which tells paths alone."""


def check_example(kind: type[Any], where: str) -> None:
    """Raise unless the values of a stage's example make its request, and its reply the output.

    Parameters
    ----------
    kind : type
        The stage class of a row, which has ``row`` and ``service``.
    where : str
        File and row.

    Raises
    ------
    SynapseError
        With what was expected, and what comes.
    """
    example = kind.row["example"]
    try:
        values = kind(**example["given"])._constants()
        request = make(
            kind.service, {**values, "url": _ELSEWHERE}, [values] if kind.service.batch else []
        )
    except (SynapseError, FillError) as error:
        raise SynapseError(f"{where}, example.given: {error}") from error
    wrong = request_difference(example["request"], request)
    if wrong:
        raise SynapseError(f"{where}, example.request: {wrong}")
    value = _value(kind.service, example)
    if isinstance(value, Failure):
        raise SynapseError(f"{where}, example.reply: {value.message}")
    _check_output(kind, value, where)


def _check_output(kind: type[Any], value: Any, where: str) -> None:
    reply, output = kind.service.reply, kind.row["example"]["output"]
    made = pa.array([value], reply.type).to_pylist()[0]
    expected = output
    if reply.content == "json":
        expected = pa.array([conform(reply.type, output)], reply.type).to_pylist()[0]
    if made != expected:
        raise SynapseError(
            f"{where}, example.output: the reply gives {_short(made)}, and the output is "
            f"{_short(expected)}"
        )


def _value(service: Service, example: Mapping[str, Any]) -> Any:
    """Return what a row gets from the example's replies, or a :class:`Failure`."""
    response = _response(example["reply"])
    good = 200 <= response.status < 300 or response.status in service.reply.success
    if not good:
        return Failure("status", f"its status is {response.status}, and a good reply is expected")
    tree = None
    if service.operation is not None:
        polls = [tree_of(_response(each)) for each in example["polls"]]
        tree = _result(service.operation, response, polls)
        if isinstance(tree, Failure):
            return tree
    (value,) = found(service, response, 1, tree)
    return value


def _result(operation: Operation, submitted: Response, polls: list[Any]) -> Any:
    """Return the result of an operation that its polls tell, or a :class:`Failure`."""
    place = (
        submitted.header(operation.header)
        if operation.header is not None
        else text_at(tree_of(submitted), operation.id or ())
    )
    if place is None:
        return Failure("no_operation", "it names no operation to ask for")
    last = polls.pop() if operation.result_address is not None and len(polls) > 1 else None
    state = text_at(polls[-1], operation.state)
    if state is None or state.lower() not in operation.done:
        return Failure("not_done", f"the last of its polls is in the state {state!r}")
    result = read(polls[-1] if last is None else last, operation.result)
    return Failure("no_result", "its polls have no result") if result is missing else result


def _response(told: Mapping[str, Any]) -> Response:
    reply = Reply(told["status"], told.get("body", b""), told.get("headers", {}))
    return Response(reply.status, "", tuple(reply.headers.items()), reply.content)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:200]}..."
