"""All pairs of levels as rows, written by the workers: the driver holds the levels alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.balance.association import NAMES, gaps

BLOCK = 1 << 16
"""Rows of one batch."""


@dataclass(frozen=True, eq=False)
class Levels:
    """The levels of one column in their order, and the measures of each, (levels, measures)."""

    feature: str
    names: tuple[str, ...]
    table: np.ndarray


@dataclass(frozen=True, eq=False)
class PairRows:
    """Makes rows of pairs from numbers of levels, counted through all columns.

    Attributes
    ----------
    columns
        The levels of each column.
    fields
        Names of the four columns that are written: feature, both levels, measures.
    rates
        Whether the shares of positives of both levels are added, as ``prA`` and ``prB``.
    """

    columns: tuple[Levels, ...]
    fields: tuple[str, str, str, str]
    rates: bool

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Yield each level of a batch with all levels of its column that come before it."""
        starts = np.cumsum([0, *(len(own.names) for own in self.columns)])
        for batch in batches:
            places = batch.column(0).to_numpy()
            for own, start, stop in zip(self.columns, starts, starts[1:]):
                inside = places[(places >= start) & (places < stop)] - start
                for above, below in _blocks(inside):
                    yield self._rows(own, above, below)

    def _rows(self, own: Levels, above: np.ndarray, below: np.ndarray) -> pa.RecordBatch:
        a, b = own.table[above], own.table[below]
        measures = dict(zip(NAMES, gaps(a, b).T))
        if self.rates:
            measures |= {"prA": a[:, 0], "prB": b[:, 0]}
        struct = pa.StructArray.from_arrays(
            [pa.array(values, mask=np.isnan(values)) for values in measures.values()],
            list(measures),
        )
        names = pa.array(own.names, pa.string())
        feature = pa.array([own.feature], pa.string()).take(pa.array(np.zeros_like(above)))
        arrays = [feature, names.take(pa.array(above)), names.take(pa.array(below)), struct]
        return pa.RecordBatch.from_arrays(arrays, list(self.fields))


def _blocks(places: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the places of both levels of each pair, some of them at a time."""
    above: list[np.ndarray] = []
    below: list[np.ndarray] = []
    for place in places.tolist():
        for start in range(0, place, BLOCK):
            below.append(np.arange(start, min(start + BLOCK, place)))
            above.append(np.full_like(below[-1], place))
            if sum(map(len, below)) >= BLOCK:
                yield np.concatenate(above), np.concatenate(below)
                above, below = [], []
    if below:
        yield np.concatenate(above), np.concatenate(below)
