"""XGBoost's JSON as a forest."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

import numpy as np

from synapse_magic.kernels.forest.forest import Forest, Tree
from synapse_magic.kernels.responses import Link

_BOOSTERS = ("gbtree", "dart")
_LINKS: dict[str, Link] = {
    "binary:logistic": "logit",
    "binary:logitraw": "logit",
    "reg:logistic": "logit",
    "multi:softprob": "softmax",
    "multi:softmax": "softmax",
    "count:poisson": "log",
    "reg:gamma": "log",
    "reg:tweedie": "log",
    "survival:cox": "log",
    "survival:aft": "log",
}
_MARGINS: dict[Link, Callable[[np.ndarray], np.ndarray]] = {
    "logit": lambda chance: np.log(chance / (1 - chance)),
    "log": np.log,
}
"""Link -> what a base score is as a raw score; for the others it is one already."""
_RAW = "binary:logitraw"
"""Predicts its raw score, and so is its base score one."""


@functools.lru_cache(maxsize=8)
def read_xgboost(content: bytes) -> Forest | None:
    """Return the trees of a model.

    Parameters
    ----------
    content : bytes
        As of ``Booster.save_raw("json")``, of the iterations that predict.

    Returns
    -------
    Forest or None
        None where the booster is linear, or leaves hold several numbers.
    """
    learner = json.loads(content)["learner"]
    booster = learner["gradient_booster"]
    if booster["name"] not in _BOOSTERS:
        return None
    model = booster.get("gbtree", booster)["model"]
    if any(int(tree["tree_param"].get("size_leaf_vector", 1)) > 1 for tree in model["trees"]):
        return None
    weights = booster.get("weight_drop", [1.0] * len(model["trees"]))
    objective = learner["objective"]["name"]
    link = link_of_objective(objective)
    base = _base(learner["learner_model_param"], "identity" if objective == _RAW else link)
    trees = zip(model["trees"], model["tree_info"], weights)
    return Forest(
        tuple(_tree(tree, int(output), len(base), weight) for tree, output, weight in trees),
        base,
        link,
        single=True,
    )


def link_of_objective(objective: str) -> Link:
    """Return the scale of the raw scores of an objective."""
    return _LINKS.get(objective, "identity")


def _base(params: dict[str, str], link: Link) -> np.ndarray:
    """Return the base score of each output: one number for all, or one each from XGBoost 3.1 on."""
    outputs = max(int(params["num_class"]), int(params.get("num_target", 1)), 1)
    scores = np.array(params["base_score"].strip("[]").split(","), np.float64)
    margins = _MARGINS[link](scores) if link in _MARGINS else scores
    return np.array(np.broadcast_to(margins, outputs))


def _tree(found: dict[str, Any], output: int, outputs: int, weight: float) -> Tree:
    left, right = (np.array(found[name], np.int64) for name in ("left_children", "right_children"))
    inner = left >= 0
    conditions = np.array(found["split_conditions"], np.float32)
    values = np.zeros((len(left), outputs))
    values[~inner, output] = conditions[~inner].astype(np.float64) * weight
    categories = _categories(found)
    # A category of the set goes right: the sides are changed, so that it goes left as elsewhere.
    changed = np.zeros(len(left), bool)
    changed[list(categories)] = True
    return Tree(
        left=np.where(changed, right, left),
        right=np.where(changed, left, right),
        feature=np.where(inner, np.array(found["split_indices"], np.int64), -1),
        # Below a float32 is up to the next smaller one.
        threshold=np.nextafter(conditions, np.float32(-np.inf)).astype(np.float64),
        missing_left=inner & (np.array(found["default_left"], bool) != changed),
        zero_missing=np.zeros(len(left), bool),
        categories=categories,
        values=values,
        cover=np.array(found["sum_hessian"], np.float64),
    )


def _categories(found: dict[str, Any]) -> dict[int, np.ndarray]:
    levels = np.array(found["categories"], np.float64)
    segments = zip(
        found["categories_nodes"], found["categories_segments"], found["categories_sizes"]
    )
    return {int(node): levels[start : start + size] for node, start, size in segments}
