"""How good predictions are for some rows, from the rows themselves."""

from __future__ import annotations

import numpy as np

LEAST = 1e-15
"""Probabilities are at least this far from 0 and 1 before their logarithm is taken."""


def binary_metrics(
    truth: np.ndarray, score: np.ndarray, threshold: float = 0.5
) -> dict[str, float]:
    """Return measures of probabilities of the positive class; NaN for those without an answer.

    Parameters
    ----------
    truth
        (rows,) whether each row is positive.
    score
        (rows,) probabilities.

    Examples
    --------
    >>> found = binary_metrics(np.array([True, False, True]), np.array([0.9, 0.6, 0.4]))
    >>> found["accuracy"], found["recall"], found["AUC"]
    (0.3333333333333333, 0.5, 0.5)
    """
    taken = score >= threshold
    hits = float((taken & truth).sum())
    sure = np.clip(np.where(truth, score, 1 - score), LEAST, 1)
    return {
        "accuracy": _over(float((taken == truth).sum()), len(truth)),
        "AUC": area(truth, score),
        "log_loss": float(-np.log(sure).mean()) if len(truth) else np.nan,
        "precision": _over(hits, float(taken.sum())),
        "recall": _over(hits, float(truth.sum())),
        "f1": _over(2 * hits, float(taken.sum() + truth.sum())),
    }


def area(truth: np.ndarray, score: np.ndarray) -> float:
    """Return the chance that a positive is scored above a negative; NaN with one class alone."""
    positive = float(truth.sum())
    negative = len(truth) - positive
    if not positive or not negative:
        return np.nan
    order = np.argsort(score, kind="stable")
    sorted_ = score[order]
    first = np.flatnonzero(np.concatenate([[True], sorted_[1:] != sorted_[:-1]]))
    lengths = np.diff(np.append(first, len(score)))
    ranks = np.repeat(first + (lengths + 1) / 2, lengths)  # equal scores share their mean rank
    over = ranks[truth[order]].sum() - positive * (positive + 1) / 2
    return float(over / (positive * negative))


def class_metrics(truth: np.ndarray, scores: np.ndarray) -> dict[str, float]:
    """Return measures of probabilities of several classes, (rows, classes), against their numbers.

    Examples
    --------
    >>> class_metrics(np.array([0, 1]), np.array([[0.5, 0.5, 0.0], [0.0, 0.5, 0.5]]))["accuracy"]
    1.0
    """
    if not len(truth):
        return {"accuracy": np.nan, "log_loss": np.nan}
    sure = np.clip(scores[np.arange(len(truth)), truth], LEAST, 1)
    right = scores.argmax(axis=1) == truth
    return {"accuracy": float(right.mean()), "log_loss": float(-np.log(sure).mean())}


def number_metrics(truth: np.ndarray, predicted: np.ndarray) -> dict[str, float]:
    """Return measures of predicted numbers.

    Examples
    --------
    >>> number_metrics(np.array([1.0, 3.0]), np.array([1.0, 1.0]))
    {'rmse': 1.4142135623730951, 'mae': 1.0, 'r2': -1.0}
    """
    if not len(truth):
        return {"rmse": np.nan, "mae": np.nan, "r2": np.nan}
    error = truth - predicted
    around = float(((truth - truth.mean()) ** 2).sum())
    return {
        "rmse": float(np.sqrt((error**2).mean())),
        "mae": float(np.abs(error).mean()),
        "r2": 1 - float((error**2).sum()) / around if around else np.nan,
    }


def _over(part: float, whole: float) -> float:
    return part / whole if whole else np.nan
