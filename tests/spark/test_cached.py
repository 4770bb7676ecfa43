"""Cached frames and tables by their names, on a real session."""

from __future__ import annotations

from typing import Any

from synapse_magic.spark.cached import cached


def test_a_cached_frame_is_told_by_its_name_with_rows_and_bytes(spark: Any) -> None:
    others = {one.name for one in cached(spark, {}) or []}  # that other tests have left
    frame = spark.range(7).selectExpr("id", "'a' word").cache()
    spark.range(5).createOrReplaceTempView("kept_numbers")
    spark.catalog.cacheTable("kept_numbers")
    try:
        (before,) = (one for one in cached(spark, {"people": frame}) or [] if one.name == "people")
        assert (before.rows, before.memory, before.of) == (None, 0, 0)
        frame.count()
        spark.table("kept_numbers").count()
        by_name = {one.name: one for one in cached(spark, {"people": frame}) or []}
        people, table = by_name["people"], by_name["kept_numbers"]
        assert (people.kind, people.rows, people.disk) == ("frame", 7, 0)
        assert people.memory > 0
        assert people.parts == people.of > 0
        assert "Memory" in people.level
        assert table.kind == "table"
        lost = [
            one for one in cached(spark, {}) or [] if one.kind == "plan" and one.name not in others
        ]
        assert len(lost) == 1
        assert "\n" not in lost[0].name
    finally:
        frame.unpersist(blocking=True)
        spark.catalog.uncacheTable("kept_numbers")
        spark.catalog.dropTempView("kept_numbers")
    left = {one.name for one in cached(spark, {"people": frame}) or []}
    assert not left & {"people", "kept_numbers"}
