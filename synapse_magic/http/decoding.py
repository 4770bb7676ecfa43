"""Compressed bodies made plain, and refused when they are not whole."""

from __future__ import annotations

import zlib

from synapse_magic.http.failure import CallError
from synapse_magic.http.request import Headers, header

ACCEPTED = "gzip, deflate"
"""What servers are told that they may send."""

LARGEST = 64 * 2**20
"""Bytes of a body at most, as it comes and when it is plain, unless a policy says more."""

_TAKEN_OFF = ("gzip", "x-gzip", "deflate")
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_BARE = -zlib.MAX_WBITS


class Parts:
    """What has come of a body so far, refused as soon as it is too large.

    Parameters
    ----------
    largest : int, optional
        Bytes at most; by default :data:`LARGEST`.

    Examples
    --------
    >>> parts = Parts()
    >>> parts.add(b"one "); parts.add(b"two")
    >>> parts.whole()
    b'one two'
    """

    def __init__(self, largest: int | None = None) -> None:
        self._largest = self.room = LARGEST if largest is None else largest
        self._parts: list[bytes] = []

    def add(self, part: bytes) -> None:
        """Take one more part."""
        self.room -= len(part)
        if self.room < 0:
            raise CallError("too_large", f"more than {self._largest // 2**20} MB")
        self._parts.append(part)

    def whole(self) -> bytes:
        """Return all parts together."""
        return b"".join(self._parts)


def decoded(body: bytes, headers: Headers, largest: int | None = None) -> bytes:
    """Return a body without its compression; one of an unknown kind as it is.

    HTTP libraries take a gzip body that is cut off for whole, so this is not left to them.

    Raises
    ------
    CallError
        When it is broken, cut off or too large.

    Examples
    --------
    >>> import gzip
    >>> decoded(gzip.compress(b"text"), (("Content-Encoding", "gzip"),))
    b'text'
    """
    encoding = (header(headers, "content-encoding") or "").lower()
    if not body or encoding not in _TAKEN_OFF:
        return body
    try:
        return _inflated(body, _GZIP_OR_ZLIB, largest)
    except zlib.error as error:
        if encoding != "deflate":
            raise CallError("broken_body", str(error)) from error
    try:
        return _inflated(body, _BARE, largest)  # what some servers mean by deflate
    except zlib.error as error:
        raise CallError("broken_body", str(error)) from error


def encoding_left(headers: Headers) -> str | None:
    """Return the compression that :func:`decoded` leaves on a body, None where there is none.

    Examples
    --------
    >>> encoding_left((("Content-Encoding", "br"),)), encoding_left((("Content-Encoding", "gzip"),))
    ('br', None)
    """
    encoding = header(headers, "content-encoding")
    return None if encoding is None or encoding.lower() in _TAKEN_OFF else encoding


def _inflated(body: bytes, kind: int, largest: int | None) -> bytes:
    """Return the content of all members of a stream."""
    parts = Parts(largest)
    while body:
        member = zlib.decompressobj(kind)
        parts.add(member.decompress(body, parts.room + 1))
        if not member.eof:
            raise CallError("broken_body", f"the {len(body)} compressed bytes are cut off")
        body = member.unused_data
    return parts.whole()
