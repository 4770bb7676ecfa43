from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyspark
import pytest
from pyspark.sql import SparkSession

from synapse_magic.errors import SynapseError
from synapse_magic.spark import session as sessions
from synapse_magic.spark.java import find_java

CONNECT = int(pyspark.__version__.split(".")[0]) >= 4
needs_server = pytest.mark.skipif(not CONNECT, reason="PySpark 3.5 carries no Connect server")


@pytest.fixture(autouse=True)
def registry(spark: SparkSession) -> Iterator[None]:
    """Put the names back as they were."""
    before, current = dict(sessions._sessions), sessions._current
    yield
    sessions._sessions.clear()
    sessions._sessions.update(before)
    sessions._current = current


def test_a_local_session_says_what_it_is(spark: SparkSession) -> None:
    found = sessions.current()
    assert found.spark is spark
    assert (found.master, found.owned, found.api, found.slots) == ("local[2]", True, "classic", 2)
    assert found.version == pyspark.__version__
    assert found.app == "tests"
    assert found.status()["alive"] is True


def test_a_second_start_attaches_and_its_stop_lets_go(spark: SparkSession) -> None:
    other = sessions.start(name="other")
    assert other.spark is spark
    assert not other.owned
    assert sessions.current() is other
    assert "keeps running" in other.stop()
    assert spark.range(3).count() == 3
    assert sessions.current().spark is spark


def test_settings_a_running_session_cannot_take_are_told(spark: SparkSession) -> None:
    other = sessions.start(
        name="other",
        memory="3g",
        conf={"spark.sql.ansi.enabled": spark.conf.get("spark.sql.ansi.enabled")},
    )
    assert other.ignored == ("spark.driver.memory",)


def test_another_master_beside_a_running_one_is_refused(spark: SparkSession) -> None:
    with pytest.raises(SynapseError, match=r"Spark on local\[2\] already runs"):
        sessions.start("local[1]", name="other")
    with pytest.raises(SynapseError, match="cannot start sc://h beside it"):
        sessions.start("sc://h", name="other")


def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(SynapseError, match="Did you mean 'main'"):
        sessions.current("mian")


def test_the_user_environment_is_left_as_it_was(script: Callable[..., str]) -> None:
    script(
        """
import os
before = dict(os.environ)
from synapse_magic.spark.session import start
session = start("local[1]", conf={"spark.ui.enabled": False})
changed = {k for k in before.keys() | os.environ.keys() if before.get(k) != os.environ.get(k)}
# SPARK_AUTH_SOCKET_TIMEOUT and the like are what PySpark itself leaves.
assert not changed & {"JAVA_HOME", "PYSPARK_PYTHON", "PYTHONPATH", "SPARK_LOCAL_IP"}, changed
"""
    )


def test_a_session_stopped_under_us_is_told_and_can_be_started_again(
    script: Callable[..., str],
) -> None:
    said = script(
        """
import os, signal
from pyspark import SparkContext
from synapse_magic.errors import SynapseError
from synapse_magic.spark import session as sessions
quiet = {"spark.ui.enabled": False}
try:
    sessions.current()
except SynapseError as error:
    print(error)
def lost():
    try:
        sessions.current()
    except SynapseError as error:
        print(str(error)[:17])
first = sessions.start("local[1]", conf=quiet)
first.spark.stop()
lost()
again = sessions.start("local[1]", conf=quiet, memory="2g")
print(again.spark.range(4).count(), again.ignored)
SparkContext._gateway.proc.kill()
SparkContext._gateway.proc.wait()
lost()
third = sessions.start("local[1]", conf=quiet)
print(third.spark.range(5).count())
print(third.stop(), third.stop())
"""
    )
    assert said.splitlines() == [
        "No Spark session. Try: %synapse start",
        "Spark was stopped",
        "4 ('spark.driver.memory',)",
        "Spark was stopped",
        "5",
        "Stopped Spark on local[1]. Spark on local[1] was stopped before.",
    ]


def test_a_session_made_by_the_user_is_used_and_not_stopped(script: Callable[..., str]) -> None:
    said = script(
        """
import os
os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what Spark says when others start it
from pyspark.sql import SparkSession
from synapse_magic.spark import session as sessions
mine = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
found = sessions.current()
print(found.spark is mine, found.owned, found.master)
found.stop()
print(mine.range(3).count())
"""
    )
    assert said.splitlines() == ["True False local[1]", "3"]


