"""The best rows so far of many queries: a few candidates each, in one flat list.

Nothing is ever sorted but candidates: the k-th best score so far lets nearly all of a tile be
passed over by one comparison.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Rank = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
"""Rows and columns of pairs to their exact ranks and, among equals, the order."""
_SEED = 1024
"""The first bound of a query comes from the k-th best of so many scores."""
_MOST = 1 << 21
"""More pairs than this are measured at once, rather than kept as candidates."""


class Running:
    """The candidates of ``count`` queries for their ``k`` best rows."""

    def __init__(self, count: int, k: int, rank: Rank) -> None:
        self.k = k
        self.rank = rank
        self.floor = np.full(count, -np.inf)
        """What a score must reach, error included, to be among the best."""
        self._rows = np.empty(0, np.int64)
        self._columns = np.empty(0, np.int64)
        self._lows = np.empty(0)
        self._highs = np.empty(0)
        self._new: list[tuple[np.ndarray, ...]] = []
        self._pending = 0

    def see(
        self,
        scores: np.ndarray,
        errors: np.ndarray,
        queries: np.ndarray,
        columns: np.ndarray,
        allowed: np.ndarray | None = None,
    ) -> None:
        """Take the scores of some columns for some of the queries.

        Parameters
        ----------
        scores : numpy.ndarray of shape (queries, columns)
        errors : numpy.ndarray of shape (queries,)
        queries, columns : numpy.ndarray
            Their numbers.
        allowed : numpy.ndarray of bool, optional
            Which pairs count; all without.
        """
        if allowed is not None:
            scores[~allowed] = -np.inf
        self._seed(scores[:, :_SEED], errors, queries)
        least = _rounded_down(self.floor[queries] - errors, scores.dtype)
        passed = scores >= least[:, None]
        if allowed is not None:
            passed &= allowed
        hits = np.flatnonzero(passed)
        if not len(hits):
            return
        local, inside = np.divmod(hits, scores.shape[1])
        found, error = scores.ravel()[hits].astype(np.float64), errors[local]
        self._new.append((queries[local], columns[inside], found - error, found + error))
        self._pending += len(hits)
        if self._pending > self.k * len(self.floor):
            self._settle()

    def best(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the rows, columns and ranks of the best pairs, sorted by row, nearest first."""
        self._gather()
        return self._thin()

    def _seed(self, scores: np.ndarray, errors: np.ndarray, queries: np.ndarray) -> None:
        fresh = np.flatnonzero(np.isneginf(self.floor[queries]))
        if len(fresh) and scores.shape[1] > self.k:
            place = scores.shape[1] - self.k
            least = np.partition(scores[fresh], place, axis=1)[:, place]
            self.floor[queries[fresh]] = least.astype(np.float64) - errors[fresh]

    def _settle(self) -> None:
        """Raise the floors to what the candidates prove, and drop those that fall below."""
        self._gather()
        order = np.lexsort((-self._lows, self._rows))
        rows = self._rows[order]
        last = order[_places(rows) == self.k - 1]
        at = self._rows[last]
        self.floor[at] = np.maximum(self.floor[at], self._lows[last])
        self._keep(self._highs >= self.floor[self._rows])
        if len(self._rows) > _MOST:
            self._thin()

    def _thin(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Measure the candidates, and keep only the best of each query."""
        self._keep(self._highs >= self.floor[self._rows])
        ranks, equals = self.rank(self._rows, self._columns)
        kept = best_of(self._rows, ranks, equals, self.k)
        self._keep(kept)
        return self._rows, self._columns, ranks[kept]

    def _gather(self) -> None:
        parts = [(self._rows, self._columns, self._lows, self._highs), *self._new]
        self._rows, self._columns, self._lows, self._highs = map(np.concatenate, zip(*parts))
        self._new, self._pending = [], 0

    def _keep(self, which: np.ndarray) -> None:
        self._rows, self._columns = self._rows[which], self._columns[which]
        self._lows, self._highs = self._lows[which], self._highs[which]


def best_of(rows: np.ndarray, ranks: np.ndarray, equals: np.ndarray, k: int) -> np.ndarray:
    """Return where the ``k`` best of each row are, sorted by row, nearest first.

    Examples
    --------
    >>> best_of(np.array([1, 0, 1]), np.array([3.0, 5.0, 2.0]), np.array([7, 8, 9]), 1)
    array([1, 2])
    """
    order = np.lexsort((equals, ranks, rows))
    return order[_places(rows[order]) < k]


def _places(rows: np.ndarray) -> np.ndarray:
    """Return the place of each element among those of the same row, which stand together."""
    if not len(rows):
        return np.empty(0, np.int64)
    starts = np.flatnonzero(np.concatenate([[True], rows[1:] != rows[:-1]]))
    sizes = np.diff(np.concatenate([starts, [len(rows)]]))
    return np.arange(len(rows)) - np.repeat(starts, sizes)


def _rounded_down(numbers: np.ndarray, kind: np.dtype) -> np.ndarray:
    return np.nextafter(numbers.astype(kind), kind.type(-np.inf))
