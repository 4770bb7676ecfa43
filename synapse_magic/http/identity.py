"""Which requests are the same one: a digest of all that determines the answer, without the key."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from hashlib import blake2b
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from synapse_magic.http.address_keys import MAYBE_SECRET_NAME, SECRET_NAME
from synapse_magic.http.request import Request, header

KEY_BYTES = 16
"""Length of a digest."""

# In an address these may say what is asked for: the key of a row, the token of a page.
_SECRET_HEADER = re.compile(r"^(x-)?key$|(^|[-_])(token|secret)$", re.IGNORECASE)
_OF_ONE_CALL = re.compile(
    r"^(user-agent|date|connection|content-length|accept-encoding|traceparent|tracestate"
    r"|idempotency-key|(x-)?([a-z-]+-)?(request|correlation|trace)-id)$",
    re.IGNORECASE,
)
_LEAST, _LONG = 6, 16
_BOUNDARY = re.compile(r'boundary="?([^";,\s]+)', re.IGNORECASE)


def key_of(request: Request) -> bytes:
    """Return a digest that equal requests have in common: those that deserve equal answers.

    Counted are the method, the address, the body, and the headers but for those of one call
    alone, such as an idempotency key. JSON counts for its values, whatever the order of its keys
    and its white space, and the boundary of a multipart body does not count. What is secret by
    its name does not count either, so a new key finds the answers to an old one.

    Examples
    --------
    >>> first = Request("POST", "http://a/", (("Api-Key", "1"),), b'{"x": 1, "y": 2}')
    >>> again = Request("POST", "http://a/", (("api-key", "2"),), b'{"y":2,"x":1}')
    >>> key_of(first) == key_of(again), key_of(first) == key_of(Request("GET", "http://a/"))
    (True, False)
    """
    boundary = _BOUNDARY.search(header(request.headers, "content-type") or "")
    mark = boundary[1] if boundary else None
    digest = blake2b(digest_size=KEY_BYTES)
    for part in (request.method, _address(request.url), *_headers(request, mark)):
        _add(digest, part.encode("utf-8", "surrogatepass"))
    _add(digest, _canonical(request.body or b"", mark))
    return digest.digest()


def secrets_of(request: Request) -> Iterator[bytes]:
    """Yield what in a request is secret by its place or name; what is very short is left out."""
    parts = urlsplit(request.url)
    found = [value for name, value in request.headers if _secret_header(name)]
    found += [value for name, value in parse_qsl(parts.query) if _secret_in_address(name, value)]
    found.append(unquote(parts.password or ""))
    for value in found:
        last = value.split()[-1:]  # after "Bearer", which is no secret
        yield from (each.encode() for each in last if len(each) >= _LEAST)


def _add(digest: blake2b, part: bytes) -> None:
    digest.update(len(part).to_bytes(8, "big"))
    digest.update(part)


def _address(url: str) -> str:
    """Return an address without its user, password, fragment and the secrets in its query."""
    try:
        parts = urlsplit(url)
    except ValueError:  # no address, which the sender will tell
        return url
    query = parts.query
    told = parse_qsl(query, keep_blank_values=True)
    if any(SECRET_NAME.search(name) for name, _ in told):
        query = urlencode([(name, value) for name, value in told if not SECRET_NAME.search(name)])
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query, fragment="").geturl()


def _headers(request: Request, mark: str | None) -> list[str]:
    return sorted(
        f"{name.lower()}: {value.replace(mark, '') if mark and value else value}"
        for name, value in request.headers
        if not _secret_header(name) and not _OF_ONE_CALL.search(name)
    )


def _secret_header(name: str) -> bool:
    return bool(SECRET_NAME.search(name) or _SECRET_HEADER.search(name))


def _secret_in_address(name: str, value: str) -> bool:
    """Say whether a value is to be masked: it counts as it is, for it may be what is asked for."""
    longer = len(value) >= _LONG and MAYBE_SECRET_NAME.search(name)
    return bool(SECRET_NAME.search(name) or longer)


def _canonical(body: bytes, mark: str | None) -> bytes:
    if mark is not None:
        return body.replace(mark.encode(), b"")
    if body[:1] not in (b"{", b"["):
        return body
    try:
        read = json.loads(body, object_pairs_hook=_Object)
    except (ValueError, RecursionError):  # no JSON, or nested too deeply
        return body
    return json.dumps(read, separators=(",", ":")).encode()


class _Object(dict[str, object]):
    """An object with its keys in order; one that has a key twice is not made equal to another."""

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        super().__init__(sorted(pairs, key=lambda pair: pair[0]))
        if len(self) < len(pairs):
            raise ValueError("a key twice")
