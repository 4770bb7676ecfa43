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
from types import SimpleNamespace

import pyspark
import pytest

from synapse_magic.lightgbm import modes
from synapse_magic.spark.java import find_java

SCRIPT = """
import sys
import time

import numpy as np
import pandas as pd

import synapse_magic
from synapse_magic import LightGBMClassifier
from synapse_magic.spark import driver
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
assert driver.hosts(spark) == 2
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


LOSS = """
import signal
import sys
import threading
import time
from pathlib import Path

import psutil
from pyspark import TaskContext

import synapse_magic
from synapse_magic import LightGBMClassifier
from synapse_magic.spark import driver
from synapse_magic.errors import SynapseError
from synapse_magic.spark.session import slots

mark = Path(sys.argv[2]) / "reading"
conf = {
    "spark.ui.enabled": False,
    "spark.driver.host": "127.0.0.1",
    "spark.executor.memory": "512m",
    "spark.local.dir": sys.argv[2],
}
session = synapse_magic.start(sys.argv[1], app="tests", conf=conf)
spark = session.spark
until = time.monotonic() + 60
while slots(spark) < 4 and time.monotonic() < until:
    time.sleep(0.2)


def lose_a_host():
    while not mark.exists():
        time.sleep(0.05)
    for process in psutil.process_iter():
        try:
            words = [*process.cmdline(), process.cwd()]
        except psutil.Error:  # it has ended meanwhile, or is somebody else's
            continue
        if "127.0.0.3" in words and sys.argv[2] in " ".join(words):
            process.send_signal(signal.SIGKILL)


def slowly(batches):
    # The first time that a part is read its labels are counted, the second time it trains.
    read = mark.with_name(f"read-{TaskContext.get().partitionId()}")
    (mark if read.exists() else read).touch()
    for batch in batches:
        time.sleep(3)
        yield batch


rows = spark.range(0, 20000, 1, 4).selectExpr("id % 7 as a", "cast(id % 2 as double) as label")
threading.Thread(target=lose_a_host, daemon=True).start()
slow = rows.mapInArrow(slowly, rows.schema)
classifier = LightGBMClassifier(inputCols=["a"], useSingleDatasetMode=False, timeout=8)
try:
    classifier.fit(slow)
except SynapseError as error:
    print(error)
print(classifier.setNumTasks(2).setNumIterations(3).fit(rows).toBooster().num_trees())
session.stop()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs several loopback addresses")
def test_slots_that_are_lost_before_training_begins_are_missed_in_time(cluster, tmp_path):
    command = [sys.executable, "-c", LOSS, cluster, str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=200)
    assert run.returncode == 0, run.stderr[-3000:]
    said, trees = run.stdout.splitlines()
    assert said.startswith("LightGBM training failed: only 2 of the 4 slots")
    assert trees == "3"


ELASTIC = """
import sys
import time
import warnings

import synapse_magic
from synapse_magic import LightGBMClassifier
from synapse_magic.spark import driver
from synapse_magic.spark.session import slots

conf = {
    "spark.ui.enabled": False,
    "spark.dynamicAllocation.enabled": True,
    "spark.dynamicAllocation.shuffleTracking.enabled": True,
    "spark.dynamicAllocation.minExecutors": 2,
}
session = synapse_magic.start("local-cluster[2,1,1024]", app="tests", conf=conf)
spark = session.spark
until = time.monotonic() + 60
while slots(spark) < 2 and time.monotonic() < until:
    time.sleep(0.2)
rows = spark.range(0, 20000, 1, 4).selectExpr("id % 7 as a", "cast(id % 2 as double) as label")
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    model = LightGBMClassifier(inputCols=["a"], numTasks=2, numIterations=3).fit(rows)
print(model.summary.workers, [str(one.message)[:45] for one in said])
print(spark.sparkContext._jsc.sc().conf().get("spark.dynamicAllocation.enabled"))
session.stop()
"""


def test_an_elastic_cluster_trains_on_the_slots_that_it_has():
    run = subprocess.run(
        [sys.executable, "-c", ELASTIC], capture_output=True, text=True, timeout=200
    )
    assert run.returncode == 0, run.stderr[-3000:]
    assert run.stdout.splitlines() == [
        "2 ['This cluster is elastic (spark.dynamicAllocat']",
        "true",
    ]


def test_one_worker_trains_where_connect_lets_no_tasks_wait_for_each_other(monkeypatch):
    session = SimpleNamespace(conf={"spark.dynamicAllocation.enabled": "true"})
    monkeypatch.setattr(modes, "slots", lambda spark: 4)
    monkeypatch.setattr(modes, "master_of", lambda spark: "sc://host:15002")
    monkeypatch.setattr(modes, "is_connect", lambda spark: True)
    with pytest.warns(UserWarning, match="one worker trains on all rows"):
        mode = modes.choose_mode(session, tasks=0, threads=0, rows=100_000)
    assert (mode.way, mode.workers, mode.threads) == ("single", 1, 1)
