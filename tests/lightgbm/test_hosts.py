"""Training on several machines: here two workers of a real cluster on two addresses of this one."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pyspark
import pytest

from synapse_magic.spark.java import find_java

SCRIPT = """
import sys
import time

import numpy as np
import pandas as pd

import synapse_magic
from synapse_magic import LightGBMClassifier
from synapse_magic.spark.events import listen
from synapse_magic.spark.session import slots

conf = {
    "spark.ui.enabled": False,
    "spark.driver.host": "127.0.0.1",
    "spark.executor.memory": "512m",
    "spark.cores.max": 4,
    "spark.local.dir": sys.argv[2],
}
session = synapse_magic.start(sys.argv[1], app="tests", conf=conf)
spark = session.spark
until = time.monotonic() + 60
while slots(spark) < 4 and time.monotonic() < until:
    time.sleep(0.2)
X = np.random.default_rng(0).normal(size=(20000, 3))
data = pd.DataFrame(X, columns=["a", "b", "c"])
data["label"] = (X[:, 0] + X[:, 1] * X[:, 2] > 0).astype(float)
data["valid"] = np.arange(len(X)) % 5 == 0
frame = spark.createDataFrame(data)
settings = {"numIterations": 20, "validationIndicatorCol": "valid", "earlyStoppingRound": 10}
for options, workers in (({}, 2), ({"useSingleDatasetMode": False}, 4), ({"numTasks": 3}, 3)):
    seen = []
    with listen(seen.append):
        model = LightGBMClassifier(inputCols=["a", "b", "c"], **options, **settings).fit(frame)
    assert model.summary.workers == workers, (options, model.summary.workers)
    assert [event.iteration for event in seen] == list(range(1, 21)), seen
    assert model.transform(frame).where("prediction = label").count() > 17500
session.stop()
print("all well")
"""


@pytest.fixture
def cluster(tmp_path):
    """Start a master and a worker with two slots on each of two addresses; give the address."""
    port = free_port()
    conf = {
        **os.environ,
        "JAVA_HOME": str(find_java().home),
        "SPARK_HOME": str(Path(pyspark.__file__).parent),
        "PYSPARK_PYTHON": sys.executable,
    }
    deploy = "org.apache.spark.deploy"
    master = f"spark://127.0.0.1:{port}"
    commands = {
        "127.0.0.1": [f"{deploy}.master.Master", "--host", "127.0.0.1", "--port", str(port)]
    }
    for host in ("127.0.0.2", "127.0.0.3"):
        size = ["--cores", "2", "--memory", "600m", "--work-dir", str(tmp_path / host)]
        commands[host] = [f"{deploy}.worker.Worker", "--host", host, *size, master]
    spark_class = str(Path(conf["SPARK_HOME"]) / "bin" / "spark-class")
    with contextlib.ExitStack() as started:
        for host, command in commands.items():
            log = started.enter_context((tmp_path / f"{host}.log").open("wb"))
            process = subprocess.Popen(
                [spark_class, *command, "--webui-port", "0"],
                env={**conf, "SPARK_LOCAL_IP": host},
                stdout=log,
                stderr=log,
            )
            started.callback(process.wait)
            started.callback(process.terminate)
        until_registered(tmp_path / "127.0.0.1.log")
        yield master


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def until_registered(log, seconds=60.0):
    end = time.monotonic() + seconds
    while log.read_text().count("Registering worker") < 2:
        assert time.monotonic() < end, log.read_text()[-2000:]
        time.sleep(0.2)


@pytest.mark.skipif(sys.platform != "linux", reason="needs several loopback addresses")
def test_the_slots_of_each_host_train_as_one_worker(cluster, tmp_path):
    folder = tmp_path / "local"
    folder.mkdir()
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, cluster, str(folder)],
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    assert "all well" in run.stdout
    left = [path for path in tmp_path.rglob("*.arrow") if path.is_file()]
    assert left == []
    shutil.rmtree(folder)
