"""The metrics that a search can be judged by: one table of names, and which way is better."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from synapse_magic.errors import SynapseError, closest

Task = Literal["classification", "regression", "ranking"]


@dataclass(frozen=True)
class Measure:
    """One metric.

    Attributes
    ----------
    name : str
        Its name in :class:`Evaluation`.
    larger : bool
        Whether a larger value is better.
    task : {"classification", "regression", "ranking"}
    several : str
        What takes its place with more than two classes; itself where it is the same.
    """

    name: str
    larger: bool
    task: Task
    several: str = ""

    def value(self, metrics: dict[str, float]) -> float:
        """Return the metric out of those of an evaluation.

        Raises
        ------
        SynapseError
            When the evaluation has no such metric, or it is not a number.
        """
        found = metrics.get(self.name, metrics.get(self.several))
        if found is None:
            raise SynapseError(
                f"The model gives no {self.name}. It has: {', '.join(metrics)}. "
                f"Try: evaluationMetric={next(iter(metrics))!r}"
            )
        if math.isnan(found):
            raise SynapseError(
                f"{self.name} is NaN: a part of the rows has one class alone. Try: fewer folds"
            )
        return float(found)

    def loss(self, value: float) -> float:
        """Return the value so that less is better."""
        return -value if self.larger else value


MEASURES = {
    measure.name: measure
    for measure in (
        Measure("AUC", True, "classification"),
        Measure("AUPR", True, "classification"),
        Measure("accuracy", True, "classification"),
        Measure("log_loss", False, "classification"),
        Measure("precision", True, "classification", "macro precision"),
        Measure("recall", True, "classification", "macro recall"),
        Measure("f1", True, "classification", "macro f1"),
        Measure("weighted f1", True, "classification", "f1"),
        Measure("rmse", False, "regression"),
        Measure("mse", False, "regression"),
        Measure("mae", False, "regression"),
        Measure("median_absolute_error", False, "regression"),
        Measure("r2", True, "regression"),
        *(Measure(f"ndcg@{cut}", True, "ranking") for cut in (1, 3, 5, 10)),
        Measure("map@10", True, "ranking"),
        Measure("mrr", True, "ranking"),
    )
}
"""Every metric by its name."""

ALIASES = {
    "areaUnderROC": "AUC",
    "areaUnderPR": "AUPR",
    "average_accuracy": "accuracy",
    "macro_averaged_precision": "precision",
    "macro_averaged_recall": "recall",
    "logLoss": "log_loss",
    "weightedFMeasure": "weighted f1",
    "mean_squared_error": "mse",
    "root_mean_squared_error": "rmse",
    "mean_absolute_error": "mae",
    "R^2": "r2",
}
"""Names that SynapseML and PySpark have for the same."""


def measure_of(name: str) -> Measure:
    """Return the metric of this name or alias; case does not count.

    Raises
    ------
    SynapseError
        When there is none, with the nearest.

    Examples
    --------
    >>> measure_of("areaUnderROC").name
    'AUC'
    """
    known = {each.casefold(): each for each in MEASURES}
    known |= {alias.casefold(): each for alias, each in ALIASES.items()}
    found = known.get(name.casefold())
    if found is None:
        hint = closest(name, [*MEASURES, *ALIASES]) or f"Metrics: {', '.join(MEASURES)}"
        raise SynapseError(f"There is no metric {name!r}. {hint}")
    return MEASURES[found]


def task_of(predictor: Any) -> Task | None:
    """Return what an estimator or a model predicts, None where its columns do not tell."""
    if predictor.hasParam("groupCol"):
        return "ranking"
    if any(map(predictor.hasParam, ("probabilityCol", "rawPredictionCol"))):
        return "classification"
    return "regression" if predictor.hasParam("predictionCol") else None


def usual(predictors: list[Any]) -> Measure:
    """Return the metric for models where none was asked for.

    AUC for classifiers that give probabilities, accuracy for others, rmse for regressors and
    ndcg@5 for rankers.
    """
    if all(task_of(each) == "ranking" for each in predictors):
        return MEASURES["ndcg@5"]
    if all(task_of(each) == "regression" for each in predictors):
        return MEASURES["rmse"]
    probable = all(each.hasParam("probabilityCol") for each in predictors)
    return MEASURES["AUC" if probable else "accuracy"]


def check_measure(measure: Measure, predictors: list[Any]) -> None:
    """Refuse a metric that a model cannot have, before anything runs."""
    for each in predictors:
        task = task_of(each)
        if task is not None and task != measure.task:
            fitting = ", ".join(m.name for m in MEASURES.values() if m.task == task)
            raise SynapseError(
                f"{measure.name} measures a {measure.task}, and {type(each).__name__} is a "
                f"{task}. Try one of: {fitting}"
            )
