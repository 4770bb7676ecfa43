"""The counts that workers made of a scored frame, added up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Facts:
    """Counts and totals by fact, row and column: five arrays of equal length."""

    fact: np.ndarray
    row: np.ndarray
    column: np.ndarray
    counts: np.ndarray
    totals: np.ndarray

    def count(self, fact: str) -> int:
        """Return how many were counted under a fact, over all its rows and columns."""
        return int(self.counts[self.fact == fact].sum())

    def total(self, fact: str) -> float:
        """Return the total of a fact, over all its rows and columns."""
        return float(self.totals[self.fact == fact].sum())

    def of(self, fact: str) -> Facts:
        """Return the part about one fact, in order of row and column."""
        found = np.flatnonzero(self.fact == fact)
        found = found[np.lexsort((self.column[found], self.row[found]))]
        return Facts(
            self.fact[found],
            self.row[found],
            self.column[found],
            self.counts[found],
            self.totals[found],
        )

    def grid(self, rows: int, columns: int) -> np.ndarray:
        """Return the counts as an array of this shape."""
        grid = np.zeros((rows, columns))
        np.add.at(grid, (self.row, self.column), self.counts)
        return grid
