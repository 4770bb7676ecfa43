from __future__ import annotations

from typing import Any

import pytest
from pyspark.sql import functions as F

from synapse_magic import SynapseError, guardrails


@pytest.fixture(scope="module")
def rows(spark: Any) -> Any:
    """Give 2,000 rows, one in twenty of them sick, with a column for each thing to look at."""
    sick = F.col("id") % 20 == 0
    return spark.range(2000, numPartitions=2).select(
        (F.col("id") * 7).alias("ticket"),
        F.lit("x").alias("same"),
        F.when(F.col("id") % 2 == 0, F.col("id") % 13).alias("half"),
        F.when(sick, "ward").otherwise("home").alias("sent <b>to</b>"),
        (F.col("id") % 31).cast("double").alias("age"),
        F.when(F.col("id") == 3, None).when(sick, "sick").otherwise("well").alias("state"),
        F.expr("date_add(date'2024-01-01', cast(id % 300 as int))").alias("came"),
    )  # fmt: skip


def test_each_thing_is_found_in_its_column_and_nowhere_else(rows: Any) -> None:
    found = guardrails(rows, "state")
    assert {(each.column, each.kind) for each in found.found} == {
        ("ticket", "key"), ("same", "constant"), ("half", "missing"),
        ("sent <b>to</b>", "giveaway"), ("state", "missing label"), ("state", "imbalance"),
        ("came", "time"),
    }  # fmt: skip
    assert (found.task, found.reason) == ("binary", "state is text with 2 values")
    assert "Only 5.0% of the rows are sick" in found.of("state")[1].sentence


def test_a_number_is_a_regression_and_without_a_target_nothing_is_given_away(rows: Any) -> None:
    found = guardrails(rows, "age")
    assert found.task == "regression"
    assert not [each for each in found.found if each.kind == "giveaway"]
    alone = guardrails(rows, profile=found.profile)
    assert (alone.task, alone.sampled) == ("", 0)
    with pytest.raises(SynapseError, match="state"):
        guardrails(rows, "stat")


def test_a_frame_without_rows_is_told_and_nothing_is_drawn_from_it(rows: Any) -> None:
    found = guardrails(rows.limit(0), "state")
    assert [(each.kind, each.sentence) for each in found.found] == [
        ("no rows", "The frame has no rows")
    ]
    assert (found.task, found.reason, found.sampled) == ("", "the frame has no rows", 0)


def test_a_target_with_one_value_or_none_teaches_nothing(rows: Any) -> None:
    same = rows.select("half", F.lit(1.0).alias("one"), F.lit(None).cast("string").alias("none"))
    one, none = guardrails(same, "one"), guardrails(same, "none")
    assert one.reason == "one is a number with 1 value"
    assert one.of("one")[0].sentence == "one is the same in all rows: nothing can be learned"
    assert none.of("none")[1].sentence == "none is missing in all rows: nothing can be learned"
