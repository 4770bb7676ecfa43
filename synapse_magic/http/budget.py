"""A known limit of requests or tokens, kept by all workers of a machine together."""

from __future__ import annotations

import time

from synapse_magic.http.host_file import HostNumber

_BURST_SECONDS = 0.02
_STALE_SECONDS = 3600.0


class Budget:
    """Hands out the times at which requests may go, evenly spaced, first come first served.

    The generic cell rate algorithm: the file holds the time at which the next request is due. A
    request may take more than one unit of what is limited, such as tokens.
    Processes of one user and machine that name the same limit share it.

    Parameters
    ----------
    name : str
        What is limited, such as an origin.
    rate : float
        Units a second.
    """

    def __init__(self, name: str, rate: float) -> None:
        self._step = 1 / rate
        self._due = HostNumber(f"budget {name} {rate}")

    def reserve(self, units: float = 1.0) -> float:
        """Take the next place, and return the seconds until it comes."""
        now, taken = time.monotonic(), units * self._step
        return self._due.change(lambda due: self._next(due, now) + taken) - taken - now

    def correct(self, units: float) -> None:
        """Take so many units more than were reserved, or give back what is negative."""
        self._due.change(lambda due: due + units * self._step)

    def _next(self, due: float, now: float) -> float:
        """Return when the next request may go.

        What nobody used is lost, but for the little by which a worker may wake up late.
        """
        if due > now + _STALE_SECONDS:  # of another start of the machine
            due = now
        return max(due, now - _BURST_SECONDS)
