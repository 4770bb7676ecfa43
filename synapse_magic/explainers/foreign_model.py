"""Models that were fitted without Spark, as stages of Spark."""

from __future__ import annotations

from typing import Any

from pyspark.ml import Transformer
from pyspark.ml.linalg import VectorUDT
from pyspark.sql import DataFrame
from pyspark.sql.types import DoubleType, StructField

from synapse_magic.errors import SynapseError
from synapse_magic.explainers.foreign import foreign_scorer
from synapse_magic.kernels.scorer import Scorer
from synapse_magic.spark.param import Param, param
from synapse_magic.spark.persistence import StageWriter
from synapse_magic.spark.scoring import transform_with
from synapse_magic.spark.stage import Model


class ForeignModel(Model):
    """A regressor of another library."""

    predictionCol: Param[str] = param(
        "New column of predictions.", default="prediction", column="out"
    )

    _scorer: Scorer | None = None

    def scorer(self) -> Scorer:
        """Return the picklable object that scores Arrow batches, without Spark."""
        if self._scorer is None:
            raise TypeError("A ForeignModel is made by foreign_model")
        return self._scorer

    def write(self) -> StageWriter:
        """Refuse to be saved.

        Raises
        ------
        SynapseError
            Always: its library saves it.
        """
        raise SynapseError(
            "A model that was fitted without Spark cannot be saved with a stage. Try: "
            "stage.clear(stage.model) before, stage.setModel(model) after, and save the model by "
            "its own library"
        )

    def _transform(self, dataset: DataFrame) -> DataFrame:
        scorer = self.scorer()
        vectors = {"probability", "rawPrediction"}
        fields = [
            StructField(name, VectorUDT() if name in vectors else DoubleType())
            for name in scorer.outputs
        ]
        return transform_with(scorer, dataset, fields)


class ForeignClassifier(ForeignModel):
    """A classifier of another library."""

    probabilityCol: Param[str] = param(
        "New column of the chances of the classes.", default="probability", column="out"
    )


def as_stage(model: Any, name: str = "model") -> Transformer:
    """Return a fitted model as a stage of Spark, whichever library it is of.

    ``name`` is what the message calls it.

    Raises
    ------
    SynapseError
        When it is no fitted model.
    """
    stage = model if isinstance(model, Transformer) else foreign_model(model)
    if stage is None:
        raise SynapseError(
            f"{name} must be a fitted model or pipeline, got {_words(model)}. "
            "Try: the result of LightGBMClassifier(...).fit(df)"
        )
    return stage


def foreign_model(model: Any) -> ForeignModel | None:
    """Return a model of scikit-learn, LightGBM or XGBoost as a stage, None for any other object.

    Raises
    ------
    SynapseError
        When it is not fitted, or cannot be asked about plain numbers.
    """
    scorer = foreign_scorer(model)
    if scorer is None:
        return None
    stage = ForeignClassifier() if "probability" in scorer.outputs else ForeignModel()
    stage._scorer = scorer
    return stage


def _words(value: Any) -> str:
    """Return what a value is, in few words."""
    return f"the class {value.__name__}" if isinstance(value, type) else f"a {type(value).__name__}"
