"""Requests that are larger than a quota: told from those that only came too soon."""

from __future__ import annotations

from synapse_magic.http.request import Request
from synapse_magic.http.tokens import expected

_MINUTE = 60.0
"""Seconds after which every quota that is counted by the minute has begun anew."""

_KEPT_SECONDS = 600.0


class Patience:
    """Tells when a request is throttled for so long that it must be larger than the quota.

    Some services say "too fast" to a request of more tokens than a whole minute has, and go on
    saying so for ever. One that is refused throughout a minute in which no other was let in,
    either, is taken for such a one; and so is one that others overtake for half of its time.

    Parameters
    ----------
    deadline : float
        Seconds for the request with all its tries.

    Examples
    --------
    >>> patience = Patience(deadline=600.0)
    >>> [patience.over(let_in=0, now=now) for now in (0.0, 59.0, 60.0)]
    [False, False, True]
    """

    def __init__(self, deadline: float) -> None:
        self._silence, self._most = min(_MINUTE, deadline / 4), deadline / 2
        self._first: float | None = None
        self._since = 0.0
        self._let_in: int | None = None

    def over(self, let_in: int, now: float) -> bool:
        """Count a refusal, and return whether it was one too many.

        Parameters
        ----------
        let_in : int
            Requests that the same server has let in so far.
        now : float
        """
        if self._first is None:
            self._first = now
        if let_in != self._let_in:
            self._let_in, self._since = let_in, now
        return now - self._since >= self._silence or now - self._first >= self._most


class Outgrown:
    """Sizes that addresses have refused for good, so that no other request tries them soon.

    Examples
    --------
    >>> outgrown = Outgrown()
    >>> large = Request("POST", "http://localhost/", (), bytes(4000))
    >>> outgrown.note(large, now=0.0)
    >>> outgrown.holds(large, now=1.0), outgrown.holds(large, now=601.0)
    (True, False)
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, float]] = {}

    def note(self, request: Request, now: float) -> None:
        """Remember a request that was refused for its size."""
        size, place = expected(request), request.place
        if self.holds(request, now):
            size = min(size, self._known[place][0])
        self._known[place] = (size, now + _KEPT_SECONDS)

    def holds(self, request: Request, now: float) -> bool:
        """Return whether one that was no larger was refused within the last minutes."""
        size, until = self._known.get(request.place, (0.0, 0.0))
        return now < until and expected(request) >= size
