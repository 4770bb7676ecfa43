"""In what a request differs from the one that an example shows."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from email.parser import BytesParser
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from synapse_magic.http.request import Request, header
from synapse_magic.http.service.template import as_text


def request_difference(expected: Mapping[str, Any], request: Request) -> str:
    """Say in what a request differs from an example's first; nothing where it does not.

    Parameters
    ----------
    expected : dict
        ``method`` and ``path``, and as far as the request has them ``query``, ``headers``, and
        either ``body`` or the ``parts`` of a form.
    request : Request

    Examples
    --------
    >>> request_difference({"method": "GET", "path": "/a"}, Request("GET", "http://host/b"))
    "the values of 'given' make path '/b', expected '/a'"
    """
    for name, made, wanted in _pairs(expected, request):
        if _comparable(made) != _comparable(wanted):
            return f"the values of 'given' make {name} {_short(made)}, expected {_short(wanted)}"
    return ""


def _pairs(expected: Mapping[str, Any], request: Request) -> Iterator[tuple[str, Any, Any]]:
    """Yield each part of a request with what the example has there."""
    parts = urlsplit(request.url)
    yield "method", request.method, expected["method"]
    yield "path", unquote(parts.path), unquote(expected["path"])
    query = parse_qsl(parts.query, keep_blank_values=True)
    yield "query", sorted(query), sorted(_query(expected.get("query", {})))
    for name, value in expected.get("headers", {}).items():
        yield f"the header {name}", header(request.headers, name), value
    body = request.body or b""
    if "parts" in expected:
        yield "parts", _form(request), expected["parts"]
    elif isinstance(expected.get("body"), (bytes, str)):
        wanted = expected["body"]
        yield "body", body, wanted if isinstance(wanted, bytes) else wanted.encode()
    elif "body" in expected:
        yield "body", _json(body), expected["body"]
    else:
        yield "body", body, b""


def _query(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in told.items():
        for one in value if isinstance(value, list) else [value]:
            yield name, as_text(one)


def _form(request: Request) -> dict[str, Any]:
    """Return the parts of a form: an object for JSON, a text, or base64 for a file."""
    kind = header(request.headers, "content-type")
    if kind is None or not kind.startswith("multipart/"):
        return {}
    head = f"Content-Type: {kind}\r\n\r\n".encode()
    parts: Any = BytesParser().parsebytes(head + (request.body or b"")).get_payload()
    found: dict[str, Any] = {}
    for part in parts:
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if part.get_content_type() == "application/json":
            found[name] = json.loads(content)
        elif part.get_filename():
            found[name] = base64.b64encode(content).decode()
        else:
            found[name] = content.decode()
    return found


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body


def _comparable(value: Any) -> Any:
    """Return a value that equals others of the same JSON, in which 1 is neither 1.0 nor true."""
    return value if isinstance(value, bytes) else json.dumps(value, sort_keys=True, default=str)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:200]}..."
