"""Tokens that replies were made of, and what they cost by the prices that a user gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import pyarrow as pa

_MILLION = 1_000_000


@dataclass(frozen=True)
class Usage:
    """Tokens of one reply or several; None where a server does not tell.

    ``cached_tokens`` are those of the prompt that the provider still had, ``reasoning_tokens``
    those of the completion that nobody sees.
    """

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None


USAGE = pa.struct([(name, pa.int64()) for name in asdict(Usage())])


@dataclass(frozen=True)
class Prices:
    """What a million tokens cost, in whatever money.

    Attributes
    ----------
    prompt, completion : float
    cached : float or None
        Of the tokens of a prompt that the provider still had; None for the price of the others.
    """

    prompt: float
    completion: float
    cached: float | None = None


def total(used: Sequence[Usage]) -> Usage | None:
    """Return the sum of several replies; what one of them does not tell is not known.

    Examples
    --------
    >>> total([Usage(10, 2, 12), Usage(20, 3, 23, cached_tokens=8)])
    Usage(prompt_tokens=30, completion_tokens=5, total_tokens=35, cached_tokens=None, \
reasoning_tokens=None)
    """
    if not used:
        return None
    told = [asdict(each) for each in used]
    return Usage(**{name: _sum([each[name] for each in told]) for name in told[0]})


def cost(usage: Usage | None, prices: Prices | None) -> float | None:
    """Return what tokens cost, None where they or the prices are not known.

    Examples
    --------
    >>> cost(Usage(1_000_000, 500_000, cached_tokens=400_000), Prices(2.0, 8.0, cached=0.5))
    5.4
    """
    if usage is None or prices is None:
        return None
    if usage.prompt_tokens is None or usage.completion_tokens is None:
        return None
    cached = (usage.cached_tokens or 0) if prices.cached is not None else 0
    spent = (usage.prompt_tokens - cached) * prices.prompt + cached * (prices.cached or 0.0)
    return (spent + usage.completion_tokens * prices.completion) / _MILLION


def _sum(counts: Sequence[int | None]) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(counts) else None
