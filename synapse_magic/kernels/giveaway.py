"""How well one column alone tells another: near 1, it has probably been made from it."""

from __future__ import annotations

import numpy as np

_BINS = 64
_FEWEST = 20


def told_classes(codes: np.ndarray, classes: np.ndarray) -> float:
    """Return how much of what a class hides is told by the codes of a column, from 0 to 1.

    For each code the most frequent class of every other row is guessed for the rows between; 0 is
    no better than the most frequent class of all, 1 is always right. A code that occurs once tells
    nothing, so an identifier does not pass for a giveaway.

    Parameters
    ----------
    codes : ndarray of int, (rows,)
    classes : ndarray of int, (rows,)

    Examples
    --------
    >>> codes = np.arange(100) % 4
    >>> told_classes(codes, codes // 2), told_classes(codes, np.arange(100) // 50)
    (1.0, 0.0)
    """
    learned, judged = slice(0, None, 2), slice(1, None, 2)
    if len(codes) < _FEWEST:
        return 0.0
    order = np.random.default_rng(0).permutation(len(codes))
    codes, classes = codes[order], classes[order]
    counts = np.zeros((codes.max() + 1, classes.max() + 1))
    np.add.at(counts, (codes[learned], classes[learned]), 1)
    usual = counts.sum(axis=0).argmax()
    guess = np.where(counts.any(axis=1), counts.argmax(axis=1), usual)
    base = (classes[judged] == usual).mean()
    hits = (guess[codes[judged]] == classes[judged]).mean()
    return float(max(0.0, (hits - base) / (1 - base))) if base < 1 else 0.0


def told_numbers(codes: np.ndarray, values: np.ndarray) -> float:
    """Return the share of the variance of numbers that the codes of a column tell, from 0 to 1.

    Examples
    --------
    >>> told_numbers(np.arange(200) % 2, np.arange(200) % 2 * 1.0)
    1.0
    """
    if len(codes) < _FEWEST:
        return 0.0
    order = np.random.default_rng(0).permutation(len(codes))
    codes, values = codes[order], values[order]
    size = codes.max() + 1
    sums = np.bincount(codes[::2], values[::2], size)
    counts = np.bincount(codes[::2], minlength=size)
    mean = values[::2].mean()
    guess = np.where(counts > 0, sums / np.maximum(counts, 1), mean)
    judged = values[1::2]
    total = np.square(judged - mean).sum()
    left = np.square(judged - guess[codes[1::2]]).sum()
    return float(max(0.0, 1 - left / total)) if total > 0 else 0.0


def coded(values: np.ndarray) -> np.ndarray:
    """Return the codes of a column: of numbers the bin of about as many rows, else the level.

    Missing values have a code of their own.

    Examples
    --------
    >>> coded(np.array([3.0, np.nan, 1.0])).tolist()
    [2, 0, 1]
    >>> coded(np.array(["b", None, "a"], object)).tolist()
    [2, 0, 1]
    """
    codes = np.zeros(len(values), np.int64)
    if values.dtype.kind == "O":
        known = np.array([value is not None for value in values], bool)  # also of no values
        texts = np.array([str(value) for value in values[known]])
        codes[known] = np.unique(texts, return_inverse=True)[1].reshape(-1) + 1
        return codes
    numbers = values.astype(float)
    known = np.isfinite(numbers)
    if not known.any():
        return codes
    levels = np.unique(numbers[known])
    edges = levels
    if len(levels) > _BINS:
        edges = np.unique(np.quantile(numbers[known], np.linspace(0, 1, _BINS + 1)[:-1]))
    codes[known] = np.searchsorted(edges, numbers[known], side="right")
    return codes
