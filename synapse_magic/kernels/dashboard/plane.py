"""Vectors as points of a plane, by their two principal components."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh


@dataclass(frozen=True, eq=False)
class Plane:
    """Where vectors lie on the plane that keeps most of their variance.

    Attributes
    ----------
    points
        (rows, 2), the direction of most variance first; NaN for a vector with a missing number.
    share
        How much of the variance the plane keeps, from 0 to 1.
    """

    points: np.ndarray
    share: float


def plane(vectors: np.ndarray) -> Plane:
    """Return the plane of most variance, with its directions signed so that it is always the same.

    Parameters
    ----------
    vectors
        (rows, numbers).

    Examples
    --------
    >>> found = plane(np.array([[0.0, 0, 5], [2, 0, 5], [4, 0, 5]]))
    >>> found.points.tolist(), found.share
    ([[-2.0, 0.0], [0.0, 0.0], [2.0, 0.0]], 1.0)
    """
    points = np.full((len(vectors), 2), np.nan)
    whole = np.isfinite(vectors).all(axis=1)
    if not whole.any() or not vectors.shape[1]:
        return Plane(points, 0.0)
    known = vectors[whole].astype(np.float64)
    known -= known.mean(axis=0)
    total = float(np.square(known).sum())
    if not total:
        points[whole] = 0.0
        return Plane(points, 0.0)
    points[whole] = np.round(known @ _directions(known), 12) + 0.0
    return Plane(points, float(np.square(points[whole]).sum()) / total)


def _directions(centred: np.ndarray) -> np.ndarray:
    """Return (numbers, 2) orthonormal directions of most variance, zero where there is no second.

    The smaller of the two products of the rows with themselves has the same answer.
    """
    rows, numbers = centred.shape
    side = min(rows, numbers)
    kept = (max(side - 2, 0), side - 1)
    if numbers <= rows:
        _, found = eigh(centred.T @ centred, subset_by_index=kept)
    else:
        sizes, mixed = eigh(centred @ centred.T, subset_by_index=kept)
        lengths = np.sqrt(np.where(sizes > sizes[-1] * 1e-12, sizes, np.inf))
        found = centred.T @ (mixed / lengths)
    strongest = np.abs(found).argmax(axis=0)
    signs = np.sign(found[strongest, np.arange(found.shape[1])])
    made = np.zeros((numbers, 2))
    made[:, : found.shape[1]] = (found * signs)[:, ::-1]
    return made
