"""Reading a sample, whatever it is given as."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from synapse_magic.errors import SynapseError
from synapse_magic.onnx.converting.sample import MATRIX, OTHER, Column, Sample

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

MOST_ROWS = 100
"""Rows of a Spark frame that a converted model is checked on."""
_KINDS = {"float32": "float", "float64": "double", "bool": "bool", "float16": "float16"}
_EXPECTED = (
    "Expected a numpy array, a pandas or Spark DataFrame, a tensor, or a dict or tuple of arrays"
)


def read_sample(given: Any) -> Sample:
    """Return the sample that was given.

    Raises
    ------
    SynapseError
        When it is of a type that no model takes.
    """
    if given is None:
        return Sample("none")
    if isinstance(given, pd.DataFrame):
        return _frame(given)
    if isinstance(given, pd.Series) and given.dtype == object:
        return read_sample(given.to_numpy())  # texts, which models take as a list
    if isinstance(given, pd.Series):
        return _frame(given.to_frame(given.name or MATRIX))
    if _is_spark(given):
        return _spark(given)
    if isinstance(given, Mapping):
        return _tensors(dict(given), given)
    if isinstance(given, tuple):
        return _tensors({f"input_{i}": value for i, value in enumerate(given)}, given)
    array = _array(given, "sample")
    if array.dtype == np.float16:  # which Spark has not, and few models calculate with
        array = given = array.astype(np.float32)
    return Sample("array", (_column(MATRIX, array),), {MATRIX: array}, given)


def torch_tensor(value: Any) -> bool:
    """Say whether a value is a tensor of PyTorch, without importing that."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def _frame(frame: pd.DataFrame, source: DataFrame | None = None) -> Sample:
    frame = frame.astype({name: "float32" for name in frame if _is_half(frame[name])})
    values, columns = {}, []
    for name in map(str, frame.columns):
        try:
            values[name] = _array(frame[name], name)
        except SynapseError:  # only an error where the model takes the column
            columns.append(Column(name, OTHER))
        else:
            columns.append(_column(name, values[name]))
    return Sample("frame", tuple(columns), values, frame, source)


def _is_half(column: Any) -> bool:
    return bool(getattr(column, "dtype", None) == np.float16)


def _spark(frame: DataFrame) -> Sample:
    rows = frame.limit(MOST_ROWS).toPandas()
    for own in frame.schema.fields:
        if own.dataType.typeName() in ("vector", "vectorudt", "udt", "array"):
            rows[own.name] = [_listed(value) for value in rows[own.name]]
    return _frame(rows, frame)


def _listed(value: Any) -> Any:
    return np.asarray(value.toArray() if hasattr(value, "toArray") else value)


def _tensors(parts: dict[str, Any], given: Any) -> Sample:
    values = {name: _array(value, name) for name, value in parts.items()}
    sizes = {name: len(value) for name, value in values.items()}
    if len(set(sizes.values())) > 1:
        told = ", ".join(f"{name} {size}" for name, size in sizes.items())
        raise SynapseError(f"The tensors of the sample have different numbers of rows: {told}")
    columns = tuple(_column(name, value) for name, value in values.items())
    return Sample("tensors", columns, values, given)


def _array(value: Any, name: str) -> np.ndarray:
    """Return the rows of one column or tensor, of a type that ONNX has."""
    if torch_tensor(value):
        value = value.detach().cpu().numpy()
    array = _plain(value, name)
    if array.dtype.kind in "OUT":
        array = _objects(array, name)
    if array.ndim == 0 or array.dtype.kind not in "fiubO":
        raise SynapseError(f"The sample {name!r} is {type(value).__name__}. {_EXPECTED}")
    return array


def _plain(value: Any, name: str) -> np.ndarray:
    if isinstance(value, pd.Series):
        return _series(value)
    try:
        return np.asarray(value)
    except ValueError as error:
        raise SynapseError(f"The rows of {name!r} in the sample have different sizes") from error


def _series(series: pd.Series) -> np.ndarray:
    """Return a column of pandas, with NaN for a missing number."""
    if pd.api.types.is_extension_array_dtype(series.dtype):
        numeric = pd.api.types.is_numeric_dtype(series.dtype)
        missing = numeric and series.isna().any()
        return np.asarray(series.to_numpy(dtype="float64") if missing else series.to_numpy())
    return np.asarray(series)


def _objects(array: np.ndarray, name: str) -> np.ndarray:
    """Return an array of texts as objects, and one of lists or numbers as it could be."""
    flat = [value for value in array.reshape(-1) if value is not None]
    if all(isinstance(value, (str, float)) for value in flat):  # NaN is a missing text
        return array.astype(object)
    try:
        stacked = np.stack([np.asarray(value) for value in array])
    except (ValueError, TypeError) as error:
        raise SynapseError(f"The rows of {name!r} in the sample are no tensor") from error
    if stacked.dtype.kind not in "fiub":
        raise SynapseError(f"The rows of {name!r} in the sample hold no numbers or texts")
    return stacked


def _column(name: str, array: np.ndarray) -> Column:
    kind = "string" if array.dtype.kind == "O" else _KINDS.get(array.dtype.name, array.dtype.name)
    return Column(name, kind, array.shape[1:])


def _is_spark(given: Any) -> bool:
    return type(given).__module__.startswith("pyspark.sql.") and hasattr(given, "schema")
