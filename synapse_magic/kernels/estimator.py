"""A fitted estimator of scikit-learn as a scorer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.forest.forest import Forest
from synapse_magic.kernels.inputs import columns_of, dense, matrix_of
from synapse_magic.kernels.responses import Link
from synapse_magic.kernels.vectors import from_matrix

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class EstimatorScorer:
    """Predicts with an estimator.

    Attributes
    ----------
    model : estimator
        Fitted; of one label.
    inputs : tuple of str
        The columns of the frame it was fitted on, or one vector column.
    vector : bool
        Whether the one input is a vector column.
    classes : tuple of str
        The name of each class, empty for a regressor. A class is predicted by its position: that
        of the largest probability where there are probabilities.
    """

    model: Any
    inputs: tuple[str, ...]
    vector: bool
    classes: tuple[str, ...]

    @property
    def features(self) -> tuple[str, ...]:
        """The names of its features; empty for a vector."""
        return () if self.vector else self.inputs

    @property
    def outputs(self) -> tuple[str, ...]:
        """The columns that :meth:`score` makes."""
        likely = self.classes and hasattr(self.model, "predict_proba")
        return ("probability", "prediction") if likely else ("prediction",)

    def matrix(self, batch: pa.RecordBatch) -> np.ndarray:
        """Return the features of a batch, (rows, features)."""
        return dense(matrix_of(batch, self.inputs, vector=self.vector))

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return a batch of the output columns, one row for each row of ``batch``."""
        made = self._columns(self._asked(batch)) if batch.num_rows else self._nothing()
        return pa.RecordBatch.from_arrays(made, list(self.outputs))

    def _asked(self, batch: pa.RecordBatch) -> np.ndarray | pd.DataFrame:
        if self.vector:
            return self.matrix(batch)
        columns = columns_of(batch, self.inputs)
        return pa.RecordBatch.from_arrays(columns, list(self.inputs)).to_pandas()

    def _columns(self, asked: np.ndarray | pd.DataFrame) -> list[pa.Array]:
        if len(self.outputs) == 2:
            chances = np.asarray(self.model.predict_proba(asked), np.float64)
            return [from_matrix(chances), pa.array(chances.argmax(axis=1).astype(np.float64))]
        found = np.asarray(self.model.predict(asked))
        if self.classes:
            found = np.searchsorted(self.model.classes_, found)
        return [pa.array(found.reshape(-1).astype(np.float64))]

    def _nothing(self) -> list[pa.Array]:
        chances = [from_matrix(np.empty((0, len(self.classes))))] * (len(self.outputs) - 1)
        return [*chances, pa.array(np.empty(0))]


@dataclass(frozen=True, eq=False)
class ForestEstimator(EstimatorScorer):
    """Predicts with trees.

    Attributes
    ----------
    known : Forest
        What is explained: of two classes, of the second.
    """

    known: Forest

    def forest(self) -> Forest:
        """Return the trees of what is explained."""
        return self.known


@dataclass(frozen=True, eq=False)
class LinearEstimator(EstimatorScorer):
    """Predicts with a sum of features.

    Attributes
    ----------
    coefficients : numpy.ndarray
        (outputs, features)
    intercept : numpy.ndarray
        (outputs,)
    link : {"identity", "logit", "softmax", "log"}
    """

    coefficients: np.ndarray
    intercept: np.ndarray
    link: Link
