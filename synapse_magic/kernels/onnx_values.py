"""What an ONNX model takes and gives for some rows, as Arrow columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.signature import Port
from synapse_magic.kernels.tensors import from_tensor
from synapse_magic.kernels.vectors import from_matrix

_ARROW: dict[str, pa.DataType] = {
    "float": pa.float32(),
    "float16": pa.float32(),
    "double": pa.float64(),
    "bool": pa.bool_(),
    "string": pa.string(),
    "int8": pa.int8(),
    "int16": pa.int16(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "uint8": pa.int16(),
    "uint16": pa.int32(),
    "uint32": pa.int64(),
    "uint64": pa.int64(),
}
"""Element type in ONNX -> the type of the column, one that Spark has."""


def is_row_by_row(ports: Sequence[Port]) -> bool:
    """Say whether the model takes or gives what has no dimension for rows."""
    return any(port.kind == "map" or _holds_tensors(port) for port in ports)


def column_type(port: Port) -> pa.DataType:
    """Return the type of the column that an output becomes.

    Raises
    ------
    SynapseError
        When Spark has no type for it.
    """
    try:
        elements = [_ARROW[name] for name in port.elements]
    except KeyError as error:
        raise SynapseError(f"Spark has no type for the output {port}") from error
    if port.kind == "map" or (port.kind == "sequence" and not _holds_tensors(port)):
        return pa.map_(elements[0], elements[1])
    depth = 2 if port.kind == "sequence" else len(port.shape) - 1
    kind = elements[0]
    for _ in range(depth):
        kind = pa.list_(kind)
    return kind


def row_value(value: Any, port: Port) -> Any:
    """Return the value of one row for an input that is no tensor."""
    if port.kind == "map":
        return dict(value)
    return [np.asarray(part, port.dtype) for part in value]


def to_column(value: Any, port: Port, rows: int, alone: bool) -> pa.Array:
    """Return an output as a column of so many rows.

    Parameters
    ----------
    value : numpy.ndarray or list
        As onnxruntime gives it.
    port : Port
    rows : int
    alone : bool
        Whether the model saw one row, as one without a dimension for rows does.
    """
    kind = column_type(port)
    if pa.types.is_map(kind):
        return _maps(value if isinstance(value, list) else [value], kind)
    if port.kind == "sequence":
        return pa.array([[np.asarray(part).reshape(-1).tolist() for part in value]], kind)
    tensor = np.asarray(value)
    if alone and tensor.shape[:1] != (1,):
        tensor = tensor[None]
    if tensor.ndim == 0 or len(tensor) != rows:
        raise SynapseError(
            f"The output {port} gives shape {tensor.shape} for {rows} rows. "
            "Expected one value, or one list, for each row"
        )
    made = from_tensor(tensor)
    return made if made.type == kind else _declared(made, kind, port, tensor)


def softmax(value: Any, port: Port) -> pa.Array:
    """Return the softmax of each row of scores as a vector; of maps in the order of their keys."""
    scores = _scores(value, port)
    with np.errstate(over="ignore"):
        raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return from_matrix(raised / raised.sum(axis=1, keepdims=True))


def argmax(value: Any, port: Port) -> pa.Array:
    """Return for each row the index of the largest score, or of maps the key."""
    best = _scores(value, port).argmax(axis=1)
    if isinstance(value, list) and port.elements[0] != "string":
        keys = np.array([sorted(each) for each in value], dtype=np.float64)
        return pa.array(keys[np.arange(len(best)), best])
    return pa.array(best.astype(np.float64))


def _scores(value: Any, port: Port) -> np.ndarray:
    if isinstance(value, list):
        return np.array([[each[key] for key in sorted(each)] for each in value], dtype=np.float64)
    scores = np.asarray(value, dtype=np.float64)
    if scores.ndim != 2:
        raise SynapseError(f"The output {port} has no row of scores to take the softmax or best of")
    return scores


def _maps(values: Sequence[dict[Any, Any]], kind: pa.MapType) -> pa.Array:
    offsets = np.cumsum([0, *map(len, values)])
    keys = [key for each in values for key in each]
    items = [item for each in values for item in each.values()]
    return pa.MapArray.from_arrays(
        pa.array(offsets, pa.int32()),
        pa.array(keys, kind.key_type),
        pa.array(items, kind.item_type),
    )


def _declared(made: pa.Array, kind: pa.DataType, port: Port, tensor: np.ndarray) -> pa.Array:
    try:
        return made.cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise SynapseError(
            f"The output {port} gives shape {tensor.shape}, which is not what the model declares"
        ) from error


def _holds_tensors(port: Port) -> bool:
    return port.kind == "sequence" and "map" not in port.type
