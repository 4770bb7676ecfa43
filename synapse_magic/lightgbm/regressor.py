"""LightGBM for numbers."""

from __future__ import annotations

from typing import Literal

from pyspark.sql import DataFrame

from synapse_magic.kernels.booster import BoosterScorer
from synapse_magic.lightgbm.estimator import LightGBMEstimator, Reading
from synapse_magic.lightgbm.labels import Target, count_rows
from synapse_magic.lightgbm.model import LightGBMModel
from synapse_magic.spark.param import Param, param

RegressionObjective = Literal[
    "regression",
    "l2",
    "regression_l1",
    "l1",
    "huber",
    "fair",
    "poisson",
    "quantile",
    "mape",
    "gamma",
    "tweedie",
    "cross_entropy",
]


class LightGBMRegressionParams:
    """What only the regressor has, and its model keeps."""

    objective: Param[RegressionObjective] = param(
        "What is minimised.", default="regression", native="objective"
    )
    alpha: Param[float] = param(
        "Quantile of the quantile objective, or bend of the huber one.",
        default=0.9,
        above=0,
        native="alpha",
    )
    tweedieVariancePower: Param[float] = param(
        "Variance power of the tweedie objective: near 1 Poisson, near 2 gamma.",
        default=1.5,
        low=1,
        high=2,
        native="tweedie_variance_power",
    )
    maxNumClasses: Param[int] = param(
        "Most classes of a label, which a regression has none of.",
        default=100,
        low=2,
        effect=False,
    )


class LightGBMRegressionModel(LightGBMModel, LightGBMRegressionParams):
    """A trained LightGBM regressor; adds the predicted number."""

    def scorer(self) -> BoosterScorer:
        """Return the picklable object that scores Arrow batches, without Spark."""
        return BoosterScorer(**self._inputs(), task="regression")


class LightGBMRegressor(LightGBMEstimator[LightGBMRegressionModel], LightGBMRegressionParams):
    """Gradient boosted trees for a number, trained by LightGBM on Spark.

    Features are plain numeric columns (``inputCols``) or a vector (``featuresCol``). NaN and null
    are missing values. With ``validationIndicatorCol`` and ``earlyStoppingRound`` the model keeps
    the trees of its best iteration.

    Examples
    --------
    >>> model = LightGBMRegressor(inputCols=["rooms", "area"], labelCol="price").fit(train)
    >>> model.transform(test).select("price", "prediction").show()
    """

    def _new_model(self) -> LightGBMRegressionModel:
        return LightGBMRegressionModel()

    def _read_label(self, dataset: DataFrame, target: Target) -> Reading:
        stops = self.getOrDefault("earlyStoppingRound") > 0
        return Reading(count_rows(dataset, target, stops))
