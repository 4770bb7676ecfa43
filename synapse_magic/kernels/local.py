"""LIME of rows of a batch through a chain of scorers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.lime import Local, explain_row
from synapse_magic.kernels.scorer import ChainedScorer
from synapse_magic.kernels.states import States
from synapse_magic.kernels.vectors import to_matrix


@dataclass(frozen=True)
class Surrogate:
    """What LIME needs to explain any row of a batch; it can be pickled.

    Attributes
    ----------
    chain : ChainedScorer
        The model.
    batch : pyarrow.RecordBatch
        The rows, which are the background of one another too.
    target : str
        The output column that is explained: probabilities, or a number.
    levels : tuple of int
        Positions of the states that stand for levels.
    seed : int
        Row ``i`` draws from the generator of (seed, i), so it does not matter which rows are asked.
    """

    chain: ChainedScorer
    batch: pa.RecordBatch
    target: str
    levels: tuple[int, ...]
    seed: int

    def explain(self, rows: Sequence[int]) -> list[Local]:
        """Explain rows by their positions in the batch."""
        states = States.of(self.batch)
        background = states.background(self.levels)
        return [
            explain_row(
                background.states[row],
                background,
                lambda perturbed: self.predict(states.batch(perturbed)),
                np.random.default_rng([self.seed, row]),
            )
            for row in rows
        ]

    def predict(self, batch: pa.RecordBatch) -> np.ndarray:
        """Return (rows, outputs): of two classes the second's probability alone."""
        column = self.chain.score(batch).column(self.target)
        if not pa.types.is_struct(column.type):
            return column.cast(pa.float64()).to_numpy(zero_copy_only=False)[:, None]
        matrix = to_matrix(column)
        dense = matrix if isinstance(matrix, np.ndarray) else matrix.toarray()
        return dense[:, 1:] if dense.shape[1] == 2 else dense
