from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from pyspark.sql import SparkSession

import synapse_magic
from synapse_magic.spark import driver, quiet, running, stage


@pytest.fixture(scope="session")
def spark() -> Iterator[SparkSession]:
    """Give the session that all tests of one process share."""
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = synapse_magic.start("local[2]", app="tests", conf={"spark.ui.enabled": False})
    session.spark.conf.set("spark.sql.shuffle.partitions", "2")
    yield session.spark
    session.stop()


@pytest.fixture(autouse=True)
def first_warnings() -> None:
    """Let each test see what is told once a process, whichever test ran before it."""
    stage._tell_no_effect.cache_clear()


@pytest.fixture
def without_spark(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let runs mark, watch and cancel nothing: what is looked at is who belongs to whom."""
    progress = SimpleNamespace(total=0, done=0, jobs=0, elapsed=0.0, stages=())

    @contextlib.contextmanager
    def watched(*_: Any) -> Iterator[Any]:
        yield SimpleNamespace(now=lambda: progress)

    def inherit(given: Any) -> Any:
        return given if callable(given) else (lambda work: work)

    monkeypatch.setattr(running, "watch", watched)
    monkeypatch.setattr(running, "_stop", lambda *_: None)
    monkeypatch.setattr(quiet, "without_interrupt_records", contextlib.nullcontext)
    monkeypatch.setattr(driver, "job_tag", lambda *_: lambda: None)
    monkeypatch.setattr(driver, "cancel_tag", lambda *_: None)
    monkeypatch.setattr("pyspark.inheritable_thread_target", inherit)
