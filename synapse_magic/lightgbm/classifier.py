"""LightGBM for classes."""

from __future__ import annotations

from typing import Any, Literal

from pyspark.sql import DataFrame

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.booster import BoosterScorer
from synapse_magic.lightgbm.estimator import LightGBMEstimator, Reading
from synapse_magic.lightgbm.labels import Target, find_classes
from synapse_magic.lightgbm.model import LightGBMModel
from synapse_magic.lightgbm.params import LightGBMClassColumns
from synapse_magic.spark.param import Param, param


class LightGBMClassParams(LightGBMClassColumns):
    """What only the classifier has, and its model keeps."""

    objective: Param[Literal["binary", "multiclass", "multiclassova"]] = param(
        "What is minimised; unless it is set, more than two classes make it multiclass.",
        default="binary",
        native="objective",
    )
    isUnbalance: Param[bool] = param(
        "Weigh the classes of a binary label so that both count the same.",
        default=False,
        native="is_unbalance",
    )
    sigmoid: Param[float] = param(
        "Steepness of the sigmoid between raw score and probability.",
        default=1.0,
        above=0,
        native="sigmoid",
    )
    maxNumClasses: Param[int] = param(
        "Most classes that a label may have; more are taken for a mistake.", default=100, low=2
    )


class LightGBMClassificationModel(LightGBMModel, LightGBMClassParams):
    """A trained LightGBM classifier.

    Adds the raw score and the probability of each class, and the predicted class.
    """

    @property
    def classes(self) -> tuple[str, ...]:
        """The name of each class, in the order of the label's numbers."""
        return tuple(self._state["classes"])

    @property
    def numClasses(self) -> int:
        """The number of classes."""
        return len(self.classes)

    def scorer(self) -> BoosterScorer:
        """Return the picklable object that scores Arrow batches, without Spark."""
        return BoosterScorer(
            **self._inputs(),
            task="classification",
            classes=self.classes,
            probability=self.getOrDefault("probabilityCol"),
            raw=self.getOrDefault("rawPredictionCol"),
            thresholds=self._thresholds(),
        )

    def _thresholds(self) -> tuple[float, ...]:
        if not self.isDefined("thresholds"):
            return ()
        found = self.getOrDefault("thresholds")
        if len(found) != self.numClasses or sum(value == 0 for value in found) > 1:
            raise SynapseError(
                f"thresholds is {found}. Expected {self.numClasses} numbers, one for each class "
                "and at most one of them 0"
            )
        return tuple(found)

    def _prediction_metadata(self) -> dict[str, Any]:
        name = self.getOrDefault("predictionCol")
        return {"ml_attr": {"type": "nominal", "vals": list(self.classes), "name": name}}


class LightGBMClassifier(LightGBMEstimator[LightGBMClassificationModel], LightGBMClassParams):
    """Gradient boosted trees for two or more classes, trained by LightGBM on Spark.

    The label is 0, 1, 2 and so on; class names are taken over from a ``StringIndexer``. Features
    are plain numeric columns (``inputCols``) or a vector (``featuresCol``). NaN and null are
    missing values. With ``validationIndicatorCol`` and ``earlyStoppingRound`` the model keeps the
    trees of its best iteration.

    Examples
    --------
    >>> model = LightGBMClassifier(inputCols=["age", "hours"], numLeaves=15).fit(train)
    >>> model.transform(test).select("probability", "prediction").show()
    """

    def _new_model(self) -> LightGBMClassificationModel:
        return LightGBMClassificationModel()

    def _read_label(self, dataset: DataFrame, target: Target) -> Reading:
        stops = self.getOrDefault("earlyStoppingRound") > 0
        most = self.getOrDefault("maxNumClasses")
        found = find_classes(dataset, target, most, stops)
        count = len(found.names)
        objective = self.getOrDefault("objective")
        if count > 2 and objective == "binary":
            if self.isSet("objective"):
                raise SynapseError(
                    f"objective is 'binary', but label column {target.label!r} has {count} "
                    "classes. Try: objective='multiclass', or leave it unset"
                )
            objective = "multiclass"
        params: dict[str, Any] = {"objective": objective}
        if objective != "binary":
            params["num_class"] = count
        return Reading(found.counts, params, found.names)
