"""Fitted linear models of scikit-learn as numbers: coefficients, intercept and link."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from synapse_magic.kernels.responses import Link


@dataclass(frozen=True, eq=False)
class Sum:
    """A sum of features on the scale of a link: (outputs, features) and (outputs,)."""

    coefficients: np.ndarray
    intercept: np.ndarray
    link: Link


def read_sum(model: Any) -> Sum | None:
    """Return what a linear model adds up, None for any other.

    Of a classifier without probabilities it is the margin. None too for several labels at once, and
    for a logistic regression of several classes by one against all others: its chances are shares
    of sigmoids, which have no one scale on which features add up.
    """
    link_of = _LINKS.get(type(model).__name__)
    if link_of is None or not type(model).__module__.startswith("sklearn."):
        return None
    coefficients = np.asarray(model.coef_, np.float64)
    link = link_of(model)
    if link is None or coefficients.ndim > 1 + hasattr(model, "classes_"):
        return None
    coefficients = np.atleast_2d(coefficients)
    intercept = np.broadcast_to(np.asarray(model.intercept_, np.float64), len(coefficients))
    return Sum(coefficients, np.array(intercept), link)


def _as_it_is(_model: Any) -> Link:
    return "identity"


def _logarithmic(_model: Any) -> Link:
    return "log"


def _tweedie(model: Any) -> Link:
    chosen = ("identity" if model.power <= 0 else "log") if model.link == "auto" else model.link
    return "log" if chosen == "log" else "identity"


def _logistic(model: Any) -> Link | None:
    together = getattr(model, "multi_class", "auto")
    if len(model.classes_) == 2:
        return None if together == "multinomial" else "logit"
    return None if model.solver == "liblinear" or together == "ovr" else "softmax"


def _by_gradient(model: Any) -> Link:
    return "logit" if model.loss == "log_loss" and len(model.classes_) == 2 else "identity"


_REGRESSORS = (
    *("LinearRegression", "Ridge", "RidgeCV", "Lasso", "LassoCV", "ElasticNet", "ElasticNetCV"),
    *("Lars", "LarsCV", "LassoLars", "LassoLarsCV", "LassoLarsIC", "BayesianRidge"),
    *("ARDRegression", "HuberRegressor", "SGDRegressor", "TheilSenRegressor", "LinearSVR"),
    *("QuantileRegressor", "OrthogonalMatchingPursuit", "OrthogonalMatchingPursuitCV"),
)
_MARGINS = ("LinearSVC", "RidgeClassifier", "RidgeClassifierCV", "Perceptron")
_LINKS: dict[str, Callable[[Any], Link | None]] = {
    **dict.fromkeys((*_REGRESSORS, *_MARGINS), _as_it_is),
    **dict.fromkeys(("PoissonRegressor", "GammaRegressor"), _logarithmic),
    **dict.fromkeys(("LogisticRegression", "LogisticRegressionCV"), _logistic),
    "TweedieRegressor": _tweedie,
    "SGDClassifier": _by_gradient,
}
