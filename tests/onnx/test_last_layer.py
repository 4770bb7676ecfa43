from __future__ import annotations

import models
import networks
import numpy as np
import pytest
from onnx import helper

from synapse_magic.errors import SynapseError
from synapse_magic.onnx.last_layer import before_last_layer

ROWS = models.port("X", models.FLOAT, "rows", 3)
ONE = np.ones((3, 3), np.float32)


def found(nodes: list, *, wanted: str = "Y", **weights: np.ndarray) -> str:  # type: ignore[type-arg]
    made = models.model(nodes, [ROWS], [models.port("Y", models.FLOAT, "rows", 3)], **weights)
    return before_last_layer(made.SerializeToString(), wanted)


def node(kind: str, inputs: str, output: str, **attributes: object):  # type: ignore[no-untyped-def]
    return helper.make_node(kind, inputs.split(), [output], **attributes)


def test_softmax_and_bias_belong_to_the_last_layer() -> None:
    assert before_last_layer(networks.pooled().SerializeToString(), "P") == "F"


def test_weights_that_are_made_inside_are_weights() -> None:
    nodes = [
        node("Relu", "X", "R"),
        node("Transpose", "W", "T"),
        helper.make_node("Constant", [], ["C"], value_floats=[1.0, 1.0, 1.0]),
        node("MatMul", "R T", "M"),
        node("Add", "C M", "Y"),
    ]
    assert found(nodes, W=ONE) == "R"


def test_a_product_of_two_tensors_is_no_layer() -> None:
    nodes = [
        node("Relu", "X", "R"),
        node("Gemm", "R W", "G"),
        node("Transpose", "G", "T"),
        node("MatMul", "G T", "A"),
        node("MatMul", "A G", "Y"),
    ]
    assert found(nodes, W=ONE) == "R"


def test_the_layer_before_another_tensor_may_be_asked_for() -> None:
    nodes = [
        node("Relu", "X", "R"),
        node("MatMul", "R W", "A"),
        node("Relu", "A", "B"),
        node("MatMul", "B W", "Y"),
    ]
    assert found(nodes, W=ONE) == "B"
    assert found(nodes, wanted="A", W=ONE) == "R"


@pytest.mark.parametrize(
    "nodes",
    [[node("MatMul", "X W", "Y")], [node("Relu", "X", "Y")], [node("MatMul", "X X", "Y")]],
    ids=["one layer", "no layer", "no weights"],
)
def test_a_model_without_features_is_told(nodes: list) -> None:  # type: ignore[type-arg]
    with pytest.raises(SynapseError, match=r"way back from 'Y'.*featureTensorName.*headless=False"):
        found(nodes, W=ONE)
