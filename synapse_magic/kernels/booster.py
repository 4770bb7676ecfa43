"""A trained LightGBM model as a scorer: raw score, probability and prediction in one pass.

LightGBM would walk all trees once for the raw scores and once more for the probabilities. Here the
trees are walked once, and what LightGBM applies to the raw scores is applied to whole arrays.
"""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.forest.forest import Forest
from synapse_magic.kernels.forest.lightgbm_text import read_lightgbm
from synapse_magic.kernels.inputs import matrix_of
from synapse_magic.kernels.model_text import (
    is_averaged,
    iterations_used,
    objective,
    trees_per_iteration,
)
from synapse_magic.kernels.responses import Link, as_classifier, link_of, response_of
from synapse_magic.kernels.vectors import Matrix, from_matrix

if TYPE_CHECKING:
    import lightgbm

Task = Literal["classification", "regression", "ranking"]

QUIET_WAIT = ("OMP_WAIT_POLICY", "PASSIVE")
"""Set before LightGBM loads: its idle threads sleep and leave the cores to the other workers."""


@dataclass(frozen=True)
class BoosterScorer:
    """Scores Arrow batches with a LightGBM model.

    Attributes
    ----------
    text : str
        The model in LightGBM's text format.
    inputs : tuple of str
        The plain numeric columns in the order of the features, or one vector column.
    vector : bool
        Whether the one input is a vector column.
    features : tuple of str
        The name of each feature.
    task : {"classification", "regression", "ranking"}
        A ranking predicts the raw score, by which rows of one group are sorted.
    classes : tuple of str
        The name of each class, empty without classes.
    prediction, probability, raw, leaf, shap : str
        Names of the output columns; an empty one is left out.
    thresholds : tuple of float
        A class wins by probability divided by its threshold; empty for the largest probability.
    start, count : int
        The iterations that predict: the first one, and how many; 0 or less for all that follow.
    shape_check : bool
        Whether vectors of another size than in training are refused; else LightGBM leaves the
        elements out that are too many, and takes 0 for those that lack.
    threads : int
        Threads of one call. One inside Spark, where every slot scores its own batches.

    Notes
    -----
    A null in a plain column is a missing value, as NaN is.
    """

    text: str
    inputs: tuple[str, ...]
    vector: bool
    features: tuple[str, ...]
    task: Task
    classes: tuple[str, ...] = ()
    prediction: str = "prediction"
    probability: str = "probability"
    raw: str = "rawPrediction"
    leaf: str = ""
    shap: str = ""
    thresholds: tuple[float, ...] = ()
    start: int = 0
    count: int = -1
    shape_check: bool = True
    threads: int = 1

    @property
    def outputs(self) -> tuple[str, ...]:
        """The columns that :meth:`score` makes, in order."""
        classified = (self.raw, self.probability) if self.task == "classification" else ()
        return tuple(n for n in (*classified, self.prediction, self.leaf, self.shap) if n)

    @property
    def link(self) -> Link:
        """The scale of the raw scores, which SHAP values add up on."""
        return link_of(self._objective[0])

    def trees(self) -> str:
        """Return the model in LightGBM's text format."""
        return self.text

    def forest(self) -> Forest | None:
        """Return the trees that predict as arrays, None where leaves hold linear models."""
        return read_lightgbm(self.text, self.link, max(self.start, 0), self.count)

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return a batch of the output columns, one row for each row of ``batch``.

        Raises
        ------
        SynapseError
            When an input column is missing, is not numeric, or has another number of features.
        """
        return self.score_matrix(self.matrix(batch))

    def score_matrix(self, matrix: Matrix) -> pa.RecordBatch:
        """Return what :meth:`score` does, for features of shape (rows, features), NaN if missing.

        Raises
        ------
        SynapseError
            When there is another number of features than in training.
        """
        self._require_size(matrix)
        raw = self._raw(matrix)
        made: dict[str, pa.Array] = {}
        if self.task == "classification":
            self._classify(raw, self._respond(raw, matrix), made)
        else:
            made[self.prediction] = pa.array(self._respond(raw, matrix)[:, 0])
        if self.leaf:
            made[self.leaf] = from_matrix(self._leaves(matrix))
        if self.shap:
            values = self._contributions(matrix)
            flat = values.reshape(len(raw), values.shape[1] * values.shape[2])
            made[self.shap] = from_matrix(flat)
        return pa.RecordBatch.from_arrays([made[name] for name in self.outputs], self.outputs)

    def contributions(self, batch: pa.RecordBatch) -> np.ndarray:
        """Return exact TreeSHAP values on the raw scale.

        Returns
        -------
        numpy.ndarray
            Shape (rows, outputs, features + 1); the last element is the expected value, and the
            sum over the last axis is the raw score. One output, unless there are over 2 classes.
        """
        return self._contributions(self.matrix(batch))

    def matrix(self, batch: pa.RecordBatch) -> Matrix:
        """Return the features of a batch, shape (rows, features), missing values as NaN."""
        matrix = matrix_of(batch, self.inputs, vector=self.vector)
        self._require_size(matrix)
        return matrix

    def _require_size(self, matrix: Matrix) -> None:
        if not self.shape_check or matrix.shape[1] == len(self.features):
            return
        if not self.vector:
            raise SynapseError(
                f"inputCols names {matrix.shape[1]} columns. "
                f"Expected {len(self.features)}, as in training"
            )
        if matrix.shape[0]:
            raise SynapseError(
                f"The vectors in {self.inputs[0]!r} have {matrix.shape[1]} elements. "
                f"Expected {len(self.features)}, as in training. "
                "Try: predictDisableShapeCheck=True, which takes 0 for what lacks"
            )

    @property
    def outputs_per_row(self) -> int:
        """How many raw scores a row has: one, or one for each of more than two classes."""
        return trees_per_iteration(self.text)

    @property
    def _iterations(self) -> int:
        """How many iterations predict."""
        return iterations_used(self.text, self.start, self.count)

    @property
    def _objective(self) -> tuple[str, dict[str, float]]:
        name, options = objective(self.text)
        if self.task == "classification":
            name = as_classifier(name, self.outputs_per_row)
        return name, options

    def _predict(self, matrix: Matrix, **options: bool) -> np.ndarray:
        predicted = load(self.text).predict(
            matrix,
            start_iteration=self.start,
            num_iteration=self.count,
            num_threads=self.threads,
            predict_disable_shape_check=not self.shape_check,
            **options,
        )
        return np.asarray(predicted)

    def _raw(self, matrix: Matrix) -> np.ndarray:
        """Return raw scores of shape (rows, outputs)."""
        if matrix.shape[0] == 0:
            return np.empty((0, self.outputs_per_row))
        raw = self._predict(matrix, raw_score=True).reshape(matrix.shape[0], -1)
        return raw / self._averaged

    @property
    def _averaged(self) -> int:
        """By how much the raw scores are divided: a random forest is the mean of its trees."""
        return max(1, self._iterations) if is_averaged(self.text) else 1

    def _respond(self, raw: np.ndarray, matrix: Matrix) -> np.ndarray:
        """Return what the objective makes of raw scores; a rare one is left to LightGBM."""
        name, options = self._objective
        respond = response_of(name)
        if respond is not None:
            return respond(raw, options)
        return self._predict(matrix).reshape(raw.shape) if len(raw) else raw

    def _classify(
        self, raw: np.ndarray, probability: np.ndarray, made: dict[str, pa.Array]
    ) -> None:
        if raw.shape[1] == 1:
            raw = np.hstack([-raw, raw])
            probability = np.hstack([1.0 - probability, probability])
        made[self.raw] = from_matrix(raw)
        made[self.probability] = from_matrix(probability)
        made[self.prediction] = pa.array(self._winners(probability).astype(np.float64))

    def _winners(self, probability: np.ndarray) -> np.ndarray:
        """Return the class of each row, by probability over threshold as Spark does."""
        if not self.thresholds:
            winners: np.ndarray = probability.argmax(axis=1)
            return winners
        with np.errstate(divide="ignore", invalid="ignore"):
            weighed = probability / np.asarray(self.thresholds)
        # 0 / 0: a class that is impossible does not win by its threshold of 0.
        return np.where(np.isnan(weighed), -np.inf, weighed).argmax(axis=1)

    def _leaves(self, matrix: Matrix) -> np.ndarray:
        """Return the index of the leaf in each tree, shape (rows, trees)."""
        if matrix.shape[0] == 0:
            return np.empty((0, self._iterations * self.outputs_per_row))
        return self._predict(matrix, pred_leaf=True).reshape(matrix.shape[0], -1)

    def _contributions(self, matrix: Matrix) -> np.ndarray:
        rows, outputs = matrix.shape[0], self.outputs_per_row
        shape = (rows, outputs, len(self.features) + 1)
        if rows == 0:
            return np.empty(shape)
        dense = matrix if isinstance(matrix, np.ndarray) else matrix.toarray()
        return self._predict(dense, pred_contrib=True).reshape(shape) / self._averaged


@functools.lru_cache(maxsize=8)
def load(text: str) -> lightgbm.Booster:
    """Return the booster of a model text, parsed once per process."""
    os.environ.setdefault(*QUIET_WAIT)
    import lightgbm

    return lightgbm.Booster(model_str=text)
