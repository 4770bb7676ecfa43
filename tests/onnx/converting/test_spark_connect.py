"""Models of Spark Connect, where there is no JVM to ask."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("pyspark.sql.connect.shell") is None
    or importlib.util.find_spec("pyspark.ml.connect.functions") is None,
    reason="pyspark.ml runs over Spark Connect from Spark 4 on",
)

SCRIPT = """
import numpy as np
from pyspark.ml import Pipeline
from pyspark.ml import classification as C
from pyspark.ml import feature as F

import synapse_magic
from synapse_magic import to_onnx

session = synapse_magic.start("sc://local[1]", app="tests", conf={"spark.ui.enabled": False})
assert session.api == "connect"
numbers = np.random.default_rng(0).normal(size=(80, 2))
rows = session.spark.createDataFrame(
    [
        (float(a), float(b), "xyz"[i % 3], float(a + b + i % 3 > 1))
        for i, (a, b) in enumerate(numbers)
    ],
    "a double, b double, kind string, label double",
)
prepare = [
    F.StringIndexer(inputCol="kind", outputCol="k"),
    F.OneHotEncoder(inputCols=["k"], outputCols=["hot"]),
    F.VectorAssembler(inputCols=["a", "b", "hot"], outputCol="raw"),
    F.StandardScaler(inputCol="raw", outputCol="features", withMean=True),
]
for last in (C.LogisticRegression(), C.GBTClassifier(maxIter=2, maxDepth=2)):
    model = Pipeline(stages=[*prepare, last]).fit(rows)
    made = to_onnx(model, rows)
    print([port.name for port in made.graph.input], [port.name for port in made.graph.output])
session.stop()
"""


def test_a_pipeline_is_converted_and_checked_over_connect() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.splitlines() == ["['kind', 'a', 'b'] ['probability', 'prediction']"] * 2
