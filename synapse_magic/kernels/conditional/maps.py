"""Curves as columns of maps from the values of a grid to vectors, one number an output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.conditional.varying import Variation
from synapse_magic.kernels.explaining.local import Local
from synapse_magic.kernels.vectors import from_matrix


def keys_of(variation: Variation, kinds: Sequence[pa.DataType]) -> pa.Array:
    """Return the points: values of the grid, or structs of those of several, in their types."""
    columns = [
        grid.values.cast(kind).take(pa.array(variation.positions(axis)))
        for axis, (grid, kind) in enumerate(zip(variation.grids, kinds))
    ]
    if len(columns) == 1:
        return columns[0]
    return pa.StructArray.from_arrays(columns, [grid.name for grid in variation.grids])


def curve_maps(keys: pa.Array, curves: Sequence[np.ndarray | None]) -> pa.MapArray:
    """Return one map a row for its curve (points, outputs), null for None.

    Examples
    --------
    >>> curve_maps(pa.array([1.5]), [np.array([[0.25]]), None]).is_null().to_pylist()
    [False, True]
    """
    known = [curve for curve in curves if curve is not None]
    size = len(keys)
    ends = np.cumsum([0, *(0 if curve is None else size for curve in curves)])
    missing = np.array([curve is None for curve in curves], bool)
    # A null start marks a null map; the last offset ends the last one.
    offsets = pa.array(ends.astype(np.int32), mask=np.append(missing, False))
    items = from_matrix(np.concatenate(known) if known else np.zeros((0, 1)))
    return pa.MapArray.from_arrays(
        offsets, keys.take(pa.array(np.tile(range(size), len(known)))), items
    )


@dataclass(frozen=True)
class CurveMap:
    """A column of maps made of explanations whose values are those of all points.

    Attributes
    ----------
    name : str
        The column.
    variation : Variation
    start : int
        Its first point.
    insists : bool
        Whether a row without a curve is an error, as nothing else tells of it.
    """

    name: str
    variation: Variation
    start: int
    insists: bool = False

    def column(self, found: Sequence[Local | None], batch: pa.RecordBatch) -> pa.Array:
        """Return a map a row: null where the row has no curve.

        Raises
        ------
        SynapseError
            When there is such a row, and it insists on curves.
        """
        if self.insists and None in found:
            raise SynapseError(
                "The model has no answer to a row at some points. Expected one to each. "
                "Try: errorCol='why' to see the reason, and the curves of all other rows"
            )
        own = slice(self.start, self.start + len(self.variation))
        return self.maps([None if local is None else local.values[own] for local in found], batch)

    def maps(self, curves: Sequence[np.ndarray | None], batch: pa.RecordBatch) -> pa.Array:
        """Return the maps of curves (points, outputs) of the rows of a batch."""
        kinds = [batch.column(grid.name).type for grid in self.variation.grids]
        return curve_maps(keys_of(self.variation, kinds), curves)
