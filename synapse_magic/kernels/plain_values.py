"""Columns as the values a user knows: numbers, level names, text and ISO dates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from synapse_magic.kernels.vectors import to_matrix


def plain_values(column: pa.Array) -> list[np.ndarray]:
    """Return one array, or one for each slot of a vector.

    float64 with NaN, or objects with None, where missing.
    """
    kind = column.type
    if pa.types.is_struct(kind):
        matrix = to_matrix(column)
        return list((matrix if isinstance(matrix, np.ndarray) else matrix.toarray()).T)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return [column.cast(pa.float64()).to_numpy(zero_copy_only=False)]
    if pa.types.is_timestamp(kind):
        return [_objects(_clock(column))]
    if pa.types.is_null(kind):
        return [np.full(len(column), np.nan)]
    return [_objects(column.cast(pa.string()))]


def _clock(column: pa.Array) -> pa.Array:
    """Return times as Spark writes them: fractions of a second without zeros at their end."""
    words = pc.strftime(column, format="%Y-%m-%d %H:%M:%S")
    if column.type.unit == "s":
        return words  # arrow writes a fraction for all finer units
    return pc.utf8_rtrim(pc.utf8_rtrim(words, characters="0"), characters=".")


def by_level(codes: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Return level names for their positions; None for missing, the number for an unknown one."""
    values = np.empty(len(codes), dtype=object)
    for i, code in enumerate(codes):
        known = not np.isnan(code) and 0 <= code < len(names)
        values[i] = names[int(code)] if known else None if np.isnan(code) else f"{code:g}"
    return values


def _objects(column: pa.Array) -> np.ndarray:
    values = np.empty(len(column), dtype=object)
    values[:] = column.to_pylist()
    return values
