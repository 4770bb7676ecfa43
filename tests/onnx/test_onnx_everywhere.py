"""ONNX models where the workers do not see this machine's files: the file is sent once."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest

CONNECT = importlib.util.find_spec("pyspark.sql.connect.shell") is not None

SCRIPT = """
import sys

import numpy as np
import onnx
from onnx import helper, numpy_helper

import synapse_magic
from synapse_magic import ONNXModel

size = int(sys.argv[2])
weights = np.zeros((3, size), np.float32)
weights[:, 0] = 1
numbers = {name: np.array([number], np.int64) for name, number in zip("abc", (0, 1, 1))}
total = helper.make_graph(
    [helper.make_node("MatMul", ["X", "W"], ["M"]), helper.make_node("Slice", list("Mabc"), ["Y"])],
    "wide",
    [helper.make_tensor_value_info("X", 1, ["rows", 3])],
    [helper.make_tensor_value_info("Y", 1, ["rows", 1])],
    [numpy_helper.from_array(value, name) for name, value in {"W": weights, **numbers}.items()],
)
model = helper.make_model(total, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
session = synapse_magic.start(sys.argv[1], app="tests", conf={"spark.ui.enabled": False})
rows = session.spark.range(40).selectExpr("id", "array(id, 2 * id, 0.5) as X")
stage = ONNXModel().setModelPayload(model)
for _ in range(2):
    found = stage.transform(rows.repartition(4)).orderBy("id").select("Y").collect()
    assert [row.Y for row in found] == [[3 * index + 0.5] for index in range(40)], found[:3]
session.stop()
print("all well")
"""


def run(master: str, size: int) -> None:
    command = [sys.executable, "-c", SCRIPT, master, str(size)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "all well" in done.stdout


def test_executors_of_a_cluster() -> None:
    run("local-cluster[2,1,1024]", 8)


@pytest.mark.skipif(not CONNECT, reason="PySpark 4 carries a Connect server")
def test_workers_of_a_connect_server() -> None:
    run("sc://local[2]", 8)


def test_a_model_of_600_megabytes() -> None:
    run("local[2]", 50_000_000)
