from __future__ import annotations

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from synapse_magic import (
    FixedMiniBatchTransformer,
    FlattenBatch,
    PartitionConsolidator,
    SynapseError,
    TimeIntervalMiniBatchTransformer,
)


def test_lists_of_different_lengths_are_told_with_their_row_and_columns(
    spark: SparkSession,
) -> None:
    three = "array_repeat(id, if(id = 3, 3, 2)) as `b.c`"
    lists = ["array_repeat(id, 2) as a", three, "cast(null as array<int>) as d"]
    frame = spark.range(0, 4, 1, 2).selectExpr(*lists)
    expected = (
        r"row 1 of partition 1 have different lengths: a 2, b\.c 3\. Expected one length\. Try: "
    )
    with pytest.raises(PySparkException, match=expected):
        FlattenBatch().transform(frame).collect()


def test_null_lists_stay_null_and_no_row_is_lost(spark: SparkSession) -> None:
    rows = [
        (["x", None], None),
        (None, [[1], [2]]),
        (None, None),
        ([], None),
        ([], []),
        (["y"], [None]),
    ]
    frame = spark.createDataFrame(rows, "a array<string>, b array<array<int>>").coalesce(1)
    got = [tuple(row) for row in FlattenBatch().transform(frame).collect()]
    assert got == [
        ("x", None),
        (None, None),
        (None, [1]),
        (None, [2]),
        (None, None),
        ("y", None),
    ]


def test_a_column_without_lists_is_named(spark: SparkSession) -> None:
    frame = spark.range(1).selectExpr("array(id) as a", "id as b")
    with pytest.raises(
        SynapseError, match=r"list in every column, and 'b' is of type bigint\. Try"
    ):
        FlattenBatch().transform(frame)


@pytest.mark.parametrize("stage", [FlattenBatch(), FixedMiniBatchTransformer(batchSize=1)])
def test_a_frame_without_columns_is_refused(spark: SparkSession, stage: FlattenBatch) -> None:
    with pytest.raises(SynapseError, match="no columns"):
        stage.transform(spark.range(1).select())


def test_a_type_that_python_cannot_have_is_named(spark: SparkSession) -> None:
    frame = spark.sql("select 1 as a, array(make_ym_interval(1, 2)) as b")
    with pytest.raises(
        SynapseError, match=r"'b' is of type array<interval .*does not hand to Pyth"
    ):
        FixedMiniBatchTransformer(batchSize=1).transform(frame)


def test_what_must_be_set_is_told(spark: SparkSession) -> None:
    with pytest.raises(SynapseError, match=r"no batchSize\. Try: batchSize="):
        FixedMiniBatchTransformer().transform(spark.range(1))
    with pytest.raises(SynapseError, match=r"no millisToWait\. Try: millisToWait="):
        TimeIntervalMiniBatchTransformer().transform(spark.range(1))
    with pytest.raises(SynapseError, match=r"'batchsize'.*Did you mean 'batchSize'"):
        FixedMiniBatchTransformer(batchsize=1)


def test_one_executor_has_one_caller_and_keeps_all_rows_in_order(spark: SparkSession) -> None:
    frame = spark.range(0, 20, 1, 5)
    made = PartitionConsolidator().transform(frame)
    placed = made.select("id", F.spark_partition_id().alias("p")).collect()
    assert [tuple(row) for row in placed] == [(i, 0) for i in range(20)]
