"""The lasso of a few features by coordinate descent on their Gram matrix."""

from __future__ import annotations

import numpy as np

_MOST_SWEEPS = 10_000
_TOLERANCE = 1e-10


def lasso(gram: np.ndarray, target: np.ndarray, penalty: float) -> np.ndarray:
    """Return the slopes (features, outputs) that minimise b'Gb / 2 - b't + penalty * sum |b|.

    With weights that sum to 1 in ``gram`` and ``target`` this is what scikit-learn's ``Lasso``
    minimises; J. Friedman, T. Hastie, R. Tibshirani, "Regularization Paths for Generalized Linear
    Models via Coordinate Descent", 2010.

    Parameters
    ----------
    gram : numpy.ndarray
        (features, features) products of the centred features.
    target : numpy.ndarray
        (features, outputs) products of the centred features and outputs.
    penalty : float
    """
    slopes = np.zeros_like(target)
    left = target.copy()
    used = np.flatnonzero(np.diag(gram) > _TOLERANCE)
    scale = np.abs(target).max(initial=0.0)
    for _ in range(_MOST_SWEEPS):
        moved = 0.0
        for j in used:
            size = gram[j, j]
            wanted = left[j] + size * slopes[j]
            new = np.sign(wanted) * np.maximum(np.abs(wanted) - penalty, 0.0) / size
            step = new - slopes[j]
            if step.any():
                left -= gram[:, j, None] * step
                slopes[j] = new
                moved = max(moved, float(np.abs(step).max()) * size)
        if moved <= _TOLERANCE * scale:
            break
    return slopes
