"""What calls may cost together: a number of calls and of dollars, kept by all workers."""

from __future__ import annotations

from dataclasses import dataclass

from synapse_magic.http.host_file import HostNumber

_CENT_OF_CENT = 1e-9
"""Dollars by which sums may differ that were added in another order."""


@dataclass(frozen=True)
class Limits:
    """What a run may spend; None where there is no limit.

    Attributes
    ----------
    calls : int or None
        Requests that are sent, with those that are tried again.
    cost : float or None
        Dollars.
    calls_before, cost_before : int, float
        What of it was spent already, on whichever machine that was.
    """

    calls: int | None = None
    cost: float | None = None
    calls_before: int = 0
    cost_before: float = 0.0

    @property
    def any(self) -> bool:
        """Whether there is one."""
        return self.calls is not None or self.cost is not None


class Spending:
    """What a run has spent, known to all processes of a machine.

    What a call will cost is taken before it is sent, as calls under way have cost nothing yet;
    :meth:`settle` puts what it did cost in that place.

    Parameters
    ----------
    run : str
        The same in all processes.
    limits : Limits

    Examples
    --------
    >>> spending = Spending("an example of this docstring", Limits(calls=2))
    >>> spending.reserve(), spending.reserve(), spending.reserve()
    (None, None, '2 calls')
    >>> spending.forget()
    """

    def __init__(self, run: str, limits: Limits) -> None:
        self._limits = limits
        self._calls, self._cost = HostNumber(f"calls {run}"), HostNumber(f"cost {run}")

    def reserve(self, cost: float = 0.0) -> str | None:
        """Take one call of this cost; where a limit forbids it, return that limit in words."""
        limits = self._limits
        if not _take(self._cost, cost, limits.cost, limits.cost_before):
            return f"${limits.cost:g}"
        if not _take(self._calls, 1, limits.calls, limits.calls_before):
            self.settle(cost, 0.0)
            return f"{limits.calls:,} call{'' if limits.calls == 1 else 's'}"
        return None

    def settle(self, reserved: float, cost: float) -> None:
        """Put what a call did cost in the place of what was taken for it."""
        if self._limits.cost is not None and cost != reserved:
            self._cost.change(lambda spent: spent + cost - reserved)

    def forget(self) -> None:
        """Remove what is kept of the run."""
        self._calls.remove()
        self._cost.remove()


def _take(number: HostNumber, amount: float, most: float | None, before: float) -> bool:
    """Add an amount unless that and ``before`` lead above ``most``, or nothing is left of it."""
    if most is None:
        return True
    left = most - before
    taken = False

    def change(spent: float) -> float:
        nonlocal taken
        taken = spent < left and spent + amount <= left + _CENT_OF_CENT
        return spent + amount if taken else spent

    number.change(change)
    return taken
