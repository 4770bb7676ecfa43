"""The rules of calling: what succeeds, what is tried again and when, and when it is enough."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from synapse_magic.errors import SynapseError
from synapse_magic.http.metering import Metering

PASSING = frozenset({408, 425, 429, 500, *range(502, 505), *range(506, 600)})
"""Statuses that another try may change. Of the 5xx, 501 and 505 say "never"."""


@dataclass(frozen=True)
class Policy:
    """How requests are called; plain values, the same for all requests of a job.

    A try that is throttled does not count against ``attempts``: it is bound by ``deadline``. So
    every row ends, and none waits for ever.

    Attributes
    ----------
    attempts : int
        Tries of a request, throttled ones not counted.
    timeout : float
        Seconds for each try.
    deadline : float
        Seconds for a request with all its tries and waits.
    job_deadline : float or None
        Seconds for all requests of a job, on each machine.
    longest_wait : float
        Seconds that a server may ask to wait; a request told to wait longer is given up.
    first_delay, longest_delay : float
        Seconds of the first back-off, which doubles, and of the longest.
    requests_per_second : float or None
        A known limit, kept by all workers of a machine together.
    tokens_per_minute : float or None
        Another one, of the tokens of a language model.
    succeed, again, final : frozenset of int
        Statuses of a service that differ from the general rule.
    divisible : bool
        Whether a request can be sent in parts, and so is given up early where it seems to be
        larger than a quota.
    json : bool
        Whether a success is to hold JSON: one whose JSON is broken off is tried again.
    largest : int or None
        Bytes of an answer's body at most; None for 64 MB.
    engine : str
        ``"aiohttp"`` or ``"requests"``.
    journal : str or None
        Folder of the answers that are not to be asked for twice.
    metering : Metering or None
        How calls are counted, and what they may cost together.

    Examples
    --------
    >>> policy = Policy(attempts=2, final=frozenset({500}))
    >>> policy.succeeds(204), policy.tries_again(503), policy.tries_again(500)
    (True, True, False)
    """

    attempts: int = 4
    timeout: float = 60.0
    deadline: float = 600.0
    job_deadline: float | None = None
    longest_wait: float = 120.0
    first_delay: float = 0.25
    longest_delay: float = 20.0
    requests_per_second: float | None = None
    tokens_per_minute: float | None = None
    succeed: frozenset[int] = frozenset()
    again: frozenset[int] = frozenset()
    final: frozenset[int] = frozenset()
    divisible: bool = False
    json: bool = False
    largest: int | None = None
    engine: str = "aiohttp"
    journal: str | None = None
    metering: Metering | None = None

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise SynapseError(f"attempts must be at least 1, got {self.attempts}")
        limits = ("requests_per_second", "tokens_per_minute")
        for name in ("timeout", "deadline", "job_deadline", *limits):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise SynapseError(f"{name} must be greater than 0, got {value}")

    def succeeds(self, status: int) -> bool:
        """Return whether a status is a success: 2xx, and what the service adds."""
        if status in self.again or status in self.final:
            return False
        return 200 <= status < 300 or status in self.succeed

    def tries_again(self, status: int) -> bool:
        """Return whether another try may change a status."""
        return status in self.again or (status in PASSING and status not in self.final)

    def shared(self, hosts: int) -> Policy:
        """Return the rules for each of so many machines: its share of the known limits.

        Examples
        --------
        >>> Policy(requests_per_second=9.0).shared(2).requests_per_second
        4.5
        """
        rate, tokens = self.requests_per_second, self.tokens_per_minute
        return replace(
            self,
            requests_per_second=rate / hosts if rate is not None else None,
            tokens_per_minute=tokens / hosts if tokens is not None else None,
        )

    def delay(self, failures: int, asked: float | None) -> float:
        """Return the seconds before the next try, never fewer than the server asked for.

        Jitter is added above what was asked and taken off what was not, so that rows which failed
        together do not come back together.
        """
        grown: float = min(self.longest_delay, self.first_delay * 2.0 ** min(failures - 1, 30))
        if not asked:  # nor where it asks for no wait: it may do so for ever
            return grown * random.uniform(0.5, 1.0)
        return asked + min(grown, 0.1 * asked) * random.random()
