"""Arrays of different sizes, and rows without one, as Arrow lists and vectors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from synapse_magic.kernels.vectors import VECTOR_TYPE

Arrays = Sequence[np.ndarray | None]


def nested(arrays: Arrays, depth: int, dtype: np.dtype) -> pa.ListArray:
    """Return arrays of ``depth`` dimensions as lists of lists; None becomes null.

    Examples
    --------
    >>> nested([np.array([[1, 2]]), None], 2, np.dtype(np.float32)).to_pylist()
    [[[1.0, 2.0]], None]
    """
    shapes = [(0,) * depth if each is None else each.shape for each in arrays]
    column = pa.array(flat(arrays, dtype))
    for axis in range(depth - 1, -1, -1):
        lengths = [np.full(int(np.prod(shape[:axis])), shape[axis]) for shape in shapes]
        offsets = pa.array(_offsets(np.concatenate([_NONE, *lengths])), pa.int32())
        missing = _missing(arrays) if axis == 0 else None
        column = pa.ListArray.from_arrays(offsets, column, mask=missing)
    return column


def vectors(arrays: Arrays) -> pa.StructArray:
    """Return the values of each array as a vector of Spark ML; None becomes null."""
    lengths = np.array([0 if each is None else each.size for each in arrays], np.int64)
    return vectors_of(flat(arrays, np.dtype(np.float64)), _offsets(lengths), _missing(arrays))


def vectors_of(values: np.ndarray, offsets: np.ndarray, missing: pa.Array | None) -> pa.StructArray:
    """Return vectors whose values lie one after the other, from the place where each begins."""
    rows = len(offsets) - 1
    fields = {field.name: field for field in VECTOR_TYPE}
    kinds = pa.array(np.ones(rows, np.int8))
    nothing = [pa.nulls(rows, fields[name].type) for name in ("size", "indices")]
    lists = pa.ListArray.from_arrays(
        pa.array(offsets, pa.int32()), pa.array(values), type=fields["values"].type
    )
    children = [kinds, *nothing, lists]
    return pa.StructArray.from_arrays(children, fields=list(VECTOR_TYPE), mask=missing)


def flattened(column: pa.Array) -> pa.StructArray:
    """Return numbers, or lists of lists of them, as vectors; null stays null.

    Examples
    --------
    >>> flattened(pa.array([[[1.0], [2.0]], None])).to_pylist()[0]["values"]
    [1.0, 2.0]
    """
    missing = column.is_null()
    offsets = np.arange(len(column) + 1)
    if not pa.types.is_list(column.type):
        return vectors_of(_doubles(column.fill_null(0)), offsets, missing)
    offsets, column = column.offsets.to_numpy(), column.values
    while pa.types.is_list(column.type):
        offsets, column = column.offsets.to_numpy()[offsets], column.values
    values = column.slice(int(offsets[0]), int(offsets[-1] - offsets[0]))
    return vectors_of(_doubles(values), offsets - offsets[0], missing)


def flat(arrays: Arrays, dtype: np.dtype) -> np.ndarray:
    """Return the values of all arrays one after the other."""
    there = [each.reshape(-1) for each in arrays if each is not None]
    return np.concatenate([np.empty(0, dtype), *there]).astype(dtype, copy=False)


def _doubles(column: pa.Array) -> np.ndarray:
    values: np.ndarray = column.to_numpy(zero_copy_only=False)
    return values.astype(np.float64)


def _offsets(lengths: np.ndarray) -> np.ndarray:
    offsets = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=offsets[1:])
    return offsets


def _missing(arrays: Arrays) -> pa.Array:
    return pa.array([each is None for each in arrays], pa.bool_())


_NONE = np.empty(0, np.int64)
