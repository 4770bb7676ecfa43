"""A split by time: what is tested on comes after what is learned from."""

from __future__ import annotations

from typing import Any

import pytest

from synapse_magic import SynapseError, split_by_time


def years(frame: Any) -> list[Any]:
    return sorted((row[0] for row in frame.collect()), key=str)


@pytest.mark.parametrize(
    ("told", "cut"),
    [([1, 2, 3, 4, 5], 4), ([1, 1, 1, 1, 2], 1), ([1, 2, 2, 2, 2], 1), ([1, 2, 3, 3, 3], 2)],
)
def test_the_last_rows_are_tested_on_and_a_moment_is_never_torn(
    spark: Any, told: list[int], cut: int
) -> None:
    frame = spark.createDataFrame([(year,) for year in told], "year int")
    train, test = split_by_time(frame, "year", [0.8, 0.2])
    assert years(train) == [year for year in told if year <= cut]
    assert years(test) == [year for year in told if year > cut]


@pytest.mark.parametrize("kind", ["date", "timestamp", "timestamp_ntz", "string"])
def test_dates_in_any_zone_and_shape_are_times(spark: Any, kind: str) -> None:
    days = [(f"2024-03-{day:02}",) for day in range(20, 30)] + [(None,)]
    frame = spark.createDataFrame(days, "day string").selectExpr(f"cast(day as {kind}) day")
    before = spark.conf.get("spark.sql.session.timeZone")
    spark.conf.set("spark.sql.session.timeZone", "Pacific/Auckland")
    try:
        train, test = split_by_time(frame, "day", [7, 3])
        assert [train.count(), test.count()] == [7, 4]  # the row without a day is tested on
        assert train.selectExpr("max(cast(day as string)) m").first().m.startswith("2024-03-26")
    finally:
        spark.conf.set("spark.sql.session.timeZone", before)


@pytest.mark.parametrize("kind", ["double", "float"])
def test_what_is_no_number_is_no_time_and_is_tested_on(spark: Any, kind: str) -> None:
    told = [(1.0,), (1.0,), (2.0,), (float("nan"),), (float("nan"),), (None,)]
    train, test = split_by_time(spark.createDataFrame(told, f"at {kind}"), "at", [0.9, 0.1])
    assert years(train) == [1.0, 1.0]
    assert test.count() == 4
    none = spark.createDataFrame([(float("nan"),), (1.0,)], f"at {kind}")
    with pytest.raises(SynapseError, match="of one moment"):
        split_by_time(none, "at", [0.9, 0.1])


def test_what_has_no_before_and_after_is_refused(spark: Any) -> None:
    frame = spark.createDataFrame([(1, None, True), (1, None, False)], "a int, b date, c boolean")
    for column, words in (("a", "of one moment"), ("b", "no row has a time"), ("c", "is boolean")):
        with pytest.raises(SynapseError, match=words):
            split_by_time(frame, column, [0.8, 0.2])
