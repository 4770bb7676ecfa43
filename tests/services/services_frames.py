from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def with_requests(frame: DataFrame, url: str) -> DataFrame:
    """Return the frame with a request in each row, whose body is the row's number."""
    line = F.struct(F.lit("POST").alias("method"), F.lit(url).alias("uri"))
    content = F.struct(F.encode(F.col("id").cast("string"), "UTF-8").alias("content"))
    return frame.withColumn("request", F.struct(line.alias("requestLine"), content.alias("entity")))
