"""What LightGBM's fitted models have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from pyspark.ml.linalg import Vector, VectorUDT
from pyspark.sql import DataFrame
from pyspark.sql.types import DoubleType, StructField

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.model_text import leaves
from synapse_magic.kernels.vectors import from_matrix
from synapse_magic.lightgbm.drawing import draw_tree
from synapse_magic.lightgbm.features import plain_features, vector_features
from synapse_magic.lightgbm.native_model import LightGBMNative, model_state
from synapse_magic.lightgbm.params import LightGBMParams
from synapse_magic.lightgbm.plan import Trained
from synapse_magic.lightgbm.prediction import LightGBMPrediction
from synapse_magic.results.training import TrainingSummary
from synapse_magic.spark.scoring import transform_with
from synapse_magic.views.tree import LEVELS, TreeView

_IMPORTANCES = ("split", "gain")


class LightGBMModel(LightGBMNative, LightGBMPrediction, LightGBMParams):
    """A trained LightGBM model with its feature names."""

    def learned(self) -> str:
        """Return what was learned in a few words, such as ``200 iterations on 12 features``."""
        return f"{self.bestIteration:,} iterations on {len(self.featureNames):,} features"

    @property
    def trainingMetrics(self) -> dict[str, np.ndarray]:
        """The metrics after each iteration: ``{"valid auc": array of shape (iterations,)}``.

        Empty without validation rows and without ``isProvideTrainingMetric``.
        """
        return {name: np.array(values) for name, values in self._state["history"].items()}

    @property
    def summary(self) -> TrainingSummary:
        """How it was trained: metrics by iteration, the best iteration, trees, leaves, workers.

        Shown in a notebook it draws the training curve.
        """
        return TrainingSummary(
            history=self.trainingMetrics,
            best_iteration=self.bestIteration,
            trees=self.getBoosterNumTotalModel(),
            leaves=sum(leaves(self._text)),
            features=len(self.featureNames),
            workers=int(self._state["workers"]),
            before=int(self._state["before"]),
        )

    def tree(self, index: int = 0, *, depth: int = LEVELS) -> TreeView:
        """Return one tree as a view: splits with the names of features and categories, and leaves.

        Parameters
        ----------
        index : int
            Which tree, from 0; with several classes each iteration has one tree a class. Negative
            numbers count from the last.
        depth : int
            Levels of splits to draw. What lies below is told in its place.

        Examples
        --------
        >>> model.tree(0)
        >>> model.tree(-1, depth=2).axes()
        """
        classes = self._state["classes"]
        link = self.scorer().link
        return draw_tree(self._text, index, depth, self.featureNames, self._levels(), classes, link)

    def _levels(self) -> dict[int, list[str]]:
        """Return the names of the categories of a feature, by its index."""
        return {int(index): names for index, names in self._state["levels"].items()}

    def getFeatureImportances(
        self, importanceType: Literal["split", "gain"] = "split"
    ) -> list[float]:
        """Return the importance of each feature, in the order of ``featureNames``.

        Parameters
        ----------
        importanceType : {"split", "gain"}
            How often a feature splits, or how much its splits gain.
        """
        if importanceType not in _IMPORTANCES:
            raise SynapseError(f"importanceType must be 'split' or 'gain', got {importanceType!r}")
        found = self.toBooster().feature_importance(importance_type=importanceType)
        return [float(value) for value in found]

    def getFeatureShaps(self, vector: Vector | Sequence[float]) -> list[float]:
        """Return the SHAP values of one row on the raw scale, without Spark.

        Parameters
        ----------
        vector : Vector or sequence of float
            One number for each feature.

        Returns
        -------
        list of float
            One number for each feature and the expected value last; with more than two classes,
            those of one class after the other.
        """
        row = vector.toArray() if isinstance(vector, Vector) else np.asarray(vector, float)
        scorer = replace(self.scorer(), inputs=("row",), vector=True)
        batch = pa.RecordBatch.from_arrays([from_matrix(row.reshape(1, -1))], ["row"])
        return [float(value) for value in scorer.contributions(batch).reshape(-1)]

    def _transform(self, dataset: DataFrame) -> DataFrame:
        self._require_features(dataset)
        scorer = self.scorer()
        fields = [self._field(name) for name in scorer.outputs]
        return transform_with(scorer, dataset, fields)

    def _require_features(self, dataset: DataFrame) -> None:
        """Say on the driver what a worker would only say from the midst of a job."""
        if self.isSet("inputCols"):
            plain_features(dataset.schema, self.getOrDefault("inputCols"))
            return
        name, names = self.getOrDefault("featuresCol"), self.featureNames
        if name not in dataset.columns and set(names) <= set(dataset.columns):
            raise SynapseError(
                f"There is no column {name!r}, a vector of the features, but there are plain "
                "columns of their names. Try: model.setInputCols(list(model.featureNames))"
            )
        vector_features(dataset.schema, name)

    def _field(self, name: str) -> StructField:
        """Return the schema of an output column: a number for the prediction, else a vector."""
        if name == self.getOrDefault("predictionCol"):
            return StructField(name, DoubleType(), False, self._prediction_metadata())
        return StructField(name, VectorUDT(), False)

    def _prediction_metadata(self) -> dict[str, Any]:
        return {}

    def _inputs(self) -> dict[str, Any]:
        """Return the arguments of the scorer that every model has."""
        start, count = self._iterations(self.getBoosterNumTotalIterations())
        plain = self.isSet("inputCols")
        inputs = self.getOrDefault("inputCols") if plain else [self.getOrDefault("featuresCol")]
        return {
            "text": self._text,
            "inputs": tuple(inputs),
            "vector": not plain,
            "features": self.featureNames,
            "start": start,
            "count": count,
            "shape_check": not self.getOrDefault("predictDisableShapeCheck"),
            "prediction": self.getOrDefault("predictionCol"),
            "leaf": self.getOrDefault("leafPredictionCol"),
            "shap": self.getOrDefault("featuresShapCol"),
        }

    def _set_trained(
        self,
        trained: Trained,
        features: tuple[str, ...],
        classes: tuple[str, ...],
        levels: Mapping[int, Sequence[str]] | None = None,
    ) -> None:
        self._reset_iterations()
        self._text = trained.text
        self._state = model_state(
            features=list(features),
            classes=list(classes),
            levels=levels,
            best_iteration=trained.best_iteration,
            before=trained.before,
            workers=trained.workers,
            history=trained.history,
        )
