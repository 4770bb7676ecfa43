"""Rows with some of their features set to each value of a grid."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.conditional.grid import Grid

ROWS = 10_000
Model = Callable[[pa.RecordBatch], np.ndarray]
"""Rows of all columns that a model reads to (rows, outputs) of what is looked at."""


@dataclass(frozen=True, eq=False)
class Variation:
    """A grid, or the product of several, whose features are set together.

    Attributes
    ----------
    grids : tuple of Grid
        Of different columns; the last one changes fastest.
    """

    grids: tuple[Grid, ...]

    def __len__(self) -> int:
        """Return the number of points."""
        return math.prod(self.shape)

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of values of each grid."""
        return tuple(map(len, self.grids))

    def positions(self, axis: int) -> np.ndarray:
        """Return for each point the position of its value in a grid."""
        return np.unravel_index(np.arange(len(self)), self.shape)[axis]


def vary(batch: pa.RecordBatch, variations: Sequence[Variation]) -> pa.RecordBatch:
    """Return all points of the first variation for each row in turn, then those of the next."""
    stays = [np.repeat(np.arange(batch.num_rows), len(each)) for each in variations]
    columns = [
        _varied(column, name, variations, stays)
        for name, column in zip(batch.schema.names, batch.columns)
    ]
    return pa.RecordBatch.from_arrays(columns, batch.schema.names)


def _varied(
    column: pa.Array, name: str, variations: Sequence[Variation], stays: Sequence[np.ndarray]
) -> pa.Array:
    """Return a column with its values, where it is varied those of the grid, in one look-up."""
    source, places = [column], []
    for variation, stay in zip(variations, stays):
        axes = [i for i, grid in enumerate(variation.grids) if grid.name == name]
        if axes:
            start = sum(map(len, source))
            source.append(variation.grids[axes[0]].values.cast(column.type))
            stay = np.tile(start + variation.positions(axes[0]), len(column))
        places.append(stay)
    return pa.concat_arrays(source).take(pa.array(np.concatenate(places)))


def curves(
    batch: pa.RecordBatch, variations: Sequence[Variation], model: Model
) -> Iterator[list[np.ndarray]]:
    """Yield what a model says of some rows at a time: for each variation (rows, points, outputs).

    Raises
    ------
    SynapseError
        When the model does not answer to each row.
    """
    points = sum(map(len, variations))
    step = max(1, ROWS // max(points, 1))
    for start in range(0, batch.num_rows, step):
        part = batch.slice(start, step)
        outcomes = model(vary(part, variations))
        if len(outcomes) != part.num_rows * points:
            raise dropped(len(outcomes), part.num_rows * points)
        yield split(outcomes, variations, part.num_rows)


def split(outcomes: np.ndarray, variations: Sequence[Variation], rows: int) -> list[np.ndarray]:
    """Return the outcomes of varied rows by variation, each (rows, points, outputs)."""
    ends = np.cumsum([rows * len(each) for each in variations])
    parts = np.split(outcomes, ends[:-1])
    return [part.reshape(rows, len(each), -1) for part, each in zip(parts, variations)]


def dropped(answers: int, questions: int) -> SynapseError:
    """Return the error of a model that does not answer to each row."""
    return SynapseError(
        f"The model gave {answers:,} rows for {questions:,} that it was asked about. Expected one "
        "for each. Try: handleInvalid='keep' in its stages, or df.dropna()"
    )
