"""Mini-batches back to rows."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, StructField, StructType

from synapse_magic.errors import SynapseError
from synapse_magic.spark.stage import Transformer

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_PLACE = "place"
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
        fields = dataset.schema.fields
        _require_lists(dataset.schema)
        numbers = [f"c{i}" for i in range(len(fields))]
        placed = dataset.toDF(*numbers).withColumn(_PLACE, F.monotonically_increasing_id())
        flat = placed.select(F.inline(_zipped(dict(zip(numbers, fields)))))
        return flat.select(
            *(
                F.col(number).alias(field.name, metadata=field.metadata)
                for number, field in zip(numbers, fields)
            )
        )


def _require_lists(schema: StructType) -> None:
    if not schema.fields:
        raise SynapseError("The frame has no columns. Expected a list in each of them")
    for field in schema.fields:
        if not isinstance(field.dataType, ArrayType):
            raise SynapseError(
                f"FlattenBatch expects a list in every column, and {field.name!r} is of type "
                f"{field.dataType.simpleString()}. Try: drop it, or repeat it by F.array_repeat"
            )


def _zipped(fields: dict[str, StructField]) -> Column:
    """Return the lists of a row as one list of structs."""
    length = _same_length(fields)
    lists = [
        F.coalesce(number, F.array_repeat(_null(field), length)).alias(number)
        for number, field in fields.items()
    ]
    return F.arrays_zip(*lists)


def _null(field: StructField) -> Column:
    assert isinstance(field.dataType, ArrayType)
    return F.lit(None).cast(field.dataType.elementType)


def _same_length(fields: dict[str, StructField]) -> Column:
    """Return the length of the lists of a row that are there; 1 without any."""
    lengths = [F.when(F.col(number).isNotNull(), F.size(number)) for number in fields]
    longest = reduce(F.greatest, lengths)
    shortest = reduce(F.least, lengths)
    return F.when(
        longest != shortest, F.raise_error(_complaint(fields)).cast("int")
    ).otherwise(F.coalesce(longest, F.lit(1)))


def _complaint(fields: dict[str, StructField]) -> Column:
    """Return the message about lists of different lengths, with those of all columns."""
    said = [
        F.concat(F.lit(f"{field.name} "), F.size(number).cast("string"))
        for number, field in fields.items()
    ]
    row = F.col(_PLACE).bitwiseAND(2**_PARTITION_BITS - 1).cast("string")
    partition = F.shiftright(_PLACE, _PARTITION_BITS).cast("string")
    return F.concat(
        F.lit("FlattenBatch: the lists of row "),
        row,
        F.lit(" of partition "),
        partition,
        F.lit(" have different lengths: "),
        F.concat_ws(", ", *said),
        F.lit(". Expected one length. Try: look at the stage that made the shorter ones"),
    )
