from __future__ import annotations

import datetime
import decimal
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from neighbor_data import POINTS, QUERIES, distances, nearest, values
from pyspark.ml import Pipeline
from pyspark.ml.feature import VectorAssembler
from pyspark.ml.functions import array_to_vector
from pyspark.ml.linalg import Vectors, VectorUDT
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from synapse_magic import KNN

Limit = Callable[[int], None]


def test_the_nearest_rows_with_their_distances(points: DataFrame, queries: DataFrame) -> None:
    out = KNN(k=4).fit(points).transform(queries)
    assert out.columns == [*queries.columns, "neighbors"]
    assert dict(out.dtypes)["neighbors"] == "array<struct<value:bigint,distance:double>>"
    rows = out.collect()
    assert [row.id for row in rows] == list(range(50))
    assert [row.name for row in rows] == [f"query {i}" for i in range(50)]
    assert values(rows) == nearest(4)
    measured = np.array([[found.distance for found in row.neighbors] for row in rows])
    assert np.allclose(measured, np.sort(distances(), axis=1)[:, :4], rtol=1e-12)


@pytest.mark.parametrize(
    ("metric", "field"), [("cosine", "similarity"), ("innerProduct", "innerProduct")]
)
def test_large_cosines_and_products_are_near(
    points: DataFrame, queries: DataFrame, metric: str, field: str
) -> None:
    products = QUERIES @ POINTS.T
    if metric == "cosine":
        products /= np.linalg.norm(QUERIES, axis=1)[:, None] * np.linalg.norm(POINTS, axis=1)
    rows = KNN(k=3, metric=metric).fit(points).transform(queries).collect()
    assert values(rows) == np.argsort(-products, axis=1)[:, :3].tolist()
    measured = np.array([[found[field] for found in row.neighbors] for row in rows])
    assert np.allclose(measured, -np.sort(-products, axis=1)[:, :3], rtol=1e-12)


@pytest.mark.parametrize("kind", ["vector", "sparse", "float", "int"])
def test_features_of_any_kind(points: DataFrame, queries: DataFrame, kind: str) -> None:
    to_sparse = F.udf(lambda row: Vectors.sparse(3, dict(enumerate(row))), VectorUDT())
    kinds = {
        "vector": lambda frame: frame.withColumn("features", array_to_vector("features")),
        "sparse": lambda frame: frame.withColumn("features", to_sparse("features")),
        "float": lambda frame: frame.withColumn(
            "features", F.expr("cast(features as array<float>)")
        ),
        "int": lambda frame: frame.withColumn(
            "features", F.expr("transform(features, x -> cast(round(x * 1000) as int))")
        ),
    }
    model = KNN(k=3).fit(kinds[kind](points))
    assert values(model.transform(kinds[kind](queries)).collect()) == nearest(3)


def test_an_index_of_vectors_takes_queries_of_lists(points: DataFrame, queries: DataFrame) -> None:
    vectors = points.withColumn("features", array_to_vector("features"))
    assert values(KNN(k=2).fit(vectors).transform(queries).collect()) == nearest(2)


def test_several_blocks_give_what_one_gives(
    points: DataFrame, queries: DataFrame, block_bytes: Limit
) -> None:
    block_bytes(1500)
    model = KNN(k=4).fit(points.repartitionByRange(6, "values"))
    assert model.index.shape.blocks == 6
    rows = model.transform(queries).orderBy("id").collect()
    assert [row.name for row in rows] == [f"query {i}" for i in range(50)]
    assert values(rows) == nearest(4)


def test_queries_are_made_once_however_many_blocks_there_are(
    spark: SparkSession, points: DataFrame, queries: DataFrame, block_bytes: Limit
) -> None:
    block_bytes(1500)
    calls = spark.sparkContext.accumulator(0)
    counted = F.udf(lambda row: calls.add(1) or row, "array<double>").asNondeterministic()
    model = KNN(k=1).fit(points.repartitionByRange(6, "values"))
    model.transform(queries.withColumn("features", counted("features"))).collect()
    assert calls.value == 50


def test_rows_that_the_plan_itself_holds_are_told_apart(spark: SparkSession) -> None:
    rows = ", ".join(f"({i}, array({i}D, {i * i}D))" for i in range(40))
    frame = spark.sql(f"select * from values {rows} as t(values, features)")
    assert values(KNN(k=1).fit(frame).transform(frame).collect()) == [[i] for i in range(40)]


def test_the_training_frame_is_read_once(
    spark: SparkSession, points: DataFrame, queries: DataFrame
) -> None:
    calls = spark.sparkContext.accumulator(0)
    counted = F.udf(lambda value: calls.add(1) or value, "long").asNondeterministic()
    model = KNN(k=2).fit(points.withColumn("values", counted("values")))
    for _ in range(2):
        assert values(model.transform(queries).collect()) == nearest(2)
    assert calls.value == 400


FEATURES = "features array<double>"

VALUES: list[tuple[str, Any]] = [
    ("string", "a"),
    ("boolean", True),
    ("double", 1.5),
    ("decimal(5,2)", decimal.Decimal("1.25")),
    ("date", datetime.date(2024, 2, 29)),
    ("timestamp", datetime.datetime(2024, 2, 29, 12, 30)),
    ("binary", bytearray(b"\x00\x01")),
    ("array<string>", ["a", None]),
    ("map<string,int>", {"a": 1}),
    ("struct<a:int,b:array<double>>", (1, [0.5])),
]


@pytest.mark.parametrize(("kind", "value"), VALUES, ids=[kind for kind, _ in VALUES])
def test_values_of_any_type(spark: SparkSession, kind: str, value: Any) -> None:
    frame = spark.createDataFrame([([1.0], value), ([3.0], None)], f"{FEATURES}, values {kind}")
    model = KNN(k=2).fit(frame)
    assert not model.index.shape.heavy
    found = model.transform(frame.select("features").limit(1)).first().neighbors
    assert [each.value for each in found] == [value, None]


