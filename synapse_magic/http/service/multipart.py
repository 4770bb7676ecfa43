"""Bodies of several parts, as forms with files are sent."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from synapse_magic.http.service.json_text import encode
from synapse_magic.http.service.template import FillError, as_text

_FILE = frozenset({"file", "filename", "type"})


def multipart(parts: Mapping[str, Any]) -> tuple[bytes, str]:
    """Return a body of named parts, and its content type.

    A part is a value, ``{"json": ...}``, or ``{"file": bytes}`` with ``filename`` and ``type``
    where they matter. Equal parts make equal bodies.

    Raises
    ------
    FillError
        When a file is not there, or a value cannot be sent.

    Examples
    --------
    >>> body, kind = multipart({"audio": {"file": b"RIFF", "filename": "a.wav"}})
    >>> kind.partition("=")[0], b'filename="a.wav"' in body
    ('multipart/form-data; boundary', True)
    """
    encoded = [_part(name, part) for name, part in parts.items()]
    boundary = hashlib.blake2b(b"\0".join(encoded), digest_size=16).hexdigest()
    mark = b"--" + boundary.encode()
    body = b"".join(mark + b"\r\n" + part + b"\r\n" for part in encoded) + mark + b"--\r\n"
    return body, f"multipart/form-data; boundary={boundary}"


def _part(name: str, part: Any) -> bytes:
    kind, file_name = "", ""
    if isinstance(part, Mapping) and "json" in part:
        content, kind = encode(part["json"]), "application/json"
    elif isinstance(part, Mapping) and _FILE.issuperset(part):
        if "file" not in part:
            raise FillError(f"The row has no file for {name}")
        content = _bytes(part["file"])
        kind = part.get("type", "application/octet-stream")
        file_name = part.get("filename", name)
    else:
        content = _bytes(part)
    head = f'Content-Disposition: form-data; name="{_quoted(name)}"'
    head += f'; filename="{_quoted(file_name)}"' if file_name else ""
    head += f"\r\nContent-Type: {kind}" if kind else ""
    return head.encode() + b"\r\n\r\n" + content


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    return encode(value) if isinstance(value, Mapping) else as_text(value).encode()


def _quoted(text: str) -> str:
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
