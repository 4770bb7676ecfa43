"""A trained XGBoost model as a scorer."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.forest.forest import Forest
from synapse_magic.kernels.forest.xgboost_json import read_xgboost
from synapse_magic.kernels.inputs import dense, matrix_of
from synapse_magic.kernels.outcomes import ClassOutcome, Outcome
from synapse_magic.kernels.responses import Link

if TYPE_CHECKING:
    import xgboost


@dataclass(frozen=True)
class XGBoostScorer:
    """Scores Arrow batches with an XGBoost model.

    Attributes
    ----------
    content : bytes
        The model in XGBoost's binary JSON, of the iterations that predict.
    inputs : tuple of str
        The plain numeric columns in the order of the features, or one vector column.
    vector : bool
        Whether the one input is a vector column.
    features : tuple of str
        The name of each feature, empty where they have none.
    link : {"identity", "logit", "softmax", "log"}
        The scale of the raw scores.
    outcome : Outcome
        The columns that are made: of raw scores for classes, else of what the model predicts.
    classes : tuple of str
        The name of each class, empty without classes.
    missing : float
        The number that stands for a missing value beside NaN.
    """

    content: bytes
    inputs: tuple[str, ...]
    vector: bool
    features: tuple[str, ...]
    link: Link
    outcome: Outcome
    classes: tuple[str, ...] = ()
    missing: float = np.nan

    @property
    def outputs(self) -> tuple[str, ...]:
        """The columns that :meth:`score` makes."""
        return self.outcome.outputs

    def matrix(self, batch: pa.RecordBatch) -> np.ndarray:
        """Return the features of a batch, (rows, features), missing values as NaN."""
        matrix = dense(matrix_of(batch, self.inputs, vector=self.vector))
        return (
            matrix if np.isnan(self.missing) else np.where(matrix == self.missing, np.nan, matrix)
        )

    def score(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return a batch of the output columns, one row for each row of ``batch``."""
        matrix = self.matrix(batch)
        classifies = isinstance(self.outcome, ClassOutcome)
        raw = self._predict(matrix, output_margin=classifies).astype(np.float64)
        return self.outcome.columns(raw.reshape(len(matrix), -1 if len(matrix) else self._scores))

    def contributions(self, batch: pa.RecordBatch) -> np.ndarray:
        """Return XGBoost's own TreeSHAP values, (rows, outputs, features + 1)."""
        matrix = self.matrix(batch)
        found = self._predict(matrix, pred_contribs=True, strict_shape=True)
        return found.astype(np.float64)

    def forest(self) -> Forest | None:
        """Return the trees as arrays, None where leaves hold more than numbers."""
        return _forest(self.content)

    def trees(self) -> str:
        """Return the model in XGBoost's JSON."""
        return bytes(_load(self.content).save_raw("json")).decode()

    @property
    def _scores(self) -> int:
        return len(self.classes) if len(self.classes) > 2 else 1

    def _predict(self, matrix: np.ndarray, **options: bool) -> np.ndarray:
        import xgboost

        booster = _load(self.content)
        data = xgboost.DMatrix(
            matrix,
            feature_names=booster.feature_names,
            feature_types=booster.feature_types,
            enable_categorical=True,
            nthread=1,
        )
        return np.asarray(booster.predict(data, **options))


@functools.lru_cache(maxsize=8)
def _load(content: bytes) -> xgboost.Booster:
    """Return the booster, read once per process."""
    try:
        import xgboost
    except ImportError as error:
        raise SynapseError(
            "This model of XGBoost needs the package xgboost. Try: pip install xgboost"
        ) from error
    booster = xgboost.Booster({"nthread": 1})
    booster.load_model(bytearray(content))
    return booster


@functools.lru_cache(maxsize=8)
def _forest(content: bytes) -> Forest | None:
    return read_xgboost(bytes(_load(content).save_raw("json")))
