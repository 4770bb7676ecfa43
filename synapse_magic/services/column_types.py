"""Checking that a column holds what a param takes, before a job is started over it."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from pyspark.sql import types as T
from pyspark.sql.types import DataType, StructType, UserDefinedType

from synapse_magic.errors import SynapseError
from synapse_magic.spark.arrow_types import arrow_type
from synapse_magic.spark.columns import field


def require_type(
    schema: StructType, column: str, wanted: str, kind: pa.DataType, name: str
) -> None:
    """Raise unless a column is of the type that a param has.

    Parameters
    ----------
    schema : StructType
    column : str
    wanted : str
        The type as it was declared.
    kind : pyarrow.DataType
        The same.
    name : str
        The param that names the column.
    """
    got = field(schema, column).dataType
    if isinstance(got, UserDefinedType) or not _accepts(kind, arrow_type(got)):
        hint = f"F.col({column!r}).cast('{wanted}')" if not pa.types.is_nested(kind) else wanted
        raise SynapseError(
            f"{name} must name a column of {wanted}, and {column!r} is one of "
            f"{got.simpleString()[:200]}. Try: {hint}"
        )


def spark_type(kind: pa.DataType) -> DataType:
    """Return the Spark type that an Arrow type comes out as."""
    if pa.types.is_struct(kind):
        return StructType([T.StructField(own.name, spark_type(own.type)) for own in kind])
    if pa.types.is_list(kind):
        return T.ArrayType(spark_type(kind.value_type))
    if pa.types.is_map(kind):
        return T.MapType(spark_type(kind.key_type), spark_type(kind.item_type))
    return _SIMPLE[kind]()


_SIMPLE: dict[pa.DataType, Any] = {
    pa.string(): T.StringType,
    pa.int16(): T.ShortType,
    pa.int32(): T.IntegerType,
    pa.int64(): T.LongType,
    pa.float32(): T.FloatType,
    pa.float64(): T.DoubleType,
    pa.bool_(): T.BooleanType,
    pa.binary(): T.BinaryType,
    pa.date32(): T.DateType,
}


def _accepts(kind: pa.DataType, got: pa.DataType) -> bool:
    if pa.types.is_list(kind):
        return bool(pa.types.is_list(got)) and _accepts(kind.value_type, got.value_type)
    if pa.types.is_struct(kind):  # its fields become those of the request
        return bool(pa.types.is_struct(got))
    if pa.types.is_map(kind):
        return bool(pa.types.is_map(got) or pa.types.is_struct(got))
    if pa.types.is_floating(kind):
        return bool(pa.types.is_floating(got) or pa.types.is_integer(got))
    if pa.types.is_integer(kind):
        return bool(pa.types.is_integer(got))
    return bool(kind == got)
