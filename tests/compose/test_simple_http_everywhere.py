"""Batches, parsers and calls on other workers than those of a local session."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

CONNECT = importlib.util.find_spec("pyspark.sql.connect.shell") is not None
ROOT = Path(__file__).resolve().parents[2]

SCRIPT = """
import sys

from pyspark.ml.linalg import Vectors
from pyspark.sql import functions as F

import synapse_magic
from synapse_magic import (
    CustomOutputParser,
    DynamicMiniBatchTransformer,
    FixedMiniBatchTransformer,
    FlattenBatch,
    JSONInputParser,
    JSONOutputParser,
    MockService,
    PartitionConsolidator,
    SimpleHTTPTransformer,
)

master, callers = sys.argv[1], int(sys.argv[2])
session = synapse_magic.start(master, app="tests", conf={"spark.ui.enabled": False})
spark = session.spark
rows = [(i, "x" * i, Vectors.dense([i]) if i % 2 else None, {"k": i}) for i in range(20)]
frame = spark.createDataFrame(rows, ["i", "a.text", "v", "m"]).repartition(4, "i").cache()

for batcher in (FixedMiniBatchTransformer(batchSize=3), DynamicMiniBatchTransformer()):
    back = FlattenBatch().transform(batcher.transform(frame))
    assert [field.dataType for field in back.schema] == [field.dataType for field in frame.schema]
    assert back.collect() == frame.collect()

uneven = spark.range(1).selectExpr("array(1, 2) as a", "array(3) as b")
try:
    FlattenBatch().transform(uneven).collect()
except Exception as error:
    assert "row 0 of partition" in str(error), error
    assert "different lengths: a 2, b 1." in str(error), error
else:
    raise AssertionError("lists of different lengths were flattened")

few = PartitionConsolidator().transform(frame)
assert few.select(F.spark_partition_id()).distinct().count() == callers
assert few.count() == 20


def lengths(seen):
    assert seen.header("api-key") == "s3cret"
    return [{"n": len(text)} for text in seen.json()]


with MockService() as service:
    service.answer("/lengths", lengths)
    service.answer("/first", lambda seen: MockService.Reply(404, "none"))
    asking = SimpleHTTPTransformer(
        inputCol="a.text",
        outputCol="found",
        errorCol="why",
        inputParser=JSONInputParser(url=service.url("/lengths"), headers={"api-key": "s3cret"}),
        outputParser=JSONOutputParser(dataType="array<struct<n: int>>"),
        miniBatcher=FixedMiniBatchTransformer(batchSize=4),
        concurrency=3,
    )
    made = asking.transform(frame).collect()
    assert {row.i: row.found.n for row in made} == {i: i for i in range(20)}
    assert {row.why for row in made} == {None}
    assert len(service.ledger) <= 8  # of four partitions

    reader = CustomOutputParser(udfPython=F.udf(lambda answer: answer.statusLine.statusCode, "int"))
    refused = asking.copy()._set(outputParser=reader).setUrl(service.url("/first"))
    refused.clear(refused.miniBatcher)
    made = refused.transform(frame).collect()
    assert [row.why.code for row in made] == ["http_404"] * 20
session.stop()
print("all well")
"""


def run(master: str, callers: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, master, str(callers)],
        capture_output=True,
        text=True,
        timeout=400,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "all well" in done.stdout


def test_executors_of_a_cluster() -> None:
    run("local-cluster[2,1,1024]", 2)


@pytest.mark.skipif(not CONNECT, reason="PySpark 4 carries a Connect server")
def test_workers_of_a_connect_server() -> None:
    run("sc://local[2]", 1)
