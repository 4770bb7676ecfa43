"""What "near" means: the measure of each metric, exact to the last digits of float64."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from synapse_magic.kernels.vectors import Matrix

Metric = Literal["l2", "cosine", "innerProduct"]
FIELDS: dict[Metric, str] = {
    "l2": "distance",
    "cosine": "similarity",
    "innerProduct": "innerProduct",
}
"""The name of the measure in a result."""
_PAIR_NUMBERS = 1 << 20
"""As many numbers of pairs are handled at once."""


def ranks(measures: np.ndarray, metric: Metric) -> np.ndarray:
    """Return numbers that are smaller the nearer a pair is."""
    return measures if metric == "l2" else -measures


def measured(
    metric: Metric, index: Matrix, columns: np.ndarray, queries: Matrix, rows: np.ndarray
) -> np.ndarray:
    """Return the measure of each pair: row ``columns[i]`` of the index, ``rows[i]`` of the queries.

    Distances come from the differences and so keep their digits between near points.
    """
    of_pairs = _MEASURES[metric]
    found = np.empty(len(rows))
    step = max(1, int(_PAIR_NUMBERS / max(1.0, _numbers_a_row(index), _numbers_a_row(queries))))
    for start in range(0, len(rows), step):
        part = slice(start, start + step)
        found[part] = of_pairs(_picked(index, columns[part]), _picked(queries, rows[part]))
    return found


def norms(matrix: Matrix) -> np.ndarray:
    """Return the Euclidean norm of each row."""
    if isinstance(matrix, np.ndarray):
        return np.sqrt(np.einsum("ij,ij->i", matrix, matrix, dtype=np.float64))
    return np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1), dtype=np.float64).ravel())


def unit(matrix: Matrix) -> Matrix:
    """Return the rows at length 1, float64; rows of zeros stay zeros."""
    factors = 1 / _positive(norms(matrix))
    if isinstance(matrix, np.ndarray):
        return matrix * factors[:, None]
    return matrix.multiply(factors[:, None]).tocsr()


def _numbers_a_row(matrix: Matrix) -> float:
    return (matrix.size if isinstance(matrix, np.ndarray) else matrix.nnz) / matrix.shape[0]


def _picked(matrix: Matrix, rows: np.ndarray) -> Matrix:
    return matrix[rows].astype(np.float64)


def _distances(index: Matrix, queries: Matrix) -> np.ndarray:
    return norms(index - queries)


def _products(index: Matrix, queries: Matrix) -> np.ndarray:
    if isinstance(index, np.ndarray):
        return np.einsum("ij,ij->i", index, queries)
    return np.asarray(index.multiply(queries).sum(axis=1)).ravel()


def _similarities(index: Matrix, queries: Matrix) -> np.ndarray:
    products = _products(index, queries)
    cosines = products / _positive(norms(index)) / _positive(norms(queries))
    return np.clip(cosines, -1.0, 1.0)


def _positive(lengths: np.ndarray) -> np.ndarray:
    return np.where(lengths > 0, lengths, 1.0)


_MEASURES: dict[Metric, Callable[[Matrix, Matrix], np.ndarray]] = {
    "l2": _distances,
    "cosine": _similarities,
    "innerProduct": _products,
}
