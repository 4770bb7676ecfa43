"""Where training runs: one worker with all threads, or several over LightGBM's network."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Literal

from pyspark.sql import SparkSession

from synapse_magic.errors import SynapseError
from synapse_magic.spark.driver import cores_of_slot, is_elastic
from synapse_magic.spark.session import is_connect, master_of, slots
from synapse_magic.spark.target import one_machine

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
        its machine wrote in parallel; or a barrier stage of tasks that hold a part each.
    workers : int
        Tasks that take part in the training.
    threads : int
        Threads of each worker; 0 for those of the slots it trains for.
    rows : int
        Training rows.
    pooled : bool
        Whether the tasks of a host train as one worker.
    cores : int
        Cores of a slot.
    """

    way: Way
    workers: int
    threads: int
    rows: int
    pooled: bool = False
    cores: int = 1


def choose_mode(
    spark: SparkSession, tasks: int, threads: int, rows: int, pooled: bool = True
) -> Mode:
    """Decide how to train.

    Parameters
    ----------
    spark : SparkSession
    tasks, threads : int
        What the user asked for; 0 for the best choice.
    rows : int
        Training rows.
    pooled : bool
        Whether the slots of a host train as one worker, unless ``tasks`` says how many there are.

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
    if rows < ROWS_WORTH_A_WORKER and not tasks:
        return Mode("single", 1, threads or 1, rows)
    cores = cores_of_slot(spark)
    workers = min(tasks or available, max(1, rows // FEWEST_ROWS))
    own_machine = one_machine(master_of(spark))
    if workers == 1 or (own_machine and pooled and not tasks):
        way: Way = "files" if own_machine else "single"
        return Mode(way, 1, threads or available * cores, rows)
    if is_elastic(spark):
        if is_connect(spark):
            _say_that_one_trains()
            return Mode("single", 1, threads or cores, rows)
        _say_what_elastic_means(workers)
    return Mode("network", workers, threads, rows, pooled and not tasks, cores)


def is_one_process(spark: SparkSession) -> bool:
    """Say whether there are no executors that could be lost and come again."""
    master = master_of(spark).removeprefix("sc://")
    return master == "local" or master.startswith("local[")


def _say_what_elastic_means(workers: int) -> None:
    warnings.warn(
        f"This cluster is elastic (spark.dynamicAllocation.enabled): training uses the "
        f"{workers} slots that are there now to its end. Executors that come later do not "
        "join it, and losing one of its own starts it again",
        stacklevel=2,
    )


def _say_that_one_trains() -> None:
    warnings.warn(
        "This cluster is elastic (spark.dynamicAllocation.enabled), and over Connect Spark runs "
        "no tasks there that need each other: one worker trains on all rows. "
        "Try: a session with dynamic allocation off",
        stacklevel=2,
    )
