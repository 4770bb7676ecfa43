"""The values of features as a user knows them: numbers, level names, text and ISO dates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql.types import StructType

from synapse_magic.kernels.vectors import to_matrix
from synapse_magic.spark.columns import fields, levels, slot_attributes


def level_names(
    schema: StructType, columns: Sequence[str], names: Sequence[str]
) -> list[list[str]]:
    """Return the levels that the numbers of each feature stand for, empty lists where they do not.

    Parameters
    ----------
    schema : StructType
        Of the frame.
    columns : sequence of str
        The input columns that the features are made from, in order.
    names : sequence of str
        The features: one for a plain column, one a slot for a vector.
    """
    found: list[list[str]] = []
    for own in fields(schema, columns):
        if own.dataType.typeName() == "vectorudt":
            slots = slot_attributes(own)
            named = [[str(level) for level in slot.get("vals", [])] for slot in slots]
            width = len(names) - (len(columns) - 1) if not named else len(named)
            found.extend(named or [[] for _ in range(width)])
        else:
            found.append(levels(own))
    return found


def shown_values(
    batch: pa.RecordBatch, names: Sequence[str], level_lists: Sequence[Sequence[str]]
) -> dict[str, np.ndarray]:
    """Return one array for each feature: float64 with NaN, or objects with None, where missing."""
    arrays = [array for column in batch.columns for array in _shown(column)]
    return {
        name: _by_level(array, found) if found else array
        for name, array, found in zip(names, arrays, level_lists)
    }


def _shown(column: pa.Array) -> list[np.ndarray]:
    kind = column.type
    if pa.types.is_struct(kind):
        matrix = to_matrix(column)
        return list((matrix if isinstance(matrix, np.ndarray) else matrix.toarray()).T)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return [column.cast(pa.float64()).to_numpy(zero_copy_only=False)]
    if pa.types.is_timestamp(kind):
        return [_objects(pc.strftime(column, format="%Y-%m-%d %H:%M:%S"))]
    if pa.types.is_null(kind):
        return [np.full(len(column), np.nan)]
    return [_objects(column.cast(pa.string()))]


def _objects(column: pa.Array) -> np.ndarray:
    values = np.empty(len(column), dtype=object)
    values[:] = column.to_pylist()
    return values


def _by_level(codes: np.ndarray, names: Sequence[str]) -> np.ndarray:
    values = np.empty(len(codes), dtype=object)
    for i, code in enumerate(codes):
        known = not np.isnan(code) and 0 <= code < len(names)
        values[i] = names[int(code)] if known else None if np.isnan(code) else f"{code:g}"
    return values
