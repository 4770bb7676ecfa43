"""What every converted model has alike."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.onnx.package import onnx_package

if TYPE_CHECKING:
    import onnx

OPSET = 18
ML_OPSET = 3
_IR = 10
"""Read by onnxruntime 1.18, the oldest that is allowed, and all after it."""
ROWS = "rows"


def finish(model: onnx.ModelProto, source: Any, framework: str) -> onnx.ModelProto:
    """Free the number of rows, and note where the model comes from."""
    model.ir_version = min(model.ir_version, _IR)
    for port in (*model.graph.input, *model.graph.output):
        shape = port.type.tensor_type.shape
        if port.type.HasField("tensor_type") and shape.dim:
            shape.dim[0].dim_param = ROWS
    version = getattr(sys.modules.get(framework), "__version__", "")
    noted = {"framework": f"{framework} {version}".strip(), "class": type(source).__name__}
    for key, value in noted.items():
        model.metadata_props.add(key=key, value=value)
    return model


def rename(model: onnx.ModelProto, names: dict[str, str]) -> None:
    """Give inputs and outputs other names, wherever the graph speaks of them."""
    graph = model.graph
    for port in (*graph.input, *graph.output, *graph.value_info):
        port.name = names.get(port.name, port.name)
    _rename_nodes(graph, names)


def name_inputs(model: onnx.ModelProto, names: Sequence[str]) -> None:
    """Call the inputs as their columns; an output that is called so becomes a ``predicted_``."""
    graph = model.graph
    changed = {port.name: name for port, name in zip(graph.input, names)}
    for port in graph.output:
        made = port.name
        while made in names:
            made = f"predicted_{made}"
        changed[port.name] = made
    rename(model, changed)


def _rename_nodes(graph: onnx.GraphProto, names: dict[str, str]) -> None:
    for node in graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs):
                _rename_nodes(inner, names)  # graphs inside see the names outside


def relabel(model: onnx.ModelProto, output: str, classes: Sequence[Any]) -> None:
    """Make an output of class numbers, counted from 0, give the classes themselves."""
    package = onnx_package("Class names")
    labels = np.asarray(classes)
    labels = labels.astype(object) if labels.dtype.kind in "OUS" else labels.astype(np.int64)
    inner, names = f"{output}_number", f"{output}_classes"
    _rename_output(model, output, inner)
    model.graph.initializer.append(package.numpy_helper.from_array(labels, names))
    model.graph.node.append(package.helper.make_node("Gather", [names, inner], [output]))
    port = next(port for port in model.graph.output if port.name == output)
    text = labels.dtype == object
    kind = package.TensorProto.STRING if text else package.TensorProto.INT64
    port.type.tensor_type.elem_type = kind


def _rename_output(model: onnx.ModelProto, output: str, inner: str) -> None:
    for node in model.graph.node:
        node.output[:] = [inner if name == output else name for name in node.output]


def label_above(model: onnx.ModelProto, threshold: float, classes: Sequence[str]) -> None:
    """Make ``label`` the second class from this probability on, rather than from a half."""
    package = onnx_package("Thresholds")
    _rename_output(model, "label", "label_half")
    constants = {
        "label_second": np.array([1], np.int64),
        "label_threshold": np.array(threshold, np.float32),
        "label_classes": np.array(classes, object),
        "label_flat": np.array([-1], np.int64),
    }
    model.graph.initializer.extend(
        package.numpy_helper.from_array(value, name) for name, value in constants.items()
    )
    steps: tuple[tuple[str, list[str], str, dict[str, Any]], ...] = (
        ("Gather", ["probabilities", "label_second"], "label_chance", {"axis": 1}),
        ("Reshape", ["label_chance", "label_flat"], "label_chances", {}),
        ("GreaterOrEqual", ["label_chances", "label_threshold"], "label_above", {}),
        ("Cast", ["label_above"], "label_index", {"to": package.TensorProto.INT64}),
        ("Gather", ["label_classes", "label_index"], "label", {}),
    )
    for operator, inputs, output, options in steps:
        model.graph.node.append(package.helper.make_node(operator, inputs, [output], **options))


def drop_maps(model: onnx.ModelProto) -> None:
    """Give the probabilities of each class as one tensor, and not as a map a row."""
    package = onnx_package("Probabilities")
    graph = model.graph
    for node in [node for node in graph.node if node.op_type == "ZipMap"]:
        graph.node.remove(node)
        port = next(port for port in graph.output if port.name == node.output[0])
        graph.output.remove(port)
        kind = package.TensorProto.FLOAT
        made = package.helper.make_tensor_value_info("probabilities", kind, [ROWS, None])
        graph.output.append(made)
        _rename_nodes(graph, {node.input[0]: "probabilities"})
