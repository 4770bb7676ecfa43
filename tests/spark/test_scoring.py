from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyspark.ml.feature import VectorAssembler
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from synapse_magic import LightGBMClassifier, LightGBMRegressor
from synapse_magic.spark import scoring

evaluates = pytest.mark.skipif(
    not hasattr(F, "arrow_udf"), reason="this Spark has no Arrow functions"
)
"""Marks what is true from Spark 4.1 on."""

TYPES = ["float", "double", "tinyint", "int", "bigint", "boolean"]


@pytest.fixture(scope="module")
def rows(spark: SparkSession) -> DataFrame:
    rng = np.random.default_rng(0)
    values = (3 * rng.normal(size=(400, 3))).round(1).tolist()
    schema = "a double, b double, c double"
    frame = spark.createDataFrame(values, schema).withColumn("label", F.col("a") * F.col("b"))
    return frame.withColumn("id", F.monotonically_increasing_id()).cache()


@pytest.fixture(scope="module")
def model(rows: DataFrame) -> Any:
    return LightGBMRegressor(inputCols=["a", "b", "c"], numIterations=5).fit(rows)


def plan_of(frame: DataFrame) -> str:
    text: str = frame._jdf.queryExecution().optimizedPlan().toString()
    return text


def both(model: Any, frame: DataFrame) -> tuple[list[Row], list[Row]]:
    """Return the rows scored by an Arrow function and by sending whole rows, by id."""
    scorer = model.scorer()
    outputs = [model._field(name) for name in scorer.outputs]
    ways = scoring._evaluated, scoring._mapped
    first, second = (way(scorer, frame, outputs).orderBy("id").collect() for way in ways)
    return first, second


@evaluates
@pytest.mark.parametrize("kind", TYPES)
def test_both_ways_give_the_same(rows: DataFrame, model: Any, kind: str) -> None:
    frame = rows.withColumn("b", F.col("b").cast(kind))
    frame = frame.withColumn("c", F.when(F.col("c") > 0, F.col("c").cast(kind)))
    evaluated, mapped = both(model, frame)
    assert evaluated == mapped
    assert len({row.prediction for row in mapped}) > 10


@evaluates
def test_both_ways_give_the_same_for_vectors(rows: DataFrame) -> None:
    frame = VectorAssembler(inputCols=["a", "b", "c"], outputCol="features").transform(rows)
    sign = frame.withColumn("label", (F.col("label") > 0).cast("double"))
    evaluated, mapped = both(LightGBMClassifier(numIterations=5).fit(sign), sign)
    assert evaluated == mapped
    assert evaluated[0].probability.size == 2


def test_columns_of_any_type_stay_as_they_are(rows: DataFrame, model: Any) -> None:
    frame = rows.select(
        "*",
        F.create_map(F.lit("k"), F.col("id")).alias("map"),
        F.array(F.struct("a", F.lit("x").alias("text"))).alias("structs"),
        F.col("a").cast("decimal(20,3)").alias("decimal"),
        F.lit("2024-02-29 12:00").cast("timestamp").alias("time"),
        F.lit(None).cast("string").alias("scored"),
        F.lit(1).alias("a.b"),
        F.lit(2).alias("odd`name"),
    )
    out = model.transform(frame)
    assert out.columns == [*frame.columns, "prediction"]
    kept = out.drop("prediction").orderBy("id").collect()
    assert kept == frame.orderBy("id").collect()


def test_an_output_that_is_there_is_replaced_at_the_end(rows: DataFrame, model: Any) -> None:
    frame = rows.select(F.lit("old").alias("prediction"), "*")
    out = model.transform(frame)
    assert out.columns == [*rows.columns, "prediction"]
    assert dict(out.dtypes)["prediction"] == "double"


@pytest.mark.parametrize("name", ["scored", "Scored", "scored_", "o0"])
def test_an_output_may_have_any_name(rows: DataFrame, model: Any, name: str) -> None:
    out = model.copy().setPredictionCol(name).transform(rows)
    assert out.columns == [*rows.columns, name]
    expected = [row.prediction for row in model.transform(rows).orderBy("id").collect()]
    assert [row[name] for row in out.orderBy("id").collect()] == expected


def test_a_model_may_write_over_what_it_reads(rows: DataFrame, model: Any) -> None:
    expected = [row.prediction for row in model.transform(rows).orderBy("id").collect()]
    over = model.copy().setPredictionCol("a").transform(rows)
    assert over.columns == ["b", "c", "label", "id", "a"]
    assert [row.a for row in over.orderBy("id").collect()] == expected


@pytest.mark.parametrize("cached", [False, True])
def test_rows_beside_vectors_of_a_file_or_cache(
    spark: SparkSession, rows: DataFrame, tmp_path: Path, cached: bool
) -> None:
    assembler = VectorAssembler(inputCols=["a", "b", "c"], outputCol="features")
    made = assembler.transform(rows.withColumn("label", (F.col("label") > 0).cast("double")))
    made.write.parquet(str(tmp_path / "vectors"))
    frame = spark.read.parquet(str(tmp_path / "vectors"))
    frame = frame.cache() if cached else frame
    frame.count()
    model = LightGBMClassifier(numIterations=3).fit(frame)
    plain = LightGBMClassifier(inputCols=["a", "b", "c"], numIterations=3).fit(frame)
    for scored in (model.transform(frame), plain.transform(frame), plain.transform(made)):
        found = scored.orderBy("id").collect()
        assert found == model.transform(made).orderBy("id").collect()


@evaluates
def test_a_filter_on_a_prediction_scores_once(rows: DataFrame, model: Any) -> None:
    kept = model.transform(rows).where("prediction > 0").where("a > 0")
    assert plan_of(kept).count("ArrowEvalPython") == 1


@evaluates
def test_nothing_is_scored_that_nobody_reads(rows: DataFrame, model: Any) -> None:
    assert "ArrowEvalPython" not in plan_of(model.transform(rows).select("id"))
    assert "ArrowEvalPython" in plan_of(model.transform(rows).select("prediction"))
