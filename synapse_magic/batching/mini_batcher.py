"""What all stages that put rows together share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import pyarrow as pa
from pyspark.sql.types import (
    ArrayType,
    DataType,
    MapType,
    StructField,
    StructType,
)

from synapse_magic.errors import SynapseError
from synapse_magic.spark.columns import mappable
from synapse_magic.spark.shipping import map_in_arrow
from synapse_magic.spark.stage import Transformer

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_NOT_IN_ARROW = {"yearmonthinterval", "interval"}
"""Names of types; PySpark 3.5 has no class for the second."""
Work = Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]


class MiniBatcher(Transformer):
    """A stage that makes one row of several: each column becomes a list of its values.

    Rows keep their order, no mini-batch holds rows of two partitions, and nothing is shuffled.
    """

    def _transform(self, dataset: DataFrame) -> DataFrame:
        schema = batched(dataset.schema)
        return map_in_arrow(mappable(dataset, dataset.columns), self._work(), schema)

    def _work(self) -> Work:
        """Return the function that workers run; it holds only plain values."""
        raise NotImplementedError(f"{type(self).__name__} makes nothing")


def batched(schema: StructType) -> StructType:
    """Return the schema of mini-batches of rows.

    Raises
    ------
    SynapseError
        When there is no column, or Spark does not hand its values to Python.

    Examples
    --------
    >>> from pyspark.sql.types import LongType
    >>> batched(StructType().add("a", LongType())).simpleString()
    'struct<a:array<bigint>>'
    """
    if not schema.fields:
        raise SynapseError("The frame has no columns. Expected at least one to batch")
    return StructType([_listed(field) for field in schema.fields])


def _listed(field: StructField) -> StructField:
    kind = field.dataType
    if any(part.typeName() in _NOT_IN_ARROW for part in _parts(kind)):
        raise SynapseError(
            f"The column {field.name!r} is of type {kind.simpleString()}, which Spark does not "
            "hand to Python. Try: cast it, to a string or a number, or drop it"
        )
    listed = ArrayType(kind, field.nullable)
    return StructField(field.name, listed, nullable=False, metadata=field.metadata)


def _parts(kind: DataType) -> Iterator[DataType]:
    """Yield a type and those inside it."""
    yield kind
    inside: list[DataType] = []
    if isinstance(kind, ArrayType):
        inside = [kind.elementType]
    elif isinstance(kind, MapType):
        inside = [kind.keyType, kind.valueType]
    elif isinstance(kind, StructType):
        inside = [field.dataType for field in kind.fields]
    for part in inside:
        yield from _parts(part)
