"""Neighbours where workers do not see this machine's memory or files."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest

CONNECT = importlib.util.find_spec("pyspark.sql.connect.shell") is not None

SCRIPT = """
import sys
import tempfile

import numpy as np
from pyspark.sql import functions as F

import synapse_magic
from synapse_magic import ConditionalKNN, KNN, KNNModel
from synapse_magic.neighbors import index

if __name__ == "__main__":
    X = np.random.default_rng(0).normal(size=(300, 4))
    truth = np.argsort(np.linalg.norm(X[:40, None] - X[None], axis=2), axis=1)[:, :3].tolist()
    session = synapse_magic.start(sys.argv[1], app="tests", conf={"spark.ui.enabled": False})
    spark = session.spark
    spark.conf.set("spark.sql.shuffle.partitions", "2")
    rows = [(i, "ab"[i % 2], row) for i, row in enumerate(X.tolist())]
    frame = spark.createDataFrame(rows, "values long, labels string, features array<double>")
    queries = frame.where("values < 40").drop("labels")

    def found(model, rows=queries):
        out = model.transform(rows).orderBy("values").collect()
        return [[near.value for near in row.neighbors] for row in out]

    for size, heavy in ((1 << 20, 256), (2000, 256), (2000, -1)):
        index.BLOCK_BYTES["exact"], index.HEAVY = size, heavy
        model = KNN(k=3).fit(frame.repartition(4, "values").sortWithinPartitions("values"))
        assert (model.index.shape.blocks > 1, model.index.shape.heavy) == (size == 2000, heavy < 0)
        assert found(model) == truth
    with tempfile.TemporaryDirectory() as folder:
        model.save(f"{folder}/model")
        assert found(KNNModel.load(f"{folder}/model")) == truth
    both = queries.withColumn("conditioner", F.array(F.lit("a"), F.lit("b")))
    assert found(ConditionalKNN(k=3).fit(frame), both) == truth
    assert model.kneighbors(X[:2]).value.tolist() == truth[0] + truth[1]
    session.stop()
    print("all well")
"""


def run(master: str) -> None:
    command = [sys.executable, "-c", SCRIPT, master]
    done = subprocess.run(command, capture_output=True, text=True, timeout=580)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "all well" in done.stdout


def test_executors_of_a_cluster() -> None:
    run("local-cluster[2,1,1024]")


@pytest.mark.skipif(not CONNECT, reason="PySpark 4 carries a Connect server")
def test_workers_of_a_connect_server() -> None:
    run("sc://local[2]")
