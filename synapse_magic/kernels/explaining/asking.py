"""Explaining a row by asking a model about perturbed copies of it.

A :class:`Questioner` turns a row into a :class:`Question`: rows that a model is to score. What the
model says becomes the explanation, or a larger question. The model may be a scorer in this process
or a job of Spark; the question is the same, and so is the explanation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.explaining.local import Local

Model = Callable[[pa.RecordBatch], np.ndarray]
"""Rows of all columns that a model reads to (rows, outputs) of what is explained."""


class Question(Protocol):
    """Perturbed copies of a row, on their way to an explanation."""

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows to be scored, in order, some thousand at a time."""
        ...

    def answer(self, outcomes: np.ndarray) -> Local | Question:
        """Return what (rows, outputs) scores of all rows say, or a question that says more."""
        ...


class Questioner(Protocol):
    """Asks about rows; it can be pickled and draws the same for a seed, wherever it runs."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns whose values are explained."""
        ...

    def ask(self, batch: pa.RecordBatch, row: int) -> Question:
        """Return the question about one row of a batch of all columns that the model reads.

        Raises
        ------
        SynapseError
            When this row cannot be explained; others may.
        """
        ...


def explain_row(questioner: Questioner, model: Model, batch: pa.RecordBatch, row: int) -> Local:
    """Ask until the answers say enough."""
    found: Local | Question = questioner.ask(batch, row)
    while not isinstance(found, Local):
        found = found.answer(np.concatenate([model(part) for part in found.batches()]))
    return found
