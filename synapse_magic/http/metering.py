"""How the calls of a stage are counted and bounded, as plain values for the workers."""

from __future__ import annotations

from dataclasses import dataclass, field

from synapse_magic.http.price import Price
from synapse_magic.http.spending import Limits


@dataclass(frozen=True)
class Metering:
    """What counts the calls of one stage, and what bounds them; the same in all workers.

    Attributes
    ----------
    run : str
        What shares one limit.
    stage : int
        Which of the run's stages it is.
    host, port, token : str, int, str
        Where the driver listens, and what it knows its workers by.
    price : Price
    limits : Limits
    expected : float
        Dollars that a call will cost, as far as is known before.
    """

    run: str
    stage: int
    host: str
    port: int
    token: str = field(repr=False)
    price: Price = field(default_factory=Price)
    limits: Limits = field(default_factory=Limits)
    expected: float = 0.0
