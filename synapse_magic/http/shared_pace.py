"""A pace that is found and kept by all workers of a machine together."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable
from typing import TypeVar

from synapse_magic.errors import SynapseError
from synapse_magic.http.host_file import HostNumbers
from synapse_magic.http.pace import SHORT_WAIT, Pace
from synapse_magic.http.tally import Tally

T = TypeVar("T")
_LIKELY = 5.0


class SharedPace:
    """The :class:`Pace` of all processes of a machine that were refused something.

    Each alone would find a share of its own: by more refusals, and where the limit is a few
    requests a second, by shares that differ widely. A process that was refused nothing knows
    nothing of it, and is held back by nothing. Where they cannot share a file, each says so once
    and goes on alone.

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
        self._numbers: HostNumbers | _OwnNumbers | None = None
        self._own: _OwnNumbers | None = None
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
            self._numbers = self._own or self._shared()
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

        try:
            self._numbers.change(changed)
        except OSError as failure:
            self._numbers = self._alone(failure)
            self._numbers.change(changed)
        self._let_in = 0
        return results[-1]

    def _shared(self) -> HostNumbers | _OwnNumbers:
        try:
            return HostNumbers(f"pace {self._name}", len(Pace().numbers()))
        except (OSError, SynapseError) as failure:
            return self._alone(failure)

    def _alone(self, failure: Exception) -> _OwnNumbers:
        """Say that the file cannot be had, and return what is used from now on."""
        said = (
            f"Workers find the limit of {self._name} each for itself, by more refusals: {failure}"
        )
        with contextlib.suppress(Warning):  # where each is an error: no call fails for it
            warnings.warn(said, RuntimeWarning, stacklevel=2)
        self._own = _OwnNumbers()
        return self._own


class _OwnNumbers:
    """What stands for numbers of the machine in a process that cannot have them."""

    def __init__(self) -> None:
        self._values = Pace().numbers()

    def change(self, change: Callable[[tuple[float, ...]], tuple[float, ...]]) -> tuple[float, ...]:
        """Put ``change(values)`` in place of the values, and return it."""
        self._values = change(self._values)
        return self._values
