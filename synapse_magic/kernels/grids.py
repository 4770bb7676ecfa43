"""Grids that get coarser as numbers arrive, and come out the same in whatever parts they arrive.

A level of a grid is a union of cells of the level below, so it does not matter when it was raised.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Snap = Callable[[np.ndarray, int], np.ndarray]

_MANTISSA = 52
_KEPT = 4
_LOWEST = -1022
LEVELS = (_MANTISSA - _KEPT) + 2046
FIRST, LAST = -1074, 1024


def by_size(values: np.ndarray, level: int) -> np.ndarray:
    """Return numbers in a floating-point format that is shorter the higher the level, towards 0.

    Levels first take mantissa bits away, down to 4, and then small exponents: below the smallest
    one left, steps are even. Level 0 keeps numbers as they are; missing and infinite ones stay.
    """
    bits, lowest = _format(level)
    drop = np.uint64(_MANTISSA - bits)
    short = ((values.view(np.uint64) >> drop) << drop).view(np.float64)
    step = np.ldexp(1.0, max(lowest - bits, -1074))
    with np.errstate(over="ignore", invalid="ignore"):
        even = np.trunc(values / step) * step
        small = np.abs(values) < np.ldexp(1.0, lowest)
    return np.where(np.isfinite(values), np.where(small, even, short), values) + 0.0


def middles(points: np.ndarray, level: int) -> np.ndarray:
    """Return the middle of each cell that :func:`by_size` names by its end nearest to 0."""
    if not level:
        return points
    bits, lowest = _format(level)
    exponent = np.maximum(np.frexp(np.where(np.isfinite(points), points, 0.0))[1] - 1, lowest)
    half = np.ldexp(0.5, exponent - bits)
    return np.where(points == 0, 0.0, points + np.copysign(half, points))


def evenly(values: np.ndarray, level: int) -> np.ndarray:
    """Return finite numbers as the next lower multiples of ``2**level``."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        floor = np.ldexp(np.floor(np.ldexp(values, -level)), level)
        fine = np.abs(values) >= np.ldexp(1.0, min(level + 53, 1023))
    return np.where(fine, values, floor) + 0.0


def fitted(points: np.ndarray, most: int, snap: Snap, level: int, last: int) -> int:
    """Return the lowest level from ``level`` on that leaves at most ``most`` of sorted numbers."""

    def fits(at: int) -> bool:
        return len(points) <= most or int(firsts(snap(points, at)).sum()) <= most

    if fits(level):
        return level
    low, high, step = level, min(level + 1, last), 1
    while high < last and not fits(high):
        step *= 2
        low, high = high, min(high + step, last)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(middle) else (middle, high)
    return high


def firsts(points: np.ndarray) -> np.ndarray:
    """Return which of sorted numbers, NaN last, are unlike the one before."""
    unlike = np.ones(len(points), dtype=bool)
    unlike[1:] = (points[1:] != points[:-1]) & ~np.isnan(points[:-1])
    return unlike


def _format(level: int) -> tuple[int, int]:
    """Return the mantissa bits and the smallest exponent of a level."""
    taken = min(level, _MANTISSA - _KEPT)
    return _MANTISSA - taken, _LOWEST + level - taken
