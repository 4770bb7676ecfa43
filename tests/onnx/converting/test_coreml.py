from __future__ import annotations

import logging
import warnings
from typing import Any

import numpy as np
import pytest
from converted import run
from pyspark.sql import SparkSession

from synapse_magic import ONNXModel, SynapseError, to_onnx

pytest.importorskip("onnxmltools")
logging.getLogger("coremltools").setLevel(logging.CRITICAL)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of libraries newer than it was tried with
    coremltools = pytest.importorskip("coremltools")
    from coremltools.models import MLModel, datatypes
    from coremltools.models.tree_ensemble import TreeEnsembleClassifier, TreeEnsembleRegressor
    from coremltools.proto import Model_pb2

X = np.random.default_rng(0).normal(size=(12, 3)).astype(np.float32)
WEIGHTS = np.array([[1.0, -2.0, 0.5], [0.25, 1.0, -1.0]])


def linear() -> Any:
    """y = x w + 0.5, as Core ML writes a linear regression."""
    spec = Model_pb2.Model()
    spec.specificationVersion = 1
    x, y = spec.description.input.add(), spec.description.output.add()
    x.name, y.name, spec.description.predictedFeatureName = "x", "y", "y"
    x.type.multiArrayType.shape.append(3)
    x.type.multiArrayType.dataType = 65568
    y.type.doubleType.MergeFromString(b"")
    spec.glmRegressor.weights.add().value.extend(WEIGHTS[0])
    spec.glmRegressor.offset.append(0.5)
    return spec


def branch(trees: Any) -> Any:
    """A tree: the first feature at most 0.5, or not."""
    trees.add_branch_node(0, 0, 0, 0.5, "BranchOnValueLessThanEqual", 1, 2)
    return trees


def test_a_linear_model_gives_what_its_weights_say() -> None:
    out = run(to_onnx(linear(), X), {"x": X})
    assert out["y"].reshape(-1) == pytest.approx(X @ WEIGHTS[0] + 0.5, abs=1e-5)


def test_a_tree_gives_what_its_leaves_say() -> None:
    trees = branch(TreeEnsembleRegressor([("x", datatypes.Array(3))], "y"))
    trees.add_leaf_node(0, 1, [1.0])
    trees.add_leaf_node(0, 2, [2.0])
    trees.set_default_prediction_value(0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # there is no Core ML here to run it
        model = MLModel(trees.spec)
    out = run(to_onnx(model, X), {"x": X})
    assert out["y"].reshape(-1).tolist() == np.where(X[:, 0] <= 0.5, 1.0, 2.0).tolist()


def classifier() -> Any:
    features = [("a", datatypes.Double()), ("b", datatypes.Double())]
    trees = branch(TreeEnsembleClassifier(features, ["no", "yes"], "label"))
    trees.set_post_evaluation_transform("Classification_SoftMax")
    trees.add_leaf_node(0, 1, [1.0, 0.0])
    trees.add_leaf_node(0, 2, [0.0, 1.0])
    trees.set_default_prediction_value([0.0, 0.0])
    return trees.spec


def test_a_classifier_of_columns_gives_classes_and_probabilities() -> None:
    out = run(to_onnx(classifier(), X[:, :2]), {"a": X[:, :1], "b": X[:, 1:2]})
    second = X[:, 0] > 0.5
    assert out["label"].reshape(-1).tolist() == np.where(second, "yes", "no").tolist()
    high = np.e / (1 + np.e)
    assert out["probabilities"][:, 1] == pytest.approx(np.where(second, high, 1 - high), abs=1e-5)


def linear_classifier() -> Any:
    """The chance of "yes" is the logistic function of x w + 0.25."""
    spec = Model_pb2.Model()
    spec.CopyFrom(linear())
    del spec.description.output[:]
    label, chances = spec.description.output.add(), spec.description.output.add()
    label.name, chances.name = "label", "chances"
    label.type.stringType.MergeFromString(b"")
    chances.type.dictionaryType.stringKeyType.MergeFromString(b"")
    spec.description.predictedFeatureName = "label"
    spec.description.predictedProbabilitiesName = "chances"
    model = spec.glmClassifier
    model.weights.add().value.extend(WEIGHTS[0])
    model.offset.append(0.25)
    model.stringClassLabels.vector.extend(["no", "yes"])
    return spec


def test_a_linear_classifier_gives_what_its_weights_say() -> None:
    out = run(to_onnx(linear_classifier(), X), {"x": X})
    margin = X @ WEIGHTS[0] + 0.25
    assert out["label"].reshape(-1).tolist() == np.where(margin > 0, "yes", "no").tolist()
    assert out["probabilities"][:, 1] == pytest.approx(1 / (1 + np.exp(-margin)), abs=1e-5)


def test_trees_that_start_elsewhere_are_told() -> None:
    spec = classifier()
    spec.treeEnsembleClassifier.treeEnsemble.basePredictionValue[1] = 0.5
    with pytest.raises(SynapseError, match=r"its trees start from \[0\.0, 0\.5\]"):
        to_onnx(spec, X[:, :2])


def test_columns_feed_a_classifier_on_spark_without_a_feed_dict(spark: SparkSession) -> None:
    frame = spark.createDataFrame(X[:, :2].tolist(), "a double, b double")
    rows = ONNXModel().setModelPayload(to_onnx(classifier(), frame)).transform(frame).collect()
    assert [row.label for row in rows] == np.where(X[:, 0] > 0.5, "yes", "no").tolist()


def test_another_kind_of_model_is_refused() -> None:
    spec = linear()
    spec.mlProgram.version = 1
    with pytest.raises(SynapseError, match=r"it is a Core ML mlProgram\. Expected one of glm"):
        to_onnx(spec, X)


def test_a_sample_of_another_width_is_told() -> None:
    with pytest.raises(SynapseError, match=r"has 2 values for the input 'x'\. Expected \[3\]"):
        to_onnx(linear(), X[:, :2])
