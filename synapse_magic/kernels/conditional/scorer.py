"""The curves of each row of a batch, asked where the model is: in this process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.conditional.answering import Answerer
from synapse_magic.kernels.conditional.maps import CurveMap
from synapse_magic.kernels.conditional.varying import ROWS, curves
from synapse_magic.kernels.explaining.failing import reason

Curves = list[np.ndarray]


@dataclass(frozen=True)
class CurveScorer:
    """A scorer that adds the curves of each row; some ten thousand points are asked at a time.

    Attributes
    ----------
    model : Answerer
    made : tuple of CurveMap
        The columns of curves.
    error : str
        The column that tells why a row has none; empty where the first such row ends the work.
    """

    model: Answerer
    made: tuple[CurveMap, ...]
    error: str

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns it reads."""
        varied = (grid.name for each in self.made for grid in each.variation.grids)
        return tuple(dict.fromkeys([*self.model.inputs, *varied]))

    @property
    def outputs(self) -> tuple[str, ...]:
        """The columns it adds."""
        return (*(each.name for each in self.made), *([self.error] if self.error else []))

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return a batch of just the output columns, one row for each row of ``batch``."""
        table = pa.Table.from_batches(list(self.parts(batch))).combine_chunks()
        return table.to_batches()[0] if len(table) else self._packed(batch, [], [])

    def parts(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """Yield the output columns for the rows of ``batch``, in order, some rows at a time."""
        step = max(1, ROWS // sum(len(each.variation) for each in self.made))
        for start in range(0, max(batch.num_rows, 1), step):
            part = batch.slice(start, step)
            told = self._told(part) if self.error else self._asked(part)
            yield self._packed(part, [found for found, _ in told], [error for _, error in told])

    def _told(self, batch: pa.RecordBatch) -> list[tuple[Curves | None, str | None]]:
        """Ask about all rows, and where that fails about each half of them, down to one row."""
        try:
            return self._asked(batch)
        except Exception as failure:
            if batch.num_rows == 1:
                return [(None, reason(failure))]
        half = batch.num_rows // 2
        return [*self._told(batch.slice(0, half)), *self._told(batch.slice(half))]

    def _asked(self, batch: pa.RecordBatch) -> list[tuple[Curves | None, str | None]]:
        variations = [each.variation for each in self.made]
        return [
            ([each[row] for each in found], None)
            for found in curves(batch, variations, self.model)
            for row in range(len(found[0]))
        ]

    def _packed(
        self, batch: pa.RecordBatch, found: list[Curves | None], errors: list[str | None]
    ) -> pa.RecordBatch:
        columns = [
            each.maps([None if own is None else own[place] for own in found], batch)
            for place, each in enumerate(self.made)
        ]
        if self.error:
            columns.append(pa.array(errors, pa.string()))
        return pa.RecordBatch.from_arrays(columns, list(self.outputs))
