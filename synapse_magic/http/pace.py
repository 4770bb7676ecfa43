"""How many requests a second an endpoint takes, found out where nobody says it."""

from __future__ import annotations

from dataclasses import dataclass

SHORT_WAIT = 0.05
"""Seconds of a wait that is too short to ask afterwards whether its place is void."""

_CUT = 0.92
_SHORT_SECONDS, _LONG_SECONDS = 3.0, 12.0
_STEADY_REQUESTS = 30.0  # a refusal among fewer than these would be many
_DOUBLED_SECONDS = 6.5
_FINDING_REQUESTS = 12.0  # at the first of its rates, after which any rate may go
_ALL = 0.999
_DOUBLINGS = 10.0  # more than those lead to
_AGAIN = 3  # let in since the last refusal: fewer, and it was no single one
_SLOWER, _SLOWEST = 0.95, 0.7
_OVERSHOT = 1.1
_LEAST = 0.02
_LATE_SECONDS = 0.02
_FORGOTTEN_SECONDS, _NEVER_SECONDS = 30.0, 3600.0
_CLOCKS_DIFFER_SECONDS = 1.0


@dataclass
class Pace:
    """A rate that falls when an endpoint says "too fast", and then feels its way up again.

    Nothing is held back until the first refusal. From then on the rate doubles each second, or
    with every few requests where those take longer, until one that is refused alone. After each
    refusal it is a little less than what was too much, comes back to that within 3 to 12 seconds,
    later where requests are few, and leaves it faster and faster, to double 6.5 seconds later (the
    curve is made of cubics, as in TCP's CUBIC): so a steady limit is met closely, and one that is
    raised is found within seconds. Refusals that follow each other lower it to what was let in
    between.

    All its state is numbers, which several processes can share. Times are those of one clock.

    Attributes
    ----------
    most : float
        Requests a second that were too many when last refused; 0 before anything was.
    cut, due : float
        When that was heard, and the last place that was taken.
    let_in : float
        Answers since then.
    finding : float
        1 until a refusal comes alone after the first.

    Examples
    --------
    >>> pace = Pace()
    >>> pace.free
    True
    >>> pace.refused(sent=0.9, now=1.0, guess=50.0)  # the first
    >>> round(pace.rate(1.5)), round(pace.rate(2.0))
    (71, 100)
    >>> pace.answered(50)
    >>> pace.refused(sent=2.0, now=2.0)
    >>> round(pace.most), round(pace.rate(2.0)), round(pace.rate(5.0)), round(pace.rate(11.5))
    (91, 84, 91, 182)
    """

    most: float = 0.0
    cut: float = 0.0
    due: float = 0.0
    let_in: float = 0.0
    finding: float = 0.0

    @property
    def free(self) -> bool:
        """Whether nothing was ever refused."""
        return self.most == 0.0

    def numbers(self) -> tuple[float, ...]:
        """Return its state, of which ``Pace(*numbers)`` makes it again."""
        return self.most, self.cut, self.due, self.let_in, self.finding

    def rate(self, now: float) -> float:
        """Return the requests a second that may go now."""
        since = now - self.cut
        if self.finding:
            gone = min(_ALL, since * self.most / _FINDING_REQUESTS)
            return float(self.most * min(2.0 ** min(since, _DOUBLINGS), 1 / (1 - gone)))
        steady = min(max(_SHORT_SECONDS, _STEADY_REQUESTS / self.most), _LONG_SECONDS)
        if since < steady:
            return self.most * (1 - (1 - _CUT) * (1 - since / steady) ** 3)
        return self.most * (1 + ((since - steady) / _DOUBLED_SECONDS) ** 3)

    def reserve(self, now: float) -> float:
        """Take the next place, and return the seconds until it comes."""
        self._forget(now)
        if self.free:
            return 0.0
        gap = 1 / self.rate(max(now, self.due))  # by then it is more than it is now
        self.due = max(self.due + gap, now - _LATE_SECONDS)
        return max(0.0, self.due - now)

    def void(self, reserved: float) -> bool:
        """Return whether a place is one no more, as the rate fell after it was reserved."""
        return not self.free and reserved < self.cut

    def answered(self, count: int = 1) -> None:
        """Count requests that were let in."""
        self.let_in += count

    def refused(self, sent: float, now: float, guess: float = 1.0) -> None:
        """Slow down, unless the request was sent before the last time.

        Parameters
        ----------
        sent, now : float
        guess : float
            Requests a second to begin with, where this is the first refusal.
        """
        self._forget(now)
        if self.free:
            self.most, self.finding, self.due = guess, 1.0, now
        elif sent < self.cut:
            return
        else:
            self.most = max(_LEAST, self._lower(sent))
            self.finding *= self.let_in < _AGAIN
        # Places that are too near to be void are still used: no others for as long, but for one.
        near = max(0.0, SHORT_WAIT - 1 / self.most)
        self.cut, self.let_in, self.due = now, 0.0, min(self.due, now + near)

    def _lower(self, sent: float) -> float:
        """Return what was too much, or less where it was far too much."""
        rate = self.rate(sent)
        if self.let_in < _AGAIN:
            between = (self.let_in + 1) / max(sent - self.cut, 1e-3)
            slower = _SLOWEST if self.finding else _SLOWER
            return max(_SLOWEST * rate, min(slower * rate, between))
        overshot = self.finding or rate > _OVERSHOT * self.most
        return rate / _OVERSHOT if overshot else rate

    def _forget(self, now: float) -> None:
        """Begin anew where nobody has gone for long, or the clock has begun anew."""
        begun_anew = self.cut > now + _CLOCKS_DIFFER_SECONDS or self.due > now + _NEVER_SECONDS
        if begun_anew or now - self.due > _FORGOTTEN_SECONDS:
            self.most = 0.0
