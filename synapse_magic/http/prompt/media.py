"""Files that go with a prompt: read, measured, and known by what is in them."""

from __future__ import annotations

import base64
import binascii
import os
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from synapse_magic.http.service.template import FillError

Kind = Literal["text", "image", "audio", "file"]
_MEGABYTE = 2**20
_SHOWN = 80
_LONGEST_PATH = 255
"""Characters of a path that may be one; in a longer text there may well be a file."""
_SIGNATURES: tuple[tuple[bytes, int, bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", 0, b"", "image/png"),
    (b"\xff\xd8\xff", 0, b"", "image/jpeg"),
    (b"GIF87a", 0, b"", "image/gif"),
    (b"GIF89a", 0, b"", "image/gif"),
    (b"RIFF", 8, b"WEBP", "image/webp"),
    (b"RIFF", 8, b"WAVE", "audio/wav"),
    (b"ID3", 0, b"", "audio/mpeg"),
    (b"\xff\xfb", 0, b"", "audio/mpeg"),
    (b"\xff\xf3", 0, b"", "audio/mpeg"),
    (b"%PDF-", 0, b"", "application/pdf"),
)
"""What files begin with, what stands further on and where, and the type that this means."""


@dataclass(frozen=True)
class Media:
    """A file for a model.

    Attributes
    ----------
    type : str
        Its media type; empty for an address whose file nobody has seen.
    name : str
    content : bytes
    url : str
        Where the provider itself fetches it, in place of the content.
    """

    type: str
    name: str = "file"
    content: bytes = field(default=b"", repr=False)
    url: str = ""

    @property
    def kind(self) -> Kind:
        """What a model takes it for."""
        family = self.type.partition("/")[0]
        if family in ("text", "image", "audio"):
            return family  # type: ignore[return-value]
        return "file"

    @property
    def base64(self) -> str:
        """The content as text."""
        return base64.b64encode(self.content).decode()

    @property
    def data_url(self) -> str:
        """The content as an address that holds it, or the address of the file."""
        return self.url or f"data:{self.type};base64,{self.base64}"


def media(value: str | bytes, wanted: str, limit: float) -> Media:
    """Return the file that a cell holds or names.

    Parameters
    ----------
    value : str or bytes
        The content, a path, or an address (``file:``, ``data:``, ``http:`` or ``https:``).
    wanted : str
        ``"image"`` for a file that must be one, ``"path"`` for any that models take.
    limit : float
        Megabytes at most.

    Raises
    ------
    FillError
        When it cannot be read, is too large, or is of a type that models do not take.
    """
    found = _of_bytes(value, "file", limit) if isinstance(value, bytes) else _named(value, limit)
    if wanted == "image" and found.type and found.kind != "image":
        raise FillError(f"{found.name} must be an image, got {found.type}")
    return found


def type_of(content: bytes) -> str | None:
    """Return the media type of a content, None for one that models do not take.

    Examples
    --------
    >>> type_of(b"%PDF-1.7"), type_of(b"a,b"), type_of(bytes(4))
    ('application/pdf', 'text/plain', None)
    """
    for first, at, further, kind in _SIGNATURES:
        if content.startswith(first) and content[at : at + len(further)] == further:
            return kind
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return "text/plain" if text and "\0" not in text else None


def _named(place: str, limit: float) -> Media:
    try:
        parts = urlsplit(place)
    except ValueError:  # a host in brackets that are not closed
        raise FillError(f"{_shown(place)} is no address and no path") from None
    scheme = parts.scheme.lower()
    if scheme in ("http", "https"):
        return Media("", _last(unquote(parts.path)) or "file", url=place)
    if scheme == "data":
        return _of_bytes(_of_data_url(place), "file", limit)
    if scheme and scheme != "file" and "://" in place:
        raise FillError(
            f"{_shown(place)} is not a path that a worker opens as a file. Try: the content "
            "column of spark.read.format('binaryFile')"
        )
    return _of_file(unquote(parts.path) if scheme == "file" else place, limit)


def _of_file(path: str, limit: float) -> Media:
    try:
        size = os.stat(path).st_size
        _require_size(size, _shown(path), limit)
        with open(path, "rb") as file:
            return _of_bytes(file.read(), os.path.basename(path), limit)
    except (OSError, ValueError) as error:  # also for a name that no file can have
        why = getattr(error, "strerror", error)
        hint = ". Try: unbase64(column), where it holds files as base64"
        told = f"{_shown(path)} cannot be read: {why}"
        raise FillError(told + hint if len(path) > _LONGEST_PATH else told) from None


def _of_bytes(content: bytes, name: str, limit: float) -> Media:
    _require_size(len(content), name, limit)
    kind = type_of(content)
    if kind is None:
        what = "it is empty" if not content else "its content is of no type that models take"
        raise FillError(
            f"{name} cannot be sent: {what}. Expected an image (PNG, JPEG, GIF, WebP), a PDF, "
            "text in UTF-8, or audio (WAV, MP3)"
        )
    return Media(kind, name, content)


def _of_data_url(place: str) -> bytes:
    head, _, data = place.partition(",")
    if not head.endswith(";base64"):
        return unquote_to_bytes(data)
    try:
        return base64.b64decode(unquote(data), validate=True)
    except binascii.Error:
        raise FillError("A data: address holds no base64") from None


def _require_size(size: int, name: str, limit: float) -> None:
    if size > limit * _MEGABYTE:
        raise FillError(
            f"{name} has {size / _MEGABYTE:.1f} MB, more than the {limit:g} of fileSizeLimitMB"
        )


def _shown(text: str) -> str:
    """Return a text of a cell, without its middle where it is long, fit for messages."""
    kept = (_SHOWN - 3) // 2
    return text if len(text) <= _SHOWN else f"{text[:kept]}...{text[-kept:]}"


def _last(path: str) -> str:
    return path.rpartition("/")[2]
