"""Training never hangs and never ends in silence: real processes are killed and blocked."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest
from pyspark.sql import functions as F

from synapse_magic import LightGBMClassifier, LightGBMRanker
from synapse_magic.errors import SynapseError
from synapse_magic.spark.events import listen

TIMEOUT = 6.0
"""Seconds of silence that these trainings allow; the machine of a test may be busy."""
ENDLESS = {"numIterations": 1_000_000, "isProvideTrainingMetric": True, "timeout": TIMEOUT}


def running(word):
    """Return the processes below this one with a word in their command line."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if word in " ".join(process.cmdline()):
                found.append(process)
    return found


def training_processes():
    return running("synapse_magic.lightgbm.process")


def tasks_that_oversee():
    return [process.parent() for process in training_processes()]


def tasks():
    """Return the Python workers of Spark, without the daemon that makes them."""
    workers = running("pyspark.daemon")
    ids = {process.pid for process in workers}
    return [process for process in workers if process.ppid() in ids]


def busiest(processes):
    return max(processes, key=lambda process: process.cpu_times().user)


def files():
    """Return the files left behind by processes that are gone, or that belong to these tests."""
    own = {process.pid for process in psutil.Process().children(recursive=True)} | {os.getpid()}
    walked = os.walk(tempfile.gettempdir())  # other programs' folders may go meanwhile
    places = [entry for entry in walked if Path(entry[0]).name.startswith("synapse-")]
    found = [Path(place, name) for place, folders, rest in places for name in (*folders, *rest)]
    names = [(path, path.name.partition("-")[0]) for path in found]
    owners = [(path, int(name)) for path, name in names if name.isdigit()]
    return [path for path, owner in owners if owner in own or not psutil.pid_exists(owner)]


def listening_ports():
    found = psutil.Process().net_connections("tcp")
    return {one.laddr.port for one in found if one.status == psutil.CONN_LISTEN}


def until(condition, seconds=15.0):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


@contextlib.contextmanager
def once_it_trains(act):
    """Call ``act`` when the third iteration is reported."""

    def hear(event):
        if event.iteration == 3:
            act()

    with listen(hear):
        yield


@pytest.fixture
def fits_again(binary):
    """Check afterwards that nothing is left, and that the next training works."""
    before, others = listening_ports(), set(files())
    yield
    assert until(lambda: not training_processes())
    model = LightGBMClassifier(inputCols=binary.names, numTasks=2, numIterations=3).fit(
        binary.frame
    )
    assert model.transform(binary.frame).where("prediction = label").count() > 2000
    assert until(lambda: not training_processes())
    assert not set(files()) - others
    assert listening_ports() == before


@pytest.fixture
def endless(binary):
    def make(tasks, **options):
        return LightGBMClassifier(inputCols=binary.names, numTasks=tasks, **ENDLESS | options)

    return make


def fails(classifier, frame, match, within):
    began = time.monotonic()
    with pytest.raises(SynapseError, match=match) as caught:
        classifier.fit(frame)
    assert time.monotonic() - began < within
    assert str(caught.value).startswith("LightGBM training failed: ")


@pytest.mark.usefixtures("fits_again")
@pytest.mark.parametrize(
    ("which", "what", "cause"),
    [
        (training_processes, signal.SIGKILL, "the training process on .* was killed"),
        (training_processes, signal.SIGSEGV, "the training process on .* was ended by SIGSEGV"),
        (training_processes, signal.SIGSTOP, "the training process on .* gave no sign of life"),
        (tasks_that_oversee, signal.SIGKILL, "worker .*(died|is gone)"),
        (tasks_that_oversee, signal.SIGSTOP, "worker .* gave no sign of life"),
    ],
    ids=["process killed", "process crashed", "process blocked", "task killed", "task blocked"],
)
@pytest.mark.parametrize("first", [True, False])
def test_one_of_two_workers(which, what, cause, first, endless, binary):
    def hit():
        found = sorted(which(), key=lambda process: process.create_time())
        found[0 if first else -1].send_signal(what)

    with once_it_trains(hit):
        fails(endless(2), binary.frame, cause, within=60)


@pytest.mark.usefixtures("fits_again")
@pytest.mark.parametrize(
    ("what", "cause"),
    [(signal.SIGKILL, "process of a worker died"), (signal.SIGSTOP, "gave no sign of life")],
    ids=["killed", "blocked"],
)
def test_the_only_worker(what, cause, endless, binary):
    rows = binary.frame.withColumn("again", F.explode(F.sequence(F.lit(1), F.lit(5))))
    with once_it_trains(lambda: busiest(tasks()).send_signal(what)):
        fails(endless(0), rows, cause, within=60)


def fails_on_one_worker(mark):
    def objective(predictions, dataset):
        with contextlib.suppress(FileExistsError):
            os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
            raise ArithmeticError("no gradient here")
        probability = 1 / (1 + 2.718281828**-predictions)
        label = dataset.get_label()
        return probability - label, probability * (1 - probability)

    return objective


@pytest.mark.usefixtures("fits_again")
def test_an_error_on_one_worker_is_the_first_cause(endless, binary, tmp_path):
    classifier = endless(2, fobj=fails_on_one_worker(str(tmp_path / "mark")))
    fails(classifier, binary.frame, "ArithmeticError: no gradient here", within=60)


@pytest.mark.usefixtures("fits_again")
@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_in_native_code_is_told(workers, endless, binary):
    classifier = endless(workers, passThroughArgs="num_leaves=1")
    fails(classifier, binary.frame, "num_leaves", within=60)


