from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

import synapse_magic
from synapse_magic.spark import stage


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
