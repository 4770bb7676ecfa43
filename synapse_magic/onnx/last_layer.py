"""Finding the tensor before the last layer of a network, its features."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synapse_magic.errors import SynapseError
from synapse_magic.onnx.package import onnx_package

if TYPE_CHECKING:
    import onnx

_LAYERS = {
    "Conv",
    "ConvInteger",
    "FusedConv",
    "FusedGemm",
    "FusedMatMul",
    "Gemm",
    "MatMul",
    "MatMulInteger",
    "QLinearConv",
    "QLinearMatMul",
}
"""Operators with weights."""


def before_last_layer(content: bytes, output: str) -> str:
    """Return the tensor that the last layer with weights before an output takes.

    Parameters
    ----------
    content : bytes
        The model.
    output : str
        One of its outputs, or any tensor in it.

    Raises
    ------
    SynapseError
        When there is no such layer, or it takes the input of the model.
    """
    graph = onnx_package("The features of a network").load_from_string(content).graph
    constant = _constants(graph)
    makers = {name: node for node in graph.node for name in node.output if name}
    name = output
    while name in makers:
        node = makers[name]
        changing = [each for each in node.input if each and each not in constant]
        if not changing:
            break
        name = changing[0]
        if node.op_type in _LAYERS and len(changing) < len(list(filter(None, node.input))):
            if name in makers:
                return name
            break
    raise SynapseError(
        f"No tensor before the last layer was found on the way back from {output!r}. "
        "Try: featureTensorName='...', or headless=False for the output itself"
    )


def _constants(graph: onnx.GraphProto) -> set[str]:
    """Return the names of weights, and of what is made of weights alone."""
    constant = {weight.name for weight in graph.initializer}
    constant |= {weight.values.name for weight in graph.sparse_initializer}
    for node in graph.node:  # which come in the order in which they are made
        if all(name in constant for name in node.input if name):
            constant.update(node.output)
    return constant
