from __future__ import annotations

import models
import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper

from synapse_magic.errors import SynapseError
from synapse_magic.onnx.slicing import sliced

X = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)


def run(content: bytes) -> list[np.ndarray]:
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    return list(session.run(None, {port.name: X for port in session.get_inputs()}))


def branching() -> onnx.ModelProto:
    """Y = X W where the sum of X is positive, else V; and Z, which needs neither."""
    taken = helper.make_graph(
        [helper.make_node("MatMul", ["X", "W"], ["inside"])],
        "taken",
        [],
        [models.port("inside", models.FLOAT, "rows", 2)],
    )
    other = helper.make_graph(
        [helper.make_node("MatMul", ["X", "V"], ["outside"])],
        "other",
        [],
        [models.port("outside", models.FLOAT, "rows", 2)],
    )
    zero = np.zeros((), np.float32)
    return models.model(
        [
            helper.make_node("ReduceSum", ["X"], ["S"], keepdims=0),
            helper.make_node("Greater", ["S", "zero"], ["positive"]),
            helper.make_node("If", ["positive"], ["Y"], then_branch=taken, else_branch=other),
            helper.make_node("Relu", ["Y"], ["R"]),
            helper.make_node("Neg", ["X"], ["Z"]),
        ],
        [models.port("X", models.FLOAT, "rows", 3)],
        [models.port("R", models.FLOAT, "rows", 2), models.port("Z", models.FLOAT, "rows", 3)],
        W=models.WEIGHTS,
        V=-models.WEIGHTS,
        zero=zero,
    )


def test_what_the_tensor_needs_is_kept_and_nothing_else() -> None:
    content = sliced(models.linear().SerializeToString(), ["M"])
    assert np.allclose(run(content)[0], models.scores(X), atol=1e-6)
    graph = onnx.load_from_string(content).graph
    assert [node.op_type for node in graph.node] == ["MatMul"]


def test_what_graphs_inside_read_is_kept() -> None:
    content = sliced(branching().SerializeToString(), ["Y"])
    sign = 1 if X.sum() > 0 else -1
    assert np.allclose(run(content)[0], sign * models.scores(X), atol=1e-6)
    kept = {weight.name for weight in onnx.load_from_string(content).graph.initializer}
    assert kept == {"W", "V", "zero"}


def test_weights_that_are_not_needed_are_left_out() -> None:
    content = sliced(branching().SerializeToString(), ["Z"])
    assert np.allclose(run(content)[0], -X)
    assert not onnx.load_from_string(content).graph.initializer


def test_several_tensors_and_an_output_beside_them() -> None:
    first, second = run(sliced(models.linear().SerializeToString(), ["P", "M"]))
    assert np.allclose(first, models.chances(X), atol=1e-6)
    assert np.allclose(second, models.scores(X), atol=1e-6)


def test_a_tensor_that_is_not_there_is_told() -> None:
    with pytest.raises(
        SynapseError,
        match=r"no tensor 'm'\. Did you mean 'M'\? Tensors: M: float\[\?, 2\]; P: float\[\?, 2\]",
    ):
        sliced(models.linear().SerializeToString(), ["m"])
