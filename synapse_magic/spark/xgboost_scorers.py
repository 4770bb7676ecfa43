"""The scorers of the models of ``xgboost.spark``, and of XGBoost's own boosters."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.forest.xgboost_json import link_of_objective
from synapse_magic.kernels.outcomes import ClassOutcome, Mean, NumberOutcome
from synapse_magic.kernels.scorer import Scorer
from synapse_magic.kernels.xgboost_scorer import XGBoostScorer


def xgboost_scorer(
    booster: Any,
    inputs: tuple[str, ...],
    outcome: ClassOutcome | NumberOutcome,
    *,
    vector: bool,
    classes: tuple[str, ...] = (),
    missing: float = np.nan,
) -> XGBoostScorer:
    """Return the scorer of a booster, of just the iterations that predict."""
    stopped = booster.attr("best_iteration")
    used = booster if stopped is None else booster[: int(stopped) + 1]
    return XGBoostScorer(
        content=bytes(used.save_raw("ubj")),
        inputs=inputs,
        vector=vector,
        features=tuple(booster.feature_names or ()) if vector else inputs,
        link=link_of_objective(objective_of(booster)),
        outcome=outcome,
        classes=classes,
        missing=missing,
    )


def objective_of(booster: Any) -> str:
    """Return the name of the objective."""
    return str(json.loads(booster.save_config())["learner"]["objective"]["name"])


def class_numbers(booster: Any) -> tuple[str, ...]:
    """Return the classes of a booster by their numbers, none where it predicts no class."""
    learner = json.loads(booster.save_config())["learner"]
    link = link_of_objective(learner["objective"]["name"])
    count = {"logit": 2, "softmax": int(learner["learner_model_param"]["num_class"])}.get(link, 0)
    return tuple(str(number) for number in range(count))


def _from_spark(model: Any) -> Scorer:
    if model.isDefined("base_margin_col") and model.getOrDefault("base_margin_col"):
        raise SynapseError(
            f"A {type(model).__name__} with a base_margin_col cannot be scored outside Spark. "
            "Expected one without"
        )
    booster = model.get_booster()
    several = model.isDefined("features_cols") and model.getOrDefault("features_cols")
    inputs = tuple(several) if several else (model.getOrDefault("featuresCol"),)
    classes: tuple[str, ...] = ()
    outcome: ClassOutcome | NumberOutcome = NumberOutcome(model.getPredictionCol(), Mean())
    if model.hasParam("probabilityCol"):
        softmax = link_of_objective(objective_of(booster)) == "softmax"
        classes = class_numbers(booster)
        outcome = ClassOutcome(
            model.getPredictionCol(),
            model.getProbabilityCol(),
            model.getRawPredictionCol(),
            "softmax" if softmax else "sigmoid",
        )
    return xgboost_scorer(
        booster,
        inputs,
        outcome,
        vector=not several,
        classes=classes,
        missing=float(model.getOrDefault("missing")) if model.isDefined("missing") else np.nan,
    )


XGBOOST = {
    "SparkXGBClassifierModel": _from_spark,
    "SparkXGBRegressorModel": _from_spark,
    "SparkXGBRankerModel": _from_spark,
}
