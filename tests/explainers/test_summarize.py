from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from pyspark.ml.linalg import DenseVector, Vectors, VectorUDT
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import types as T

from synapse_magic import SynapseError, summarize_explanations
from synapse_magic.results.explanation import Explanation

ROWS = 1200
NAMES = ("age", "a.b `c`", "job", "flag")


def data() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    jobs = np.array(["clerk", "nurse", None, "cook"], dtype=object)[rng.integers(0, 4, ROWS)]
    flags = np.array(["false", "true"], dtype=object)[rng.integers(0, 2, ROWS)]
    ages = rng.integers(20, 80, ROWS).astype(float)
    real = np.where(rng.random(ROWS) < 0.1, np.nan, rng.normal(size=ROWS))
    return dict(zip(NAMES, (ages, real, jobs, flags), strict=True))


def explanation(outputs: int = 2) -> Explanation:
    rng = np.random.default_rng(4)
    values = rng.normal(size=(ROWS, 4, outputs)) * np.array([3, 2, 1, 0.5])[None, :, None]
    values[:, 0, 0] = (data()["age"] - 50) / 20
    base = np.zeros((ROWS, outputs))
    words = tuple(["no", "yes", "maybe"][:outputs])
    parts = (values, base, base + values.sum(1), data(), NAMES, words)
    return Explanation(*parts, "logit", "kernel_shap", ROWS)


def column(one: Explanation, layout: str) -> tuple[list[Any], T.DataType]:
    """Return the explanation as stages write it."""
    vectors = one.values.transpose(0, 2, 1)
    if layout == "shap":
        vectors = np.concatenate([one.base[:, :, None], vectors], axis=2)
    if layout == "lightgbm":
        vectors = np.concatenate([vectors, one.base[:, :, None]], axis=2)
        return [DenseVector(row.reshape(-1)) for row in vectors], VectorUDT()
    rows: list[Any] = [[DenseVector(own) for own in row] for row in vectors]
    last = [Vectors.sparse(len(v), range(len(v)), v) for v in vectors[-1]]
    rows[-1] = last
    return rows, T.ArrayType(VectorUDT())


def frame(spark: SparkSession, one: Explanation, layout: str) -> DataFrame:
    rows, kind = column(one, layout)
    age, real, job, flag = (one.data[name] for name in NAMES)
    whole = [
        (int(a), None if np.isnan(r) else float(r), j, f == "true", e)
        for a, r, j, f, e in zip(age, real, job, flag, rows, strict=True)
    ]
    types = (T.IntegerType(), T.DoubleType(), T.StringType(), T.BooleanType(), kind)
    fields = [T.StructField(n, t) for n, t in zip((*NAMES, "explanation"), types, strict=True)]
    return spark.createDataFrame(whole, T.StructType(fields)).repartition(3)


@pytest.mark.parametrize("layout", ["shap", "lime", "lightgbm"])
def test_importance_is_that_of_the_driver_for_every_layout(
    spark: SparkSession, layout: str
) -> None:
    one = explanation()
    found = summarize_explanations(
        frame(spark, one, layout), NAMES, outputs=one.outputs, link="logit"
    )
    expected = one.importance()
    bars = found.importance()
    assert (found.rows, found.lost) == (ROWS, 0)
    assert bars.names == expected.names
    pd.testing.assert_frame_equal(bars.table(), expected.table(), rtol=1e-12)
    assert bars.note() == expected.note()


def test_the_summary_is_that_of_the_driver_to_its_binning(spark: SparkSession) -> None:
    one = explanation()
    found = summarize_explanations(
        frame(spark, one, "shap"), NAMES, outputs=one.outputs, link="logit"
    )
    expected, got = one.summary(), found.summary()
    pd.testing.assert_frame_equal(got.table(), expected.table(), rtol=1e-12)
    np.testing.assert_array_equal(got.edges, expected.edges)
    assert (got.note(), got.scale) == (expected.note(), expected.scale)
    for a, b in zip(got.strips, expected.strips, strict=True):
        assert (a.kind, a.levels) == (b.kind, b.levels)
        assert a.counts.sum() == b.counts.sum() == 2 * ROWS
        within = np.abs(np.cumsum(a.counts.sum(2), 1) - np.cumsum(b.counts.sum(2), 1)).max()
        assert within <= 0.02 * ROWS
    by_name = dict(zip(got.names, got.strips, strict=True))
    same = dict(zip(expected.names, expected.strips, strict=True))
    for name in ("age", "job", "flag"):
        np.testing.assert_array_equal(by_name[name].level_counts, same[name].level_counts)
        np.testing.assert_allclose(by_name[name].level_means, same[name].level_means)
        np.testing.assert_allclose(
            (by_name[name].low, by_name[name].high), (same[name].low, same[name].high)
        )
    real = "a.b `c`"
    assert by_name[real].low == pytest.approx(same[real].low, abs=0.1)
    off = np.abs(by_name[real].level_counts - same[real].level_counts)
    assert off.max() < 0.06 * ROWS
    assert found.html() == got.html()


