"""Exact Shapley values of the rows of a batch, where a model has them for the explained column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.exact import Exact, exact_values
from synapse_magic.kernels.explaining.failing import reason
from synapse_magic.kernels.explaining.local import Local
from synapse_magic.kernels.explaining.outputs import Output
from synapse_magic.kernels.explaining.scorer import pack
from synapse_magic.kernels.explaining.target import Target
from synapse_magic.kernels.scorer import ChainedScorer

_PART_ROWS = 4096
_COMPARED = 20
_CLOSE = 1e-6


@dataclass(frozen=True)
class ExactScorer:
    """Explains rows in closed form; it is a scorer itself.

    A row for which that fails has nulls and the reason in the column ``error``.

    Attributes
    ----------
    chain : ChainedScorer
        A model of trees, or a sum of features.
    background : pyarrow.RecordBatch
    columns : tuple of str
        The inputs of the chain in the order of the values; of one vector, its slots are meant.
    target : Target
    made : tuple of Output
    error : str
    """

    chain: ChainedScorer
    background: pa.RecordBatch
    columns: tuple[str, ...]
    target: Target
    made: tuple[Output, ...]
    error: str

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns it reads."""
        return tuple(dict.fromkeys([*self.columns, *self.chain.inputs, *self.target.inputs]))

    @property
    def outputs(self) -> tuple[str, ...]:
        """The columns it adds."""
        return (*(output.name for output in self.made), self.error)

    def fits(self) -> bool:
        """Say whether the values sum to the explained column, as seen on some background rows.

        Trees and sums add up on their own scale, which the column may not be on.
        """
        some = self.background.slice(0, _COMPARED)
        target = replace(self.target, classes_column="")
        try:
            found = replace(self, target=target)._locals(some)
            said = target.read(self.chain.score(some).column(target.column))
        except Exception:  # the questions that are asked instead tell what is wrong
            return False
        summed = np.stack([local.prediction for local in found])
        close = said.shape == summed.shape and np.allclose(said, summed, rtol=_CLOSE, atol=_CLOSE)
        return bool(close)

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return a batch of just the output columns, one row for each row of ``batch``."""
        table = pa.Table.from_batches(list(self.parts(batch))).combine_chunks()
        return table.to_batches()[0] if len(table) else pack(self.made, self.error, [], [], batch)

    def parts(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        """Yield the output columns for the rows of ``batch``, in order, some rows at a time."""
        for start in range(0, max(batch.num_rows, 1), _PART_ROWS):
            part = batch.slice(start, _PART_ROWS)
            told = self._told(part)
            found, errors = [local for local, _ in told], [error for _, error in told]
            yield pack(self.made, self.error, found, errors, part)

    def _told(self, part: pa.RecordBatch) -> Sequence[tuple[Local | None, str | None]]:
        if not part.num_rows:
            return []
        try:
            return [(local, None) for local in self._locals(part)]
        except Exception as failure:
            if part.num_rows == 1:
                return [(None, reason(failure))]
        return [self._told(part.slice(row, 1))[0] for row in range(part.num_rows)]

    def _locals(self, part: pa.RecordBatch) -> list[Local]:
        found = self._exact(part)
        if found is None:
            raise TypeError("The model is neither made of trees nor a sum of features")
        names = self._names(found)
        values = np.zeros((part.num_rows, len(names), found.values.shape[2]))
        values[:, [names.index(name) for name in found.names]] = found.values
        base = found.base
        if values.shape[2] == 1 and self._of_classes:
            # Of two classes the second alone is there: chances mirror it at a half, scores at 0.
            values = np.concatenate([-values, values], axis=2)
            base = np.concatenate([float(found.link == "identity") - base, base], axis=1)
        targets = [self.target.of_row(part, row) for row in range(part.num_rows)]
        told = [_local(values[row], base[row], own) for row, own in enumerate(targets)]
        return [replace(local, method=found.method) for local in told]

    def _exact(self, batch: pa.RecordBatch) -> Exact | None:
        return exact_values(self.chain, batch, self.background, by_column=not self._slots)

    def _names(self, found: Exact) -> tuple[str, ...]:
        return found.names if self._slots else self.columns

    @property
    def _of_classes(self) -> bool:
        """Whether the explained column has a number a class."""
        given = self.chain.score(self.background.slice(0, 1)).column(self.target.column)
        return pa.types.is_struct(given.type)

    @property
    def _slots(self) -> bool:
        kind = self.background.column(self.columns[0]).type
        return len(self.columns) == 1 and pa.types.is_struct(kind)


def _local(values: np.ndarray, base: np.ndarray, target: Target) -> Local:
    """Return the explanation of the classes that are explained of a row."""
    count = values.shape[1]
    chosen = list(target.classes) or ([1] if count == 2 else list(range(count)))
    values, base = values[:, chosen], base[chosen]
    return Local(
        values=values,
        base=base,
        prediction=base + values.sum(0),
        quality=np.full(len(chosen), np.nan),
        error=np.zeros_like(values),
    )
