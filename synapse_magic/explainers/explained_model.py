"""The model that a stage explains, and which numbers of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyspark.ml import Transformer as SparkTransformer

from synapse_magic.errors import SynapseError
from synapse_magic.explainers.foreign_model import as_stage
from synapse_magic.explainers.routes import check_target
from synapse_magic.kernels.explaining.target import Target
from synapse_magic.spark.columns import require
from synapse_magic.spark.holding import ModelHolder
from synapse_magic.spark.param import Param, param, unset

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class ExplainedModel(ModelHolder):
    """A stage that holds a model and looks at one column of what it gives."""

    model: Param[SparkTransformer] = param(
        "What is explained: a fitted model, a pipeline, or any other transformer; also a fitted "
        "estimator of scikit-learn, LightGBM or XGBoost, with which a stage cannot be saved.",
        default=unset,
    )
    targetCol: Param[str] = param(
        "Column of the model's output that is explained: a number, or one a class in a vector, "
        "array or map.",
        default="probability",
    )
    targetClasses: Param[list[int]] = param(
        "Classes that are explained; an empty list for all, and of two for the second alone.",
        default=[],
        low=0,
    )
    targetClassesCol: Param[str] = param(
        "Column of the classes that are explained of each row, an array or one integer; unset "
        "where all rows have the same.",
        default=unset,
        column="in",
    )

    def _set(self, **values: Any) -> Any:
        if values.get("model") is not None:
            values["model"] = as_stage(values["model"], f"model of {type(self).__name__}")
        return super()._set(**values)

    def _explained(self, dataset: DataFrame) -> tuple[Any, Target]:
        """Return the model and the numbers of it that are explained."""
        if not self.isDefined("model"):
            raise SynapseError(
                f"{type(self).__name__} has no model to explain. Try: model=estimator.fit(df)"
            )
        model, target = self.getOrDefault("model"), self._target(dataset)
        check_target(model, target)
        return model, target

    def _target(self, dataset: DataFrame) -> Target:
        own = self.getOrDefault("targetClassesCol") if self.isDefined("targetClassesCol") else ""
        if own:
            require(dataset.schema, [own])
        classes = () if own else tuple(self.getOrDefault("targetClasses"))
        return Target(self.getOrDefault("targetCol"), classes, own)
