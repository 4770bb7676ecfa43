"""How LightGBM's estimators fit; each says for itself how it reads its label."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pyspark.sql import DataFrame

from synapse_magic.lightgbm.features import (
    Features,
    plain_features,
    vector_features,
    with_categories,
)
from synapse_magic.lightgbm.labels import Counts, Target
from synapse_magic.lightgbm.model import LightGBMModel
from synapse_magic.lightgbm.modes import choose_mode
from synapse_magic.lightgbm.native import native_params, passed_through, rounds_of
from synapse_magic.lightgbm.params import LightGBMParams
from synapse_magic.lightgbm.plan import NativeValue, TrainingPlan
from synapse_magic.lightgbm.trainer import Training
from synapse_magic.spark.stage import Estimator

M = TypeVar("M", bound=LightGBMModel)


@dataclass(frozen=True)
class Reading:
    """What an estimator learned from its label before training.

    Attributes
    ----------
    counts : Counts
    params : dict
        Native parameters that follow from the label, such as the number of classes.
    classes : tuple of str
        Names of the classes, empty for a regression.
    """

    counts: Counts
    params: dict[str, NativeValue] = field(default_factory=dict)
    classes: tuple[str, ...] = ()


class LightGBMEstimator(Estimator, LightGBMParams, Generic[M]):
    """Trains LightGBM on Spark: in one task, or in several over LightGBM's network."""

    @abstractmethod
    def _read_label(self, dataset: DataFrame, target: Target) -> Reading:
        """Check the label and say what follows from it."""

    @abstractmethod
    def _new_model(self) -> M:
        """Return an empty model."""

    def _fit(self, dataset: DataFrame) -> M:
        features = self._features(dataset)
        target = Target(
            self.getOrDefault("labelCol"),
            self._column("weightCol"),
            self._column("validationIndicatorCol"),
        )
        passed = passed_through(self.getOrDefault("passThroughArgs"))
        reading = self._read_label(dataset, target)
        mode = choose_mode(
            dataset.sparkSession,
            self.getOrDefault("numTasks"),
            self.getOrDefault("numThreads"),
            reading.counts.training,
        )
        plan = self._plan({**native_params(self), **reading.params, **passed})
        trained = Training(self.uid, dataset, features, target, mode, plan).run()
        model = self._hand_over(self._new_model())
        model._set_trained(trained, features.named(trained.features), reading.classes)
        return model

    def _features(self, dataset: DataFrame) -> Features:
        if self.isSet("inputCols"):
            found = plain_features(dataset.schema, self.getOrDefault("inputCols"))
        else:
            found = vector_features(dataset.schema, self.getOrDefault("featuresCol"))
        indexes = self.getOrDefault("categoricalSlotIndexes")
        return with_categories(found, indexes, self.getOrDefault("categoricalSlotNames"))

    def _column(self, name: str) -> str | None:
        return self.getOrDefault(name) or None if self.isDefined(name) else None

    def _plan(self, params: dict[str, NativeValue]) -> TrainingPlan:
        return TrainingPlan(
            params=params,
            rounds=rounds_of(params),
            workers=1,
            layout="vector",
            stopping_rounds=self.getOrDefault("earlyStoppingRound"),
            tolerance=self.getOrDefault("improvementTolerance"),
            training_metric=self.getOrDefault("isProvideTrainingMetric"),
            timeout=self.getOrDefault("timeout"),
        )
