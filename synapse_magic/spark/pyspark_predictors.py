"""The scorers of ``pyspark.ml``'s linear models and trees.

Linear models by their public attributes, trees by the files that Spark saves them in, so that both
work on Spark Connect too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.forest.spark_nodes import counts, number, read_spark, shares
from synapse_magic.kernels.outcomes import Chances, ClassOutcome, Mean, NumberOutcome
from synapse_magic.kernels.predictors import ForestPredictor, LinearPredictor, SumPredictor
from synapse_magic.kernels.responses import Link
from synapse_magic.kernels.scorer import Scorer
from synapse_magic.spark.tree_files import saved_trees

_ADDING_UP: dict[str, Link] = {"identity": "identity", "log": "log", "logit": "logit"}
"""Links of a generalised linear regression that explanations know."""


def _inputs(model: Any) -> tuple[str, ...]:
    return (model.getFeaturesCol(),)


def _number(model: Any) -> NumberOutcome:
    return NumberOutcome(model.getPredictionCol(), Mean())


def _classes(
    model: Any, chances: Chances, steepness: float = 1.0, above: float | None = None
) -> ClassOutcome:
    given = model.isDefined("thresholds") if model.hasParam("thresholds") else False
    return ClassOutcome(
        prediction=model.getPredictionCol(),
        probability=model.getProbabilityCol() if model.hasParam("probabilityCol") else "",
        raw=model.getRawPredictionCol(),
        chances=chances,
        steepness=steepness,
        thresholds=tuple(model.getThresholds()) if given and above is None else (),
        above=above,
    )


def _linear(model: Any) -> Scorer:
    weights, start = model.coefficients.toArray()[None], np.array([float(model.intercept)])
    return LinearPredictor(_inputs(model), weights, start, _number(model))


def _logistic(model: Any) -> Scorer:
    weights, start = model.coefficientMatrix.toArray(), model.interceptVector.toArray()
    if len(weights) == 1:
        outcome = _classes(model, "sigmoid", above=float(model.getThreshold()))
        return LinearPredictor(_inputs(model), weights, start, outcome, "logit")
    link: Link = "logit" if len(weights) == 2 else "softmax"
    return LinearPredictor(_inputs(model), weights, start, _classes(model, "softmax"), link)


def _vector_machine(model: Any) -> Scorer:
    weights, start = model.coefficients.toArray()[None], np.array([float(model.intercept)])
    outcome = _classes(model, "none", above=float(model.getThreshold()))
    return LinearPredictor(_inputs(model), weights, start, outcome)


def _generalized(model: Any) -> Scorer:
    if _named(model, "offsetCol"):
        raise SynapseError(
            "A GeneralizedLinearRegressionModel with an offsetCol cannot be scored outside Spark. "
            "Expected one without"
        )
    mean = _mean(model)
    outcome = NumberOutcome(model.getPredictionCol(), mean, _named(model, "linkPredictionCol"))
    weights, start = model.coefficients.toArray()[None], np.array([float(model.intercept)])
    if mean.link in _ADDING_UP:
        return LinearPredictor(_inputs(model), weights, start, outcome, _ADDING_UP[mean.link])
    return SumPredictor(_inputs(model), weights, start, outcome)


def _named(model: Any, param: str) -> str:
    return str(model.getOrDefault(param)) if model.isDefined(param) else ""


_CANONICAL = {"gaussian": "identity", "binomial": "logit", "poisson": "log", "gamma": "inverse"}
_SMALLEST = 1e-16
_LIMITS = {"gaussian": (-np.finfo(float).max, np.finfo(float).max), "binomial": (0.0, 1.0)}


def _mean(model: Any) -> Mean:
    family = model.getFamily().lower()
    low, high = _LIMITS.get(family, (0.0, np.finfo(float).max))
    edge = 0.0 if family == "gaussian" else _SMALLEST
    limits = (low + edge, high - edge)
    if family != "tweedie":
        link = model.getLink().lower() if model.isDefined("link") else _CANONICAL[family]
        return Mean(link, *limits)
    given = model.isDefined("linkPower")
    power = float(model.getLinkPower() if given else 1.0 - model.getVariancePower())
    return Mean("power", *limits, power) if power else Mean("log", *limits)


def _tree(model: Any) -> Scorer:
    """Return a tree or a forest, of which all trees count alike."""
    trees = saved_trees(model)
    even = [1.0 / len(trees)] * len(trees)
    if not model.hasParam("probabilityCol"):
        forest = read_spark(trees, number, even)
        return ForestPredictor(_inputs(model), forest, forest, _number(model))
    explained = read_spark(trees, shares, even, classifies=True)
    alone = not hasattr(model, "treeWeights")  # the raw scores of one tree are its counts
    leaf = counts if alone else shares
    scores = read_spark(trees, leaf, [1.0] * len(trees), classifies=True)
    explained = explained.only(1) if explained.outputs == 2 else explained
    return ForestPredictor(_inputs(model), scores, explained, _classes(model, "shares"))


def _boosted(model: Any) -> Scorer:
    trees, weights = saved_trees(model), [float(weight) for weight in model.treeWeights]
    forest = read_spark(trees, number, weights)
    if not model.hasParam("probabilityCol"):
        return ForestPredictor(_inputs(model), forest, forest, _number(model))
    # Spark's raw score is half the log-odds.
    log_odds = read_spark(trees, number, [2.0 * weight for weight in weights], "logit")
    return ForestPredictor(_inputs(model), forest, log_odds, _classes(model, "sigmoid", 2.0))


PREDICTORS: dict[str, Callable[[Any], Scorer]] = {
    "LinearRegressionModel": _linear,
    "LogisticRegressionModel": _logistic,
    "LinearSVCModel": _vector_machine,
    "GeneralizedLinearRegressionModel": _generalized,
    "DecisionTreeClassificationModel": _tree,
    "DecisionTreeRegressionModel": _tree,
    "RandomForestClassificationModel": _tree,
    "RandomForestRegressionModel": _tree,
    "GBTClassificationModel": _boosted,
    "GBTRegressionModel": _boosted,
}
