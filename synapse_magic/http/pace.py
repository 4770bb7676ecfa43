"""How many requests a second an endpoint takes, found out where nobody says it."""

from __future__ import annotations

import math
from collections import deque

_CUT = 0.9
_SHORT_SECONDS, _LONG_SECONDS = 3.0, 10.0
_STEADY_REQUESTS = 40.0  # a refusal among fewer than these would be many
_LATE_SECONDS = 0.02
_SPAN, _SHORTEST = 1.0, 0.1
_MANY = 0.3


class Tally:
    """Answers of the last second, let in and refused, by their times."""

    def __init__(self) -> None:
        self._let_in: deque[float] = deque()
        self._refused: deque[float] = deque()
        self._began = 0.0

    def add(self, now: float, *, refused: bool) -> None:
        """Count an answer."""
        if not (self._let_in or self._refused):
            self._began = now
        (self._refused if refused else self._let_in).append(now)
        for times in (self._let_in, self._refused):
            while times and times[0] < now - _SPAN:
                times.popleft()

    def rate(self, now: float) -> float:
        """Return how many were let in, a second."""
        return len(self._let_in) / min(_SPAN, max(_SHORTEST, now - self._began))

    def refused(self) -> float:
        """Return the share that was refused."""
        total = len(self._let_in) + len(self._refused)
        return len(self._refused) / total if total else 0.0


class Pace:
    """A rate that falls when an endpoint says "too fast", and then feels its way up again.

    Nothing is held back until the first refusal. After each the rate is nine tenths of what was
    too much, comes back to that within three seconds, stays near it, and leaves it faster and
    faster (the curve is a cubic, as in TCP's CUBIC): so a steady limit is met closely, and one
    that is raised is found within seconds. Where many are refused, what is let in is the rate.

    Examples
    --------
    >>> pace = Pace()
    >>> pace.free
    True
    >>> for k in range(100): pace.answered(now=k / 100)
    >>> pace.refused(sent=0.9, now=1.0)
    >>> round(pace.rate(1.0)), round(pace.rate(4.0)), round(pace.rate(11.0))
    (90, 100, 227)
    """

    def __init__(self) -> None:
        self.tally = Tally()
        self._most = math.inf
        self._cut = -math.inf
        self._due = -math.inf

    @property
    def free(self) -> bool:
        """Whether nothing was ever refused."""
        return self._most == math.inf

    def rate(self, now: float) -> float:
        """Return the requests a second that may go now."""
        steady = min(max(_SHORT_SECONDS, _STEADY_REQUESTS / self._most), _LONG_SECONDS)
        along = (now - self._cut - steady) / steady
        return self._most * (1 + (1 - _CUT) * along**3)

    def reserve(self, now: float) -> float:
        """Take the next place, and return the seconds until it comes."""
        if self.free:
            return 0.0
        place = max(self._due, now - _LATE_SECONDS)
        self._due = place + 1 / self.rate(now)
        return max(0.0, place - now)

    def answered(self, now: float) -> None:
        """Count a request that was let in."""
        self.tally.add(now, refused=False)

    def refused(self, sent: float, now: float) -> None:
        """Slow down, unless the request was sent before the last time."""
        self.tally.add(now, refused=True)
        if sent < self._cut:
            return
        let_in = max(1.0, self.tally.rate(now))
        if self.free:
            self._most = let_in
        elif self.tally.refused() > _MANY:
            self._most = max(min(let_in, self.rate(now)), self.rate(now) / 2)
        else:
            self._most = self.rate(now)
        self._cut = now