def test_rows_without_an_explanation_are_left_out_and_counted(spark: SparkSession) -> None:
    one = explanation(1)[:4]
    rows, kind = column(one, "lime")
    rows[1] = None
    rows[2] = [DenseVector([np.nan, 0, 0, 0])]
    schema = T.StructType([T.StructField("x", VectorUDT()), T.StructField("why", kind)])
    whole = [(DenseVector([i, 1.0, 2.0, 3.0]), row) for i, row in enumerate(rows)]
    found = summarize_explanations(spark.createDataFrame(whole, schema), "x", "why")
    assert (found.rows, found.lost) == (2, 2)
    assert found.names == ("x_0", "x_1", "x_2", "x_3")
    np.testing.assert_allclose(
        sorted(found.importance().mean_abs[:, 0]), sorted(np.abs(one.values[[0, 3], :, 0]).mean(0))
    )
    assert "2 rows of 4" in found.summary().note()
    nothing = spark.createDataFrame([whole[1]], schema)
    with pytest.raises(SynapseError, match=r"None of 1 row has an explanation"):
        summarize_explanations(nothing, "x", "why")


def test_slots_that_stand_for_levels_are_named(spark: SparkSession) -> None:
    slots = {
        "nominal": [{"idx": 0, "name": "job", "vals": ["a", "b"]}],
        "numeric": [{"idx": 1, "name": "age"}],
    }
    metadata = {"ml_attr": {"attrs": slots, "num_attrs": 2}}
    rows = [(DenseVector([i % 2, i]), DenseVector([1.0 + i % 2, 0.5, 9.0])) for i in range(40)]
    df = spark.createDataFrame(rows, ["features", "why"])
    df = df.withMetadata("features", metadata)
    found = summarize_explanations(df, "features", "why", method="tree_path", link="logit")
    assert found.names == ("job", "age")
    first = found.summary().strips[0]
    assert first.levels == ("a", "b")
    np.testing.assert_allclose(first.level_means[0, :2], [1.0, 2.0])


def test_what_does_not_fit_is_refused_in_words(spark: SparkSession) -> None:
    df = frame(spark, explanation(1)[:9], "shap")
    with pytest.raises(SynapseError, match=r"5 numbers.* there are 2 features.*2, or 3"):
        summarize_explanations(df, ["age", "job"])
    with pytest.raises(SynapseError, match=r"no column 'jbo'.*Did you mean 'job'"):
        summarize_explanations(df, ["jbo"])
    with pytest.raises(SynapseError, match=r"'job' is string. Expected explanations"):
        summarize_explanations(df, ["age"], "job")
    with pytest.raises(SynapseError, match=r"2 names of outputs, and 1 are explained"):
        summarize_explanations(df, NAMES, outputs=["a", "b"])
    with pytest.raises(SynapseError, match=r"Did you mean 'tree_path'"):
        summarize_explanations(df, NAMES, method="treepath")
    with pytest.raises(SynapseError, match=r"no rows to summarise"):
        summarize_explanations(df.limit(0), NAMES)


def test_arguments_of_other_types_are_told_or_taken_for_one(spark: SparkSession) -> None:
    df: Any = frame(spark, explanation(1)[:9], "lime")
    assert summarize_explanations(df, NAMES, outputs="y").outputs == ("y",)
    for other in (pd.DataFrame({"a": [1]}), None, 3):
        with pytest.raises(SynapseError, match="df must be a Spark DataFrame, got"):
            summarize_explanations(other, NAMES)
    three: Any = 3
    with pytest.raises(SynapseError, match="features must be names of columns, got 3"):
        summarize_explanations(df, three)
    with pytest.raises(SynapseError, match="outputs must be names, got 3"):
        summarize_explanations(df, NAMES, outputs=three)
    with pytest.raises(SynapseError, match="explanationCol must be the name of a column, got 3"):
        summarize_explanations(df, NAMES, three)
    with pytest.raises(SynapseError, match=r"same name 'age'.*Try: leave one out"):
        summarize_explanations(df, ["age", "age"])
