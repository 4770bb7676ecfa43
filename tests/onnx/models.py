"""Small models made by hand, and columns for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper

FLOAT, INT64, STRING = TensorProto.FLOAT, TensorProto.INT64, TensorProto.STRING
WEIGHTS = np.arange(6, dtype=np.float32).reshape(3, 2) / 10


def port(name: str, kind: int, *shape: int | str | None) -> Any:
    return helper.make_tensor_value_info(name, kind, list(shape))


def model(
    nodes: Sequence[Any], inputs: Sequence[Any], outputs: Sequence[Any], **weights: Any
) -> Any:
    graph = helper.make_graph(
        list(nodes),
        "test",
        list(inputs),
        list(outputs),
        [onnx.numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    opsets = [helper.make_opsetid("", 15), helper.make_opsetid("ai.onnx.ml", 2)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def linear() -> Any:
    """P = softmax(M), M = X W, for rows X of three numbers."""
    return model(
        [
            helper.make_node("MatMul", ["X", "W"], ["M"]),
            helper.make_node("Softmax", ["M"], ["P"], axis=1),
        ],
        [port("X", FLOAT, "rows", 3)],
        [port("P", FLOAT, "rows", 2)],
        W=WEIGHTS,
    )


def scores(X: np.ndarray) -> np.ndarray:
    """Return what ``linear`` makes inside, by numpy."""
    return np.asarray(X, np.float32) @ WEIGHTS


def chances(X: np.ndarray) -> np.ndarray:
    """Return what ``linear`` gives, by numpy."""
    raised = np.exp(scores(X))
    return raised / raised.sum(axis=1, keepdims=True)


def summed() -> Any:
    """S = the sum of each row, of any length."""
    return model(
        [helper.make_node("ReduceSum", ["X", "axes"], ["S"], keepdims=0)],
        [port("X", FLOAT, "rows", "size")],
        [port("S", FLOAT, "rows")],
        axes=np.array([1], np.int64),
    )


def doubled(batch: int | str) -> Any:
    """Y = X + X, for so many rows at once."""
    return model(
        [helper.make_node("Add", ["X", "X"], ["Y"])],
        [port("X", FLOAT, batch, 2)],
        [port("Y", FLOAT, batch, 2)],
    )


def zipped() -> Any:
    """Z = the chances of ``linear`` as one map a row, as scikit-learn's converter writes them."""
    made = linear()
    made.graph.node.append(
        helper.make_node("ZipMap", ["P"], ["Z"], domain="ai.onnx.ml", classlabels_int64s=[7, 9])
    )
    del made.graph.output[:]
    value = helper.make_tensor_type_proto(FLOAT, [])
    kind = helper.make_sequence_type_proto(helper.make_map_type_proto(INT64, value))
    made.graph.output.append(helper.make_value_info("Z", kind))
    return made


def indexed() -> Any:
    """I = the number of each text, by a table."""
    return model(
        [
            helper.make_node(
                "LabelEncoder",
                ["T"],
                ["I"],
                domain="ai.onnx.ml",
                keys_strings=["a", "b"],
                values_int64s=[1, 2],
                default_int64=-1,
            )
        ],
        [port("T", STRING, "rows")],
        [port("I", INT64, "rows")],
    )
