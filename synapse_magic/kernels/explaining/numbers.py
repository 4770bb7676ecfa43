"""Values as numbers that can be moved, and back; and which values are alike."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synapse_magic.kernels.explaining.table_masker import same


def is_number(kind: pa.DataType) -> bool:
    """Say whether values of a type can be moved: numbers, dates and times."""
    types = pa.types
    number = types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind)
    return bool(number or types.is_date32(kind) or types.is_timestamp(kind))


def alike(own: pa.Array, others: pa.Array) -> np.ndarray:
    """Say which values equal the one of a row; a null equals a null, and of floats a NaN too."""
    kind = own.type
    if pa.types.is_floating(kind):
        return like_number(float(as_numbers(own)[0]), others)
    if pa.types.is_nested(kind):
        value = own[0].as_py()
        return np.array([same(value, other) for other in others.to_pylist()], bool)
    if own.null_count:
        found = pc.is_null(others)
    else:
        found = pc.fill_null(pc.equal(others.cast(kind), own[0]), False)
    equal: np.ndarray = found.to_numpy(zero_copy_only=False)
    return equal


def like_number(number: float, others: pa.Array) -> np.ndarray:
    """Say which numbers equal one; a missing one equals its like."""
    known = as_numbers(others)
    return np.isnan(known) if np.isnan(number) else known == number


def as_numbers(column: pa.Array) -> np.ndarray:
    """Return the numbers of a column as floats, NaN where missing."""
    stored = stored_as(column.type)
    plain = column if stored is None else column.cast(stored)
    return as_floats(plain.cast(pa.float64()))


def as_floats(column: pa.Array) -> np.ndarray:
    """Return a column of doubles as an array, NaN where missing."""
    floats: np.ndarray = column.to_numpy(zero_copy_only=False)
    return floats


def from_numbers(numbers: np.ndarray, kind: pa.DataType) -> pa.Array:
    """Return finite floats as a column of a type, within its range."""
    stored = stored_as(kind)
    if stored is None:
        return pa.array(numbers).cast(kind, safe=False)
    bounds = np.iinfo(stored.to_pandas_dtype())
    # The largest int64 is no float64, and rounds up: the float below it is within.
    exact = int(float(bounds.max)) == bounds.max
    top = float(bounds.max) if exact else np.nextafter(float(bounds.max), 0)
    whole = np.clip(np.round(numbers), bounds.min, top).astype(np.int64)
    return pa.array(whole).cast(stored).cast(kind)


def stored_as(kind: pa.DataType) -> pa.DataType | None:
    """Return the integers that a type is stored as, None for those with fractions."""
    if pa.types.is_integer(kind):
        return kind
    if pa.types.is_date32(kind):
        return pa.int32()
    return pa.int64() if pa.types.is_timestamp(kind) else None
