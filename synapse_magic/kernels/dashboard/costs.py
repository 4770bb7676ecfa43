"""What decisions are worth at each threshold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BINS = 200
ROUNDED = 1e-9
"""Of a bin: a score at an edge is above it, however its product with the bins is rounded."""


@dataclass(frozen=True)
class Worth:
    """What one row of each kind brings; a loss is negative."""

    true_positive: float = 1.0
    false_positive: float = -1.0
    false_negative: float = 0.0
    true_negative: float = 0.0


def histogram(truth: np.ndarray, score: np.ndarray, bins: int = BINS) -> np.ndarray:
    """Return (2, bins) rows by score over [0, 1]: negatives, then positives.

    Examples
    --------
    >>> histogram(np.array([False, True]), np.array([0.1, 0.9]), 2).tolist()
    [[1, 0], [0, 1]]
    """
    place = np.clip(np.floor(score * bins + ROUNDED).astype(int), 0, bins - 1)
    found = np.bincount(place + bins * truth.astype(int), minlength=2 * bins)
    return found.reshape(2, bins)


def profits(counts: np.ndarray, worth: Worth) -> np.ndarray:
    """Return (bins + 1,) what all rows bring at each threshold, from 0 up to above 1.

    Examples
    --------
    >>> profits(np.array([[1, 0], [0, 1]]), Worth()).tolist()
    [0.0, 1.0, 0.0]
    """
    below = np.concatenate([np.zeros((2, 1)), counts.cumsum(axis=1)], axis=1)
    above = counts.sum(axis=1, keepdims=True) - below
    found: np.ndarray = (
        worth.true_positive * above[1]
        + worth.false_positive * above[0]
        + worth.false_negative * below[1]
        + worth.true_negative * below[0]
    )
    return found


def rates(counts: np.ndarray, threshold: float) -> dict[str, float]:
    """Return how a group fares at a threshold: rows, selected, found, falsely taken.

    Examples
    --------
    >>> rates(np.array([[3, 1], [0, 2]]), 0.5)["selection rate"]
    0.5
    """
    at = int(threshold * counts.shape[1] + ROUNDED)
    negative, positive = map(float, counts[:, at:].sum(axis=1))
    no, yes = map(float, counts.sum(axis=1))
    return {
        "rows": no + yes,
        "selection rate": (negative + positive) / (no + yes) if no + yes else np.nan,
        "true positive rate": positive / yes if yes else np.nan,
        "false positive rate": negative / no if no else np.nan,
    }
