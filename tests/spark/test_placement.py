from __future__ import annotations

import pytest
from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F

from synapse_magic.spark.placement import murmur3, partition_keys


def test_hashes_are_those_of_spark(spark: SparkSession) -> None:
    rows = spark.range(300).select(F.hash(F.col("id").cast("int")).alias("hash")).collect()
    assert [murmur3(number) for number in range(300)] == [row.hash for row in rows]


@pytest.mark.parametrize("count", [1, 2, 7, 40])
def test_each_key_goes_to_its_partition(spark: SparkSession, count: int) -> None:
    keys = partition_keys(count)
    frame = spark.createDataFrame([(key,) for key in keys], "key int").repartition(count, "key")
    found = {row.key: row.part for row in frame.select("key", part()).collect()}
    assert [found[key] for key in keys] == list(range(count))


def part() -> Column:
    return F.spark_partition_id().alias("part")
