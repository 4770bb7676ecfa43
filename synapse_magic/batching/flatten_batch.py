"""Mini-batches back to rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, StructField, StructType

from synapse_magic.errors import SynapseError
from synapse_magic.spark.stage import Transformer

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_PLACE, _LONGEST, _SHORTEST = "place", "longest", "shortest"
_PARTITION_BITS = 33
"""Below which ``monotonically_increasing_id`` counts the rows of one partition."""


class FlattenBatch(Transformer):
    """Make a row of each element of the lists in a row: the way back from mini-batches.

    Every column holds lists. A null list is a null in each of the rows, a row whose lists are all
    null stays one row of nulls, and one whose lists are empty gives none. Lists of different
    lengths in one row are an error, which names the row and the columns.

    It is done by Spark alone, without Python workers, so every type of Spark goes through.

    Examples
    --------
    >>> batches = FixedMiniBatchTransformer(batchSize=100).transform(texts)  # doctest: +SKIP
    >>> rows = FlattenBatch().transform(batches)  # doctest: +SKIP
    """

    def _transform(self, dataset: DataFrame) -> DataFrame:
        _require_lists(dataset.schema)
        fields = {f"c{i}": field for i, field in enumerate(dataset.schema.fields)}
        measured = dataset.toDF(*fields).select("*", *_measures(list(fields)))
        # Spark numbers no rows in a stream.
        place, where = _partition() if dataset.isStreaming else _row()
        placed = measured.withColumn(_PLACE, place)
        flat = placed.select(F.inline(_zipped(fields, where)))
        named = (F.col(c).alias(own.name, metadata=own.metadata) for c, own in fields.items())
        return flat.select(*named)


def _require_lists(schema: StructType) -> None:
    if not schema.fields:
        raise SynapseError("The frame has no columns. Expected a list in each of them")
    for field in schema.fields:
        if not isinstance(field.dataType, ArrayType):
            raise SynapseError(
                f"FlattenBatch expects a list in every column, and {field.name!r} is of type "
                f"{field.dataType.simpleString()}. Try: drop it, or repeat it by F.array_repeat"
            )


def _measures(columns: list[str]) -> list[Column]:
    """Return the greatest and the least length of the lists that are there in a row."""
    lengths = [F.when(F.col(column).isNotNull(), F.size(column)) for column in columns]
    return [
        F.greatest(*lengths, lengths[0]).alias(_LONGEST),  # which take two at least
        F.least(*lengths, lengths[0]).alias(_SHORTEST),
    ]


def _row() -> tuple[Column, Column]:
    """Return what tells rows apart, and how it reads."""
    number = F.col(_PLACE).bitwiseAND(2**_PARTITION_BITS - 1).cast("string")
    partition = F.shiftright(_PLACE, _PARTITION_BITS).cast("string")
    where = F.concat(F.lit("row "), number, F.lit(" of partition "), partition)
    return F.monotonically_increasing_id(), where


def _partition() -> tuple[Column, Column]:
    """Return the same where rows have no number."""
    where = F.concat(F.lit("a row of partition "), F.col(_PLACE).cast("string"))
    return F.spark_partition_id(), where


def _zipped(fields: dict[str, StructField], where: Column) -> Column:
    """Return the lists of a row as one list of structs."""
    length = F.coalesce(_LONGEST, F.lit(1))
    lists = [
        F.coalesce(column, F.array_repeat(_null(field), length)).alias(column)
        for column, field in fields.items()
    ]
    differ = F.col(_LONGEST) != F.col(_SHORTEST)
    return F.when(differ, F.raise_error(_complaint(fields, where))).otherwise(F.arrays_zip(*lists))


def _null(field: StructField) -> Column:
    kind = field.dataType
    return F.lit(None).cast(kind.elementType if isinstance(kind, ArrayType) else kind)


def _complaint(fields: dict[str, StructField], where: Column) -> Column:
    """Return the message about lists of different lengths, with those of all columns."""
    lengths = [
        F.concat(F.lit(f"{field.name} "), F.size(column).cast("string"))
        for column, field in fields.items()
    ]
    there = [F.when(F.col(column).isNotNull(), said) for column, said in zip(fields, lengths)]
    return F.concat(
        F.lit("FlattenBatch: the lists of "),
        where,
        F.lit(" have different lengths: "),
        F.concat_ws(", ", *there),
        F.lit(". Expected one length. Try: look at the stage that made the shorter ones"),
    )
