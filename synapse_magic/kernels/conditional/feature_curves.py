"""What setting one feature, or two, does to the rows of a sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.conditional.grid import Grid
from synapse_magic.kernels.conditional.importance import importance
from synapse_magic.kernels.conditional.stored import is_moment, to_numbers

SHOWN = 50
BAND = (10, 90)
_BINS = 24
_DAY = 86_400

Kind = Literal["number", "moment", "level"]


@dataclass(frozen=True, eq=False)
class Axis:
    """The grid of a feature, as it is drawn and told.

    Attributes
    ----------
    name : str
        The feature.
    kind : {"number", "moment", "level"}
    values : numpy.ndarray
        (points,) float64; of a moment the seconds since 1970, of a level its position.
    labels : tuple of str
        Levels by name and moments in ISO 8601; empty for numbers.
    """

    name: str
    kind: Kind
    values: np.ndarray
    labels: tuple[str, ...]

    @classmethod
    def of(cls, grid: Grid) -> Axis:
        """Return the axis of a grid."""
        if not grid.ordered:
            labels = tuple(map(_level, grid.values.to_pylist()))
            return cls(grid.name, "level", np.arange(len(grid), dtype=float), labels)
        if is_moment(grid.values.type):
            return cls(grid.name, "moment", seconds(grid.values), _iso(grid.values))
        return cls(grid.name, "number", grid.values.cast(pa.float64()).to_numpy(), ())

    def __len__(self) -> int:
        """Return the number of points."""
        return len(self.values)

    def label(self, point: int) -> str | float:
        """Return the value of a point: a name, a date, or a number."""
        return self.labels[point] if self.labels else float(self.values[point])


@dataclass(frozen=True, eq=False)
class FeatureCurves:
    """What a model says of rows when a feature is set to each value of a grid.

    Attributes
    ----------
    axis : Axis
        The grid.
    average : numpy.ndarray
        (points, outputs) mean over the rows: the partial dependence.
    band : numpy.ndarray
        (2, points, outputs) the 10th and the 90th percentile of the rows.
    curves : numpy.ndarray
        (rows, points, outputs) of up to 50 rows.
    counts : numpy.ndarray
        Rows of each level, or between neighbours of ``edges``.
    edges : numpy.ndarray
        Ends of bins over the grid's range; empty for levels.
    importance : numpy.ndarray
        (outputs,) how much the average moves; 0 for a feature that changes nothing.
    """

    axis: Axis
    average: np.ndarray
    band: np.ndarray
    curves: np.ndarray
    counts: np.ndarray
    edges: np.ndarray
    importance: np.ndarray

    @classmethod
    def of(cls, grid: Grid, column: pa.Array, outcomes: np.ndarray) -> FeatureCurves:
        """Return the curves of a feature.

        Parameters
        ----------
        grid : Grid
        column : pyarrow.Array
            The feature's values in the rows.
        outcomes : numpy.ndarray
            (rows, points, outputs) in the order of the rows.
        """
        average = outcomes.mean(0)
        axis = Axis.of(grid)
        counts, edges = _counted(grid, axis, column)
        return cls(
            axis=axis,
            average=average,
            band=np.percentile(outcomes, BAND, axis=0),
            curves=outcomes[:SHOWN].copy(),
            counts=counts,
            edges=edges,
            importance=importance(average, grid.ordered),
        )

    @property
    def name(self) -> str:
        """The feature."""
        return self.axis.name


@dataclass(frozen=True, eq=False)
class PairMap:
    """The partial dependence on two features together.

    Attributes
    ----------
    first, second : Axis
        The grids.
    average : numpy.ndarray
        (points of the first, points of the second, outputs).
    """

    first: Axis
    second: Axis
    average: np.ndarray

    @classmethod
    def of(cls, grids: Sequence[Grid], average: np.ndarray) -> PairMap:
        """Return the map of two grids from the average of their product, (points, outputs)."""
        first, second = map(Axis.of, grids)
        return cls(first, second, average.reshape(len(first), len(second), -1))


def seconds(column: pa.Array) -> np.ndarray:
    """Return dates and timestamps that are not null as seconds since 1970."""
    unit = _DAY if pa.types.is_date(column.type) else 1e-6
    return np.array(to_numbers(column), dtype=np.float64) * unit


def _iso(column: pa.Array) -> tuple[str, ...]:
    if pa.types.is_date(column.type):
        return tuple(value.isoformat() for value in column.cast(pa.date32()).to_pylist())
    moments = column.cast(pa.timestamp("s"), safe=False).to_pylist()
    return tuple(moment.isoformat(sep=" ") for moment in moments)


def _level(value: object) -> str:
    if value is None:
        return "missing"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _counted(grid: Grid, axis: Axis, column: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    if not grid.ordered:
        levels = grid.values.to_pylist()
        found = column.to_pylist()
        return np.array([sum(value == level for value in found) for level in levels]), np.zeros(0)
    if axis.kind == "moment":
        known = seconds(column)
    else:
        known = column.cast(pa.float64()).drop_null().to_numpy()
    known = known[np.isfinite(known)]
    return np.histogram(known, _BINS, (axis.values[0], axis.values[-1]))
