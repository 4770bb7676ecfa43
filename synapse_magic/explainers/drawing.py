"""Rows drawn at random by what they hold: the same ones however a frame is cut into partitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as F

from synapse_magic.explainers.sample import PLACE
from synapse_magic.spark.columns import col

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def draw_rows(frame: DataFrame, rows: int, seed: int) -> DataFrame:
    """Return up to ``rows`` rows, in the order of a last column ``PLACE``.

    A row's place is a hash of its values, of how many like it come before, and of the seed. So
    rows that are equal are drawn as any others, and it does not matter which of them is taken.
    """
    same = Window.partitionBy(col(PLACE)).orderBy(col(PLACE))
    placed = all_rows(frame, seed)
    placed = placed.withColumn(PLACE, F.xxhash64(col(PLACE), F.row_number().over(same)))
    return placed.orderBy(col(PLACE)).limit(rows)


def all_rows(frame: DataFrame, seed: int) -> DataFrame:
    """Return all rows, as they are, with the last column ``PLACE``: equal rows have the same."""
    # Spark hashes no maps.
    names = [own.name for own in frame.schema if "map<" not in own.dataType.simpleString()]
    content = F.xxhash64(F.lit(seed).cast("long"), *(col(name) for name in names))
    return frame.withColumn(PLACE, content)
