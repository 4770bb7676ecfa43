"""Requests made of a service and the values of rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit, urlunsplit

from synapse_magic.http.request import Headers, Request
from synapse_magic.http.service.json_text import encode
from synapse_magic.http.service.multipart import multipart
from synapse_magic.http.service.service import Auth, Service
from synapse_magic.http.service.template import FillError, absent, as_text, fill, fill_path

Values = Mapping[str, Any]
SECRETS = ("subscriptionKey", "AADToken", "CustomAuthHeader", "customHeaders")
"""Names of values that go into headers alone, and are never shown."""


def make(service: Service, values: Values, rows: Sequence[Values] = ()) -> Request:
    """Return the request for a row, or for several where the service takes batches.

    Parameters
    ----------
    service : Service
    values : dict
        What the rows have in common, with ``url`` where the endpoint is another.
    rows : sequence of dict
        What differs between the rows of a batch.

    Raises
    ------
    FillError
        When the values make no request.
    """
    if service.batch is not None:
        values = {**values, "items": items(service.batch.item, [{**values, **row} for row in rows])}
    content, kind = _body(service, fill(service.body, values))
    own = {name: fill(value, values) for name, value in service.headers.items()}
    named = [(name, as_text(value)) for name, value in own.items() if value is not absent]
    headers = _over(
        [("Content-Type", kind)] if kind else [], [*named, *credentials(service, values)]
    )
    return Request(service.method, _address(service, values), tuple(headers), content)


def items(template: Any, rows: Sequence[Values]) -> list[Any]:
    """Return the items of a request, each with its number."""
    made = [fill(template, {**row, "index": str(n)}) for n, row in enumerate(rows)]
    if any(item is absent for item in made):
        raise FillError("The row has nothing to send")
    return made


def credentials(service: Service, values: Values) -> list[tuple[str, str]]:
    """Return the headers that say who calls, and the user's own."""
    found: list[tuple[str, str]] = []
    if values.get("CustomAuthHeader"):
        found.append(("Authorization", values["CustomAuthHeader"]))
    elif values.get("AADToken"):
        found.append(("Authorization", f"Bearer {values['AADToken']}"))
    elif values.get("subscriptionKey") and service.auth:
        auth = _auth(service.auth, values.get("keyHeader"))
        found.append((auth.header, auth.prefix + values["subscriptionKey"]))
    return _over(found, (values.get("customHeaders") or {}).items())


def signed(request: Request, service: Service, values: Values) -> Request:
    """Return a request with what the values say of who calls, in place of what it has."""
    headers = _over(request.headers, credentials(service, values))
    return replace(request, headers=tuple(headers))


def _auth(known: Sequence[Auth], wanted: str | None) -> Auth:
    return next((each for each in known if each.header == wanted), known[0])


def _over(
    first: Iterable[tuple[str, str]], others: Iterable[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Return headers with others in the place of those that have their names."""
    later = list(others)
    named = {name.lower() for name, _ in later}
    return [pair for pair in first if pair[0].lower() not in named] + later


def _body(service: Service, filled: Any) -> tuple[bytes | None, str | None]:
    """Return the content of a request, and its type."""
    if service.content == "none" or service.body is None:
        return None, None
    if service.content == "multipart":
        return multipart({} if filled is absent else filled)
    if isinstance(filled, bytes):
        return filled, "application/octet-stream"
    if service.content == "text":
        if filled is absent:
            raise FillError("The row has no text to send")
        return as_text(filled).encode(), "text/plain; charset=utf-8"
    if service.content == "binary":
        raise FillError("The row has no bytes to send")
    return encode({} if filled is absent else filled), "application/json"


def base_address(service: Service, values: Values) -> str:
    """Return the address before the path of a service, without a query."""
    base = _base(service, values)
    path = fill_path(service.path, values).rstrip("/")
    before = base.path.rstrip("/").removesuffix(path)
    return urlunsplit((base.scheme, base.netloc, before, "", ""))


def _address(service: Service, values: Values) -> str:
    path, base = fill_path(service.path, values), _base(service, values)
    whole = base.path.rstrip("/")
    if not path or not whole.endswith(path.rstrip("/")):  # code for SynapseML gives all of it
        whole += path
    given = {name for name, _ in parse_qsl(base.query, keep_blank_values=True)}
    query = "&".join(part for part in (base.query, _query(service, values, given)) if part)
    return urlunsplit((base.scheme, base.netloc, whole, query, ""))


def _base(service: Service, values: Values) -> SplitResult:
    return urlsplit(values.get("url") or fill_path(service.endpoint, values))


def _query(service: Service, values: Values, given: set[str]) -> str:
    """Return the query, without what the user's own address has in it."""
    filled = {n: fill(value, values) for n, value in service.query.items() if n not in given}
    pairs: list[tuple[str, str]] = []
    for name, value in filled.items():
        each = value if isinstance(value, list) else [value]
        pairs += [(name, as_text(one)) for one in each if one is not absent]
    return urlencode(pairs, quote_via=quote, safe="")


def without_content(headers: Headers) -> Headers:
    """Return the headers without what they say of a body."""
    return tuple(pair for pair in headers if pair[0].lower() != "content-type")
