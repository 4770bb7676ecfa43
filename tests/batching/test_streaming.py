from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from synapse_magic import (
    DynamicMiniBatchTransformer,
    FixedMiniBatchTransformer,
    FlattenBatch,
    PartitionConsolidator,
    TimeIntervalMiniBatchTransformer,
)
from synapse_magic.batching.mini_batcher import MiniBatcher


@pytest.mark.parametrize(
    "batcher",
    [
        FixedMiniBatchTransformer(batchSize=4),
        DynamicMiniBatchTransformer(maxBatchSize=4),
        TimeIntervalMiniBatchTransformer(millisToWait=1, maxBatchSize=4),
    ],
    ids=MiniBatcher.to_code,
)
def test_a_stream_is_batched_and_flattened(
    spark: SparkSession, tmp_path: Path, batcher: MiniBatcher
) -> None:
    for part in range(2):
        spark.range(part * 10, part * 10 + 10, 1, 1).write.mode("append").parquet(
            str(tmp_path / "rows")
        )
    source = spark.readStream.schema("id long").option("maxFilesPerTrigger", 1)
    rows = PartitionConsolidator().transform(source.parquet(str(tmp_path / "rows")))
    batches = batcher.transform(rows)
    name = f"seen_{type(batcher).__name__}"
    flat = FlattenBatch().transform(
        batches.selectExpr("id", "transform(id, i -> size(id)) as size")
    )
    query = (
        flat.writeStream.format("memory")
        .queryName(name)
        .option("checkpointLocation", str(tmp_path / "checkpoint"))
        .trigger(availableNow=True)
        .start()
    )
    assert query.awaitTermination(300)
    seen = [tuple(row) for row in spark.table(name).orderBy("id").collect()]
    assert seen == [(i, 2 if i % 10 >= 8 else 4) for i in range(20)]
