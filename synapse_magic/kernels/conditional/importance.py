"""How much a partial dependence moves.

B. Greenwell, B. Boehmke, A. McCarthy, "A Simple and Effective Model-Based Variable Importance
Measure", 2018.
"""

from __future__ import annotations

import numpy as np


def importance(averages: np.ndarray, ordered: bool) -> np.ndarray:
    """Return (outputs,) of averages (points, outputs).

    Of numbers it is the standard deviation over the points, of levels a quarter of the range.

    Examples
    --------
    >>> importance(np.array([[0.0], [1.0], [2.0]]), True).tolist()
    [1.0]
    >>> importance(np.array([[0.0], [1.0], [2.0]]), False).tolist()
    [0.5]
    """
    if len(averages) < 2:
        return np.zeros(averages.shape[1])
    if ordered:
        return np.std(averages, axis=0, ddof=1)
    return np.ptp(averages, axis=0) / 4
