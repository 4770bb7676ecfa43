"""How many executors run the tasks of a session, found out by tasks alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from synapse_magic.spark import driver

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def executors(spark: SparkSession) -> int:
    """Return how many executors answer when every slot has a task: 1 in a local session.

    It runs one small job, which is the same on classic Spark and over Connect.
    """
    slots = driver.slots(spark)
    answers = spark.range(0, slots, 1, slots).mapInArrow(_teller(), "executor string")
    return answers.distinct().count()


def _teller() -> Callable[[Iterator[Any]], Iterator[Any]]:
    """Return the function for the workers: nested, so that it travels by value, without us."""

    def tell(batches: Iterator[Any]) -> Iterator[Any]:
        import os
        import socket

        import pyarrow

        # Workers of one executor are children of one process.
        name = f"{socket.gethostname()} {os.getppid()}"
        for _ in batches:
            yield pyarrow.RecordBatch.from_pydict({"executor": [name]})

    return tell
