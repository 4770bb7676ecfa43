"""Balance on other workers than those of a local session: a Connect server."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest

CONNECT = importlib.util.find_spec("pyspark.sql.connect.shell") is not None

SCRIPT = """
import sys
import tempfile

import synapse_magic
from synapse_magic import (
    AggregateBalanceMeasure,
    DistributionBalanceMeasure,
    FeatureBalanceMeasure,
    ImbalanceError,
    balance,
)

session = synapse_magic.start(sys.argv[1], app="tests")
spark = session.spark
spark.conf.set("spark.sql.shuffle.partitions", "2")
rows = [("f", "a", 1), *[("f", "a", 0)] * 3, *[("m", None, 2)] * 3, *[("m", "b", 0)] * 3]
frame = spark.createDataFrame(rows, "sex string, side string, label int")
stage = FeatureBalanceMeasure(sensitiveCols=["sex", "side"], verbose=True)
with tempfile.TemporaryDirectory() as folder:
    stage.save(f"{folder}/stage")
    stage = FeatureBalanceMeasure.load(f"{folder}/stage")
found = {(r.ClassA, r.ClassB): r.FeatureBalanceMeasure for r in stage.transform(frame).collect()}
assert found["m", "f"].dp == 0.25 and found["m", "f"].prB == 0.25, found
assert found["b", "a"].pmi == float("-inf"), found
assert found["(null)", "a"].prA == 1.0, found
reference = [{"f": 0.4, "m": 0.6}, {}]
stage = DistributionBalanceMeasure(sensitiveCols=["sex", "side"], referenceDistribution=reference)
first, second = stage.transform(frame).collect()
assert abs(first.DistributionBalanceMeasure.js_dist) < 1e-9, first
((indices,),) = AggregateBalanceMeasure(sensitiveCols=["sex", "side"]).transform(frame).collect()
measured = balance(frame, label="label", sensitive=["sex", "side"])
assert abs(measured.aggregate["theil_t_index"] - indices.theil_t_index) < 1e-12
try:
    measured.fail_if("abs(dp) > 0.2")
except ImbalanceError as error:
    assert "holds for sex, 'm'" in str(error), error
else:
    raise AssertionError("nothing failed")
session.stop()
print("all well")
"""


@pytest.mark.skipif(not CONNECT, reason="PySpark 4 carries a Connect server")
def test_a_connect_server() -> None:
    command = [sys.executable, "-c", SCRIPT, "sc://local[2]"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=580)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "all well" in done.stdout
