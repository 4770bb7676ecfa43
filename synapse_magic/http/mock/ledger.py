"""What the mock service saw."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it came in.

    Attributes
    ----------
    at : float
        When, by ``time.monotonic()``, which processes of one machine share.
    method, path, query : str
    headers : mapping of str to str
        Found by names in any case; values of a name that came more than once are a list of them.
    body : bytes
    connection : int
        Number of the connection, from 0 on.
    in_flight : int
        Requests that were being answered, this one among them.
    status : int
        What it is answered with; 0 where the fault leaves no status.
    """

    at: float
    method: str
    path: str
    query: str
    headers: Mapping[str, str] = field(repr=False, hash=False)
    body: bytes = field(repr=False)
    connection: int = 0
    in_flight: int = 1
    status: int = 0

    def header(self, name: str) -> str | None:
        """Return the value of a header, whatever the case of its name; None without one."""
        return self.headers.get(name)

    def json(self) -> Any:
        """Return the body read as JSON."""
        return json.loads(self.body)
