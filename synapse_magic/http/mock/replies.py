"""What the mock service says, and how it fails."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from synapse_magic.errors import SynapseError, closest

Fault = Literal[
    "reset", "reset_if_reused", "reset_mid_body", "silent", "drip", "truncated", "broken_gzip"
]


@dataclass(frozen=True)
class Reply:
    """One scripted answer.

    Parameters
    ----------
    status : int
    body : bytes, str, or anything that JSON can hold
        Anything but bytes and str is sent as JSON.
    headers : dict
    latency : float
        Seconds before it begins.
    reason : str
    fault : str, optional
        How it fails: ``reset`` cuts the connection before a byte is sent; ``reset_if_reused``
        does so on a connection that was answered before, and else replies; ``reset_mid_body``
        cuts it half-way; ``silent`` never answers; ``drip`` sends a byte each 50 ms;
        ``truncated`` ends a chunked body early; ``broken_gzip`` calls the body gzip, which it is
        not.

    Examples
    --------
    >>> Reply(429, headers={"Retry-After": "1"})
    Reply(429)
    >>> Reply(body={"score": 0.5}).content
    b'{"score": 0.5}'
    """

    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)
    latency: float = 0.0
    reason: str = ""
    fault: Fault | None = None

    def __post_init__(self) -> None:
        if self.fault is not None and self.fault not in get_args(Fault):
            hint = closest(str(self.fault), get_args(Fault))
            raise SynapseError(
                f"fault must be one of {', '.join(get_args(Fault))}, got {self.fault!r}. {hint}"
            )

    @property
    def content(self) -> bytes:
        """The body as bytes."""
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()

    def ready(self) -> None:
        """Raise a TypeError or ValueError where the body cannot be sent."""
        if not isinstance(self.body, (bytes, str)):
            json.dumps(self.body)

    @property
    def content_type(self) -> str:
        """The type of the body, unless a header says otherwise."""
        if isinstance(self.body, bytes):
            return "application/octet-stream"
        return "text/plain; charset=utf-8" if isinstance(self.body, str) else "application/json"

    def __repr__(self) -> str:
        return f"Reply({self.status}{f', fault={self.fault!r}' if self.fault else ''})"
