"""Features of a table's row taken away: each gets the values that it has in a background."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa


@dataclass(frozen=True)
class TableMasker:
    """Takes columns away by giving them the values of all rows of a background in turn.

    Attributes
    ----------
    background : pyarrow.RecordBatch
        The columns that are explained, at least one row.
    """

    background: pa.RecordBatch

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns whose values are explained."""
        return tuple(self.background.schema.names)

    @cached_property
    def constants(self) -> dict[int, Any]:
        """The positions of columns with one value in all rows of the background, and the value."""
        values = ((i, column.to_pylist()) for i, column in enumerate(self.background.columns))
        return {i: own[0] for i, own in values if all(same(own[0], other) for other in own)}

    def open(self, batch: pa.RecordBatch, row: int) -> TableCase:
        """Return one row, whose features are the columns unlike the background."""
        own = batch.slice(row, 1)
        alike = [i for i, value in self.constants.items() if same(self._own(own, i), value)]
        places = np.setdiff1d(np.arange(len(self.inputs)), alike)
        return TableCase(own, self.background, places)

    def _own(self, own: pa.RecordBatch, place: int) -> Any:
        return own.column(self.inputs[place])[0].as_py()


@dataclass(frozen=True)
class TableCase:
    """One row, and the background.

    Attributes
    ----------
    own : pyarrow.RecordBatch
        All columns of the row.
    background : pyarrow.RecordBatch
    places : numpy.ndarray
        The positions of its features among the columns of the background.
    """

    own: pa.RecordBatch
    background: pa.RecordBatch
    places: np.ndarray

    @property
    def names(self) -> tuple[str, ...]:
        """Nothing: the columns name the features."""
        return ()

    @property
    def size(self) -> int:
        """How many columns are unlike the background."""
        return len(self.places)

    @property
    def features(self) -> int:
        """How many columns are explained."""
        return int(self.background.num_columns)

    @property
    def copies(self) -> int:
        """How many rows the background has."""
        return int(self.background.num_rows)

    def masked(self, masks: np.ndarray) -> pa.RecordBatch:
        """Return the row with only some features kept, for (masks, size) booleans."""
        names = self.background.schema.names
        feature = {names[place]: masks[:, i] for i, place in enumerate(self.places)}
        rows = len(masks) * self.copies
        columns = [
            mixed(own, self.background.column(name), feature[name])
            if name in feature
            else repeated(own, rows)
            for name, own in zip(self.own.schema.names, self.own.columns)
        ]
        return pa.RecordBatch.from_arrays(columns, self.own.schema.names)


def same(one: Any, other: Any) -> bool:
    """Say whether two values are the same; a NaN is like another.

    Examples
    --------
    >>> same(float("nan"), float("nan")), same(None, 0)
    (True, False)
    """
    both = isinstance(one, float) and isinstance(other, float)
    return bool(one == other or (both and one != one and other != other))


def repeated(own: pa.Array, rows: int) -> pa.Array:
    """Return an array of one value so many times."""
    if is_plain(own):
        return pa.array(np.full(rows, own.to_numpy()[0]), own.type)
    return own.take(pa.array(np.zeros(rows, np.int64)))


def mixed(own: pa.Array, others: pa.Array, keeps: np.ndarray) -> pa.Array:
    """Return for each flag the one value as often as there are others, or the others."""
    if is_plain(own) and is_plain(others) and own.type == others.type:
        values = np.where(keeps[:, None], own.to_numpy()[0], others.to_numpy()[None])
        return pa.array(values.reshape(-1), own.type)
    both = pa.concat_arrays([own, others.cast(own.type)])
    places = np.where(keeps[:, None], 0, np.arange(1, len(both))[None])
    return both.take(pa.array(places.reshape(-1)))


def is_plain(column: pa.Array) -> bool:
    """Say whether a column is an array of numbers without nulls, whose memory can be shared."""
    kind = column.type
    return not column.null_count and (pa.types.is_integer(kind) or pa.types.is_floating(kind))
