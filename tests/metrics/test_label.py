from __future__ import annotations

import pytest
from pyspark.sql import functions as F

from synapse_magic.datasets.people import people
from synapse_magic.errors import SynapseError
from synapse_magic.metrics.label import check_label


def test_classes_are_found_in_order(spark):
    assert check_label(people(spark, rows=200), "income") == ("<=50K", ">50K")


def test_numbers_sort_as_numbers(spark):
    df = spark.createDataFrame([(10,), (9,), (2,)], ["y"])
    assert check_label(df, "y") == ("2", "9", "10")


def test_a_label_of_many_values_has_no_classes(spark):
    assert check_label(spark.range(500).select(F.col("id").cast("double").alias("y")), "y") == ()


@pytest.mark.parametrize("value", ["cast(null as double)", "double('NaN')"])
def test_null_and_nan_labels_are_counted(spark, value):
    df = spark.range(5).selectExpr(f"if(id < 3, {value}, 1.5D) as y")
    with pytest.raises(SynapseError, match="null or NaN in 3 rows"):
        check_label(df, "y")


def test_nulls_among_many_values_are_found(spark):
    df = spark.range(500).selectExpr("if(id = 7, null, id) as y")
    with pytest.raises(SynapseError, match="null or NaN in 1 rows"):
        check_label(df, "y")


def test_one_class_is_refused(spark):
    with pytest.raises(SynapseError, match="is 'a' in every row"):
        check_label(spark.createDataFrame([("a",), ("a",)], ["y"]), "y")


def test_no_rows_are_refused(spark):
    with pytest.raises(SynapseError, match="no rows to learn from"):
        check_label(people(spark, rows=0), "income")


def test_an_unknown_label_suggests_the_nearest(spark):
    with pytest.raises(SynapseError, match="Did you mean 'income'"):
        check_label(people(spark, rows=1), "incom")


def test_a_label_may_have_any_name(spark):
    assert check_label(spark.createDataFrame([(1,), (2,)], ["a.`b"]), "a.`b") == ("1", "2")
