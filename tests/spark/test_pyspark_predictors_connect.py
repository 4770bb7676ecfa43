"""Predictors of Spark Connect, where there is no JVM to ask."""

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
from pyspark.ml import regression as R

import synapse_magic
from synapse_magic.kernels.exact import exact_values
from synapse_magic.kernels.vectors import from_matrix, to_matrix
from synapse_magic.spark.scorer import scorer_of

import pyarrow as pa

session = synapse_magic.start("sc://local[1]", app="tests", conf={"spark.ui.enabled": False})
assert session.api == "connect"
numbers = np.random.default_rng(0).normal(size=(80, 2))
label = (numbers.sum(axis=1) > 0) * 1.0
data = pa.RecordBatch.from_arrays([pa.array(c) for c in (*numbers.T, label)], ["a", "b", "label"])
rows = session.spark.createDataFrame(data.to_pandas())
prepare = [
    F.VectorAssembler(inputCols=["a", "b"], outputCol="raw"),
    F.StandardScaler(inputCol="raw", outputCol="features", withMean=True),
]
lasts = [C.LogisticRegression(), C.GBTClassifier(maxIter=2, maxDepth=2), R.LinearRegression()]
for last in lasts:
    model = Pipeline(stages=[*prepare, last]).fit(rows)
    column = "probability" if last in lasts[:2] else "prediction"
    chain = scorer_of(model)
    scored = chain.score(data).column(column)
    found = to_matrix(scored) if column == "probability" else scored.to_numpy()
    spark = [row[0] for row in model.transform(rows).select(column).collect()]
    off = np.abs(found - np.array([getattr(v, "toArray", lambda v=v: v)() for v in spark])).max()
    exact = exact_values(chain, data, data.slice(0, 20))
    print(exact.method, exact.link, exact.names, off < 1e-12)
session.stop()
"""


def test_scorers_over_connect_give_what_spark_gives() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.splitlines() == [
        "linear logit ('a', 'b') True",
        "tree_interventional logit ('a', 'b') True",
        "linear identity ('a', 'b') True",
    ]
