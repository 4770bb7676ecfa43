"""How unequally rows are spread over the combinations of levels of several columns."""

from __future__ import annotations

import numpy as np

from synapse_magic.kernels.balance.measures import AGGREGATE

NAMES = tuple(AGGREGATE)


def aggregate(
    sizes: np.ndarray, times: np.ndarray, epsilon: float = 1.0, tolerance: float = 1e-12
) -> dict[str, float]:
    """Return the indices of inequality, in the order of ``AGGREGATE``.

    Combinations of one size are alike to them, so it is enough to know how many there are.

    Parameters
    ----------
    sizes, times
        Rows of a combination, and how many combinations have as many.
    epsilon
        Aversion to inequality of the Atkinson index; 1 where it is nearer than ``tolerance``.

    Examples
    --------
    >>> aggregate(np.array([25]), np.array([4]))
    {'atkinson_index': 0.0, 'theil_l_index': 0.0, 'theil_t_index': 0.0}
    """
    sizes = np.asarray(sizes, float)
    weights = times / times.sum()
    relative = sizes / (weights @ sizes)
    alpha = 1.0 - epsilon
    log = np.log(relative)
    if abs(alpha) < tolerance:
        level = np.exp(weights @ log)
    else:
        # A sum of large powers by its largest: epsilon may be far from 1.
        largest = (alpha * log).max()
        power = largest + np.log(weights @ np.exp(alpha * log - largest))
        level = np.exp(power / alpha)
    measures = {
        "atkinson_index": 1.0 - level,
        "theil_l_index": -(weights @ log),
        "theil_t_index": weights @ (relative * log),
    }
    return {name: float(measures[name]) + 0.0 for name in NAMES}