class TakesThePort:
    """An objective that, where it arrives first, has the port of LightGBM's network taken."""

    def __init__(self, mark):
        self.mark = mark

    def __call__(self, predictions, dataset):
        label = dataset.get_label()
        return predictions - label, 0 * label + 1

    def __setstate__(self, state):
        import socket

        from synapse_magic.lightgbm import learner

        self.__dict__.update(state)
        given = learner.train
        taken = []

        def train(plan, network, *rest):
            with contextlib.suppress(FileExistsError):
                os.close(os.open(self.mark, os.O_CREAT | os.O_EXCL))
                taken.append(socket.create_server(("", network["local_listen_port"])))
            return given(plan, network, *rest)

        learner.train = train


@pytest.mark.usefixtures("fits_again")
def test_a_port_that_another_program_takes_is_replaced_by_another(binary, tmp_path):
    mark = tmp_path / "mark"
    classifier = LightGBMClassifier(
        inputCols=binary.names, numTasks=2, numIterations=10, fobj=TakesThePort(str(mark))
    )
    model = classifier.fit(binary.frame)
    assert mark.exists()
    assert model.toBooster().num_trees() == 10


@pytest.mark.usefixtures("fits_again")
def test_a_partition_left_empty_is_no_harm(table, binary):
    a, b, *_ = binary.X.T
    frame = table(a=a, b=b, label=binary.label, query=[7] * len(a))
    ranker = LightGBMRanker(inputCols=["a", "b"], groupCol="query", numTasks=2, numIterations=5)
    assert ranker.fit(frame).toBooster().num_trees() == 5


@pytest.mark.usefixtures("fits_again")
def test_a_class_that_only_one_worker_has_is_learned_by_all(table, binary):
    a, b, *_ = binary.X.T
    label = binary.label.copy()
    label[17] = 2
    frame = table(a=a, b=b, label=label)
    model = LightGBMClassifier(inputCols=["a", "b"], numTasks=2, numIterations=5).fit(frame)
    assert model.numClasses == 3
    assert model.transform(frame).where("prediction = label").count() > 2000


def test_more_workers_than_slots_are_refused_at_once(binary):
    with pytest.raises(SynapseError, match="only 2 tasks run at once"):
        LightGBMClassifier(inputCols=["a"], numTasks=3).fit(binary.frame)


INTERRUPT = """
import os
import signal
import time

import synapse_magic
from synapse_magic import LightGBMClassifier
from synapse_magic.spark.driver import persistent
from synapse_magic.spark.events import listen

session = synapse_magic.start("local[2]", app="tests", conf={"spark.ui.enabled": False})
spark = session.spark
rows = spark.range(20000).selectExpr("id % 7 as a", "cast(id % 2 as double) as label")
hit = []


def strike(event):
    if event.iteration == 3 and not hit:
        hit.append(event)
        os.kill(os.getpid(), signal.SIGINT)


def active():
    return persistent(lambda: list(spark.sparkContext.statusTracker().getActiveJobsIds()))


for tasks in (0, 2):
    hit.clear()
    classifier = LightGBMClassifier(inputCols=["a"], numTasks=tasks, numIterations=1_000_000)
    try:
        with listen(strike):
            classifier.fit(rows)
    except KeyboardInterrupt:
        print("interrupted")
    until = time.monotonic() + 20
    while active() and time.monotonic() < until:
        time.sleep(0.1)
    print(active(), classifier.setNumIterations(3).fit(rows).toBooster().num_trees())
session.stop()
"""


def test_an_interrupt_ends_the_jobs_of_a_training():
    run = subprocess.run(
        [sys.executable, "-c", INTERRUPT], capture_output=True, text=True, timeout=200
    )
    assert run.returncode == 0, run.stderr[-3000:]
    assert run.stdout.splitlines() == ["interrupted", "[] 3"] * 2


LOST_EXECUTOR = """
import os
import signal
import subprocess
import sys

import numpy as np
import pandas as pd
import psutil

import synapse_magic
from synapse_magic import LightGBMClassifier
from synapse_magic.spark.events import listen

session = synapse_magic.start(
    "local-cluster[2,1,1024]", app="tests", conf={"spark.ui.enabled": False}
)
X = np.random.default_rng(0).normal(size=(12000, 3))
data = pd.DataFrame(X, columns=["a", "b", "c"])
data["label"] = (X[:, 0] + X[:, 1] * X[:, 2] > 0).astype(float)
frame = session.spark.createDataFrame(data)
what = int(sys.argv[1])


def below(word):
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            if word in " ".join(process.cmdline()):
                found.append(process)
        except psutil.Error:  # it has ended meanwhile
            continue
    return found


for tasks in (2, 0):
    hit = []

    def strike(event):
        if event.iteration == 3 and not hit:
            workers = [(len(p.children(recursive=True)), p) for p in below("ExecutorBackend")]
            hit.append(max(workers, key=lambda found: found[0])[1])
            hit[0].send_signal(what)

    with listen(strike):
        model = LightGBMClassifier(
            inputCols=["a", "b", "c"],
            numTasks=tasks,
            numIterations=300,
            isProvideTrainingMetric=True,
            timeout=20,
        ).fit(frame)
    assert hit
    assert len(model.trainingMetrics["training binary_logloss"]) == 300
    assert model.toBooster().num_trees() == 300
    assert model.transform(frame).where("prediction = label").count() > 11000
session.stop()
assert not below("pyspark.daemon") + below("lightgbm.process")
print("all well")
"""


def test_an_executor_lost_in_the_middle_starts_the_training_again():
    run = subprocess.run(
        [sys.executable, "-c", LOST_EXECUTOR, str(int(signal.SIGKILL))],
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    assert "all well" in run.stdout
