"""Rows to mini-batches and back: the same rows, of every type, in their order and partitions."""

from __future__ import annotations

import datetime
import decimal
import itertools
import math
import random
from functools import partial
from typing import Any

import pytest
from pyspark.ml.linalg import Vectors, VectorUDT
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from synapse_magic import (
    DynamicMiniBatchTransformer,
    FixedMiniBatchTransformer,
    FlattenBatch,
    TimeIntervalMiniBatchTransformer,
)
from synapse_magic.batching.mini_batcher import MiniBatcher

BATCHERS = [
    FixedMiniBatchTransformer(batchSize=3),
    FixedMiniBatchTransformer(batchSize=4, buffered=True, maxBufferSize=1),
    DynamicMiniBatchTransformer(maxBatchSize=5),
    DynamicMiniBatchTransformer(),
    TimeIntervalMiniBatchTransformer(millisToWait=20),
]
UTC = datetime.timezone.utc
PLAIN: list[tuple[T.DataType, list[Any]]] = [
    (T.BooleanType(), [True, False]),
    (T.ByteType(), [-128, 127]),
    (T.ShortType(), [-32768, 5]),
    (T.IntegerType(), [-(2**31), 7]),
    (T.LongType(), [2**63 - 1, -1]),
    (T.FloatType(), [0.5, math.inf]),
    (T.DoubleType(), [0.1, -math.inf]),
    (T.DecimalType(38, 18), [decimal.Decimal("1.000000000000000001"), decimal.Decimal(-5)]),
    (T.DecimalType(5, 2), [decimal.Decimal("999.99")]),
    (T.StringType(), ["", "grün 🌱", "a\0b"]),
    (T.BinaryType(), [bytearray(b""), bytearray(b"\xff\x00")]),
    (T.DateType(), [datetime.date(1, 1, 1), datetime.date(2026, 2, 28)]),
    (T.TimestampType(), [datetime.datetime(2026, 3, 29, 1, 30, 0, 123456)]),
    (T.TimestampNTZType(), [datetime.datetime(2026, 3, 29, 2, 30, 0, 1)]),
    (T.DayTimeIntervalType(), [datetime.timedelta(days=-1, microseconds=1)]),
    (VectorUDT(), [Vectors.dense([1.0, -2.0]), Vectors.sparse(9, {3: 1.5})]),
    (T.NullType(), [None]),
]


def drawn_type(draw: random.Random, depth: int) -> tuple[T.DataType, Any]:
    """Give a type and a function that draws values of it: nested up to some depth."""
    kind = draw.choice(["plain", "list", "struct", "map"]) if depth else "plain"
    if kind == "plain":
        own, values = draw.choice(PLAIN)
        return own, lambda: draw.choice([*values, None])
    if kind == "list":
        own, value = drawn_type(draw, depth - 1)
        return T.ArrayType(own), lambda: [value() for _ in range(draw.randrange(3))]
    if kind == "map":
        own, value = drawn_type(draw, depth - 1)
        return T.MapType(T.StringType(), own), lambda: {
            f"k{i}": value() for i in range(draw.randrange(3))
        }
    inner = [drawn_type(draw, depth - 1) for _ in range(draw.randint(1, 3))]
    struct = T.StructType([T.StructField(f"f{i}", own) for i, (own, _) in enumerate(inner)])
    return struct, lambda: draw.choice([None, Row(*(value() for _, value in inner))])


def same(back: DataFrame, frame: DataFrame) -> None:
    """Check for equal rows in equal order within equal partitions, and equal names and types."""
    assert [(f.name, f.dataType) for f in back.schema] == [
        (f.name, f.dataType) for f in frame.schema
    ]
    assert [f.metadata for f in back.schema] == [f.metadata for f in frame.schema]
    assert placed(back) == placed(frame)


def placed(frame: DataFrame) -> list[Any]:
    return frame.select("*", F.spark_partition_id()).collect()


@pytest.mark.parametrize("seed", range(4))
def test_every_type_comes_back_as_it_was(spark: SparkSession, seed: int) -> None:
    draw = random.Random(seed)
    plain = [(own, partial(draw.choice, [*values, None])) for own, values in PLAIN]
    made = [*plain, *(drawn_type(draw, 3) for _ in range(6))]
    schema = T.StructType([T.StructField(f"c{i}", own) for i, (own, _) in enumerate(made)])
    rows = [tuple(value() for _, value in made) for _ in range(draw.choice([1, 7, 40]))]
    frame = spark.createDataFrame(rows, schema).repartition(2, F.rand(seed)).cache()
    batcher = BATCHERS[seed % len(BATCHERS)]
    same(FlattenBatch().transform(batcher.transform(frame)), frame)
    frame.unpersist()


