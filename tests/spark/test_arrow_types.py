"""Arrow types of Spark columns, which each PySpark is asked for in its own way."""

from __future__ import annotations

import pyarrow as pa
from pyspark.sql import SparkSession

from synapse_magic.spark.arrow_types import arrow_schema


def test_the_types_are_those_that_spark_hands_to_python(spark: SparkSession) -> None:
    frame = spark.sql(
        "select timestamp '2024-01-02 03:04:05' when, array(timestamp '2024-01-02') times, "
        "named_struct('a', 1, 'b', 'x') pair, cast(1 as decimal(10, 2)) price, binary('x') raw"
    )
    zone = spark.conf.get("spark.sql.session.timeZone")
    told = arrow_schema(frame.schema, str(zone))
    assert told.field("when").type == pa.timestamp("us", zone)
    assert pa.types.is_timestamp(told.field("times").type.value_type)

    def type_names(batches):  # type: ignore[no-untyped-def]
        for batch in batches:
            names = [str(field.type) for field in batch.schema if field.name != "times"]
            yield pa.RecordBatch.from_pylist([{"names": names}])

    [row] = frame.mapInArrow(type_names, "names array<string>").collect()
    assert row.names == [str(field.type) for field in told if field.name != "times"]