def test_heavy_values_of_any_type(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("synapse_magic.neighbors.index.HEAVY", -1)
    kinds = ", ".join(f"v{i}: {kind}" for i, (kind, _) in enumerate(VALUES))
    value = tuple(value for _, value in VALUES)
    rows = [([1.0], value), ([3.0], None)]
    frame = spark.createDataFrame(rows, f"{FEATURES}, values struct<{kinds}>")
    model = KNN(k=2).fit(frame)
    assert model.index.shape.heavy
    found = model.transform(frame.select("features").limit(1)).first().neighbors
    assert [each.value and tuple(each.value) for each in found] == [value, None]


def test_values_may_be_vectors(spark: SparkSession) -> None:
    frame = spark.createDataFrame([(Vectors.dense([1.0]), Vectors.sparse(2, {1: 3.0}))], ["f", "v"])
    model = KNN(featuresCol="f", valuesCol="v").fit(frame)
    assert model.transform(frame).first().neighbors[0].value == Vectors.sparse(2, {1: 3.0})


@pytest.mark.parametrize("size", [1500, 1 << 20], ids=["several blocks", "one block"])
def test_large_values_are_joined_to_what_was_found(
    points: DataFrame, queries: DataFrame, block_bytes: Limit, size: int
) -> None:
    block_bytes(size)
    image = F.struct(F.col("values").alias("number"), F.repeat(F.lit("x"), 3000).alias("data"))
    model = KNN(k=3).fit(
        points.withColumn("values", image).repartitionByRange(6, F.col("values.number"))
    )
    assert model.index.shape.heavy
    rows = model.transform(queries).orderBy("id").collect()
    assert [row.name for row in rows] == [f"query {i}" for i in range(50)]
    assert [[found.number for found in row] for row in values(rows)] == nearest(3)
    assert {len(found.data) for row in values(rows) for found in row} == {3000}
    kept = model.index.frames["blocks"].selectExpr("sum(length(content))").first()[0]
    assert kept < 100_000


def test_rows_equally_near_come_in_the_order_of_the_frame(spark: SparkSession) -> None:
    rows = [(i, [float(i % 2)]) for i in range(40)]
    frame = spark.createDataFrame(rows, "values long, features array<double>")
    found = KNN(k=30).fit(frame).kneighbors([[0.0]])
    assert found.value.tolist() == [*range(0, 40, 2), *range(1, 21, 2)]


def test_fewer_rows_than_neighbours_give_shorter_lists(points: DataFrame) -> None:
    model = KNN(k=500).fit(points)
    assert len(model.kneighbors([[0.0, 0.0, 0.0]])) == 400
    assert len(model.setK(3).kneighbors([[0.0, 0.0, 0.0]])) == 3


def test_null_features_are_left_out_and_answered_by_null(
    spark: SparkSession, points: DataFrame
) -> None:
    missing = points.withColumn("features", F.expr("if(values < 390, null, features)"))
    model = KNN(k=20).fit(missing)
    assert model.learned() == "10 rows of 3 numbers, 390 without features left out"
    rows = model.transform(missing.where("values in (5, 395)").orderBy("values")).collect()
    assert rows[0].neighbors is None
    assert rows[0].labels == "c"
    assert sorted(found.value for found in rows[1].neighbors) == list(range(390, 400))


def test_columns_with_odd_names(points: DataFrame, queries: DataFrame) -> None:
    odd = points.withColumnRenamed("features", "a.b").withColumnRenamed("values", "c`d")
    model = KNN(featuresCol="a.b", valuesCol="c`d", outputCol="part").fit(odd)
    out = model.setK(2).transform(queries.withColumnRenamed("features", "a.b"))
    assert out.columns == ["id", "name", "a.b", "part"]
    assert values(out.collect(), "part") == nearest(2)


@pytest.mark.parametrize("size", [1500, 1 << 20], ids=["several blocks", "one block"])
def test_empty_queries_and_empty_partitions(
    points: DataFrame, queries: DataFrame, block_bytes: Limit, size: int
) -> None:
    block_bytes(size)
    model = KNN(k=1).fit(points.repartitionByRange(4, "values").unionAll(points.limit(0)))
    assert model.transform(queries.limit(0)).collect() == []
    few = model.transform(queries.orderBy("id").limit(3).repartition(7)).orderBy("id").collect()
    assert values(few) == nearest(1)[:3]


def test_works_in_a_pipeline(spark: SparkSession, points: DataFrame) -> None:
    flat = points.selectExpr("values", *(f"features[{i}] as x{i}" for i in range(3)))
    assembler = VectorAssembler(inputCols=["x0", "x1", "x2"], outputCol="features")
    model = Pipeline(stages=[assembler, KNN(k=1)]).fit(flat)
    out = model.transform(flat.drop("values"))
    assert values(out.collect()) == [[i] for i in range(400)]


def test_a_few_queries_in_plain_python(points: DataFrame) -> None:
    model = KNN(k=2, metric="cosine").fit(points)
    found = model.kneighbors(QUERIES[:2])
    assert found.columns.tolist() == ["query", "rank", "value", "similarity"]
    assert found["query"].tolist() == [0, 0, 1, 1]
    assert found["rank"].tolist() == [0, 1, 0, 1]


def test_workers_calculate_with_one_thread_each(spark: SparkSession) -> None:
    import os

    ask = F.udf(lambda _: os.environ.get("OMP_NUM_THREADS", "unset"), "string")
    assert spark.range(1).select(ask("id")).first()[0] == "1"
