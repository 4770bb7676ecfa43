"""How sure a share of few rows is: Wilson's interval, and Newcombe's of a difference."""

from __future__ import annotations

import numpy as np

NORMAL_95 = 1.959963984540054
"""Standard errors to each side of a 95 % interval."""


def wilson(positives: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return both ends of the 95 % interval of a share; 0 and 1 where there are no rows.

    Examples
    --------
    >>> low, high = wilson(np.array([0, 5]), np.array([10, 10]))
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.0, 0.237], [0.278, 0.763])
    """
    rows, positives = np.asarray(rows, float), np.asarray(positives, float)
    square = NORMAL_95**2
    part = np.divide(positives, rows, out=np.zeros_like(rows), where=rows > 0)
    spread = NORMAL_95 * np.sqrt(part * (1 - part) * rows + square / 4)
    middle = positives + square / 2
    low = np.where(positives == 0, 0.0, (middle - spread) / (rows + square))
    high = np.where(positives == rows, 1.0, (middle + spread) / (rows + square))
    return low, high


def newcombe(
    above: tuple[float, float, float], below: tuple[float, float, float]
) -> tuple[float, float]:
    """Return both ends of the 95 % interval of a difference of two shares.

    Parameters
    ----------
    above, below
        Each share with the ends of its own interval.
    """
    (a, a_low, a_high), (b, b_low, b_high) = above, below
    reach_down = np.hypot(a - a_low, b_high - b)
    reach_up = np.hypot(a_high - a, b - b_low)
    return float(a - b - reach_down), float(a - b + reach_up)
