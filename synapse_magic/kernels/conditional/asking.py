"""A row at each point of some grids, as a question that a model in Spark can be asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.conditional.varying import ROWS, Variation, vary
from synapse_magic.kernels.explaining.local import Local


@dataclass(frozen=True)
class PointsQuestioner:
    """Asks about rows at all points of some variations.

    What it makes of the answers is a :class:`Local` whose values are (points, outputs), those of
    one variation after the other.
    """

    variations: tuple[Variation, ...]

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns that are varied."""
        return tuple(dict.fromkeys(g.name for each in self.variations for g in each.grids))

    def ask(self, batch: pa.RecordBatch, row: int) -> PointsAsked:
        """Return the points of one row."""
        return PointsAsked(batch.slice(row, 1), self.variations)


@dataclass(frozen=True)
class PointsAsked:
    """One row at all points."""

    row: pa.RecordBatch
    variations: tuple[Variation, ...]

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the points in order."""
        points = vary(self.row, self.variations)
        for start in range(0, points.num_rows, ROWS):
            yield points.slice(start, ROWS)

    def answer(self, outcomes: np.ndarray) -> Local:
        """Return what was said of the points."""
        nothing = np.zeros(outcomes.shape[1])
        return Local(values=outcomes, base=nothing, prediction=nothing, quality=nothing)
