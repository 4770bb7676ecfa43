"""A scorer and a target as one function of rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.explaining.target import Target
from synapse_magic.kernels.scorer import Scorer


@dataclass(frozen=True)
class Answerer:
    """What a model says of rows; it can be pickled.

    Attributes
    ----------
    scorer : Scorer
    target : Target
    """

    scorer: Scorer
    target: Target

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns it reads."""
        return tuple(dict.fromkeys([*self.scorer.inputs, *self.target.inputs]))

    def __call__(self, batch: pa.RecordBatch) -> np.ndarray:
        """Return (rows, outputs) of the target."""
        scored = self.scorer.score(batch.select(list(self.scorer.inputs)))
        return read(self.target, scored.column(self.target.column), batch)


def read(target: Target, given: pa.Array, batch: pa.RecordBatch) -> np.ndarray:
    """Return (rows, outputs) of the target in what a model gave for the rows of a batch.

    Rows with classes of their own are read together with those of the same classes.

    Raises
    ------
    SynapseError
        When rows have different numbers of classes, or the model gave something else.
    """
    if not target.classes_column or not batch.num_rows:
        return target.read(given)
    own = [str(classes) for classes in batch.column(target.classes_column).to_pylist()]
    _, firsts, codes = np.unique(own, return_index=True, return_inverse=True)
    parts = [
        target.of_row(batch, int(first)).read(given.take(pa.array(np.flatnonzero(codes == code))))
        for code, first in enumerate(firsts)
    ]
    counts = {part.shape[1] for part in parts}
    if len(counts) > 1:
        raise SynapseError(
            f"Column {target.classes_column!r} has {min(counts)} classes in one row and "
            f"{max(counts)} in another. Expected as many in each"
        )
    order = np.argsort(codes, kind="stable")
    return np.concatenate(parts)[np.argsort(order)]
