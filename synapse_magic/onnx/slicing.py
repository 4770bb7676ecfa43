"""Cutting a model off at tensors inside it, such as the features before the last layer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from synapse_magic.errors import SynapseError, closest
from synapse_magic.onnx.package import onnx_package

if TYPE_CHECKING:
    import onnx

MOST_LISTED = 20
"""Tensors named in the message about one that is not there."""


def sliced(content: bytes, outputs: Sequence[str]) -> bytes:
    """Return the part of a model that makes these tensors, which become its outputs.

    Parameters
    ----------
    content : bytes
        The model.
    outputs : sequence of str
        Names of any tensors in it.

    Raises
    ------
    SynapseError
        When there is no such tensor, with the nearest names, or the package ``onnx`` is not here.
    """
    package = onnx_package("Tensors inside a model")
    model = package.load_from_string(content)
    graph = model.graph
    made = {name: index for index, node in enumerate(graph.node) for name in node.output if name}
    inferred = package.shape_inference.infer_shapes(model, data_prop=True).graph
    types = {info.name: info for info in (*inferred.value_info, *inferred.output)}
    inputs = {port.name for port in graph.input}
    for name in outputs:
        if name in inputs:
            raise SynapseError(f"{name!r} is an input of the model, which its columns hold already")
        if name not in made:
            raise SynapseError(_unknown(name, list(made), types, package))
    needed = _needed(graph, made, outputs)
    kept = [node for index, node in enumerate(graph.node) if index in needed]
    used = {name for node in kept for name in _reads(node)} | set(outputs)
    del graph.node[:], graph.output[:]
    graph.node.extend(kept)
    # onnxruntime finds the type of an output that the graph does not tell.
    graph.output.extend(types.get(name) or package.ValueInfoProto(name=name) for name in outputs)
    for field in (graph.initializer, graph.sparse_initializer, graph.input, graph.value_info):
        _keep(field, used)
    return bytes(model.SerializeToString())


def _needed(graph: onnx.GraphProto, made: dict[str, int], outputs: Iterable[str]) -> set[int]:
    """Return the indexes of the nodes that the outputs depend on."""
    needed: set[int] = set()
    open_names = list(outputs)
    while open_names:
        index = made.get(open_names.pop())
        if index is not None and index not in needed:
            needed.add(index)
            open_names.extend(_reads(graph.node[index]))
    return needed


def _reads(node: onnx.NodeProto) -> Iterator[str]:
    """Yield what a node reads, in the graphs inside it too, which see the names outside."""
    yield from node.input
    for attribute in node.attribute:
        for inner in (attribute.g, *attribute.graphs):
            for below in inner.node:
                yield from _reads(below)
            yield from (output.name for output in inner.output)


def _keep(field: Any, names: set[str]) -> None:
    left = [entry for entry in field if _name(entry) in names]
    del field[:]
    field.extend(left)


def _name(entry: Any) -> str:
    return str(entry.name if hasattr(entry, "name") else entry.values.name)


def _unknown(
    name: str, known: Sequence[str], types: dict[str, onnx.ValueInfoProto], package: Any
) -> str:
    listed = "; ".join(_described(each, types.get(each), package) for each in known[:MOST_LISTED])
    if len(known) > MOST_LISTED:
        listed += f" and {len(known) - MOST_LISTED} more"
    hint = closest(name, known)
    return f"The model has no tensor {name!r}. {hint} Tensors: {listed}".replace("  ", " ")


def _described(name: str, info: onnx.ValueInfoProto | None, package: Any) -> str:
    """Return name, type and shape of a tensor, as far as they are known without running it."""
    if info is None or not info.type.HasField("tensor_type"):
        return name
    tensor = info.type.tensor_type
    element = package.TensorProto.DataType.Name(tensor.elem_type).lower()
    sizes = (str(each.dim_value) if each.dim_value else "?" for each in tensor.shape.dim)
    return f"{name}: {element}[{', '.join(sizes)}]"
