"""A pace that is found and kept by all workers of a machine together."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from synapse_magic.http.host_file import HostNumbers
from synapse_magic.http.pace import SHORT_WAIT, Pace
from synapse_magic.http.tally import Tally

T = TypeVar("T")
_LIKELY = 5.0


class SharedPace:
    """The :class:`Pace` of all processes of a machine that were refused something.

    Each alone would find a share of its own: by more refusals, and where the limit is a few
    requests a second, by shares that differ widely. A process that was refused nothing knows
    nothing of it, and is held back by nothing.

    Parameters
    ----------
    name : str
        What is limited, such as an origin.
    likely : float or None
        Requests a second to begin with, where no more than those were let in; 5 by default.
    """

    def __init__(self, name: str, likely: float | None = None) -> None:
        self.tally = Tally()
        self._name, self._likely = name, likely or _LIKELY
        self._numbers: HostNumbers | None = None
        self._let_in = 0

    @property
    def free(self) -> bool:
        """Whether nothing was refused of late."""
        return self._numbers is None

    def reserve(self, now: float) -> float:
        """Take the next place, and return the seconds until it comes."""
        if self._numbers is None:
            return 0.0
        wait, free = self._change(lambda pace: (pace.reserve(now), pace.free))
        if free:
            self._numbers = None
        return wait

    def void(self, reserved: float, now: float) -> bool:
        """Return whether a place that was waited for is one no more."""
        if self._numbers is None or now - reserved < SHORT_WAIT:
            return False
        return self._change(lambda pace: pace.void(reserved))

    def answered(self, now: float) -> None:
        """Count a request that was let in."""
        self.tally.add(now, refused=False)
        if self._numbers is not None:
            self._let_in += 1

    def refused(self, sent: float, now: float) -> None:
        """Slow down, unless the request was sent before the last time."""
        self.tally.add(now, refused=True)
        if self._numbers is None:
            self._numbers = HostNumbers(f"pace {self._name}", len(Pace().numbers()))
        guess = max(self._likely, self.tally.rate(now))
        self._change(lambda pace: pace.refused(sent, now, guess))

    def _change(self, what: Callable[[Pace], T]) -> T:
        """Return what comes of doing it to the pace, which has no other meanwhile."""
        assert self._numbers is not None  # something was refused
        results: list[T] = []

        def changed(held: tuple[float, ...]) -> tuple[float, ...]:
            pace = Pace(*held)
            pace.answered(self._let_in)
            results.append(what(pace))
            return pace.numbers()

        self._numbers.change(changed)
        self._let_in = 0
        return results[0]
