"""Cached frames and tables by their names, on a real session."""

from __future__ import annotations

from typing import Any

from synapse_magic.spark.cached import cached


def test_a_cached_frame_is_told_by_its_name_with_rows_and_bytes(spark: Any) -> None:
    frame = spark.range(7).selectExpr("id", "'a' word").cache()
    spark.range(5).createOrReplaceTempView("kept_numbers")
    spark.catalog.cacheTable("kept_numbers")
    try:
        (before,) = cached(spark, {"people": frame}) or []
        assert (before.name, before.rows, before.memory, before.of) == ("people", None, 0, 0)
        frame.count()
        spark.table("kept_numbers").count()
        by_name = {one.name: one for one in cached(spark, {"people": frame}) or []}
        people, table = by_name["people"], by_name["kept_numbers"]
        assert (people.kind, people.rows, people.disk) == ("frame", 7, 0)
        assert people.memory > 0
        assert people.parts == people.of > 0
        assert "Memory" in people.level
        assert table.kind == "table"
        lost = [one for one in cached(spark, {}) or [] if one.kind == "plan"]
        assert len(lost) == 1
        assert "\n" not in lost[0].name
    finally:
        frame.unpersist(blocking=True)
        spark.catalog.uncacheTable("kept_numbers")
        spark.catalog.dropTempView("kept_numbers")
    assert not {one.kind for one in cached(spark, {"people": frame}) or []} & {"frame", "table"}
