"""What LightGBM's fitted models have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pyspark.ml.linalg import VectorUDT
from pyspark.sql import DataFrame
from pyspark.sql.types import DoubleType, StructField

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.booster import BoosterScorer
from synapse_magic.lightgbm.params import LightGBMParams
from synapse_magic.lightgbm.plan import Trained
from synapse_magic.spark.scorer import transform_with
from synapse_magic.spark.stage import Model

if TYPE_CHECKING:
    import lightgbm

_IMPORTANCES = ("split", "gain")


class LightGBMModel(Model, LightGBMParams):
    """A trained LightGBM model with its feature names."""

    attachments: ClassVar[tuple[str, ...]] = ("booster",)

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self._text = ""
        self._state = _state()

    @property
    def featureNames(self) -> tuple[str, ...]:
        """The name of each feature: its column, or its slot in the vector."""
        return tuple(self._state["features"])

    @property
    def bestIteration(self) -> int:
        """How many iterations the model holds: all, or those before early stopping."""
        return int(self._state["best_iteration"])

    def learned(self) -> str:
        """Return what was learned in a few words, such as ``200 iterations on 12 features``."""
        return f"{self.bestIteration:,} iterations on {len(self.featureNames):,} features"

    @property
    def trainingMetrics(self) -> dict[str, np.ndarray]:
        """The metrics after each iteration: ``{"valid auc": array of shape (iterations,)}``.

        Empty without validation rows and without ``isProvideTrainingMetric``.
        """
        return {name: np.array(values) for name, values in self._state["history"].items()}

    def scorer(self) -> BoosterScorer:
        """Return the picklable object that scores Arrow batches, without Spark."""
        raise NotImplementedError(f"{type(self).__name__} has no scorer")

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

    def getNativeModel(self) -> str:
        """Return the model in LightGBM's text format, which the ``lightgbm`` package reads."""
        return self._text

    def toBooster(self) -> lightgbm.Booster:
        """Return the model as a ``lightgbm.Booster`` of its own."""
        import lightgbm

        return lightgbm.Booster(model_str=self._text)

    def saveNativeModel(self, path: str, overwrite: bool = False) -> None:
        """Write the model as a text file of the ``lightgbm`` package.

        Parameters
        ----------
        path : str
            A file on this machine.
        overwrite : bool
            Whether an existing file may be replaced.
        """
        if "://" in path:
            raise SynapseError(
                f"{path} is not a file on this machine. Try: a local path, or getNativeModel()"
            )
        file = Path(path)
        if file.exists() and not overwrite:
            raise SynapseError(f"{path} exists already. Try: overwrite=True")
        file.write_text(self._text, encoding="utf-8")

    def _transform(self, dataset: DataFrame) -> DataFrame:
        scorer = self.scorer()
        fields = [self._field(name) for name in scorer.outputs]
        return transform_with(scorer, dataset, fields)

    def _field(self, name: str) -> StructField:
        """Return the schema of an output column: a number for the prediction, else a vector."""
        if name == self.getOrDefault("predictionCol"):
            return StructField(name, DoubleType(), False, self._prediction_metadata())
        return StructField(name, VectorUDT(), False)

    def _prediction_metadata(self) -> dict[str, Any]:
        return {}

    def _inputs(self) -> dict[str, Any]:
        """Return the arguments of the scorer that every model has."""
        plain = self.isSet("inputCols")
        inputs = self.getOrDefault("inputCols") if plain else [self.getOrDefault("featuresCol")]
        return {
            "text": self._text,
            "inputs": tuple(inputs),
            "vector": not plain,
            "features": self.featureNames,
            "prediction": self.getOrDefault("predictionCol"),
            "leaf": self.getOrDefault("leafPredictionCol"),
            "shap": self.getOrDefault("featuresShapCol"),
        }

    def _set_trained(
        self, trained: Trained, features: tuple[str, ...], classes: tuple[str, ...]
    ) -> None:
        self._text = trained.text
        self._state = _state(
            features=list(features),
            classes=list(classes),
            best_iteration=trained.best_iteration,
            workers=trained.workers,
            history=trained.history,
        )

    def _get_state(self) -> dict[str, Any]:
        return self._state

    def _set_state(self, state: dict[str, Any]) -> None:
        self._state = _state(**state)

    def _get_attachment(self, name: str) -> bytes:
        return {"booster": self._text}[name].encode()

    def _set_attachment(self, name: str, content: bytes) -> None:
        self._text = {name: content}["booster"].decode()


def _state(
    features: Sequence[str] = (),
    classes: Sequence[str] = (),
    best_iteration: int = 0,
    workers: int = 0,
    history: Mapping[str, Sequence[float]] | None = None,
) -> dict[str, Any]:
    """Return the state of a model as JSON values."""
    return {
        "features": list(features),
        "classes": list(classes),
        "best_iteration": best_iteration,
        "workers": workers,
        "history": dict(history or {}),
    }
