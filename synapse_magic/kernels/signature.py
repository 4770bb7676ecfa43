"""What an ONNX model takes and gives: names, types and shapes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from synapse_magic.errors import SynapseError

Kind = Literal["tensor", "sequence", "map"]

_TENSOR = re.compile(r"tensor\((\w+)\)")
_DTYPES: dict[str, Any] = {
    "float": np.float32,
    "double": np.float64,
    "float16": np.float16,
    "bool": np.bool_,
    "string": object,
    **{f"{sign}int{bits}": f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)},
}
"""Element type of a tensor in ONNX -> the one in numpy."""


@dataclass(frozen=True)
class Port:
    """An input or output of a model.

    Attributes
    ----------
    name : str
    type : str
        As onnxruntime writes it, such as ``tensor(float)`` or ``seq(map(int64,tensor(float)))``.
    shape : tuple of int or None
        None where a dimension is free; the first one counts the rows.
    """

    name: str
    type: str
    shape: tuple[int | None, ...] = ()

    @classmethod
    def of(cls, argument: Any) -> Port:
        """Return the port that a ``NodeArg`` of onnxruntime stands for."""
        sizes = (size if isinstance(size, int) and size >= 0 else None for size in argument.shape)
        return cls(argument.name, argument.type, tuple(sizes))

    @property
    def kind(self) -> Kind:
        """Whether a value is a tensor, a sequence or a map."""
        if self.type.startswith("tensor"):
            return "tensor"
        return "map" if self.type.startswith("map") else "sequence"

    @property
    def elements(self) -> tuple[str, ...]:
        """The types in it by ONNX's names: keys and values of maps, or those of its tensors."""
        return tuple(re.findall(r"\w+", re.sub(r"\b(seq|map|tensor)\b", "", self.type)))

    @property
    def dtype(self) -> np.dtype:
        """The type of a tensor's elements in numpy.

        Raises
        ------
        SynapseError
            For one that numpy does not have.
        """
        found = _TENSOR.fullmatch(self.type)
        element = found.group(1) if found else self.elements[-1]
        if element not in _DTYPES:
            raise SynapseError(
                f"{self} holds {element}, which Spark and numpy do not have. "
                f"Expected {', '.join(_DTYPES)}. Try: a model with a Cast to float at this place"
            )
        return np.dtype(_DTYPES[element])

    @property
    def batch(self) -> int | None:
        """How many rows it takes at once; None for any number."""
        return self.shape[0] if self.shape else None

    @property
    def takes_nan(self) -> bool:
        """Whether it takes tensors of floats, in which a number may be missing."""
        return self.kind == "tensor" and self.dtype.kind == "f"

    def described(self) -> tuple[str, str]:
        """Return its type and, of a tensor, its shape for people: ``('float', '[?, 3]')``."""
        element = _TENSOR.fullmatch(self.type)
        if element is None:
            return self.type, ""
        sizes = ", ".join("?" if size is None else str(size) for size in self.shape)
        return element.group(1), f"[{sizes}]"

    def __str__(self) -> str:
        return f"{self.name}: {''.join(self.described())}"
