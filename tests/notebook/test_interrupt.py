"""An interrupt of a real kernel, as the Stop button sends it."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pyspark
import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

ROOT = Path(__file__).resolve().parents[2]
MASTERS = ["local[2]"] + (["sc://local[2]"] if pyspark.__version__ >= "4" else [])

START = """
from synapse_magic.spark.running import run
from synapse_magic.spark.session import start
session = start("{master}", conf={{"spark.ui.enabled": False}})
spark = session.spark
kept = "untouched"
def slow(batches):
    import time
    for batch in batches:
        time.sleep(0.5)
        yield batch
spark.range(0, 2, 1, 2).mapInArrow(slow, "id long").count()
"""
LONG = """
kept = run(spark, lambda: spark.range(0, 200, 1, 200).mapInArrow(slow, "id long").count())
"""
NOISE = """
%load_ext synapse_magic
from pyspark.sql import functions as F
noise = spark.range(20_000).select(
    F.rand(1).alias("a"), F.rand(2).alias("b"), (F.col("id") % 2).alias("label")
)
"""
TRAIN = """%%synapse train noise -o kept
label = label
LightGBMClassifier(inputCols=[a, b], numIterations=1000000, learningRate=0.0001)
"""
TUNE = """%%synapse tune noise -o kept
label = label
where = a < 0.1
trials = 40
folds = 1
parallelism = 2
LightGBMClassifier(inputCols=[a, b], numIterations=Choice(20, 21), learningRate=Range(0.1, 0.3))
"""
# Two slots, and eight tasks of half a second: with the old job still there it takes far longer.
# Spark tells a moment after the last row that the own job of the count is over.
AFTER = """
import time
began = time.monotonic()
rows = run(spark, lambda: spark.range(0, 8, 1, 8).mapInArrow(slow, "id long").count())
quick = time.monotonic() - began < 15
def active():
    return spark.sparkContext.statusTracker().getActiveJobsIds() if session.api == "classic" else []
until = time.monotonic() + 20
while active() and time.monotonic() < until:
    time.sleep(0.1)
print(kept, rows, active(), quick)
"""


@pytest.fixture(params=MASTERS, scope="module")
def kernel(request: pytest.FixtureRequest) -> Iterator[tuple[KernelManager, BlockingKernelClient]]:
    manager = KernelManager()
    manager.start_kernel(env=os.environ | {"PYTHONPATH": str(ROOT)})
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    try:
        status, said = execute(client, START.format(master=request.param))
        assert (status, said) == ("ok", "")
        yield manager, client
    finally:
        execute(client, "session.stop()")
        client.stop_channels()
        manager.shutdown_kernel()


def execute(client: BlockingKernelClient, code: str) -> tuple[str, str]:
    """Run a cell; return how it ended and what it wrote, or the name and text of its error."""
    said: list[str] = []

    def hear(message: dict) -> None:
        content = message["content"]
        if message["msg_type"] == "stream":
            said.append(content["text"])
        elif message["msg_type"] == "error":
            said.append(f"{content['ename']}: {content['evalue']}")

    reply = client.execute_interactive(code, timeout=240, output_hook=hear)
    return reply["content"]["status"], "".join(said)


def hear_reply(client: BlockingKernelClient, request: str, timeout: float) -> dict:
    """Return the reply to ``request``, and drop those of earlier cells."""
    until = time.monotonic() + timeout
    while True:
        reply = client.get_shell_msg(timeout=max(0.1, until - time.monotonic()))
        if reply["parent_header"].get("msg_id") == request:
            return reply["content"]


def await_shown(client: BlockingKernelClient, pattern: str) -> None:
    """Wait until what a cell shows holds a text that the pattern finds."""
    until = time.monotonic() + 200
    while time.monotonic() < until:
        content = client.get_iopub_msg(timeout=200)["content"]
        if re.search(pattern, content.get("data", {}).get("text/plain", "")):
            return
    raise AssertionError(f"{pattern} was not shown")


def interrupted(
    kernel: tuple[KernelManager, BlockingKernelClient],
    cell: str,
    after: float = 0,
    once: str = "",
) -> dict:
    """Interrupt a cell after some seconds, or once it shows a text that a pattern finds.

    Return its reply, which must come within 2 seconds.
    """
    manager, client = kernel
    # A kernel drops the cells that reach it in the moment after a failed one, unless told not to.
    request = client.execute(cell, stop_on_error=False)
    time.sleep(after)
    if once:
        await_shown(client, once)
    began = time.monotonic()
    manager.interrupt_kernel()
    reply = hear_reply(client, request, timeout=60)
    assert time.monotonic() - began < 2
    return reply


def test_an_interrupt_stops_the_job_and_leaves_the_notebook_usable(
    kernel: tuple[KernelManager, BlockingKernelClient],
) -> None:
    reply = interrupted(kernel, LONG, after=3)
    assert (reply["status"], reply["ename"]) == ("error", "Cancelled")
    assert reply["evalue"].startswith("Cancelled: 1 job, 1")
    assert execute(kernel[1], AFTER) == ("ok", "untouched 8 [] True\n")


def test_an_interrupt_stops_a_training_cell_and_keeps_the_variable(
    kernel: tuple[KernelManager, BlockingKernelClient],
) -> None:
    assert execute(kernel[1], NOISE)[0] == "ok"
    reply = interrupted(kernel, TRAIN, after=12)
    assert (reply["status"], reply["ename"]) == ("error", "CellInterrupted")
    assert reply["evalue"].startswith("Cancelled: ")
    assert reply["evalue"].endswith("No variable was changed.")
    assert execute(kernel[1], AFTER) == ("ok", "untouched 8 [] True\n")


def test_an_interrupt_stops_a_search_and_its_finished_trials_are_kept(
    kernel: tuple[KernelManager, BlockingKernelClient],
) -> None:
    assert execute(kernel[1], NOISE)[0] == "ok"
    kept = "from synapse_magic.compose.tuning.unfinished import _last; print(len(_last.trials) > 0)"
    reply = interrupted(kernel, TUNE, once=r"[1-9]\d* of 40 trials")
    assert (reply["status"], reply["ename"]) == ("error", "CellInterrupted")
    assert "trials are kept: the same search goes on from there" in reply["evalue"]
    assert execute(kernel[1], kept) == ("ok", "True\n")
    assert execute(kernel[1], AFTER) == ("ok", "untouched 8 [] True\n")
