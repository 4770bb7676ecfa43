"""Training on the other kinds of session, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pyspark
import pytest

SCRIPT = """
import sys
import warnings

warnings.simplefilter("error", ResourceWarning)
import numpy as np
import pandas as pd
from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.feature import VectorAssembler

import synapse_magic
from synapse_magic import LightGBMClassifier, SynapseError
from synapse_magic.spark.events import listen

master, path = sys.argv[1:]
session = synapse_magic.start(master, app="tests", conf={"spark.ui.enabled": False})
spark = session.spark
X = np.random.default_rng(0).normal(size=(12000, 3))
data = pd.DataFrame(X, columns=["a", "b", "c"])
data["label"] = (X[:, 0] + X[:, 1] * X[:, 2] > 0).astype(float)
data["valid"] = np.arange(len(X)) % 5 == 0
frame = spark.createDataFrame(data)
settings = {"numIterations": 20, "validationIndicatorCol": "valid", "earlyStoppingRound": 10}
for tasks in (0, 2):
    seen = []
    classifier = LightGBMClassifier(inputCols=["a", "b", "c"], numTasks=tasks, **settings)
    with listen(seen.append):
        model = classifier.fit(frame)
    assert [event.iteration for event in seen] == list(range(1, 21)), seen
    assert model.transform(frame).where("prediction = label").count() > 10500
assembler = VectorAssembler(inputCols=["a", "b", "c"], outputCol="features")
pipeline = Pipeline(stages=[assembler, LightGBMClassifier(numTasks=2, numIterations=5)]).fit(frame)
pipeline.write().overwrite().save(path)
loaded = PipelineModel.load(path)
first, second = (m.transform(frame).select("probability").collect() for m in (pipeline, loaded))
assert first == second
for tasks, said in ((3, "only 2 tasks run at once"), (2, "has one class")):
    try:
        LightGBMClassifier(inputCols=["a"], numTasks=tasks).fit(frame.where(f"label < {tasks - 1}"))
    except SynapseError as error:
        assert said in str(error), error
    else:
        raise AssertionError(said)
try:
    bad = LightGBMClassifier(inputCols=["a"], numTasks=2, passThroughArgs="num_leaves=1")
    bad.fit(frame)
except SynapseError as error:
    assert str(error).startswith("LightGBM training failed: ") and "num_leaves" in str(error), error
else:
    raise AssertionError("num_leaves=1")
session.stop()
print("all well")
"""

CONNECT = pytest.param(
    "sc://local[2]",
    marks=pytest.mark.skipif(
        pyspark.__version__ < "4", reason="PySpark 3.5 carries no Connect server"
    ),
)


@pytest.mark.parametrize("master", [CONNECT, "local-cluster[2,1,1024]"])
def test_trains_saves_and_fails_clearly_on(master, tmp_path):
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, master, str(tmp_path / "model")],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    assert "all well" in run.stdout
