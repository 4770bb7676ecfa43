"""What calls of a service are expected to come to, from a few that were tried."""

from __future__ import annotations

from dataclasses import dataclass

from synapse_magic.views.words import plural


@dataclass(frozen=True)
class CallProjection:
    """What all rows are expected to take; None where that is not known.

    Attributes
    ----------
    tried, rows : int
        Rows that were tried, and all of them.
    calls : int or None
        Requests for all rows.
    input, output : int or None
        Tokens that are sent and come back; None also where the service counts none.
    seconds : float or None
        At least; what a service slows down is not foreseen.
    cost : float or None
        Dollars.
    why : str
        Why money is not known; empty where it is.
    """

    tried: int
    rows: int
    calls: int | None = None
    input: int | None = None
    output: int | None = None
    seconds: float | None = None
    cost: float | None = None
    why: str = ""

    def __str__(self) -> str:
        tried = f"after {plural(self.tried, 'row')}"
        parts = [tokens_in_words(self.input, self.output), _time(self.seconds)]
        known = [part for part in (*parts, money(self.cost, self.why)) if part]
        calls = "unknown calls" if self.calls is None else f"about {plural(self.calls, 'call')}"
        return f"Projected {tried}: {', '.join([calls, *known])} for {plural(self.rows, 'row')}"


def tokens_in_words(sent: float | None, back: float | None) -> str:
    """Return tokens in words, nothing where there are none.

    Examples
    --------
    >>> tokens_in_words(1200, 30)
    '1,200 + 30 tokens'
    """
    if not sent and not back:
        return ""
    return f"{sent or 0:,.0f} + {back or 0:,.0f} tokens"


def money(cost: float | None, why: str = "") -> str:
    """Return dollars in words, with two digits that count where they are few.

    Examples
    --------
    >>> money(12.3456), money(0.3), money(0.000123), money(None, "no price")
    ('$12.35', '$0.30', '$0.00012', 'cost unknown (no price)')
    """
    if cost is None:
        return f"cost unknown ({why})" if why else "cost unknown"
    if cost >= 1 or cost == 0:
        return f"${cost:,.2f}"
    whole, _, cents = f"{float(f'{cost:.2g}'):.10f}".partition(".")
    return f"${whole}.{cents.rstrip('0'):0<2}"


def _time(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if seconds < 90:
        return f"at least {max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"at least {minutes} min" if minutes < 90 else f"at least {seconds / 3600:.1f} h"
