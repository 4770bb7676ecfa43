"""Calls from other workers than those of a local session: a cluster, and a Connect server."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

CONNECT = importlib.util.find_spec("pyspark.sql.connect.shell") is not None
ROOT = Path(__file__).resolve().parents[2]

SCRIPT = """
import sys
import time

from services_frames import with_requests

import synapse_magic
from synapse_magic import HTTPTransformer, MockService, OpenAIPrompt

session = synapse_magic.start(sys.argv[1], app="tests", conf={"spark.ui.enabled": False})
spark = session.spark
call = HTTPTransformer(inputCol="request", outputCol="response", concurrency=32)
with MockService() as service:
    service.answer("/", lambda seen: service.Reply(404 if seen.body == b"7" else 200, seen.body))
    out = call.transform(with_requests(spark.range(100), service.url()))
    said = out.selectExpr("id", "string(response.entity.content) as said", "response_error")
    rows = said.collect()
    assert sorted(row.id for row in rows) == list(range(100)), rows
    assert all(row.said == str(row.id) for row in rows)
    (failed,) = [row for row in rows if row.response_error is not None]
    assert (failed.id, failed.response_error.status.statusCode) == (7, 404)

    service.reply("/slow", "fine", latency=0.1)
    many = spark.range(5000).repartition(1)
    assert len(call.transform(with_requests(many, service.url("/slow"))).limit(10).collect()) == 10
    time.sleep(0.3)
    assert len(service.seen("/slow")) <= 72, len(service.seen("/slow"))

    service.reply("/rate", "fine")
    known = call.copy().setRequestsPerSecond(50.0)
    answered = known.transform(with_requests(spark.range(60).repartition(2), service.url("/rate")))
    assert answered.where("response_error is null").count() == 60
    times = sorted(seen.at for seen in service.seen("/rate"))
    assert all(at - times[0] >= (k - 2) / 50 - 0.3 for k, at in enumerate(times))

    service.reply("/chat/completions", {"choices": [{"message": {"content": '{"n": 1}'}}]})
    ask = OpenAIPrompt(
        promptTemplate="{id}", schema="n int NOT NULL COMMENT 'One.'", deploymentName="m",
        outputCol="out", url=service.url(""),
    )
    assert [row.out.n for row in ask.transform(spark.range(2)).collect()] == [1, 1]
    sent = service.seen("/chat/completions")[0].json()["response_format"]["json_schema"]["schema"]
    assert sent["properties"] == {"n": {"type": "integer", "description": "One."}}, sent
session.stop()
print("all well")
"""


def run(master: str) -> None:
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "services")])
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, master],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "all well" in done.stdout


def test_executors_of_a_cluster() -> None:
    run("local-cluster[2,1,1024]")


@pytest.mark.skipif(not CONNECT, reason="PySpark 4 carries a Connect server")
def test_workers_of_a_connect_server() -> None:
    run("sc://local[2]")
