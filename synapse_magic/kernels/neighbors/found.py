"""What a search finds: for each query a few rows of the index, nearest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.neighbors.measures import FIELDS, Metric, ranks
from synapse_magic.kernels.neighbors.running import best_of


@dataclass(frozen=True)
class Found:
    """The rows that were found, those of each query behind each other.

    Attributes
    ----------
    counts : numpy.ndarray
        How many rows each query has.
    ids, measures : numpy.ndarray
        The rows' numbers, and how near they are.
    carried : dict of str to pyarrow.Array
        Further columns of the rows.
    """

    counts: np.ndarray
    ids: np.ndarray
    measures: np.ndarray
    carried: Mapping[str, pa.Array]

    def to_array(self) -> pa.StructArray:
        """Return what was found as a column of rows, of which each query has as many as counted."""
        fields = {"id": pa.array(self.ids), "measure": pa.array(self.measures), **self.carried}
        return pa.StructArray.from_arrays(list(fields.values()), list(fields))

    @classmethod
    def from_array(cls, counts: np.ndarray, rows: pa.StructArray) -> Found:
        """Return what :meth:`to_array` made a column of."""
        names = [rows.type.field(index).name for index in range(rows.type.num_fields)]
        columns = dict(zip(names, rows.flatten()))
        ids, measures = (columns.pop(name).to_numpy() for name in ("id", "measure"))
        return cls(counts, ids, measures, columns)

    def column(self, metric: Metric, valid: np.ndarray) -> pa.ListArray:
        """Return a list of structs for each query; null where a row had no query."""
        counts = np.zeros(len(valid), np.int64)
        counts[valid] = self.counts
        offsets = pa.array(
            np.concatenate([[0], np.cumsum(counts)]), pa.int32(), mask=np.append(~valid, False)
        )
        fields = {**self.carried, FIELDS[metric]: pa.array(self.measures)}
        rows = pa.StructArray.from_arrays(list(fields.values()), list(fields))
        return pa.ListArray.from_arrays(offsets, rows)


def merged(parts: Sequence[Found], k: int, metric: Metric) -> Found:
    """Return the ``k`` nearest of what several searches found for the same queries."""
    rows = np.concatenate([np.repeat(np.arange(len(p.counts)), p.counts) for p in parts])
    ids = np.concatenate([part.ids for part in parts])
    measures = np.concatenate([part.measures for part in parts])
    kept = best_of(rows, ranks(measures, metric), ids, k)
    carried = {
        name: pa.concat_arrays([part.carried[name] for part in parts]).take(pa.array(kept))
        for name in parts[0].carried
    }
    counts = np.bincount(rows[kept], minlength=len(parts[0].counts))
    return Found(counts, ids[kept], measures[kept], carried)
