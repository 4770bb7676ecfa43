"""How an endpoint has answered of late."""

from __future__ import annotations

from collections import deque

_SPAN, _SHORTEST = 1.0, 0.1


class Tally:
    """Answers of the last second, let in and refused, by their times.

    Examples
    --------
    >>> tally = Tally()
    >>> for k in range(11): tally.add(k / 10, refused=k == 10)
    >>> tally.rate(1.0), round(tally.refused(), 2)
    (10.0, 0.09)
    """

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
