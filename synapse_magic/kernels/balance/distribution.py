"""How far the shares of the levels of a column are from those of a reference."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaincc, rel_entr

from synapse_magic.kernels.balance.measures import DISTRIBUTION

NAMES = tuple(DISTRIBUTION)


def distribution(counts: np.ndarray, reference: np.ndarray) -> dict[str, float]:
    """Return the measures of a column, in the order of ``DISTRIBUTION``.

    A level that the reference excludes and rows have makes the Kullback-Leibler divergence and
    the chi-squared statistic infinite, and the p-value zero. A level that neither has is none.

    Parameters
    ----------
    counts
        (levels,) rows of each level, zero for those that the reference alone knows.
    reference
        (levels,) probabilities, which sum to one.

    Examples
    --------
    >>> distribution(np.array([3, 1]), np.array([0.5, 0.5]))["total_variation_dist"]
    0.25
    """
    known = (counts > 0) | (reference > 0)
    counts, q = np.asarray(counts, float)[known], np.asarray(reference, float)[known]
    p = counts / counts.sum()
    middle, off = (p + q) / 2, np.abs(p - q)
    divergence = (rel_entr(p, middle).sum() + rel_entr(q, middle).sum()) / (2 * np.log(2))
    statistic = _chi_squared(counts, counts.sum() * q)
    measures = {
        "kl_divergence": rel_entr(p, q).sum(),
        "js_dist": np.sqrt(max(divergence, 0.0)),
        "inf_norm_dist": off.max(),
        "total_variation_dist": off.sum() / 2,
        "wasserstein_dist": off.mean(),
        "chi_sq_stat": statistic,
        "chi_sq_p_value": _p_value(statistic, len(p) - 1),
    }
    return {name: float(measures[name]) for name in NAMES}


def _chi_squared(observed: np.ndarray, expected: np.ndarray) -> float:
    if (observed[expected == 0] > 0).any():
        return np.inf
    return float(((observed - expected) ** 2 / expected).sum())


def _p_value(statistic: float, freedom: int) -> float:
    """Return the upper tail of the chi-squared distribution; one level alone cannot differ."""
    if freedom == 0:
        return 1.0
    return 0.0 if np.isinf(statistic) else float(gammaincc(freedom / 2, statistic / 2))