@needs_server
def test_a_connect_server_of_our_own_takes_any_free_port(script: Callable[..., str]) -> None:
    said = script(
        """
import socket
from synapse_magic.spark import session as sessions
try:
    taken = socket.create_server(("127.0.0.1", 15002))
except OSError:
    taken = None  # by somebody else, which is as good
session = sessions.start("sc://local[2]", conf={"spark.ui.enabled": False})
print(session.api, session.master, session.slots)
print(session.spark.range(3).count(), sessions.current() is session)
import os, subprocess, sys
stranger = '''
import sys
from synapse_magic.spark.session import start
try:
    print(start("sc://" + sys.argv[1], token="guessed").spark.range(3).count())
except ValueError as error:
    print(error)
'''
environment = {k: v for k, v in os.environ.items() if not k.startswith("SPARK_")}
place = session.spark.client._builder.endpoint
command = [sys.executable, "-c", stranger, place]
print(subprocess.run(command, env=environment, capture_output=True, text=True).stdout.strip()[:31])
try:
    sessions.start("local[2]")
except ValueError as error:
    print(str(error).split(" already")[0])
print(session.stop())
"""
    )
    assert said.splitlines() == [
        "connect sc://local[2] 2",
        "3 True",
        "The Spark Connect server at loc",
        "Spark on sc://local[2]",
        "Stopped Spark on sc://local[2].",
    ]


@pytest.mark.skipif(CONNECT, reason="PySpark 4 carries a Connect server")
def test_a_connect_server_is_refused_where_pyspark_has_none(script: Callable[..., str]) -> None:
    said = script(
        """
from synapse_magic.spark.session import start
try:
    start("sc://local[2]")
except ValueError as error:
    print(error)
"""
    )
    assert "carries no Spark Connect server" in said


def test_a_server_that_does_not_answer_is_told_in_time(script: Callable[..., str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        said = script(
            f"""
import time
from synapse_magic.spark.session import start
for port, wait in ((1, 30), ({port}, 3)):
    began = time.monotonic()
    try:
        start(f"sc://127.0.0.1:{{port}}", token="s3cret", timeout=wait)
    except ValueError as error:
        assert "s3cret" not in str(error)
        print(error)
    assert time.monotonic() - began < 20
"""
        )
    first, second = said.splitlines()
    assert first.startswith("No Spark Connect server answers at 127.0.0.1:1 ")
    assert second.startswith(f"No Spark Connect server answers at 127.0.0.1:{port} ")


@pytest.fixture
def standalone(tmp_path: Path) -> Iterator[str]:
    """Run Spark's own master and one worker with two cores on loopback; give the address."""
    home = Path(pyspark.__file__).parent
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"spark://127.0.0.1:{port}"
    master = "org.apache.spark.deploy.master.Master --host 127.0.0.1 --webui-port 0 --port"
    worker = "org.apache.spark.deploy.worker.Worker --host 127.0.0.1 --webui-port 0 --cores 2"
    environment = dict(
        os.environ,
        JAVA_HOME=str(find_java().home),
        SPARK_HOME=str(home),
        SPARK_LOCAL_IP="127.0.0.1",
        SPARK_DAEMON_MEMORY="256m",
    )
    processes = []
    for command in (f"{master} {port}", f"{worker} --memory 1g --work-dir {tmp_path} {address}"):
        processes.append(
            subprocess.Popen(
                [str(home / "bin" / "spark-class"), *command.split()],
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
        if len(processes) == 1:
            wait_for_port(port)
    yield address
    for process in processes:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def wait_for_port(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"nothing listens on {port}")


def test_a_standalone_cluster_runs_our_work(script: Callable[..., str], standalone: str) -> None:
    said = script(
        f"""
from synapse_magic.spark import session as sessions
conf = {{"spark.ui.enabled": False, "spark.driver.host": "127.0.0.1"}}
session = sessions.start("{standalone}", memory="512m", conf=conf)
rows = session.spark.range(0, 8, 1, 4).mapInArrow(lambda batches: batches, "id long").count()
print(session.kind, session.slots, rows)
session.stop()
""",
        PYSPARK_PYTHON=sys.executable,
    )
    assert said == "spark 2 8\n"
