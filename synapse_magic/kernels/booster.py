"""A trained LightGBM model as a scorer: raw score, probability and prediction in one pass.

LightGBM would walk all trees once for the raw scores and once more for the probabilities. Here the
trees are walked once, and what LightGBM applies to the raw scores is applied to whole arrays, with
the same exponential function (the C library's, through Arrow), so that the bits agree.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.vectors import Matrix, from_matrix, to_matrix

if TYPE_CHECKING:
    import lightgbm

Task = Literal["classification", "regression"]
Link = Literal["identity", "logit", "softmax", "log"]

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
    task : {"classification", "regression"}
    classes : tuple of str
        The name of each class, empty for a regression.
    prediction, probability, raw, leaf, shap : str
        Names of the output columns; an empty one is left out.
    thresholds : tuple of float
        A class wins by probability divided by its threshold; empty for the largest probability.
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
    threads: int = 1

    @property
    def outputs(self) -> tuple[str, ...]:
        """The columns that :meth:`score` makes, in order."""
        classified = (self.raw, self.probability) if self.task == "classification" else ()
        return tuple(n for n in (*classified, self.prediction, self.leaf, self.shap) if n)

    @property
    def link(self) -> Link:
        """The scale of the raw scores, which SHAP values add up on."""
        return _LINKS.get(_objective(self.text)[0], "identity")

    def trees(self) -> str:
        """Return the model in LightGBM's text format."""
        return self.text

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return a batch of the output columns, one row for each row of ``batch``.

        Raises
        ------
        SynapseError
            When an input column is missing, is not numeric, or has another number of features.
        """
        matrix = self.matrix(batch)
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
        missing = [name for name in self.inputs if name not in batch.schema.names]
        if missing:
            raise SynapseError(
                f"The rows to score lack {_listed(missing)}. "
                f"Expected the columns that the model was trained on: {_listed(self.inputs)}"
            )
        columns = [batch.column(name) for name in self.inputs]
        if not self.vector:
            return stack(self.inputs, columns, batch.num_rows)
        if not pa.types.is_struct(columns[0].type):
            raise _not_numbers(self.inputs[0], columns[0].type, "a vector")
        matrix = to_matrix(columns[0])
        if matrix.shape[0] and matrix.shape[1] != len(self.features):
            raise SynapseError(
                f"The vectors in {self.inputs[0]!r} have {matrix.shape[1]} elements. "
                f"Expected {len(self.features)}, as in training"
            )
        return matrix

    @property
    def _outputs_per_row(self) -> int:
        return _header_int(self.text, "num_tree_per_iteration")

    def _predict(self, matrix: Matrix, **options: bool) -> np.ndarray:
        booster = load(self.text)
        predicted = booster.predict(matrix, num_threads=self.threads, **options)
        return np.asarray(predicted)

    def _raw(self, matrix: Matrix) -> np.ndarray:
        """Return raw scores of shape (rows, outputs)."""
        if matrix.shape[0] == 0:
            return np.empty((0, self._outputs_per_row))
        raw = self._predict(matrix, raw_score=True).reshape(matrix.shape[0], -1)
        return raw / self._averaged

    @property
    def _averaged(self) -> int:
        """By how much the raw scores are divided: a random forest is the mean of its trees."""
        if "\naverage_output\n" not in self.text[: self.text.find("\nTree=")]:
            return 1
        return max(1, load(self.text).current_iteration())

    def _respond(self, raw: np.ndarray, matrix: Matrix) -> np.ndarray:
        """Return what the objective makes of raw scores; a rare one is left to LightGBM."""
        name, options = _objective(self.text)
        if name in _RESPONSES or not len(raw):
            return _RESPONSES.get(name, _identity)(raw, options)
        return self._predict(matrix).reshape(raw.shape)

    def _classify(
        self, raw: np.ndarray, probability: np.ndarray, made: dict[str, pa.Array]
    ) -> None:
        if raw.shape[1] == 1:
            raw = np.hstack([-raw, raw])
            probability = np.hstack([1.0 - probability, probability])
        made[self.raw] = from_matrix(raw)
        made[self.probability] = from_matrix(probability)
        weighed = probability / np.asarray(self.thresholds) if self.thresholds else probability
        made[self.prediction] = pa.array(weighed.argmax(axis=1).astype(np.float64))

    def _leaves(self, matrix: Matrix) -> np.ndarray:
        """Return the index of the leaf in each tree, shape (rows, trees)."""
        if matrix.shape[0] == 0:
            return np.empty((0, load(self.text).num_trees()))
        return self._predict(matrix, pred_leaf=True).reshape(matrix.shape[0], -1)

    def _contributions(self, matrix: Matrix) -> np.ndarray:
        rows, outputs = matrix.shape[0], self._outputs_per_row
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


@functools.lru_cache(maxsize=8)
def _objective(text: str) -> tuple[str, dict[str, float]]:
    """Return the objective and its numbers: ``binary sigmoid:1`` -> ("binary", {"sigmoid": 1})."""
    words = _header(text, "objective").split()
    pairs = (word.partition(":") for word in words[1:])
    return (words[0] if words else ""), {n: float(v or "nan") for n, _, v in pairs}


def _header(text: str, key: str) -> str:
    start = text.find(f"\n{key}=", 0, text.find("\nTree="))
    return "" if start < 0 else text[start + len(key) + 2 : text.index("\n", start + 1)]


def _header_int(text: str, key: str) -> int:
    return int(_header(text, key) or 1)


def stack(names: Sequence[str], columns: Sequence[pa.Array], rows: int) -> np.ndarray:
    """Return plain columns side by side, nulls as NaN, of shape (rows, columns).

    The elements are float32 where that is exact for all columns, else float64.

    Raises
    ------
    SynapseError
        When a column does not hold numbers.
    """
    single = all(_exact_in_single(column.type) for column in columns)
    matrix = np.empty((rows, len(columns)), np.float32 if single else np.float64)
    for index, (name, column) in enumerate(zip(names, columns)):
        matrix[:, index] = _numbers(name, column)
    return matrix


def _exact_in_single(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_float32(kind)
        or pa.types.is_boolean(kind)
        or (pa.types.is_integer(kind) and kind.bit_width <= 16)
    )


def _numbers(name: str, column: pa.Array) -> np.ndarray:
    kind = column.type
    if pa.types.is_boolean(kind) or pa.types.is_decimal(kind) or pa.types.is_null(kind):
        column = column.cast(pa.float64())
    elif not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        raise _not_numbers(name, kind, "numbers")
    return column.to_numpy(zero_copy_only=False)


def _not_numbers(name: str, kind: pa.DataType, expected: str) -> SynapseError:
    return SynapseError(f"Column {name!r} holds {kind}. Expected {expected}, as in training")


def _listed(names: list[str] | tuple[str, ...]) -> str:
    shown = ", ".join(repr(name) for name in names[:20])
    return shown if len(names) <= 20 else f"{shown} and {len(names) - 20} more"


def _exp(values: np.ndarray) -> np.ndarray:
    # numpy's own exp is vectorised and differs from the C library's in the last bit.
    flat = pc.exp(pa.array(np.ascontiguousarray(values).reshape(-1)))
    exponentials: np.ndarray = flat.to_numpy(zero_copy_only=False).reshape(values.shape)
    return exponentials


def _identity(raw: np.ndarray, options: dict[str, float]) -> np.ndarray:
    return np.sign(raw) * raw * raw if "sqrt" in options else raw


def _sigmoid(raw: np.ndarray, options: dict[str, float]) -> np.ndarray:
    return 1.0 / (1.0 + _exp(-options.get("sigmoid", 1.0) * raw))


def _softmax(raw: np.ndarray, _options: dict[str, float]) -> np.ndarray:
    exponentials = _exp(raw - raw.max(axis=1, keepdims=True))
    total = np.zeros(len(raw))
    for index in range(raw.shape[1]):  # one class after the other, the order of LightGBM's sum
        total += exponentials[:, index]
    return exponentials / total[:, None]


def _log(raw: np.ndarray, _options: dict[str, float]) -> np.ndarray:
    return _exp(raw)


_UNCHANGED = ("", "regression", "regression_l1", "huber", "fair", "quantile", "mape", "custom")
_RESPONSES: dict[str, Callable[[np.ndarray, dict[str, float]], np.ndarray]] = {
    **dict.fromkeys(_UNCHANGED, _identity),
    "binary": _sigmoid,
    "multiclassova": _sigmoid,
    "cross_entropy": _sigmoid,
    "multiclass": _softmax,
    "poisson": _log,
    "gamma": _log,
    "tweedie": _log,
}
_LINKS: dict[str, Link] = {
    "binary": "logit",
    "multiclassova": "logit",
    "cross_entropy": "logit",
    "multiclass": "softmax",
    "poisson": "log",
    "gamma": "log",
    "tweedie": "log",
}
