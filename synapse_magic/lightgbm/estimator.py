"""How LightGBM's estimators fit; each says for itself how it reads its label."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from pyspark.sql import DataFrame

from synapse_magic.errors import SynapseError
from synapse_magic.lightgbm.batches import batches
from synapse_magic.lightgbm.continuing import iterations_of, joined, require_continuable
from synapse_magic.lightgbm.features import (
    Features,
    plain_features,
    vector_features,
    with_categories,
    with_names,
)
from synapse_magic.lightgbm.labels import Counts, Target
from synapse_magic.lightgbm.model import LightGBMModel
from synapse_magic.lightgbm.modes import choose_mode
from synapse_magic.lightgbm.native import native_params, passed_through, rounds_of
from synapse_magic.lightgbm.params import LightGBMParams, LightGBMTraining
from synapse_magic.lightgbm.plan import Functions, NativeValue, Trained, TrainingPlan
from synapse_magic.lightgbm.soundness import require_apart, require_sound
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

    @property
    def outputs(self) -> int:
        """Raw scores in a row: one for each class when there are more than two."""
        return int(str(self.params.get("num_class", 1)))


_FUNCTIONS = ("fobj", "feval", "callbacks", "learningRateSchedule")


class LightGBMEstimator(Estimator, LightGBMParams, LightGBMTraining, Generic[M]):
    """Trains LightGBM on Spark: in one task, or in several over LightGBM's network."""

    @abstractmethod
    def _read_label(self, dataset: DataFrame, target: Target) -> Reading:
        """Check the label and say what follows from it."""

    @abstractmethod
    def _new_model(self) -> M:
        """Return an empty model."""

    def _fit(self, dataset: DataFrame) -> M:
        features, target = self._features(dataset), self._target()
        passed = passed_through(self.getOrDefault("passThroughArgs"))
        require_sound(self, features)
        require_apart(features, target)
        reading = self._read_label(dataset, target)
        plan = self._plan(features, {**native_params(self), **reading.params, **passed})
        start = self.getOrDefault("modelString")
        if start:
            require_continuable(start, reading.outputs, features.names)
        trained: Trained | None = None
        for part in batches(dataset, target.validation, self.getOrDefault("numBatches"), plan):
            trained = self._train(part, features, target, reading, replace(plan, start=start))
            start = trained.text
        if trained is None:
            raise SynapseError("numBatches left no rows to train on. Try: fewer")
        model = self._hand_over(self._new_model())
        names = features.named(trained.features)
        model._set_trained(trained, names, reading.classes, features.levels)
        return model

    def _train(
        self,
        dataset: DataFrame,
        features: Features,
        target: Target,
        reading: Reading,
        plan: TrainingPlan,
    ) -> Trained:
        mode = choose_mode(
            dataset.sparkSession,
            self.getOrDefault("numTasks"),
            self.getOrDefault("numThreads"),
            reading.counts.training,
            self.getOrDefault("useSingleDatasetMode"),
        )
        trained = Training(self.uid, dataset, features, target, mode, plan).run()
        if not plan.start:
            return trained
        text = joined(plan.start, trained.text)
        before = iterations_of(plan.start)
        return replace(trained, text=text, best_iteration=iterations_of(text), before=before)

    def _features(self, dataset: DataFrame) -> Features:
        if self.isSet("inputCols"):
            found = plain_features(dataset.schema, self.getOrDefault("inputCols"))
        else:
            found = vector_features(dataset.schema, self.getOrDefault("featuresCol"))
        found = with_names(found, self.getOrDefault("slotNames"))
        indexes = self.getOrDefault("categoricalSlotIndexes")
        return with_categories(found, indexes, self.getOrDefault("categoricalSlotNames"))

    def _target(self) -> Target:
        return Target(
            self.getOrDefault("labelCol"),
            weight=self._column("weightCol"),
            validation=self._column("validationIndicatorCol"),
            group=self._column("groupCol") if self.hasParam("groupCol") else None,
            start=self._column("initScoreCol"),
        )

    def _column(self, name: str) -> str | None:
        return self.getOrDefault(name) or None if self.isDefined(name) else None

    def _plan(self, features: Features, params: dict[str, NativeValue]) -> TrainingPlan:
        functions = self._functions()
        if functions.objective is not None:
            params = params | {"objective": "none"}
        return TrainingPlan(
            params=params,
            rounds=rounds_of(params),
            workers=1,
            layout=features.layout,
            stopping_rounds=self.getOrDefault("earlyStoppingRound"),
            tolerance=self.getOrDefault("improvementTolerance"),
            first_metric_only=self.getOrDefault("firstMetricOnly"),
            training_metric=self.getOrDefault("isProvideTrainingMetric"),
            timeout=self.getOrDefault("timeout"),
            functions=functions,
        )

    def _functions(self) -> Functions:
        given = {name: self.getOrDefault(name) for name in _FUNCTIONS if self.isDefined(name)}
        return Functions(
            objective=given.get("fobj"),
            metric=given.get("feval"),
            callbacks=tuple(given["callbacks"]),
            rate=given.get("learningRateSchedule"),
        )
