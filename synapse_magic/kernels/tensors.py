"""Arrow columns to tensors and back, without a loop over rows.

A row of a column is a number, a text, a list of lists of one size, a Spark vector or a Spark image;
the tensor of a column has the rows as its first dimension.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.vectors import is_vector, to_matrix

_SPARK_TYPES: dict[np.dtype, str] = {
    np.dtype(np.float32): "float",
    np.dtype(np.float64): "double",
    np.dtype(np.int8): "byte",
    np.dtype(np.int16): "short",
    np.dtype(np.int32): "int",
    np.dtype(np.int64): "long",
    np.dtype(np.bool_): "boolean",
    np.dtype(object): "string",
}
_IMAGE_FIELDS = {"height", "width", "nChannels", "data"}


def shapes_of(column: pa.Array, name: str) -> np.ndarray | None:
    """Return the shape of each row, an array of (rows, dimensions), or None where all are alike.

    Only lists and images can differ from row to row.

    Raises
    ------
    SynapseError
        When the lists inside one row differ.
    """
    if _is_image(column.type):
        names = ("height", "width", "nChannels")
        shapes = np.stack([_numpy(column.field(name)) for name in names], axis=1)
    elif _is_list(column.type):
        lengths = _lengths(column)
        inner = shapes_of(column.flatten(), name)
        if inner is not None:
            return _nested_shapes(lengths, inner, name)
        shapes = lengths[:, None]
    else:
        return None
    return None if (shapes == shapes[:1]).all() else shapes


def is_numeric(kind: pa.DataType) -> bool:
    """Say whether a column holds one number a row, of which any may be missing."""
    types = pa.types
    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind))


def is_scalar(kind: pa.DataType) -> bool:
    """Say whether a column holds one number, text or boolean a row."""
    return is_numeric(kind) or _is_text(kind) or bool(pa.types.is_boolean(kind))


def lacks_text(column: pa.Array) -> np.ndarray:
    """Say of each row whether a text is missing in it: text has no NaN to stand for it.

    Examples
    --------
    >>> lacks_text(pa.array([["a", None], ["b"]])).tolist()
    [True, False]
    """
    if _is_text(column.type):
        missing: np.ndarray = pc.is_null(column).to_numpy(zero_copy_only=False)
        return missing
    lacking = np.zeros(len(column), bool)
    if _is_list(column.type):
        inner = lacks_text(column.flatten())
        parents = pc.list_parent_indices(column).to_numpy()
        lacking[parents[inner]] = True
    return lacking


def to_tensor(column: pa.Array, name: str) -> np.ndarray:
    """Return a column without nulls whose rows are alike as one array, rows first.

    Raises
    ------
    SynapseError
        When the column holds what is no tensor, or its rows have different shapes.
    """
    kind = column.type
    if is_vector(kind):
        matrix = to_matrix(column)
        return matrix if isinstance(matrix, np.ndarray) else matrix.toarray()
    if _is_image(kind):
        return _pixels(column, name)
    if _is_list(kind):
        lengths = _lengths(column)
        if len(lengths) and (lengths != lengths[0]).any():
            raise SynapseError(
                f"Column {name!r} holds lists of {lengths.min()} to {lengths.max()} elements. "
                "Expected one size in a tensor"
            )
        inner = to_tensor(column.flatten(), name)
        size = int(lengths[0]) if len(lengths) else 0
        return inner.reshape(len(column), size, *inner.shape[1:])
    if pa.types.is_decimal(kind):
        column = column.cast(pa.float64())
    elif _is_text(kind):
        return np.asarray(column.to_numpy(zero_copy_only=False), dtype=object)
    elif not (pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        raise SynapseError(
            f"Column {name!r} holds {kind}, which is no tensor. "
            "Expected numbers, text, lists of them, vectors or images"
        )
    return _numpy(column)


def from_tensor(tensor: np.ndarray) -> pa.Array:
    """Return an array of (rows, ...) as a column: of numbers or texts, or of lists of lists.

    Examples
    --------
    >>> from_tensor(np.array([[1.0, 2.0]], np.float32)).to_pylist()
    [[1.0, 2.0]]
    """
    flat = pa.array(_storable(tensor).reshape(-1))
    for axis in range(tensor.ndim - 1, 0, -1):
        count = int(np.prod(tensor.shape[:axis], dtype=np.int64))
        offsets = np.arange(count + 1, dtype=np.int64) * tensor.shape[axis]
        if offsets[-1] > np.iinfo(np.int32).max:
            raise SynapseError(
                f"A batch gives {offsets[-1]} elements, more than Arrow lists can hold. "
                "Try: spark.sql.execution.arrow.maxRecordsPerBatch=1000"
            )
        flat = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), flat)
    return flat


def fitted(
    tensor: np.ndarray, dtype: np.dtype, shape: Sequence[int | None], name: str, takes: str
) -> np.ndarray:
    """Return the tensor in the type and shape that an input takes; the first dimension is free.

    Parameters
    ----------
    tensor : numpy.ndarray
    dtype : numpy.dtype
    shape : sequence of int or None
        None where any size fits.
    name, takes : str
        The column, and the input in words, for the message.

    Raises
    ------
    SynapseError
        When values would be lost, or the sizes differ.
    """
    return _shaped(_typed(tensor, dtype, name, takes), shape, name, takes)


def _typed(tensor: np.ndarray, dtype: np.dtype, name: str, takes: str) -> np.ndarray:
    if tensor.dtype == dtype:
        return tensor
    if not _is_castable(tensor.dtype, dtype):
        held = "text" if tensor.dtype == object else tensor.dtype
        raise SynapseError(
            f"Column {name!r} holds {held}. Expected what {takes} takes. "
            f"Try: F.col({name!r}).cast({_SPARK_TYPES.get(dtype, '...')!r})"
        )
    try:
        with np.errstate(over="raise"):
            made = tensor.astype(dtype)
    except FloatingPointError as error:
        raise SynapseError(
            f"Column {name!r} holds numbers up to {np.nanmax(np.abs(tensor)):g}, "
            f"too large for {takes}"
        ) from error
    if dtype.kind in "iu" and tensor.size and not np.array_equal(made, tensor):
        raise SynapseError(
            f"Column {name!r} holds numbers from {tensor.min()} to {tensor.max()}, "
            f"out of the range of {takes}"
        )
    return made


def _is_castable(given: np.dtype, wanted: np.dtype) -> bool:
    """Say whether values of one type may be exact in another, or lose digits alone."""
    if object in (given, wanted):
        return False
    whole = given.kind in "iub" and wanted.kind in "iu"
    return whole or given.kind == "b" or np.can_cast(given, wanted, "same_kind")


def _shaped(tensor: np.ndarray, shape: Sequence[int | None], name: str, takes: str) -> np.ndarray:
    rows, inner = len(tensor), list(shape[1:])
    if tensor.ndim == len(shape) and all(
        want in (None, have) for want, have in zip(inner, tensor.shape[1:])
    ):
        return tensor
    free = [index for index, size in enumerate(inner) if size is None]
    sizes = [1 if size is None else size for size in inner]
    per_row = int(np.prod(tensor.shape[1:], dtype=np.int64))
    known = int(np.prod(sizes, dtype=np.int64))
    if len(free) == 1 and known and per_row % known == 0 and tensor.ndim <= 2:
        sizes[free[0]] = per_row // known
        known = per_row
    if len(free) <= 1 and per_row == known:
        return tensor.reshape(rows, *sizes)
    raise SynapseError(
        f"Column {name!r} holds rows of shape {tuple(tensor.shape[1:])}. "
        f"Expected what {takes} takes. Try: {_fitting(name)}"
    )


def _fitting(name: str) -> str:
    """Return how to keep the rows that do not fit out of a job."""
    return f"df.where(F.size({name!r}) == ...), or for images ImageTransformer().resize(...)"


def _pixels(column: pa.StructArray, name: str) -> np.ndarray:
    """Return images of one size as (rows, height, width, channels), in their own channel order."""
    if not len(column):
        return np.empty((0, 0, 0, 0), np.uint8)
    sizes = [int(_numpy(column.field(part))[0]) for part in ("height", "width", "nChannels")]
    data = column.field("data")
    start, end = data.offset, data.offset + len(data)
    offsets = np.frombuffer(data.buffers()[1], np.int32)[start : end + 1]
    if (np.diff(offsets) != np.prod(sizes)).any():
        raise SynapseError(
            f"Column {name!r} holds images whose bytes are not height x width x channels. "
            "Expected Spark's image column with one byte for a value"
        )
    flat = np.frombuffer(data.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
    return flat.reshape(len(column), *sizes)


def _nested_shapes(lengths: np.ndarray, inner: np.ndarray, name: str) -> np.ndarray:
    """Return the shapes of lists whose elements differ: alike inside a row, or no tensor."""
    ends = np.cumsum(lengths)
    if len(inner) == 0 or (lengths == 0).any():
        raise SynapseError(
            f"A row of column {name!r} is an empty list where others hold lists. "
            "Expected rows with one shape. Try: a null in its place"
        )
    first = inner[ends - lengths]
    if not np.array_equal(np.repeat(first, lengths, axis=0), inner):
        raise SynapseError(
            f"A row of column {name!r} holds lists of different sizes. "
            "Expected one size inside a row"
        )
    return np.concatenate([lengths[:, None], first], axis=1)


def _storable(tensor: np.ndarray) -> np.ndarray:
    """Return the tensor in a type that Spark has."""
    kind = tensor.dtype
    if kind == np.float16:
        return tensor.astype(np.float32)
    if kind == np.uint64 and tensor.size and tensor.max() > np.iinfo(np.int64).max:
        raise SynapseError(
            f"An output holds numbers up to {tensor.max()}, beyond Spark's long. "
            "Try: a Cast to double at the end of the model"
        )
    if kind.kind == "u":
        return tensor.astype({1: np.int16, 2: np.int32}.get(kind.itemsize, np.int64))
    return tensor


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_image(kind: pa.DataType) -> bool:
    return pa.types.is_struct(kind) and {field.name for field in kind} >= _IMAGE_FIELDS


def _is_list(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    )


def _lengths(column: pa.Array) -> np.ndarray:
    if pa.types.is_fixed_size_list(column.type):
        return np.full(len(column), column.type.list_size)
    lengths: np.ndarray = np.diff(column.offsets.to_numpy())
    return lengths


def _numpy(column: pa.Array) -> np.ndarray:
    values: np.ndarray = column.to_numpy(zero_copy_only=False)
    return values
