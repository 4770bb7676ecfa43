"""What has become of calls, in numbers that add up over workers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from synapse_magic.http.tokens import Usage


@dataclass
class CallCounts:
    """Numbers of calls and of the rows that they are for.

    Attributes
    ----------
    sent, in_flight : int
        Requests that were sent, each time they were, and those without an answer yet.
    throttled, retried : int
        Requests that were refused as too many, and that were sent once more.
    kept : int
        Requests that were not sent, as a journal or an equal one had the answer.
    rows, failed, left : int
        Rows that are done; those with an error; those not called for a limit on spending.
    seconds : float
        Of all requests together.
    input, output : float
        Tokens that were sent and came back, as far as answers told.
    untold : int
        Good answers that told no tokens.
    cost : float
        Dollars, as far as the price is known.

    Examples
    --------
    >>> (CallCounts(sent=2) + CallCounts(sent=1, failed=1)).sent
    3
    """

    sent: int = 0
    in_flight: int = 0
    throttled: int = 0
    retried: int = 0
    kept: int = 0
    rows: int = 0
    failed: int = 0
    left: int = 0
    seconds: float = 0.0
    input: float = 0.0
    output: float = 0.0
    untold: int = 0
    cost: float = 0.0

    @property
    def usage(self) -> Usage:
        """The tokens of all."""
        return Usage(self.input, self.output)

    def __add__(self, other: CallCounts) -> CallCounts:
        names = [each.name for each in fields(self)]
        return CallCounts(**{name: getattr(self, name) + getattr(other, name) for name in names})

    def told(self) -> dict[str, float]:
        """Return the numbers that are not 0, by name, to be sent."""
        return {name: number for name, number in asdict(self).items() if number}

    @classmethod
    def of(cls, told: Mapping[str, float]) -> CallCounts:
        """Return what was told."""
        return cls(**told)  # type: ignore[arg-type]
