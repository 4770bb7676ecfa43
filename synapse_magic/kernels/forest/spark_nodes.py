"""The nodes that ``pyspark.ml`` saves its trees as, as a forest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from synapse_magic.kernels.forest.forest import Forest, Tree
from synapse_magic.kernels.responses import Link

Node = dict[str, Any]
Leaf = Callable[[Node], np.ndarray]


def counts(node: Node) -> np.ndarray:
    """Return the weight of the training rows of each class in a node."""
    return np.asarray(node["impurityStats"], np.float64)


def shares(node: Node) -> np.ndarray:
    """Return the share of each class in a node."""
    found = counts(node)
    return found / found.sum()


def number(node: Node) -> np.ndarray:
    """Return the number that a node predicts."""
    return np.array([node["prediction"]], np.float64)


def read_spark(
    trees: Sequence[Sequence[Node]],
    leaf: Leaf,
    weights: Sequence[float],
    link: Link = "identity",
    *,
    classifies: bool = False,
) -> Forest:
    """Return trees whose leaves, times the tree's weight, add up.

    Parameters
    ----------
    trees : sequence of sequence of dict
        The nodes of each tree, by their ids from 0.
    leaf : callable
        What a node predicts: :func:`counts`, :func:`shares` or :func:`number`.
    weights : sequence of float
        Of each tree.
    link : {"identity", "logit", "softmax", "log"}
    classifies : bool
        Whether the trees were grown on classes; boosted ones were not.
    """
    read = tuple(_tree(nodes, leaf, weight, classifies) for nodes, weight in zip(trees, weights))
    return Forest(read, np.zeros(read[0].values.shape[1]), link, whole=False)


def _tree(nodes: Sequence[Node], leaf: Leaf, weight: float, classifies: bool) -> Tree:
    left = np.array([node["leftChild"] for node in nodes])
    right = np.array([node["rightChild"] for node in nodes])
    feature, threshold = np.full(len(nodes), -1), np.full(len(nodes), np.nan)
    changed, categories = np.zeros(len(nodes), bool), {}
    for at, node in enumerate(nodes):
        if node["leftChild"] < 0:
            continue
        split = node["split"]
        asked = np.array(split["leftCategoriesOrThreshold"], np.float64)
        feature[at] = split["featureIndex"]
        if split["numCategories"] == -1:
            threshold[at] = asked[0]
        else:
            categories[at], changed[at] = _levels(asked, int(split["numCategories"]))
    return Tree(
        left=np.where(changed, right, left),
        right=np.where(changed, left, right),
        feature=feature,
        threshold=threshold,
        missing_left=np.zeros(len(nodes), bool),
        zero_missing=np.zeros(len(nodes), bool),
        categories=categories,
        values=np.array([leaf(node) * weight for node in nodes]),
        cover=np.array([_cover(node, classifies) for node in nodes]),
    )


def _levels(left: np.ndarray, known: int) -> tuple[np.ndarray, bool]:
    """Return the smaller set of levels, and whether it is the right one.

    Spark keeps that set and sends all others to the other side: unseen levels go with the larger
    one, so the sides are changed where the right one is smaller.
    """
    if len(left) <= known // 2:
        return left, False
    return np.setdiff1d(np.arange(known, dtype=np.float64), left), True


def _cover(node: Node, classifies: bool) -> float:
    """Return the weight of the training rows: of all classes, or the first of the moments."""
    stats = node["impurityStats"]
    return float(sum(stats) if classifies else stats[0])
