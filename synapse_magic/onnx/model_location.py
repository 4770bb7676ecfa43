"""The place of an ONNX model as a param."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from synapse_magic.spark.param import Param, param, unset
from synapse_magic.spark.stage import Transformer

if TYPE_CHECKING:
    from typing_extensions import Self


class HasModelLocation(Transformer):
    """A stage that holds an ONNX model, given by its place or by ``setModelPayload``."""

    modelLocation: Param[str] = param(
        "File of the model here or, with a scheme, wherever Spark reaches; read when it is given.",
        default=unset,
    )

    def __init__(self, **values: Any) -> None:
        place = values.pop("modelLocation", None)
        super().__init__(**values)
        if place is not None:
            self.setModelLocation(place)

    def setModelLocation(self, path: str | os.PathLike[str]) -> Self:
        """Take the model from a file; weights that it keeps in other files, from beside it.

        Raises
        ------
        SynapseError
            When there is no such file, or this onnxruntime cannot run it.
        """
        self._set(modelLocation=os.fspath(path) if isinstance(path, os.PathLike) else path)
        place = self.getOrDefault("modelLocation")
        self._take(os.path.expanduser(place))
        self._set(modelLocation=place)
        return self

    def _take(self, place: str) -> None:
        """Take the model from its place; ``modelLocation`` is set afterwards."""
        raise NotImplementedError(f"{type(self).__name__} does not say how it takes a model")
