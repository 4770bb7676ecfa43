"""The values of features as a user knows them: numbers, level names, text and ISO dates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from pyspark.sql.types import StructType

from synapse_magic.kernels.plain_values import by_level, plain_values
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
    arrays = [array for column in batch.columns for array in plain_values(column)]
    return {
        name: by_level(array, found) if found else array
        for name, array, found in zip(names, arrays, level_lists)
    }
