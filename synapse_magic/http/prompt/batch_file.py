"""Requests as the lines of a provider's batch, and what its files of answers say to each."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from synapse_magic.http.identity import key_of
from synapse_magic.http.request import Outcome, Request, Response

_MOST_BYTES = 150 * 2**20
"""Of one file; providers take 100 to 200 MB."""

_ODD = (ValueError, KeyError, TypeError, AttributeError)


@dataclass(frozen=True, order=True)
class Line:
    """One request of a batch, under an identity that equal requests share."""

    id: str
    content: bytes = field(repr=False)


def line_of(request: Request, path: str) -> Line:
    """Return the line of a request.

    Parameters
    ----------
    request : Request
        With a body of JSON.
    path : str
        Of the interface, such as ``/v1/chat/completions``.
    """
    key = key_of(request).hex()
    head = json.dumps({"custom_id": key, "method": request.method, "url": path})
    return Line(key, head[:-1].encode() + b', "body": ' + (request.body or b"{}") + b"}\n")


def files_of(lines: Iterable[Line], most_bytes: int = _MOST_BYTES) -> Iterator[list[Line]]:
    """Yield the lines of one file after the other, each request once.

    They are sorted, so that equal requests make equal files in whatever order they come.
    """
    held: list[Line] = []
    size = 0
    for line in sorted(set(lines)):
        if held and size + len(line.content) > most_bytes:
            yield held
            held, size = [], 0
        held.append(line)
        size += len(line.content)
    if held:
        yield held


def answers_of(content: bytes, elapsed: float) -> tuple[dict[str, Outcome], int]:
    """Return the outcome of each request that a file has, and how many lines cannot be read.

    A line that says no more than its request is an error of that one.

    Parameters
    ----------
    content : bytes
    elapsed : float
        Seconds that the batch took.
    """
    found: dict[str, Outcome] = {}
    odd = 0
    for line in filter(bytes.strip, io.BytesIO(content)):
        try:
            told = json.loads(line)
            found[str(told["custom_id"])] = _said(told, elapsed)
        except (*_ODD, RecursionError):  # which JSON may be nested too deeply for
            odd += 1
    return found, odd


def _said(told: dict[str, Any], elapsed: float) -> Outcome:
    try:
        return _outcome(told, elapsed)
    except _ODD:
        message = "What the batch has for this row cannot be read"
        return Outcome(None, 1, elapsed, "unexpected_reply", message)


def _outcome(told: dict[str, Any], elapsed: float) -> Outcome:
    said, error = told.get("response") or {}, told.get("error") or {}
    response = None
    if "status_code" in said:
        body = json.dumps(said.get("body")).encode()
        response = Response(int(said["status_code"]), "", (), body)
    if error:
        code = str(error.get("code") or "batch_error")
        return Outcome(response, 1, elapsed, code, str(error.get("message") or code))
    if response is None or not 200 <= response.status < 300:
        code = f"http_{response.status}" if response else "batch_error"
        return Outcome(response, 1, elapsed, code, f"The batch answers this request by {code}")
    return Outcome(response, 1, elapsed)
