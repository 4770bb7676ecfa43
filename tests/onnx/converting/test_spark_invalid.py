"""Rows at which Spark stops, or which it drops: ONNX can do neither, and gives NaN."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from converted import run
from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml import classification as C
from pyspark.ml import feature as F
from pyspark.ml import regression as R
from pyspark.ml.clustering import KMeans
from pyspark.sql import DataFrame, SparkSession

from synapse_magic import LightGBMClassifier, to_onnx

pytest.importorskip("onnx")

RNG = np.random.default_rng(4)
A = RNG.normal(size=80)
KINDS = RNG.choice(["x", "y", "z"], 80)
FEEDS = {"a": [[0.5], [0.5], [-0.5]], "kind": [["x"], ["unseen"], ["z"]]}


@pytest.fixture(scope="module")
def rows(spark: SparkSession) -> DataFrame:
    values = [(float(a), str(k), float(a > (k == "x"))) for a, k in zip(A, KINDS)]
    return spark.createDataFrame(values, "a double, kind string, label double").coalesce(1).cache()


def piped(invalid: str, *stages: Any) -> Pipeline:
    index = F.StringIndexer(inputCol="kind", outputCol="k", handleInvalid=invalid)
    together = F.VectorAssembler(inputCols=["a", "k"], outputCol="features", handleInvalid="keep")
    return Pipeline(stages=[index, together, *stages])


def seen(model: Any, spark: SparkSession) -> Any:
    frame = spark.createDataFrame([(0.5, "x"), (-0.5, "z")], "a double, kind string")
    return model.transform(frame).toPandas()


PREDICTORS = [
    C.LogisticRegression,
    C.LinearSVC,
    C.DecisionTreeClassifier,
    C.GBTClassifier,
    R.RandomForestRegressor,
    KMeans,
    LightGBMClassifier,
]


@pytest.mark.parametrize("stage", PREDICTORS, ids=lambda stage: stage.__name__)
@pytest.mark.parametrize("invalid", ["error", "skip"])
def test_an_unseen_text_is_predicted_as_nan(
    invalid: str, stage: Any, rows: DataFrame, spark: SparkSession
) -> None:
    model = piped(invalid, stage()).fit(rows)
    out = run(to_onnx(model, rows), FEEDS)
    expected = seen(model, spark)
    for name, values in out.items():
        assert np.isnan(values[1]).all(), name
        known = np.array([getattr(v, "toArray", lambda v=v: v)() for v in expected[name]])
        assert values[[0, 2]] == pytest.approx(known, abs=1e-5), name


def test_an_unseen_text_that_is_kept_is_predicted_as_spark_does(
    rows: DataFrame, spark: SparkSession
) -> None:
    model = piped("keep", C.DecisionTreeClassifier()).fit(rows)
    out = run(to_onnx(model, rows), FEEDS)
    frame = spark.createDataFrame([(0.5, "unseen")], "a double, kind string")
    expected = model.transform(frame).first()
    assert out["prediction"][1] == expected.prediction
    assert out["probability"][1] == pytest.approx(expected.probability.toArray())


def test_a_text_of_an_unseen_level_is_empty(rows: DataFrame) -> None:
    index = F.StringIndexer(inputCol="kind", outputCol="k", handleInvalid="skip").fit(rows)
    back = F.IndexToString(inputCol="k", outputCol="again", labels=index.labels)
    made = to_onnx(PipelineModel([index, back]), rows)
    assert run(made, {"kind": FEEDS["kind"]})["again"].tolist() == ["x", "", "z"]


def test_a_missing_number_that_spark_does_not_assemble_is_predicted_as_nan(rows: DataFrame) -> None:
    tree = C.DecisionTreeClassifier()
    strict, lenient = (
        Pipeline(
            stages=[
                F.VectorAssembler(inputCols=["a"], outputCol="features", handleInvalid=invalid),
                tree,
            ]
        ).fit(rows)
        for invalid in ("error", "keep")
    )
    feeds = {"a": [[0.5], [np.nan]]}
    assert np.isnan(run(to_onnx(strict, rows), feeds)["prediction"]).tolist() == [False, True]
    assert np.isnan(run(to_onnx(lenient, rows), feeds)["prediction"]).tolist() == [False, False]


def test_a_number_outside_all_buckets_is_predicted_as_nan(rows: DataFrame) -> None:
    stages = [
        F.Bucketizer(inputCol="a", outputCol="bucket", splits=[-9.0, 0.0, 9.0]),
        F.OneHotEncoder(inputCol="bucket", outputCol="features"),
        C.DecisionTreeClassifier(),
    ]
    model = Pipeline(stages=stages).fit(rows)
    out = run(to_onnx(model, rows), {"a": [[0.5], [10.0], [np.nan]]})
    assert np.isnan(out["prediction"]).tolist() == [False, True, True]


def test_a_level_that_is_not_encoded_is_predicted_as_nan(spark: SparkSession) -> None:
    frame = spark.createDataFrame([(float(i % 3), float(i % 2)) for i in range(12)], ["i", "label"])
    encode = F.OneHotEncoder(inputCol="i", outputCol="features")
    model = Pipeline(stages=[encode, C.DecisionTreeClassifier()]).fit(frame)
    out = run(to_onnx(model, frame), {"i": [[0.0], [2.0], [3.0], [-1.0]]})
    assert np.isnan(out["prediction"]).tolist() == [False, False, True, True]
