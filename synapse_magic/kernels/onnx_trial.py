"""What a model does not declare rightly, found by running it once on made-up rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.signature import Port

if TYPE_CHECKING:
    import onnxruntime

_SIZES = (1, 16, 64, 256)
"""What stands for free dimensions: some models take no image of one pixel."""


def with_shapes(
    session: onnxruntime.InferenceSession, inputs: Sequence[Port], outputs: Sequence[Port]
) -> tuple[Port, ...]:
    """Return the outputs, those tensors without a shape with as many dimensions as they have.

    Tensors inside a model often have none, since nothing but running the model tells it. Those of
    a fixed first dimension are run as well, where rows are free: it may be the rows of a careless
    export, or no rows at all.

    Raises
    ------
    SynapseError
        When an output has no dimension for the rows, or its shape is missing and the model takes
        no made-up rows.
    """
    doubtful = [port for port in outputs if _is_doubtful(port, inputs)]
    if not doubtful or any(port.kind != "tensor" for port in inputs):
        return tuple(outputs)
    rows = 2 + max((port.batch or 0 for port in doubtful), default=0)  # as none of them declares
    shapes = dict(zip((port.name for port in doubtful), _trial(session, inputs, doubtful, rows)))
    return tuple(_shaped(port, shapes.get(port.name), rows) for port in outputs)


def _is_doubtful(port: Port, inputs: Sequence[Port]) -> bool:
    if port.kind != "tensor":
        return False
    free = bool(inputs) and all(each.batch is None for each in inputs)
    return not port.shape or (free and port.batch is not None)


def _shaped(port: Port, shape: tuple[int, ...] | None, rows: int) -> Port:
    if shape is None:
        return port
    if shape[:1] != (rows,) and port.shape:
        raise SynapseError(
            f"The output {port} has no dimension for the rows: of {rows} rows it gives shape "
            f"{shape}. Expected one value, or one list, for each row"
        )
    return replace(port, shape=(None,) * len(shape))


def _trial(
    session: onnxruntime.InferenceSession,
    inputs: Sequence[Port],
    ports: Sequence[Port],
    rows: int,
) -> list[tuple[int, ...]]:
    """Return the shapes of outputs for so many rows of zeros."""
    names = [port.name for port in ports]
    for size in _SIZES:
        given = {port.name: _zeros(port, rows, size) for port in inputs}
        try:
            return [np.shape(value) for value in session.run(names, given)]
        except Exception as error:  # onnxruntime's errors share no class but this
            said = str(error).strip().partition("\n")[0]
    raise SynapseError(
        f"The model does not tell the shape of {names[0]!r}, and running it on made-up rows fails: "
        f"{said} Try: onnx.shape_inference, or another tensor"
    )


def _zeros(port: Port, rows: int, size: int) -> np.ndarray:
    fixed, *rest = port.shape or (None,)
    shape = (fixed or rows, *(each or size for each in rest))
    return np.full(shape, "", object) if port.dtype == object else np.zeros(shape, port.dtype)
