"""How many requests an endpoint takes at once: found by halving and adding one."""

from __future__ import annotations

import math


class Window:
    """The number in flight that an endpoint bears, unlimited until it objects.

    An objection halves it, once for all the requests that were in flight together; each window
    of good answers adds one.

    Examples
    --------
    >>> window = Window()
    >>> window.objected(in_flight=64, sent=0.0, now=0.1)
    >>> window.objected(in_flight=63, sent=0.05, now=0.11)  # sent before the first was heard
    >>> window.limit
    32.0
    >>> window.answered(in_flight=32); window.limit
    32.03125
    """

    def __init__(self) -> None:
        self.limit = math.inf
        self._heard = -math.inf

    def full(self, in_flight: int) -> bool:
        """Return whether one more would be too many."""
        return in_flight >= max(1, math.floor(self.limit)) if self.limit < math.inf else False

    def objected(self, in_flight: int, sent: float, now: float) -> None:
        """Halve the window, unless the request was sent before it was last halved."""
        if sent < self._heard:
            return
        self.limit = max(1.0, min(self.limit, float(in_flight)) / 2)
        self._heard = now

    def answered(self, in_flight: int) -> None:
        """Widen the window a little, where it was used."""
        if self.limit < math.inf and in_flight >= self.limit / 2:
            self.limit += 1 / self.limit
