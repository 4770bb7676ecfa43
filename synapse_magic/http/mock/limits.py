"""Rate limits as services have them: by window, by token bucket, by the number in flight."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Literal, Protocol

from synapse_magic.http.mock.replies import Reply

Told = Literal["seconds", "ms", "date"]


class Limit(Protocol):
    """Decides whether a request is let in."""

    def refusal(self, in_flight: int, /) -> Reply | None:
        """Return the answer to a request that is too many, None where it is let in."""
        ...


@dataclass
class TokenBucket:
    """So many requests a second, with a reserve for bursts.

    ``rate`` may be changed while the service runs.

    Parameters
    ----------
    rate : float
        Requests a second.
    burst : float
        Requests that may come at once.
    told : {"seconds", "ms", "date"}, optional
        How a refusal says when to come back; not at all by default.

    Examples
    --------
    >>> bucket = TokenBucket(rate=0.001, burst=1)
    >>> bucket.refusal(0), bucket.refusal(0)
    (None, Reply(429))
    """

    rate: float
    burst: float = 1.0
    told: Told | None = None
    _tokens: float = field(default=math.nan, repr=False)
    _seen: float = field(default=0.0, repr=False)

    def refusal(self, _: int, /) -> Reply | None:
        """Take a token, or return the answer that there is none."""
        now = time.monotonic()
        grown = self.burst if math.isnan(self._tokens) else self._tokens
        self._tokens = min(self.burst, grown + (now - self._seen) * self.rate)
        self._seen = now
        if self._tokens >= 1:
            self._tokens -= 1
            return None
        return too_many((1 - self._tokens) / self.rate, self.told)


@dataclass
class Window:
    """So many requests in each window of time, counted from the first request.

    Parameters
    ----------
    count : int
    seconds : float
    told : {"seconds", "ms", "date"}, optional
        How a refusal says when to come back; not at all by default.
    """

    count: int
    seconds: float
    told: Told | None = None
    _ends: float = field(default=0.0, repr=False)
    _taken: int = field(default=0, repr=False)

    def refusal(self, _: int, /) -> Reply | None:
        """Count a request, or return the answer that the window is full."""
        now = time.monotonic()
        if now >= self._ends:
            passed = math.floor((now - self._ends) / self.seconds) + 1 if self._ends else 0
            self._ends = self._ends + passed * self.seconds if self._ends else now + self.seconds
            self._taken = 0
        self._taken += 1
        return None if self._taken <= self.count else too_many(self._ends - now, self.told)


@dataclass
class AtOnce:
    """So many requests at a time."""

    count: int

    def refusal(self, in_flight: int, /) -> Reply | None:
        """Return the answer that too many are in flight."""
        if in_flight <= self.count:
            return None
        return Reply(429, {"error": {"message": "Too many concurrent requests"}})


def too_many(wait: float, told: Told | None) -> Reply:
    """Return a 429 that says in its own way to come back after ``wait`` seconds."""
    headers = {}
    if told == "seconds":
        headers["Retry-After"] = str(math.ceil(wait))
    elif told == "ms":
        headers["retry-after-ms"] = str(math.ceil(wait * 1000))
    elif told == "date":
        headers["Retry-After"] = formatdate(math.ceil(time.time() + wait), usegmt=True)
    return Reply(429, {"error": {"message": "Too many requests"}}, headers)
