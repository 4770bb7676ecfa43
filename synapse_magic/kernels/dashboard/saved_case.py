"""One row and what the model says of it as a cell that asserts it of the model as it is then."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.dashboard.what_if import Asker, Values

_NAMES = {
    "bool": "boolean",
    "int8": "tinyint",
    "int16": "smallint",
    "int32": "int",
    "int64": "bigint",
    "float": "float",
    "double": "double",
    "string": "string",
    "large_string": "string",
    "date32[day]": "date",
}
_CELL = """\
# What the model says of one row, saved from the dashboard.
import math

from pyspark.sql import SparkSession, functions as F

row = {{  # column: value, type
{row}
}}
spark = SparkSession.builder.getOrCreate()
columns = [F.lit(value).cast(kind).alias(name) for name, (value, kind) in row.items()]
found = model.transform(spark.range(1).select(columns)).first()[{column!r}]
said = {said}
expected = {expected}
assert all(map(lambda a, b: math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-9), said, expected)), said
"""


def saved_case(asker: Asker, values: Values) -> str:
    """Return the source of a cell that asks ``model`` about a row and compares what it says.

    Raises
    ------
    SynapseError
        When a value does not fit its column, or a column is of a type that has no such name.
    """
    expected = asker.score([values])[0].tolist()
    batch = asker.batch([values])
    lines = [
        f"    {name!r}: ({_literal(_held(batch, i))}, {spark_type(kind)!r}),"
        for i, (name, kind) in enumerate(zip(batch.schema.names, batch.schema.types))
    ]
    said = asker.scorer.score(batch).column(asker.target.column)
    return _CELL.format(
        row="\n".join(lines),
        column=asker.target.column,
        said=_read(said.type, asker.target.classes, len(expected)),
        expected=expected,
    )


def spark_type(kind: pa.DataType) -> str:
    """Return the name of a type as Spark casts to it.

    Examples
    --------
    >>> spark_type(pa.int64()), spark_type(pa.decimal128(10, 2))
    ('bigint', 'decimal(10,2)')
    """
    if pa.types.is_decimal(kind):
        return f"decimal({kind.precision},{kind.scale})"
    if pa.types.is_timestamp(kind):
        return "timestamp" if kind.tz else "timestamp_ntz"
    if str(kind) not in _NAMES:
        raise SynapseError(f"A column of {kind} cannot be written as a value and its type")
    return _NAMES[str(kind)]


def _held(batch: pa.RecordBatch, i: int) -> Any:
    """Return a value as it is written: numbers and truth as they are, all else as text."""
    column = batch.column(i)
    if pa.types.is_timestamp(column.type):
        moment = column[0].as_py()
        return None if moment is None else moment.replace(tzinfo=None).isoformat(sep=" ")
    value = column[0].as_py()
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def _literal(value: Any) -> str:
    if isinstance(value, float) and not np.isfinite(value):
        return f"float({str(value)!r})"
    return repr(value)


def _read(kind: pa.DataType, classes: Sequence[int], outputs: int) -> str:
    """Return what takes the numbers that are looked at out of what the model gives."""
    if pa.types.is_floating(kind) or pa.types.is_integer(kind):
        return "[float(found)]"
    # Of two classes the second alone is looked at, as the first mirrors it.
    places = list(classes) or ([1] if outputs == 1 else list(range(outputs)))
    return f"[float(found[i]) for i in {places}]"
