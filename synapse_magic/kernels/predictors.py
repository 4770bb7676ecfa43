"""Predictors that are known in full, as scorers: sums of features, and trees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.forest.forest import Forest
from synapse_magic.kernels.inputs import dense, matrix_of
from synapse_magic.kernels.outcomes import Outcome
from synapse_magic.kernels.responses import Link
from synapse_magic.kernels.vectors import Matrix


@dataclass(frozen=True, eq=False)
class SumPredictor:
    """Adds up features, each times a number.

    Attributes
    ----------
    inputs : tuple of str
        The vector column of the features.
    weights : numpy.ndarray
        (outputs, features)
    start : numpy.ndarray
        (outputs,)
    outcome : Outcome
        What becomes of the sums.
    """

    inputs: tuple[str, ...]
    weights: np.ndarray
    start: np.ndarray
    outcome: Outcome

    @property
    def outputs(self) -> tuple[str, ...]:
        """The columns that :meth:`score` makes."""
        return self.outcome.outputs

    @property
    def features(self) -> tuple[str, ...]:
        """Empty: the features have no names of their own."""
        return ()

    def matrix(self, batch: pa.RecordBatch) -> Matrix:
        """Return the features of a batch, (rows, features)."""
        return matrix_of(batch, self.inputs, vector=True)

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return a batch of the output columns, one row for each row of ``batch``."""
        matrix = self.matrix(batch)
        if not matrix.shape[0]:
            matrix = np.empty((0, self.weights.shape[1]))
        return self.outcome.columns(matrix @ self.weights.T + self.start)


@dataclass(frozen=True, eq=False)
class LinearPredictor(SumPredictor):
    """A sum on the scale of a known link, which is explained in closed form.

    Attributes
    ----------
    link : {"identity", "logit", "softmax", "log"}
    """

    link: Link = "identity"

    @property
    def coefficients(self) -> np.ndarray:
        """(outputs, features) of what is explained: of two classes, of the second."""
        return _second(self.weights)

    @property
    def intercept(self) -> np.ndarray:
        """(outputs,) what is added to the features."""
        return _second(self.start)


def _second(sums: np.ndarray) -> np.ndarray:
    """Return what the second of two classes has more than the first, its log-odds."""
    return sums[1:] - sums[:1] if len(sums) == 2 else sums


@dataclass(frozen=True, eq=False)
class ForestPredictor:
    """Adds up the leaves of trees.

    Attributes
    ----------
    inputs : tuple of str
        The vector column of the features.
    scores : Forest
        What the columns are made of.
    explained : Forest
        The same trees on the scale that is explained: of two classes, of the second.
    outcome : Outcome
        What becomes of the scores.
    """

    inputs: tuple[str, ...]
    scores: Forest
    explained: Forest
    outcome: Outcome

    @property
    def outputs(self) -> tuple[str, ...]:
        """The columns that :meth:`score` makes."""
        return self.outcome.outputs

    @property
    def features(self) -> tuple[str, ...]:
        """Empty: the features have no names of their own."""
        return ()

    def matrix(self, batch: pa.RecordBatch) -> Matrix:
        """Return the features of a batch, (rows, features)."""
        return matrix_of(batch, self.inputs, vector=True)

    def forest(self) -> Forest:
        """Return the trees of what is explained."""
        return self.explained

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return a batch of the output columns, one row for each row of ``batch``."""
        return self.outcome.columns(self.scores.raw(dense(self.matrix(batch))))
