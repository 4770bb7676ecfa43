"""How far the contribution of one feature depends on the value of another.

From contributions alone: no model is asked. What a feature's own value explains of its
contribution is taken out; what the pair of values explains of the rest is the interplay.
"""

from __future__ import annotations

import numpy as np

MOST_GROUPS = 10
_ROWS_OF_A_CELL = 5
_ROUNDING = 1e-12


def groups_of(rows: int) -> int:
    """Return into how many groups a feature's values are cut: ten from 500 rows on."""
    return int(np.clip(np.sqrt(rows / _ROWS_OF_A_CELL), 2, MOST_GROUPS))


def like_values(values: np.ndarray, groups: int) -> np.ndarray:
    """Return a code from 0 for each value: equal shares of numbers, the most frequent levels.

    The last code, ``groups``, stands for missing numbers.
    """
    if values.dtype == object:
        _, codes, counts = np.unique(
            [str(value) for value in values], return_inverse=True, return_counts=True
        )
        rank = np.empty(len(counts), dtype=np.intp)
        rank[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
        return np.minimum(rank[codes], groups - 1)
    finite = values[np.isfinite(values)]
    if not finite.size:
        return np.where(np.isnan(values), groups, 0)
    cuts = np.unique(np.quantile(finite, np.arange(1, groups) / groups))
    return np.where(np.isnan(values), groups, np.searchsorted(cuts, values, side="right"))


def left_open(shap: np.ndarray, values: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return what a feature's own value leaves open of its (rows, outputs) contributions.

    In each group of like values a line is taken out, a mean where values are levels.
    """
    left = shap - _means(shap, codes)[codes]
    if values.dtype != object:
        left = left - _slopes(left, values, codes)
    rounding = _ROUNDING * np.abs(shap).max(axis=0, initial=0.0)
    return np.where(np.abs(left) > rounding, left, 0.0)


def _slopes(left: np.ndarray, values: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return the lines through the numbers of each group, at each row."""
    own = np.where(np.isfinite(values), values, 0.0)[:, None]
    own = own - _means(own, codes)[codes]
    spread = _means(own**2, codes)
    slope = _means(own * left, codes) / np.where(spread > 0, spread, 1.0)
    return own * slope[codes]


def interplay(left: np.ndarray, own: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return how much of what is left open another feature's value tells, a number an output.

    The root of a mean square, in the unit of the contributions; what as many groups of pure noise
    would tell is taken off.

    Parameters
    ----------
    left
        (rows, outputs) of :func:`left_open`.
    own, other
        (rows,) codes of the two features' values.
    """
    cells = own * (int(other.max(initial=0)) + 1) + other
    spare = len(left) - len(np.unique(cells))
    if spare <= 0:
        return np.zeros(left.shape[1])
    extra = len(np.unique(cells)) - len(np.unique(own))
    total = np.square(left).sum(axis=0)
    rest = np.square(left - _means(left, cells)[cells]).sum(axis=0)
    told = total - rest - extra * rest / spare
    return np.sqrt(np.maximum(told, 0.0) / len(left))


def _means(columns: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return the mean of each column in each group, (groups, columns)."""
    count = np.maximum(np.bincount(codes), 1)
    sums = np.stack([np.bincount(codes, weights=column) for column in columns.T], axis=1)
    return sums / count[:, None]
