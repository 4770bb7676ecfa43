"""Fitted trees and ensembles of scikit-learn as forests, by what they show of themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from synapse_magic.kernels.forest.forest import Forest, Tree
from synapse_magic.kernels.responses import Link

Reader = Callable[[Any], Forest | None]


def read_sklearn(model: Any) -> Forest | None:
    """Return the trees of what is explained, None for any other model.

    Of two classes the second is explained: its share in the leaves, or its log-odds where trees are
    boosted. None too for several labels at once, boosting from a model of one's own, and categories
    in histogram-based boosting.
    """
    reader = _READERS.get(type(model).__name__)
    known = type(model).__module__.startswith("sklearn.")
    if reader is None or not known or getattr(model, "n_outputs_", 1) != 1:
        return None
    return reader(model)


def _single(model: Any) -> Forest:
    return _averaged([model])


def _forest(model: Any) -> Forest:
    return _averaged(model.estimators_)


def _averaged(models: list[Any]) -> Forest:
    trees = tuple(_tree(model.tree_, _leaves(model) / len(models)) for model in models)
    forest = Forest(trees, np.zeros(trees[0].values.shape[1]), "identity", single=True)
    return forest.only(1) if forest.outputs == 2 else forest


def _leaves(model: Any) -> np.ndarray:
    """Return what each node predicts: a number, or the share of each class."""
    values: np.ndarray = model.tree_.value[:, 0, :].astype(np.float64)
    if hasattr(model, "classes_"):
        return values / values.sum(axis=1, keepdims=True)
    return values


def _boosted(model: Any) -> Forest | None:
    """Return boosted trees, which start from a constant unless ``init`` is a model of one's own."""
    if model.init not in (None, "zero"):
        return None
    outputs = model.estimators_.shape[1]
    scale = model.learning_rate * (2.0 if _is_exponential(model) else 1.0)
    trees = tuple(
        _tree(one.tree_, np.eye(outputs)[output] * _leaves(one) * scale)
        for stage in model.estimators_
        for output, one in enumerate(stage)
    )
    link: Link = "identity"
    if hasattr(model, "classes_"):
        link = "softmax" if outputs > 1 else "logit"
    forest = Forest(trees, np.zeros(outputs), link, single=True)
    return Forest(trees, _start(model, forest), link, single=True)


def _is_exponential(model: Any) -> bool:
    """Say whether the raw score is half the log-odds."""
    return hasattr(model, "classes_") and model.loss == "exponential"


def _start(model: Any, forest: Forest) -> np.ndarray:
    """Return what all rows start from: what the model says of one, less its leaves."""
    row = np.zeros((1, model.n_features_in_))
    given: Any = row
    if hasattr(model, "feature_names_in_"):
        import pandas as pd

        given = pd.DataFrame(row, columns=model.feature_names_in_)
    says = model.decision_function if hasattr(model, "classes_") else model.predict
    scale = 2.0 if _is_exponential(model) else 1.0
    start: np.ndarray = np.asarray(says(given), np.float64).reshape(-1) * scale
    return start - forest.raw(row)[0]


def _tree(tree: Any, values: np.ndarray) -> Tree:
    left, right = tree.children_left, tree.children_right
    inner = left >= 0
    missing = np.asarray(getattr(tree, "missing_go_to_left", np.zeros(len(left))), bool)
    return Tree(
        left=left,
        right=right,
        feature=np.where(inner, tree.feature, -1),
        threshold=tree.threshold,
        missing_left=inner & missing,
        zero_missing=np.zeros(len(left), bool),
        categories={},
        values=values,
        cover=tree.weighted_n_node_samples,
    )


def _histograms(model: Any) -> Forest | None:
    """Return the trees of histogram-based boosting, None where features are categories.

    Those are moved before all others, and coded anew, before they come to the trees.
    """
    if model.is_categorical_ is not None:
        return None
    stages = [[one.nodes for one in stage] for stage in model._predictors]
    base = np.asarray(model._baseline_prediction, np.float64).reshape(-1)
    trees = tuple(
        _binned(nodes, output, len(base)) for stage in stages for output, nodes in enumerate(stage)
    )
    return Forest(trees, base, _histogram_link(model, len(base)))


def _histogram_link(model: Any, outputs: int) -> Link:
    if hasattr(model, "classes_"):
        return "softmax" if outputs > 1 else "logit"
    return "log" if model.loss in ("poisson", "gamma") else "identity"


def _binned(nodes: np.ndarray, output: int, outputs: int) -> Tree:
    inner = ~nodes["is_leaf"].astype(bool)
    values = np.zeros((len(nodes), outputs))
    values[:, output] = nodes["value"]
    return Tree(
        left=np.where(inner, nodes["left"].astype(np.int64), -1),
        right=np.where(inner, nodes["right"].astype(np.int64), -1),
        feature=np.where(inner, nodes["feature_idx"].astype(np.int64), -1),
        threshold=nodes["num_threshold"].astype(np.float64),
        missing_left=inner & nodes["missing_go_to_left"].astype(bool),
        zero_missing=np.zeros(len(nodes), bool),
        categories={},
        values=values,
        cover=nodes["count"].astype(np.float64),
    )


_READERS: dict[str, Reader] = {
    **dict.fromkeys(("DecisionTreeClassifier", "DecisionTreeRegressor"), _single),
    **dict.fromkeys(("ExtraTreeClassifier", "ExtraTreeRegressor"), _single),
    **dict.fromkeys(("RandomForestClassifier", "RandomForestRegressor"), _forest),
    **dict.fromkeys(("ExtraTreesClassifier", "ExtraTreesRegressor"), _forest),
    **dict.fromkeys(("GradientBoostingClassifier", "GradientBoostingRegressor"), _boosted),
    **dict.fromkeys(
        ("HistGradientBoostingClassifier", "HistGradientBoostingRegressor"), _histograms
    ),
}
