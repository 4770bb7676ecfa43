from __future__ import annotations

import pytest
from pyspark.sql import functions as F

from synapse_magic.datasets.people import EDUCATIONS, HOBBIES, JOBS, people
from synapse_magic.errors import SynapseError

WITH_NULLS = {"age": 0.02, "workclass": 0.06, "hours": 0.05, "hired": 0.03, "about": 0.04}


def test_the_table_has_numbers_categories_text_a_date_a_boolean_and_a_label(spark):
    types = dict(people(spark, rows=10).dtypes)
    assert types == {
        "age": "int",
        "workclass": "string",
        "education": "string",
        "region": "string",
        "hours": "double",
        "capital_gain": "double",
        "remote": "boolean",
        "hired": "date",
        "about": "string",
        "income": "string",
    }


def test_the_same_seed_gives_the_same_rows_whatever_the_partitioning(spark):
    one = people(spark, rows=500, seed=7).collect()
    spark.conf.set("spark.sql.leafNodeDefaultParallelism", "7")
    try:
        assert people(spark, rows=500, seed=7).collect() == one
    finally:
        spark.conf.unset("spark.sql.leafNodeDefaultParallelism")


def test_more_rows_begin_with_the_same_rows(spark):
    assert people(spark, rows=300).limit(100).collect() == people(spark, rows=100).collect()


def test_another_seed_gives_other_rows(spark):
    assert people(spark, rows=50, seed=1).collect() != people(spark, rows=50, seed=2).collect()


def test_nulls_have_the_stated_share_and_the_label_has_none(spark):
    frame = people(spark, rows=40_000)
    shares = frame.agg(
        *[F.mean(F.isnull(name).cast("double")).alias(name) for name in frame.columns]
    )
    found = shares.first().asDict()
    for name in frame.columns:
        assert found[name] == pytest.approx(WITH_NULLS.get(name, 0.0), abs=0.006)


def test_about_a_quarter_earns_more_than_50k(spark):
    frame = people(spark, rows=40_000)
    assert {row.income for row in frame.select("income").distinct().collect()} == {"<=50K", ">50K"}
    share = frame.agg(F.mean((F.col("income") == ">50K").cast("double"))).first()[0]
    assert 0.18 < share < 0.32


def test_levels_come_by_their_weights(spark):
    counts = people(spark, rows=40_000).groupBy("education").count().collect()
    shares = {row.education: row["count"] / 40_000 for row in counts}
    assert shares == pytest.approx(EDUCATIONS, abs=0.01)


def test_job_and_hobby_are_only_in_the_sentence_and_come_by_their_weights(spark):
    about = people(spark, rows=40_000).where("about is not null")
    for group in (JOBS, HOBBIES):
        shares = about.agg(*[F.mean(F.col("about").contains(w).cast("double")) for w in group])
        assert tuple(shares.first()) == pytest.approx(tuple(group.values()), abs=0.01)


def test_the_label_depends_on_education_and_on_its_interaction_with_hours(spark):
    frame = people(spark, rows=40_000).withColumn(
        "rich", (F.col("income") == ">50K").cast("double")
    )
    educated = F.col("education").isin("Bachelor", "Master", "Doctorate")
    groups = frame.groupBy(educated.alias("e"), (F.col("hours") > 48).alias("l"))
    rich = {(row.e, row.l): row.r for row in groups.agg(F.mean("rich").alias("r")).collect()}
    assert rich[True, False] > rich[False, False] + 0.1
    assert rich[True, True] - rich[True, False] > rich[False, True] - rich[False, False] + 0.1


def test_no_rows_is_an_empty_table(spark):
    assert people(spark, rows=0).count() == 0


@pytest.mark.parametrize("rows", [-1, 1.5, True])
def test_a_bad_number_of_rows_is_said(spark, rows):
    with pytest.raises(SynapseError, match="rows must be a whole number from 0"):
        people(spark, rows=rows)


def test_people_is_found_on_the_package(spark):
    import synapse_magic

    assert synapse_magic.datasets.people(spark, rows=3).count() == 3
