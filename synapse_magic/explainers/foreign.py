"""Models that were fitted without Spark, by scikit-learn, LightGBM or XGBoost, as scorers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.booster import BoosterScorer, Task
from synapse_magic.kernels.estimator import EstimatorScorer, ForestEstimator, LinearEstimator
from synapse_magic.kernels.forest.sklearn_trees import read_sklearn
from synapse_magic.kernels.forest.xgboost_json import link_of_objective
from synapse_magic.kernels.model_text import objective
from synapse_magic.kernels.outcomes import Chances, ClassOutcome, Mean, NumberOutcome
from synapse_magic.kernels.responses import Link
from synapse_magic.kernels.scorer import Scorer
from synapse_magic.kernels.sklearn_linear import read_sum
from synapse_magic.spark.xgboost_scorers import class_numbers, objective_of, xgboost_scorer

VECTOR = "features"
"""The column of a model that was fitted on an array, whose features have no names."""


def foreign_scorer(model: Any) -> Scorer | None:
    """Return the scorer of a model that was fitted without Spark, None for any other object.

    It reads plain columns of the names that the model was fitted with, or one vector column
    ``features``, and makes ``prediction`` and, of a classifier that has them, ``probability``.

    Parameters
    ----------
    model : estimator or booster
        A fitted estimator of scikit-learn or in its manner, a ``lightgbm.Booster`` or an
        ``xgboost.Booster``.

    Raises
    ------
    SynapseError
        When it is not fitted, or cannot be asked about plain numbers.

    Examples
    --------
    >>> from sklearn.linear_model import LinearRegression
    >>> foreign_scorer(LinearRegression().fit([[0.0], [1.0]], [1.0, 3.0])).inputs
    ('features',)
    """
    make = _LIBRARIES.get(type(model).__module__.partition(".")[0])
    if make is None and not (hasattr(model, "predict") and hasattr(model, "get_params")):
        return None
    return (make or _from_sklearn)(model)


def _from_sklearn(model: Any) -> Scorer:
    if not hasattr(model, "n_features_in_"):
        raise _unfitted(model)
    inputs, vector = _named(getattr(model, "feature_names_in_", None))
    classes = tuple(str(one) for one in getattr(model, "classes_", ()))
    arguments = (model, inputs, vector, classes)
    forest, total = read_sklearn(model), read_sum(model)
    if forest is not None:
        return ForestEstimator(*arguments, forest)
    if total is not None:
        return LinearEstimator(*arguments, total.coefficients, total.intercept, total.link)
    return EstimatorScorer(*arguments)


def _from_lightgbm(model: Any) -> Scorer:
    _require_fitted(model)
    booster = getattr(model, "booster_", model)
    if booster.pandas_categorical:
        raise SynapseError(
            f"The {type(model).__name__} was fitted on categories of pandas, which it alone can "
            "code. Expected numbers. Try: fit it on the codes of the categories"
        )
    text, names = booster.model_to_string(), tuple(booster.feature_name())
    nameless = names == tuple(f"Column_{index}" for index in range(len(names)))
    inputs, vector = _named(None if nameless else names)
    task = _task(objective(text)[0])
    classes = tuple(str(one) for one in getattr(model, "classes_", ()))
    return BoosterScorer(text, inputs, vector, names, task, classes)


def _task(name: str) -> Task:
    if name in ("binary", "multiclass", "multiclassova"):
        return "classification"
    return "ranking" if name in ("lambdarank", "rank_xendcg") else "regression"


def _from_xgboost(model: Any) -> Scorer:
    _require_fitted(model)
    booster = model.get_booster() if hasattr(model, "get_booster") else model
    inputs, vector = _named(booster.feature_names)
    link = link_of_objective(objective_of(booster))
    classes = tuple(str(one) for one in getattr(model, "classes_", class_numbers(booster)))
    outcome: ClassOutcome | NumberOutcome = NumberOutcome("prediction", Mean())
    if classes and link in _CHANCES:
        outcome = ClassOutcome("prediction", "probability", "rawPrediction", _CHANCES[link])
    missing = float(getattr(model, "missing", np.nan))
    return xgboost_scorer(booster, inputs, outcome, vector=vector, classes=classes, missing=missing)


_CHANCES: dict[Link, Chances] = {"logit": "sigmoid", "softmax": "softmax"}
_LIBRARIES: dict[str, Callable[[Any], Scorer]] = {
    "sklearn": _from_sklearn,
    "lightgbm": _from_lightgbm,
    "xgboost": _from_xgboost,
}


def _named(names: Any) -> tuple[tuple[str, ...], bool]:
    """Return the columns that are read, and whether it is one vector."""
    return ((VECTOR,), True) if names is None else (tuple(map(str, names)), False)


def _require_fitted(model: Any) -> None:
    """Refuse an estimator that is not fitted; a booster always is."""
    if hasattr(model, "__sklearn_is_fitted__") and not model.__sklearn_is_fitted__():
        raise _unfitted(model)


def _unfitted(model: Any) -> SynapseError:
    return SynapseError(f"The {type(model).__name__} is not fitted. Try: model.fit(X, y) first")
