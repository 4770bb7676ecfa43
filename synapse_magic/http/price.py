"""What calls cost, where that is known: dollars for a call and for tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from synapse_magic.errors import SynapseError, closest
from synapse_magic.http.tokens import Usage

_MILLION = 1_000_000
_TOKENS = ("input", "output")


@dataclass(frozen=True)
class Price:
    """Dollars for a call, for a million tokens that are sent and for a million that come back.

    Examples
    --------
    >>> price = Price(input=0.5, output=2.0)
    >>> price.of_calls(10, Usage(input=2000, output=1000))
    0.003
    """

    call: float = 0.0
    input: float = 0.0
    output: float = 0.0

    @property
    def by_tokens(self) -> bool:
        """Whether the tokens of an answer have to be known."""
        return self.input > 0 or self.output > 0

    def of_calls(self, calls: float, usage: Usage) -> float:
        """Return what calls cost that took so many tokens together."""
        tokens = usage.input * self.input + usage.output * self.output
        return calls * self.call + tokens / _MILLION

    @classmethod
    def given(cls, price: Mapping[str, Any]) -> Price:
        """Return the price that a user gives as a dict.

        Raises
        ------
        SynapseError
            For a name that is none of a price, what is no amount, or tokens of one way alone.

        Examples
        --------
        >>> Price.given({"input": 0.5, "output": 2})
        Price(call=0.0, input=0.5, output=2.0)
        """
        known = [each.name for each in fields(cls)]
        expected = "price must be a dict of dollars such as {'input': 0.5, 'output': 2.0}, for a "
        expected += "million tokens, or {'call': 0.001}"
        if not isinstance(price, Mapping) or not price:
            raise SynapseError(f"{expected}, got {price!r}")
        for name, dollars in price.items():
            if name not in known:
                hint = closest(str(name), known) or f"Names: {', '.join(known)}"
                raise SynapseError(f"{expected}; it has no {name!r}. {hint}")
            number = isinstance(dollars, (int, float)) and not isinstance(dollars, bool)
            if not number or not 0 <= dollars < float("inf"):
                raise SynapseError(f"{expected}; {name} is {dollars!r}")
        told = [name for name in _TOKENS if name in price]
        if len(told) == 1:
            (other,) = set(_TOKENS) - set(told)
            raise SynapseError(
                f"{expected}; {other} has no price. Try both: "
                f"{{{told[0]!r}: {price[told[0]]!r}, {other!r}: 0}} where that is free"
            )
        return cls(**{name: float(dollars) for name, dollars in price.items()})

    @classmethod
    def of_row(cls, told: Mapping[str, Any] | None) -> Price | None:
        """Return the price in a row of the table of services, None where it does not know one.

        What is paid by other units than calls and tokens, such as pages, is not counted here, and
        so is unknown unless it is free.

        Examples
        --------
        >>> Price.of_row({"unit": "call", "per": 1000, "dollars": 1.5, "asOf": "2026-11-30"})
        Price(call=0.0015, input=0.0, output=0.0)
        >>> Price.of_row({"unit": "page", "per": 1000, "dollars": None})
        """
        dollars = (told or {}).get("dollars")
        if told is None or dollars is None:
            return None
        per = told.get("per", 1)
        if told["unit"] == "token":
            both = dollars if isinstance(dollars, Mapping) else dict.fromkeys(_TOKENS, dollars)
            return cls(**{name: both[name] * _MILLION / per for name in _TOKENS})
        if told["unit"] == "call":
            return cls(call=dollars / per)
        return cls() if dollars == 0 else None
