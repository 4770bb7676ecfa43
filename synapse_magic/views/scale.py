"""Positions on an axis: a linear scale and its round tick values."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Scale:
    """A linear map from ``low..high`` in data to ``start..end`` in pixels."""

    low: float
    high: float
    start: float
    end: float

    @classmethod
    def over(cls, edges: np.ndarray, start: float, end: float) -> Scale:
        """Return the scale of the two ends in ``edges``."""
        return cls(float(edges[0]), float(edges[1]), start, end)

    def __call__(self, value: float) -> float:
        """Return the pixel position of ``value``."""
        span = self.high - self.low
        return self.start + (value - self.low) / (span if span else 1.0) * (self.end - self.start)


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Return round values from ``low`` to ``high``, about ``about`` of them.

    Examples
    --------
    >>> ticks(0.0, 1.0, 5)
    [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    """
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low:
        return [low] if math.isfinite(low) else [0.0]
    raw = (high - low) / max(about, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next((power * m for m in (1, 2, 2.5, 5) if power * m >= raw * 0.999), power * 10)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(i * step, 12) + 0.0 for i in range(first, last + 1)]


def extent(values: np.ndarray, *, zero: bool = False) -> tuple[float, float]:
    """Return the finite range of ``values``, widened where it is a point.

    ``zero`` takes 0 into the range.
    """
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)
    if not (math.isfinite(low) and math.isfinite(high)):
        finite = values[np.isfinite(values)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if high <= low:
        reach = abs(low) * 0.5 or 1.0
        low, high = low - reach, high + reach
    return low, high
