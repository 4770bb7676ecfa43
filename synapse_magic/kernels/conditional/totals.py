"""Sums that are the same in whatever order, and in whatever parts, the rows are added.

Each sum is kept as two numbers. The first adds up the leading digits of the rows, which is exact;
the second what they leave, so little that its rounding is lost when both become one.
"""

from __future__ import annotations

import numpy as np


def total(values: np.ndarray) -> np.ndarray:
    """Return the sum over the rows of (rows, ...) as (2, ...)."""
    with np.errstate(over="ignore", invalid="ignore"):
        largest = np.abs(values).max(0, initial=0.0)
        size = np.where(largest > 0, largest, 1.0) * max(len(values), 1)
        anchor = np.exp2(np.ceil(np.log2(size)) + 1)
        high = np.where(np.isfinite(anchor), (values + anchor) - anchor, values)
        low = np.where(np.isfinite(anchor), values - high, 0.0)
        return np.stack([high.sum(0), low.sum(0)])


def added(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return two totals as one."""
    return total(np.concatenate([first, second]))
