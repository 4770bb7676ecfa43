"""Classes against those that were predicted for them."""

from __future__ import annotations

import numpy as np


def confusion(truth: np.ndarray, guess: np.ndarray, classes: int) -> np.ndarray:
    """Return (true class, predicted class) how many rows there are.

    Examples
    --------
    >>> confusion(np.array([0, 0, 1]), np.array([0, 1, 1]), 2).tolist()
    [[1, 1], [0, 1]]
    """
    flat = np.bincount(truth * classes + guess, minlength=classes * classes)
    return flat.reshape(classes, classes)


def class_measures(counts: np.ndarray) -> dict[str, np.ndarray]:
    """Return the measures of each class, NaN where there is nothing to measure.

    Examples
    --------
    >>> found = class_measures(np.array([[1, 1], [0, 1]]))
    >>> found["precision"].tolist(), found["recall"].tolist(), found["f1"].round(2).tolist()
    ([1.0, 0.5], [0.5, 1.0], [0.67, 0.67])
    """
    hits = np.diag(counts).astype(float)
    predicted, true = counts.sum(axis=0).astype(float), counts.sum(axis=1).astype(float)
    return {
        "precision": _over(hits, predicted),
        "recall": _over(hits, true),
        "f1": _over(2 * hits, predicted + true),
    }


def _over(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
