"""Trees and ensembles of ``pyspark.ml`` as operators."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from synapse_magic.onnx.converting.graph import ML, Graph, Tensor
from synapse_magic.onnx.converting.spark_predictors import classified, two_sided
from synapse_magic.spark.tree_files import saved_trees

Column = Callable[[str], Tensor]
Made = dict[str, Tensor]
Tree = list[dict[str, Any]]
Leaf = Callable[[dict[str, Any]], np.ndarray]


def tree_classifier(graph: Graph, stage: Any, column: Column) -> Made:
    """Add a tree, or a forest of which all trees count alike, of classes."""
    trees = saved_trees(stage)
    chances = _ensemble(graph, stage, column, trees, _shares, [1 / len(trees)] * len(trees))
    return classified(graph, stage, chances, stage.numClasses)


def tree_regressor(graph: Graph, stage: Any, column: Column) -> Made:
    """Add a tree, or a forest of which all trees count alike, of numbers."""
    trees = saved_trees(stage)
    name = _ensemble(graph, stage, column, trees, _value, [1 / len(trees)] * len(trees))
    return {stage.getPredictionCol(): Tensor(name)}


def boosted_classifier(graph: Graph, stage: Any, column: Column) -> Made:
    """Add boosted trees of two classes."""
    margin = _ensemble(graph, stage, column, saved_trees(stage), _value, list(stage.treeWeights))
    chance = graph.add("Sigmoid", graph.add("Mul", margin, np.array(2.0)))
    return classified(graph, stage, two_sided(graph, chance), 2)


def boosted_regressor(graph: Graph, stage: Any, column: Column) -> Made:
    """Add boosted trees of numbers."""
    name = _ensemble(graph, stage, column, saved_trees(stage), _value, list(stage.treeWeights))
    return {stage.getPredictionCol(): Tensor(name)}


def _shares(node: dict[str, Any]) -> np.ndarray:
    counts = np.asarray(node["impurityStats"], dtype=np.float64)
    return counts / counts.sum()


def _value(node: dict[str, Any]) -> np.ndarray:
    return np.array([node["prediction"]])


def _ensemble(
    graph: Graph, stage: Any, column: Column, trees: list[Tree], leaf: Leaf, weights: list[float]
) -> str:
    features = column(stage.getFeaturesCol())
    sets = sorted({_levels(node) for tree in trees for node in tree if _is_nominal(node)})
    matrix = _with_sets(graph, features, sets)
    numbers = {levels: features.width + index for index, levels in enumerate(sets)}
    attributes = _attributes(trees, leaf, weights, numbers)
    return graph.number(graph.add("TreeEnsembleRegressor", matrix, domain=ML, **attributes))


def _is_nominal(node: dict[str, Any]) -> bool:
    return bool(node["leftChild"] >= 0 and node["split"]["numCategories"] != -1)


def _levels(node: dict[str, Any]) -> tuple[int, tuple[float, ...]]:
    """Return the feature of a nominal split, and the levels that go left."""
    split = node["split"]
    return int(split["featureIndex"]), tuple(split["leftCategoriesOrThreshold"])


def _with_sets(
    graph: Graph, features: Tensor, sets: Iterable[tuple[int, tuple[float, ...]]]
) -> str:
    """Return the features, and for each set of levels a further one: 0 inside it, else 1.

    ONNX compares a number with one threshold; with these, a nominal split is such a comparison.
    """
    sets = list(sets)
    if not sets:
        return features.name
    pairs = [
        (index, feature, level) for index, (feature, all_) in enumerate(sets) for level in all_
    ]
    columns = np.array([feature for _, feature, _ in pairs], dtype=np.int64)
    levels = np.array([[level for _, _, level in pairs]], dtype=np.float64)
    belongs = np.zeros((len(pairs), len(sets)))
    belongs[np.arange(len(pairs)), [index for index, _, _ in pairs]] = 1.0
    hits = graph.add("Equal", graph.add("Gather", features.name, columns, axis=1), levels)
    inside = graph.add("MatMul", graph.number(hits), belongs)
    return graph.add("Concat", features.name, graph.add("Sub", np.array(1.0), inside), axis=1)


def _attributes(
    trees: list[Tree],
    leaf: Leaf,
    weights: list[float],
    numbers: dict[tuple[int, tuple[float, ...]], int],
) -> dict[str, Any]:
    """Return the trees as the lists that the operator takes."""
    from onnx import numpy_helper

    nodes: dict[str, list[Any]] = {
        name: []
        for name in ("treeids", "nodeids", "featureids", "modes", "values", "true", "false")
    }
    targets: dict[str, list[Any]] = {name: [] for name in ("treeids", "nodeids", "ids", "weights")}
    for number, (tree, weight) in enumerate(zip(trees, weights)):
        for node in tree:
            for name, value in zip(nodes, (number, int(node["id"]), *_node(node, numbers))):
                nodes[name].append(value)
            if node["leftChild"] < 0:
                for index, value in enumerate(leaf(node) * weight):
                    for name, part in zip(targets, (number, int(node["id"]), index, value)):
                        targets[name].append(part)
    return {
        "n_targets": max(targets["ids"]) + 1,
        "nodes_treeids": nodes["treeids"],
        "nodes_nodeids": nodes["nodeids"],
        "nodes_featureids": nodes["featureids"],
        "nodes_modes": nodes["modes"],
        "nodes_values_as_tensor": numpy_helper.from_array(np.array(nodes["values"]), "values"),
        "nodes_truenodeids": nodes["true"],
        "nodes_falsenodeids": nodes["false"],
        "target_treeids": targets["treeids"],
        "target_nodeids": targets["nodeids"],
        "target_ids": targets["ids"],
        "target_weights_as_tensor": numpy_helper.from_array(np.array(targets["weights"]), "leaves"),
    }


def _node(
    node: dict[str, Any], numbers: dict[tuple[int, tuple[float, ...]], int]
) -> tuple[int, str, float, int, int]:
    """Return feature, mode, threshold, and the nodes to the left and to the right."""
    if node["leftChild"] < 0:
        return 0, "LEAF", 0.0, 0, 0
    left, right = int(node["leftChild"]), int(node["rightChild"])
    if _is_nominal(node):
        return numbers[_levels(node)], "BRANCH_LEQ", 0.5, left, right
    split = node["split"]
    threshold = float(split["leftCategoriesOrThreshold"][0])
    return int(split["featureIndex"]), "BRANCH_LEQ", threshold, left, right


TREES = {
    "DecisionTreeClassificationModel": tree_classifier,
    "DecisionTreeRegressionModel": tree_regressor,
    "RandomForestClassificationModel": tree_classifier,
    "RandomForestRegressionModel": tree_regressor,
    "GBTClassificationModel": boosted_classifier,
    "GBTRegressionModel": boosted_regressor,
}
