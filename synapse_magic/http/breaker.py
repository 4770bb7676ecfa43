"""A breaker: stops sending to an endpoint that is dead, and looks now and then if it still is."""

from __future__ import annotations

from dataclasses import dataclass

FAILURES = 20
"""Failures in a row, with no answer between, after which an endpoint is taken for dead."""

PROBES = 5
"""Probes in a row that fail before waiting rows are given up."""

_FIRST_REST, _LONGEST_REST = 0.5, 30.0
_NEWS_SECONDS = 1.0
"""For which a failed probe tells how it is with the endpoint, or as long as the probe took."""


@dataclass
class Breaker:
    """Counts what one endpoint does; times are those of the caller's clock.

    Closed while the endpoint answers. After :data:`FAILURES` in a row it opens: rows wait, and one
    at a time is let through as a probe, after a rest that doubles. After :data:`PROBES` failed
    probes rows need not wait any longer while the news of the last one is fresh; the first that
    comes later is a probe again, for whose end the others wait. One good probe closes it.

    Examples
    --------
    >>> breaker = Breaker()
    >>> for _ in range(FAILURES):
    ...     breaker.failed(sent=0.0, now=0.0)
    >>> breaker.open, breaker.rest(now=0.0), breaker.hopeless(now=0.0)
    (True, 0.5, False)
    >>> breaker.answered(); breaker.open
    False
    """

    failures: int = 0
    probes: int = 0
    probing: bool = False
    until: float = 0.0
    opened: float = 0.0

    @property
    def open(self) -> bool:
        """Whether only probes are let through."""
        return self.failures >= FAILURES

    def hopeless(self, now: float) -> bool:
        """Return whether rows should not wait, for probes fail, and one did so just now."""
        return self.probes >= PROBES and not self.probing and self.rest(now) > 0

    def rest(self, now: float) -> float:
        """Return the seconds until the next probe may go."""
        return max(0.0, self.until - now)

    def answered(self) -> None:
        """Count an answer, of whatever kind: it lives."""
        self.failures = self.probes = 0
        self.probing = False

    def failed(self, sent: float, now: float) -> None:
        """Count a failure; of an open breaker, those of requests sent before it opened do not."""
        if self.open and sent < self.opened:
            return
        self.failures += 1
        if self.probing:
            self.probes += 1
            self.probing = False
        if self.open:
            self.opened = now
            self.until = now + min(_LONGEST_REST, self._rest_after(now - sent))

    def _rest_after(self, took: float) -> float:
        if self.probes >= PROBES:
            return max(_NEWS_SECONDS, took)
        return _FIRST_REST * 2.0**self.probes

    def given_back(self) -> None:
        """Take back a probe that was cancelled."""
        self.probing = False
