"""A model that stands for the best of several, and scores as that does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pyspark.sql import DataFrame

from synapse_magic.spark.holding import Holder
from synapse_magic.spark.predictor import stages_of
from synapse_magic.spark.scorer import scorer_of
from synapse_magic.spark.stage import Model

if TYPE_CHECKING:
    from synapse_magic.kernels.scorer import Scorer


class KeptBest(Model, Holder):
    """A model that holds the best one, and is saved with it."""

    unsaved: ClassVar[tuple[str, ...]] = ("models",)

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.bestModel: Any = None

    @property
    def stages(self) -> list[Any]:
        """The fitted stages of the best model."""
        return stages_of(self.bestModel)

    def getBestModel(self) -> Any:
        """Return the best model."""
        return self.bestModel

    def scorer(self) -> Scorer:
        """Return the picklable object that scores Arrow batches, without Spark."""
        return scorer_of(self.bestModel)

    def _transform(self, dataset: DataFrame) -> DataFrame:
        return self.bestModel.transform(dataset)

    def _get_parts(self) -> dict[str, Any]:
        return {"best": self.bestModel}

    def _set_parts(self, parts: dict[str, Any]) -> None:
        self.bestModel = parts["best"]
