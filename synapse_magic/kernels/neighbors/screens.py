"""Quick scores of all rows of a block for many queries, each with a bound on its error.

A screen ranks by one matrix product, dense ones in float32. No row is lost to rounding: the bounds
say which rows may be among the best, and those few are measured exactly. The larger the score, the
nearer the row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.kernels.neighbors.measures import Metric, norms, unit

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

TILE = 4096
"""Rows of the index that are scored at once."""
_FAR = 16
"""Rows so many times longer than the median come last, in order: one alone would make the bound of
its whole tile useless."""
_TINY = 1e-36
"""More than is lost where float32 has no smaller numbers."""


@dataclass(frozen=True)
class Asked:
    """Queries as a screen takes them: the factors of the product, and what bounds its error."""

    factors: Any
    lengths: np.ndarray
    weights: np.ndarray


@dataclass(frozen=True)
class Screen:
    """Rows of an index, ready to be scored tile by tile.

    Attributes
    ----------
    metric : str
    order : numpy.ndarray
        The row of the block behind each row of the screen.
    reach : numpy.ndarray
        The longest row of each tile, shape (tiles,).
    unit_error : float
        Error of a product relative to the lengths of its factors.
    """

    metric: Metric
    order: np.ndarray
    reach: np.ndarray
    unit_error: float

    @property
    def tiles(self) -> int:
        """The number of tiles."""
        return len(self.reach)

    def errors(self, asked: Asked, tile: int) -> np.ndarray:
        """Return how far the scores of each query may be off in a tile, shape (queries,)."""
        reach = float(self.reach[tile])
        bound = asked.lengths * reach + 0.5 * asked.weights * reach * reach
        return self.unit_error * bound + _TINY


@dataclass(frozen=True)
class DenseScreen(Screen):
    """Scores in float32, about the centre of the rows, where differences are largest."""

    rows: np.ndarray
    centre: np.ndarray
    scale: float

    def ask(self, queries: np.ndarray) -> Asked:
        """Return the queries as factors, shape (queries, width)."""
        if self.metric != "l2":
            factors = unit(queries)
            ones = np.ones(len(queries))
            return Asked(factors.astype(np.float32), ones, np.zeros(len(queries)))
        moved = (queries - self.centre) / self.scale
        weights = 1 / np.maximum(norms(moved), 1.0)
        factors = np.concatenate([moved * weights[:, None], weights[:, None]], axis=1)
        return Asked(factors.astype(np.float32), norms(moved) * weights, weights)

    def scores(self, asked: Asked, chosen: Any, tile: int, out: np.ndarray, /) -> np.ndarray:
        """Return the scores of a tile for the chosen queries, in the memory of ``out``."""
        rows = self.rows[tile * TILE : (tile + 1) * TILE]
        factors = asked.factors[chosen]
        made = out[: len(factors) * len(rows)].reshape(len(factors), len(rows))
        return np.matmul(factors, rows.T, out=made)


@dataclass(frozen=True)
class SparseScreen(Screen):
    """Scores in float64 of rows with few values, by products of sparse matrices."""

    columns: tuple[Any, ...]
    halves: np.ndarray
    used: np.ndarray

    def ask(self, queries: csr_matrix) -> Asked:
        """Return the queries as factors, with the features alone that the index has."""
        rows = queries.astype(np.float64)
        if self.metric == "l2":
            return Asked(_narrowed(rows, self.used), norms(rows), np.ones(rows.shape[0]))
        factors = _narrowed(unit(rows), self.used)
        return Asked(factors, np.ones(rows.shape[0]), np.zeros(rows.shape[0]))

    def scores(self, asked: Asked, chosen: Any, tile: int, _: np.ndarray, /) -> np.ndarray:
        """Return the scores of a tile for the chosen queries."""
        made: np.ndarray = (asked.factors[chosen] @ self.columns[tile]).toarray()
        if self.metric == "l2":
            made -= self.halves[tile * TILE : tile * TILE + made.shape[1]]
        return made


def dense_screen(metric: Metric, matrix: np.ndarray, codes: np.ndarray | None) -> DenseScreen:
    """Return the screen of dense rows.

    Parameters
    ----------
    metric : str
    matrix : numpy.ndarray
    codes : numpy.ndarray, optional
        A number for each row by which they are sorted.
    """
    rows = unit(matrix) if metric == "cosine" else matrix
    centre = rows.mean(axis=0, dtype=np.float64)
    moved = rows - centre
    lengths = norms(moved)
    scale = float(lengths.max()) or 1.0
    order = _order(lengths, codes)
    width = matrix.shape[1]
    made = np.empty((len(rows), width + (metric == "l2")), np.float32)
    made[:, :width] = moved[order] / scale
    if metric == "l2":
        made[:, width] = -0.5 * (lengths[order] / scale) ** 2
    reach = _reach(lengths[order] / scale)
    return DenseScreen(metric, order, reach, (width + 8) * 2.0**-24, made, centre, scale)


def sparse_screen(metric: Metric, matrix: csr_matrix, codes: np.ndarray | None) -> SparseScreen:
    """Return the screen of sparse rows; see :func:`dense_screen`."""
    rows: Any = unit(matrix) if metric == "cosine" else matrix.astype(np.float64)
    lengths = norms(rows)
    order = _order(lengths, codes)
    # The product takes memory for each feature of its factors, of which there may be 2 ** 31.
    used = np.unique(rows.indices)
    rows = _narrowed(rows[order], used)
    starts = range(0, len(order), TILE)
    columns = tuple(rows[start : start + TILE].T.tocsr() for start in starts)
    most = int(np.diff(rows.indptr).max(initial=0))
    halves = 0.5 * lengths[order] ** 2
    reach = _reach(lengths[order])
    return SparseScreen(metric, order, reach, (most + 8) * 2.0**-52, columns, halves, used)


def _narrowed(matrix: csr_matrix, used: np.ndarray) -> csr_matrix:
    """Return the matrix with the columns ``used`` alone."""
    places = np.searchsorted(used, matrix.indices)
    kept = used[np.minimum(places, len(used) - 1)] == matrix.indices if len(used) else places < 0
    ends = np.concatenate([[0], np.cumsum(kept)])[matrix.indptr]
    parts = (matrix.data[kept], places[kept], ends)
    return type(matrix)(parts, shape=(matrix.shape[0], len(used)))


def _order(lengths: np.ndarray, codes: np.ndarray | None) -> np.ndarray:
    far = np.maximum(lengths, _FAR * np.median(lengths))
    return np.argsort(far, kind="stable") if codes is None else np.lexsort((far, codes))


def _reach(lengths: np.ndarray) -> np.ndarray:
    return np.maximum.reduceat(lengths, np.arange(0, len(lengths), TILE))
