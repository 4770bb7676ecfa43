from __future__ import annotations

import datetime
import math

import numpy as np
import pyarrow as pa
import pytest
from pyspark.ml.linalg import Vectors
from pyspark.sql import functions as F

from synapse_magic.datasets.people import people
from synapse_magic.errors import SynapseError
from synapse_magic.kernels.profile import Look
from synapse_magic.metrics.profile import _distinct, profile


@pytest.fixture(scope="module")
def frame(spark):
    return people(spark, rows=4000).cache()


@pytest.fixture(scope="module")
def found(frame):
    return profile(frame)


def test_kinds_are_told_apart(found):
    assert {column.name: column.kind for column in found.columns} == {
        "age": "numeric",
        "workclass": "category",
        "education": "category",
        "region": "category",
        "hours": "numeric",
        "capital_gain": "numeric",
        "remote": "boolean",
        "hired": "date",
        "about": "text",
        "income": "category",
    }
    assert found.rows == 4000


@pytest.mark.parametrize("name", ["age", "hours", "capital_gain"])
def test_numbers_are_summarised_as_by_pandas(found, frame, name):
    values = frame.select(name).toPandas()[name].dropna().astype(float)
    column = found[name]
    assert column.missing == 4000 - len(values)
    assert column.mean == pytest.approx(values.mean())
    assert column.std == pytest.approx(values.std())
    assert (column.minimum, column.maximum) == (values.min(), values.max())
    expected = values.quantile([0.05, 0.25, 0.5, 0.75, 0.95], interpolation="lower")
    assert column.quantiles == pytest.approx(tuple(expected), rel=0.01)
    assert column.distinct == pytest.approx(values.nunique(), rel=0.06)
    assert column.counts.sum() == pytest.approx(len(values))
    drawn = np.histogram(values, column.edges)[0]
    assert np.abs(column.counts - drawn).sum() < 0.05 * len(values)


def test_levels_are_counted_most_frequent_first(found, frame):
    expected = frame.groupBy("education").count().orderBy(F.desc("count")).collect()
    assert found["education"].levels == tuple((row[0], row[1]) for row in expected)
    assert found["education"].distinct == 5
    assert dict(found["remote"].levels).keys() == {"true", "false"}


def test_dates_have_their_first_and_last_day(found, frame):
    low, high = frame.agg(F.min("hired"), F.max("hired")).first()
    assert (found["hired"].minimum, found["hired"].maximum) == (low, high)
    assert isinstance(low, datetime.date)


def test_the_partitioning_changes_nothing_that_is_counted(frame, found):
    other = profile(frame.repartition(5))
    for one, two in zip(found.columns, other.columns):
        assert (one.missing, one.distinct, one.levels) == (two.missing, two.distinct, two.levels)
        assert one.quantiles == two.quantiles


def test_heavy_tails_and_negative_numbers_have_good_quantiles(spark):
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.normal(1e6, 1, 500), -np.exp(rng.normal(0, 4, 500)), [1e300, 0]])
    df = spark.createDataFrame([(float(v),) for v in values], "x double")
    expected = np.quantile(values, [0.05, 0.25, 0.5, 0.75, 0.95], method="lower")
    assert profile(df)["x"].quantiles == pytest.approx(tuple(expected), rel=0.02)


def test_nan_is_missing_and_infinity_is_left_out_of_the_mean(spark):
    df = spark.createDataFrame([(math.nan,), (math.inf,), (1.0,), (3.0,), (None,)], "x double")
    column = profile(df)["x"]
    assert (column.missing, column.mean, column.maximum) == (2, 2.0, 3.0)


def test_small_whole_numbers_have_a_bin_each(spark):
    column = profile(spark.createDataFrame([(1,), (1,), (3,)], ["x"]))["x"]
    assert column.edges.tolist() == [0.5, 1.5, 2.5, 3.5]
    assert column.counts.tolist() == [2, 0, 1]
    assert column.distinct == 2


def test_many_distinct_values_are_estimated(spark):
    df = spark.range(30_000).select("id", F.col("id").cast("string").alias("text"))
    found = profile(df)
    assert found["id"].distinct == pytest.approx(30_000, rel=0.08)
    assert found["text"].distinct == pytest.approx(30_000, rel=0.08)
    assert found["text"].kind == "text"


def test_constant_and_all_null_columns_work(spark):
    df = spark.range(4).selectExpr(
        "7 c", "cast(null as double) n", "cast(null as date) d", "null v"
    )
    found = profile(df)
    assert found["c"].quantiles == (7.0,) * 5
    assert (found["n"].missing, found["n"].mean, found["n"].distinct) == (4, None, 0)
    assert (found["d"].missing, found["d"].minimum) == (4, None)
    assert found["v"].missing == 4


def test_other_types_have_their_missing_counted(spark):
    df = spark.createDataFrame([(Vectors.dense(1.0), [1]), (None, None)], ["v", "a"])
    found = profile(df.withColumn("b a.d", F.lit(None).cast("map<string,int>")))
    assert [(c.kind, c.missing) for c in found.columns] == [
        ("vector", 1),
        ("other", 1),
        ("other", 2),
    ]


def test_names_may_hold_any_character(spark):
    names = ["a.b", "back`tick", "two words", "größe", "class", 'q"']
    df = spark.createDataFrame([tuple(range(6))], names)
    assert [column.name for column in profile(df).columns] == names


def test_no_rows_is_a_profile_of_none(spark):
    found = profile(people(spark, rows=0))
    assert found.rows == 0
    assert found["age"].mean is None


def test_no_columns_are_refused(spark):
    with pytest.raises(SynapseError, match="no columns"):
        profile(spark.range(1).select())


def test_two_thousand_columns_work(spark):
    df = spark.range(50).select(*[(F.col("id") * i).alias(f"c{i}") for i in range(2000)])
    found = profile(df)
    assert len(found.columns) == 2000
    assert found["c1999"].maximum == 49 * 1999


def test_it_can_be_shown(found):
    assert "workclass" in found.html()


def test_no_more_values_differ_than_there_are() -> None:
    looks = [Look() for _ in range(10)]
    for values, look in zip(np.arange(6000, dtype=float).reshape(10, -1), looks):
        look.look(pa.array([*values, None]))
    assert max(look.distinct.count() for look in looks) > 600
    assert max(_distinct(look) for look in looks) == 600
