"""What a search gives: the best model with the trials that led to it, and how it was done."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, ClassVar, Literal

from synapse_magic.compose.kept_best import KeptBest
from synapse_magic.compose.tuning.spaces import ParamSpace
from synapse_magic.results.leaderboard import Leaderboard, Trial
from synapse_magic.spark.param import Param, param, unset


class TuningParams:
    """How a search is carried out."""

    models: Param[list[Any]] = param(
        "Estimators to tune: of ours, of pyspark.ml, or pipelines.", default=unset
    )
    paramSpace: Param[ParamSpace | dict[Any, Any]] = param(
        "What to try for each param; unset for what is usual for the estimators.", default=unset
    )
    search: Param[Literal["grid", "random", "tpe"]] = param(
        "How values are chosen: all of them, at random, or near the best ones by Optuna's TPE.",
        default="random",
    )
    numRuns: Param[int] = param(
        "Trials of a random or TPE search; a grid has as many as combinations.", default=20, low=1
    )
    numFolds: Param[int] = param(
        "Parts held out in turn to judge a trial; 1 for a single part.", default=3, low=1
    )
    trainRatio: Param[float] = param(
        "Share of rows to train on where numFolds is 1.", default=0.75, above=0, high=0.99
    )
    parallelism: Param[int] = param("Trials that run at once.", default=1, low=1)
    evaluationMetric: Param[str] = param(
        "Metric to be best in, such as AUC, accuracy, f1, rmse or r2; unset for the usual one.",
        default=unset,
    )
    pruner: Param[Literal["none", "median", "halving"]] = param(
        "How hopeless LightGBM trials are ended while they train: by Optuna's pruners.",
        default="none",
    )
    groupCol: Param[str] = param(
        "Column whose equal values stay in one part; unset for that of a ranker, if any.",
        default=unset,
        column="in",
    )
    seed: Param[int] = param("Seed of the parts and of the values tried.", default=0, low=0)

    def _set(self, **values: Any) -> Any:
        space = values.get("paramSpace")
        if isinstance(space, dict) and not isinstance(space, ParamSpace):
            values["paramSpace"] = ParamSpace(space)  # which is written as code
        return super()._set(**values)  # type: ignore[misc]


class TuneHyperparametersModel(TuningParams, KeptBest):
    """The best model of a search, fitted on all rows, with the trials that led to it.

    It scores as ``bestModel`` does. ``leaderboard`` draws the trials.
    """

    unsaved: ClassVar[tuple[str, ...]] = (*KeptBest.unsaved, "paramSpace")

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.leaderboard = Leaderboard("", True, "random", 0)

    @property
    def bestMetric(self) -> float:
        """The metric of the best trial: the mean over the parts that were held out."""
        best = self.leaderboard.best
        return float("nan") if best is None or best.metric is None else best.metric

    def getBestMetric(self) -> float:
        """Return the metric of the best trial."""
        return self.bestMetric

    def getBestModelInfo(self) -> str:
        """Return what is best in one line: model, params and metric."""
        best = self.leaderboard.best
        if best is None:
            return "no trial"
        params = ", ".join(f"{name}={value!r}" for name, value in best.params.items())
        return f"{best.model}({params}): {self.leaderboard.metric} {best.metric:.6g}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.getBestModelInfo()}>"

    def _get_state(self) -> dict[str, Any]:
        board = asdict(self.leaderboard) | {"logs": sorted(self.leaderboard.logs)}
        plain = json.loads(json.dumps(board, default=_plain))
        return {**super()._get_state(), "leaderboard": plain}

    def _set_state(self, state: dict[str, Any]) -> None:
        super()._set_state(state)
        told = dict(state["leaderboard"])
        trials = tuple(_trial(each) for each in told.pop("trials"))
        self.leaderboard = Leaderboard(**{**told, "logs": frozenset(told["logs"])}, trials=trials)


def _trial(told: dict[str, Any]) -> Trial:
    last = told["streamed"]
    streamed = None if last is None else (str(last[0]), float(last[1]))
    return Trial(**{**told, "parts": tuple(told["parts"]), "streamed": streamed})


def _plain(value: Any) -> Any:
    """Return a value that JSON does not know as one that it knows."""
    return value.item() if hasattr(value, "item") else repr(value)
