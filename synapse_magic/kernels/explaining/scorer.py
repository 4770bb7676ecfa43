"""Explaining each row of a batch where its model is: in this process, without Spark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.explaining.asking import Questioner, explain_row
from synapse_magic.kernels.explaining.failing import reason
from synapse_magic.kernels.explaining.local import Local
from synapse_magic.kernels.explaining.outputs import Output
from synapse_magic.kernels.explaining.target import Target
from synapse_magic.kernels.scorer import Scorer

_PART_ROWS = 256


@dataclass(frozen=True)
class ExplainingScorer:
    """Explains what another scorer gives; it is a scorer itself.

    A row that cannot be explained, or for whose perturbed copies the model fails, has nulls and
    the reason in the column ``error``; the others are explained.

    Attributes
    ----------
    questioner : Questioner
    model : Scorer
    target : Target
    made : tuple of Output
    error : str
    """

    questioner: Questioner
    model: Scorer
    target: Target
    made: tuple[Output, ...]
    error: str

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns it reads."""
        read = (*self.questioner.inputs, *self.model.inputs, *self.target.inputs)
        return tuple(dict.fromkeys(read))

    @property
    def outputs(self) -> tuple[str, ...]:
        """The columns it adds."""
        return (*(output.name for output in self.made), self.error)

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return a batch of just the output columns, one row for each row of ``batch``."""
        table = pa.Table.from_batches(list(self.parts(batch))).combine_chunks()
        return table.to_batches()[0] if len(table) else pack(self.made, self.error, [], [], batch)

    def parts(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """Yield the output columns for the rows of ``batch``, in order, some rows at a time."""
        for start in range(0, max(batch.num_rows, 1), _PART_ROWS):
            rows = range(start, min(start + _PART_ROWS, batch.num_rows))
            told = [self.explained(batch, row) for row in rows]
            found = [local for local, _ in told]
            part = batch.slice(start, len(rows))
            yield pack(self.made, self.error, found, [error for _, error in told], part)

    def explained(self, batch: pa.RecordBatch, row: int) -> tuple[Local | None, str | None]:
        """Return the explanation of a row, or why it has none."""
        try:
            target = self.target.of_row(batch, row)

            def model(perturbed: pa.RecordBatch) -> np.ndarray:
                seen = perturbed.select(list(self.model.inputs))
                return target.read(self.model.score(seen).column(target.column))

            return explain_row(self.questioner, model, batch, row), None
        except Exception as failure:
            return None, reason(failure)


def pack(
    made: Sequence[Output],
    error: str,
    found: Sequence[Local | None],
    errors: Sequence[str | None],
    batch: pa.RecordBatch,
) -> pa.RecordBatch:
    """Return the output columns of rows that were explained, or could not be."""
    columns = [output.column(found, batch) for output in made]
    names = [output.name for output in made]
    return pa.RecordBatch.from_arrays([*columns, pa.array(errors, pa.string())], [*names, error])
