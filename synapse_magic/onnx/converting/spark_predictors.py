"""Linear models and clusters of ``pyspark.ml``, and boosters in its pipelines, as operators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.onnx.converting.graph import Graph, Tensor, row

Column = Callable[[str], Tensor]
Made = dict[str, Tensor]


def _linear(graph: Graph, features: str, weights: Any, intercepts: Any) -> str:
    """Return features x weights + intercepts, one column for each row of weights."""
    matrix = np.atleast_2d(np.asarray(weights, dtype=np.float64)).T
    return graph.add("Add", graph.add("MatMul", features, matrix), row(intercepts))


def classified(graph: Graph, stage: Any, chances: str, classes: int) -> Made:
    """Return the columns of a classifier, whose thresholds say which class wins."""
    made = (
        {stage.getProbabilityCol(): Tensor(chances, classes)} if stage.getProbabilityCol() else {}
    )
    return made | {stage.getPredictionCol(): Tensor(_winner(graph, stage, chances))}


def _winner(graph: Graph, stage: Any, chances: str) -> str:
    if stage.isDefined("thresholds"):
        limits = np.asarray(stage.getThresholds(), dtype=np.float64)
        # A class whose threshold is 0 wins wherever it has any chance.
        chances = graph.add("Div", chances, row(np.maximum(limits, 1e-300)))
    elif stage.hasParam("threshold"):
        second = graph.add("Gather", chances, np.array([1]), axis=1)
        return graph.number(graph.add("Greater", second, np.array(float(stage.getThreshold()))))
    return graph.number(graph.add("ArgMax", chances, axis=1, keepdims=1))


def two_sided(graph: Graph, chance: str) -> str:
    """Return the chances of both classes, given that of the second."""
    return graph.add("Concat", graph.add("Sub", np.array(1.0), chance), chance, axis=1)


def logistic(graph: Graph, stage: Any, column: Column) -> Made:
    """Add a logistic regression of two or more classes."""
    features = column(stage.getFeaturesCol()).name
    weights, intercepts = stage.coefficientMatrix.toArray(), stage.interceptVector.toArray()
    margins = _linear(graph, features, weights, intercepts)
    if stage.coefficientMatrix.numRows > 1:
        chances = graph.add("Softmax", margins, axis=1)
        return classified_by_most(graph, stage, chances, stage.numClasses)
    return classified(graph, stage, two_sided(graph, graph.add("Sigmoid", margins)), 2)


def classified_by_most(graph: Graph, stage: Any, chances: str, classes: int) -> Made:
    """Return the columns of a classifier of several classes, which has no single threshold."""
    made = {stage.getProbabilityCol(): Tensor(chances, classes)}
    if stage.isSet("thresholds"):
        return classified(graph, stage, chances, classes)
    most = graph.number(graph.add("ArgMax", chances, axis=1, keepdims=1))
    return made | {stage.getPredictionCol(): Tensor(most)}


def vector_machine(graph: Graph, stage: Any, column: Column) -> Made:
    """Add a linear support vector machine, which gives no chances."""
    margins = _linear(
        graph,
        column(stage.getFeaturesCol()).name,
        stage.coefficients.toArray(),
        [stage.intercept],
    )
    above = graph.add("Greater", margins, np.array(float(stage.getThreshold())))
    return {stage.getPredictionCol(): Tensor(graph.number(above))}


def linear(graph: Graph, stage: Any, column: Column) -> Made:
    """Add a linear regression."""
    features = column(stage.getFeaturesCol()).name
    name = _linear(graph, features, stage.coefficients.toArray(), [stage.intercept])
    return {stage.getPredictionCol(): Tensor(name)}


def generalized(graph: Graph, stage: Any, column: Column) -> Made:
    """Add a generalised linear regression, by the inverse of its link."""
    features = column(stage.getFeaturesCol()).name
    inner = _linear(graph, features, stage.coefficients.toArray(), [stage.intercept])
    link = _link(stage)
    if link not in _MEANS:
        raise SynapseError(
            f"A GeneralizedLinearRegression with the link {link!r} cannot be converted to ONNX. "
            f"Expected one of {', '.join(_MEANS)}"
        )
    return {stage.getPredictionCol(): Tensor(_MEANS[link](graph, inner))}


def _link(stage: Any) -> str:
    defaults = {"gaussian": "identity", "binomial": "logit", "poisson": "log", "gamma": "inverse"}
    own = stage.getLink() if stage.isDefined("link") else None
    return str(own or defaults.get(stage.getFamily(), stage.getFamily())).lower()


_MEANS: dict[str, Callable[[Graph, str], str]] = {
    "identity": lambda _, inner: inner,
    "log": lambda graph, inner: graph.add("Exp", inner),
    "logit": lambda graph, inner: graph.add("Sigmoid", inner),
    "inverse": lambda graph, inner: graph.add("Reciprocal", inner),
    "sqrt": lambda graph, inner: graph.add("Mul", inner, inner),
}


def clusters(graph: Graph, stage: Any, column: Column) -> Made:
    """Add the nearest centre."""
    if stage.getDistanceMeasure() != "euclidean":
        raise SynapseError("A KMeans by cosine cannot be converted to ONNX. Expected 'euclidean'")
    centers = np.array(stage.clusterCenters())
    features = column(stage.getFeaturesCol()).name
    # Of the squared distance the features' own square is the same for all centres.
    product = graph.add("MatMul", features, -2 * centers.T)
    far = graph.add("Add", product, row((centers**2).sum(axis=1)))
    nearest = graph.add("ArgMin", far, axis=1, keepdims=1)
    return {stage.getPredictionCol(): Tensor(graph.number(nearest))}


def boosted(graph: Graph, stage: Any, column: Column) -> Made:
    """Add a model that knows itself how it is said in ONNX."""
    scorer = stage.scorer()
    parts = [column(name).name for name in scorer.inputs]
    features = graph.add("Concat", *parts, axis=1) if len(parts) > 1 else parts[0]
    outputs = graph.include(stage.toONNX(), features)
    if "variable" in outputs:
        return {scorer.prediction: Tensor(graph.number(outputs["variable"]))}
    chances = graph.number(outputs["probabilities"])
    weighed = chances
    if scorer.thresholds:
        limits = np.maximum(np.asarray(scorer.thresholds, dtype=np.float64), 1e-300)
        weighed = graph.add("Div", chances, row(limits))
    most = graph.number(graph.add("ArgMax", weighed, axis=1, keepdims=1))
    made = {scorer.prediction: Tensor(most)}
    if scorer.probability:
        made[scorer.probability] = Tensor(chances, stage.numClasses)
    return made


PREDICTORS = {
    "LogisticRegressionModel": logistic,
    "LinearSVCModel": vector_machine,
    "LinearRegressionModel": linear,
    "GeneralizedLinearRegressionModel": generalized,
    "KMeansModel": clusters,
}