@pytest.mark.parametrize("batcher", BATCHERS, ids=MiniBatcher.to_code)
@pytest.mark.parametrize("rows", [0, 2, 50])
def test_rows_keep_their_order_and_their_partition(
    spark: SparkSession, batcher: MiniBatcher, rows: int
) -> None:
    frame = spark.range(0, rows, 1, 4).withColumn("text", F.col("id").cast("string"))
    same(FlattenBatch().transform(batcher.transform(frame)), frame)


@pytest.mark.parametrize(("arrow", "size"), [("1", 3), ("2", 7), ("7", 3), ("10000", 1000)])
def test_a_batch_has_its_size_whatever_arrow_hands_over(
    spark: SparkSession, arrow: str, size: int
) -> None:
    key = "spark.sql.execution.arrow.maxRecordsPerBatch"
    before = spark.conf.get(key)
    spark.conf.set(key, arrow)
    try:
        made = FixedMiniBatchTransformer(batchSize=size).transform(spark.range(0, 31, 1, 2))
        got = [row.id for row in made.collect()]
    finally:
        spark.conf.set(key, str(before))
    halves = [list(range(15)), list(range(15, 31))]
    assert got == [
        part[start : start + size] for part in halves for start in range(0, len(part), size)
    ]


def test_odd_names_and_metadata_come_back(spark: SparkSession) -> None:
    told = {"ml_attr": {"vals": ["a", "b"]}}
    frame = spark.range(3).select(
        F.col("id").alias("a.b"),
        F.col("id").alias("`x` y", metadata=told),
        F.col("id").alias("grün"),
        F.col("id").alias("place"),
        F.col("id").alias("longest"),
    )
    same(FlattenBatch().transform(FixedMiniBatchTransformer(batchSize=2).transform(frame)), frame)


def test_two_columns_of_one_name_stay_two(spark: SparkSession) -> None:
    frame = spark.range(3).selectExpr("id as a", "-id as a", "id as A")
    made = FixedMiniBatchTransformer(batchSize=2).transform(frame)
    assert made.columns == ["a", "a", "A"]
    back = FlattenBatch().transform(made)
    assert [tuple(row) for row in back.collect()] == [(0, 0, 0), (1, -1, 1), (2, -2, 2)]


def test_the_lists_of_columns_without_nulls_say_so(spark: SparkSession) -> None:
    frame = spark.range(3).withColumn("b", F.lit(None).cast("string"))
    made = FixedMiniBatchTransformer(batchSize=2).transform(frame)
    assert [field.dataType.containsNull for field in made.schema] == [False, True]


def test_nothing_is_shuffled(spark: SparkSession, capsys: Any) -> None:
    made = FixedMiniBatchTransformer(batchSize=2).transform(spark.range(10))
    FlattenBatch().transform(made).explain()
    assert "Exchange" not in capsys.readouterr().out


def test_a_filter_above_sees_the_same_rows(spark: SparkSession) -> None:
    frame = spark.range(20)
    made = FixedMiniBatchTransformer(batchSize=6).transform(frame)
    back = FlattenBatch().transform(made).where("id % 5 = 0").select("id")
    assert [row.id for row in back.collect()] == [0, 5, 10, 15]
    assert made.where(F.size("id") < 6).count() == 2  # the last of each partition


def test_a_limit_ends_a_batcher_that_reads_ahead(spark: SparkSession) -> None:
    frame = spark.range(0, 200_000, 1, 2)
    for batcher in BATCHERS:
        assert len(batcher.transform(frame).limit(2).collect()) == 2


def test_sizes_of_drawn_partitions_add_up(spark: SparkSession) -> None:
    draw = random.Random(1)
    rows = [(draw.randrange(5), i) for i in range(300)]
    frame = spark.createDataFrame(rows, "part int, i int").repartition(3, "part").cache()
    for size in (4, 300):
        made = FixedMiniBatchTransformer(batchSize=size).transform(frame)
        per = made.groupBy(F.spark_partition_id().alias("p")).agg(F.collect_list(F.size("i")))
        for _, sizes in per.collect():
            assert set(sizes[:-1]) <= {size}
        assert sum(itertools.chain(*(row[1] for row in per.collect()))) == 300
    frame.unpersist()
