"""What requests that were refused wait for: told beside the counts, so no line stands still."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_MOST = 3
_LONGEST_WHY = 100


@dataclass(frozen=True)
class Waiting:
    """Requests that wait for another try, for one reason.

    Attributes
    ----------
    why : str
        What came of their last try, such as ``429 from localhost:8000``.
    requests : int
        Of which each may be for several rows.
    seconds : float
        Until the first of them may be tried again.
    longest : float
        Seconds after which each is given up.

    Examples
    --------
    >>> print(Waiting("429 from localhost", 16, 28.2, 600.0))
    16 requests wait 28 s: 429 from localhost, each up to 600 s (concurrentTimeout)
    """

    why: str
    requests: int
    seconds: float
    longest: float

    def __add__(self, other: Waiting) -> Waiting:
        seconds, longest = min(self.seconds, other.seconds), max(self.longest, other.longest)
        return Waiting(self.why, self.requests + other.requests, seconds, longest)

    def __str__(self) -> str:
        many = f"{self.requests:,} requests wait"
        who = "1 request waits" if self.requests == 1 else many
        span = f" {self.seconds:.0f} s" if self.seconds >= 1 else ""
        return f"{who}{span}: {self.why}, each up to {self.longest:g} s (concurrentTimeout)"

    def told(self) -> tuple[str, int, float, float]:
        """Return it as plain values, of which ``Waiting(*told)`` makes it again."""
        return self.why, self.requests, self.seconds, self.longest


class Waits:
    """The requests of a process that wait, each under a key of its own.

    Examples
    --------
    >>> waits = Waits()
    >>> waits.add("one", "429 from localhost", until=30.0, longest=600.0)
    >>> [waiting.seconds for waiting in waits.now(10.0)]
    [20.0]
    >>> waits.remove("one")
    >>> waits.now(10.0)
    []
    """

    def __init__(self) -> None:
        self._waiting: dict[object, tuple[str, float, float]] = {}

    def add(self, request: object, why: str, until: float, longest: float) -> None:
        """Note what a request waits for."""
        self._waiting[request] = (why[:_LONGEST_WHY], until, longest)

    def remove(self, request: object) -> None:
        """Note that a request waits no longer, if it did."""
        self._waiting.pop(request, None)

    def now(self, now: float) -> list[Waiting]:
        """Return for what most of them wait."""
        waiting = list(self._waiting.values())  # at once, as another thread may ask
        return together(
            Waiting(why, 1, max(0.0, until - now), most) for why, until, most in waiting
        )


def together(waiting: Iterable[Waiting]) -> list[Waiting]:
    """Return the sums of those of one reason, for the reasons of most requests.

    Examples
    --------
    >>> [each.requests for each in together([Waiting("a", 2, 1.0, 9.0), Waiting("a", 3, 2.0, 9.0)])]
    [5]
    """
    sums: dict[str, Waiting] = {}
    for each in waiting:
        sums[each.why] = sums[each.why] + each if each.why in sums else each
    return sorted(sums.values(), key=lambda each: -each.requests)[:_MOST]
