"""Whether a cluster still has the slots that a training needs: Spark waits for them for ever."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

from py4j.protocol import Py4JError
from pyspark.sql import SparkSession

from synapse_magic.lightgbm.modes import is_one_process
from synapse_magic.spark.driver import slots_there
from synapse_magic.spark.session import is_connect

LOOK_SECONDS = 1.0


@contextlib.contextmanager
def slots_kept(
    spark: SparkSession, needed: int, timeout: float, on_loss: Callable[[str], None]
) -> Iterator[None]:
    """Watch over the slots of a cluster for the length of a ``with`` block.

    Over Connect they cannot be seen.

    Parameters
    ----------
    spark : SparkSession
    needed : int
        Slots that the tasks of the training need at once.
    timeout : float
        Seconds that they may lack before that is told.
    on_loss : callable
        Called once with the cause in words, from another thread.
    """
    if is_connect(spark) or is_one_process(spark):
        yield
        return
    over = threading.Event()
    watch = threading.Thread(
        target=_watch, args=(spark, needed, timeout, on_loss, over), daemon=True
    )
    watch.start()
    try:
        yield
    finally:
        over.set()
        watch.join()


def _watch(
    spark: SparkSession,
    needed: int,
    timeout: float,
    on_loss: Callable[[str], None],
    over: threading.Event,
) -> None:
    complete = time.monotonic()
    with contextlib.suppress(Py4JError, OSError):  # the session was stopped, the training with it
        while not over.wait(LOOK_SECONDS):
            there = slots_there(spark)
            if there >= needed:
                complete = time.monotonic()
            elif time.monotonic() - complete > timeout:
                on_loss(
                    f"only {there} of the {needed} slots that it needs were there for "
                    f"{timeout:g} s. Executors have been lost, and none came in their place"
                )
                return
