"""Where training runs: one worker with all threads, or several over LightGBM's network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pyspark.sql import SparkSession

from synapse_magic.errors import SynapseError
from synapse_magic.spark.session import hosts, master_of, slots

Way = Literal["single", "files", "network"]

FEWEST_ROWS = 100
"""A worker with fewer rows than this adds more waiting than work."""
ROWS_WORTH_A_WORKER = 10_000
"""Fewer rows than this train fastest on one thread."""


@dataclass(frozen=True)
class Mode:
    """How a training is carried out.

    Attributes
    ----------
    way : {"single", "files", "network"}
        One task that takes all rows from Spark; one that takes them from files, which the tasks of
        its machine wrote in parallel; or a barrier stage of workers that hold a part each.
    workers : int
        Tasks that train.
    threads : int
        Threads of each.
    """

    way: Way
    workers: int
    threads: int


def choose_mode(spark: SparkSession, tasks: int, threads: int, rows: int) -> Mode:
    """Decide how to train.

    Parameters
    ----------
    spark : SparkSession
    tasks, threads : int
        What the user asked for; 0 for the best choice.
    rows : int
        Training rows.

    Raises
    ------
    SynapseError
        When more workers are asked for than tasks can run at once.
    """
    available = slots(spark)
    if tasks > available:
        raise SynapseError(
            f"numTasks is {tasks}, but only {available} tasks run at once here. "
            f"Expected at most {available}, as all workers train together. "
            "Try: numTasks=0, or a session with more cores"
        )
    workers = min(tasks or available, max(1, rows // FEWEST_ROWS))
    if rows < ROWS_WORTH_A_WORKER and not tasks:
        return Mode("single", 1, threads or 1)
    machines = hosts(spark)
    if workers == 1 or (not tasks and machines == 1):
        way: Way = "files" if shares_files(spark) else "single"
        return Mode(way, 1, threads or max(1, available // machines))
    return Mode("network", workers, threads or 1)


def shares_files(spark: SparkSession) -> bool:
    """Say whether this process and all workers are known to be on one machine."""
    return master_of(spark).removeprefix("sc://").startswith("local")
