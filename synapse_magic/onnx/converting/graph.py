"""Writing an ONNX graph, operator by operator."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from synapse_magic.onnx.converting.finishing import ML_OPSET, OPSET, ROWS
from synapse_magic.onnx.package import onnx_package

if TYPE_CHECKING:
    import onnx

ML = "ai.onnx.ml"


@dataclass(frozen=True)
class Tensor:
    """A tensor in the graph: a row of so many numbers, or texts, for each row.

    Attributes
    ----------
    name : str
    width : int
        1 for a plain column.
    text : bool
    """

    name: str
    width: int = 1
    text: bool = False


class Graph:
    """An ONNX graph under construction; all numbers in it are float64."""

    def __init__(self) -> None:
        self.package = onnx_package("Models of pyspark.ml in ONNX")
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.inputs: list[Any] = []
        self.outputs: list[Any] = []
        self._refused: list[str] = []
        self._count = 0

    def add(self, operator: str, *inputs: Any, domain: str = "", **options: Any) -> str:
        """Add an operator, and return the name of its output; arrays become constants."""
        names = [value if isinstance(value, str) else self.constant(value) for value in inputs]
        made = self.fresh()
        self.nodes.append(
            self.package.helper.make_node(operator, names, [made], domain=domain, **options)
        )
        return made

    def number(self, name: str) -> str:
        """Return a tensor as float64."""
        return self.add("Cast", name, to=self.package.TensorProto.DOUBLE)

    def constant(self, value: Any) -> str:
        """Add a constant, and return its name."""
        array = np.asarray(value)
        name = self.fresh()
        self.constants.append(self.package.numpy_helper.from_array(array, name))
        return name

    def take(self, name: str, kind: str, width: int) -> Tensor:
        """Add an input, and return it as what is calculated with."""
        types = self.package.TensorProto
        text = kind == "string"
        element = types.STRING if text else getattr(types, kind.upper())
        port = self.package.helper.make_tensor_value_info(name, element, [ROWS, width])
        self.inputs.append(port)
        return Tensor(name if text else self.number(name), width, text)

    def refuse(self, rows: str) -> None:
        """Give NaN, or an empty text, for these rows: ONNX can neither stop nor drop a row."""
        self._refused.append(rows)

    def give(self, name: str, tensor: Tensor) -> None:
        """Add an output of this name."""
        types = self.package.TensorProto
        plain = tensor.width == 1
        made = self.add("Reshape", tensor.name, np.array([-1])) if plain else tensor.name
        if self._refused:
            refused = functools.reduce(lambda one, other: self.add("Or", one, other), self._refused)
            rows = self.add("Reshape", refused, np.array([-1] if plain else [-1, 1]))
            nothing = np.array([""], object) if tensor.text else np.array([np.nan])
            made = self.add("Where", rows, nothing, made)
        self.nodes.append(self.package.helper.make_node("Identity", [made], [name]))
        shape = [ROWS] if plain else [ROWS, tensor.width]
        element = types.STRING if tensor.text else types.DOUBLE
        self.outputs.append(self.package.helper.make_tensor_value_info(name, element, shape))

    def model(self) -> onnx.ModelProto:
        """Return the finished model."""
        helper = self.package.helper
        graph = helper.make_graph(self.nodes, "model", self.inputs, self.outputs, self.constants)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(ML, ML_OPSET)]
        made: onnx.ModelProto = helper.make_model(
            graph, opset_imports=opsets, producer_name="synapse_magic"
        )
        return made

    def include(self, model: onnx.ModelProto, feed: str) -> dict[str, str]:
        """Add a model of one input, fed by a tensor; return its outputs by their own names."""
        prefix = f"{self.fresh()}_"
        inner = self.package.compose.add_prefix(model, prefix).graph
        single = self.add("Cast", feed, to=inner.input[0].type.tensor_type.elem_type)
        self.nodes.append(
            self.package.helper.make_node("Identity", [single], [inner.input[0].name])
        )
        self.nodes.extend(inner.node)
        self.constants.extend(inner.initializer)
        return {port.name.removeprefix(prefix): port.name for port in inner.output}

    def fresh(self) -> str:
        """Return a name that nothing has yet."""
        self._count += 1
        return f"t{self._count}_"


def row(values: Sequence[float] | np.ndarray) -> np.ndarray:
    """Return numbers as one row of float64, which meets every row of a tensor."""
    return np.asarray(values, dtype=np.float64).reshape(1, -1)
