"""Running work on Spark so that it can be watched, and really stopped.

In Jupyter an interrupt ends the cell, yet the Spark job behind it goes on and takes the cores
from the next one: the kernel resets the signal handler that PySpark had put in place. So each
run gets its own tag, and an interrupt cancels by that tag before it is passed on.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from synapse_magic.spark import driver, launch, quiet
from synapse_magic.spark.watching import ProgressCallback, SparkProgress, Watch, watch

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

T = TypeVar("T")
_CANCEL_SECONDS = 10.0
_SWEEP_SECONDS = 10.0
# Killed tasks write pages of Java traces, which tell nothing.
_HOLD_SECONDS = 2.0
_LOOK_SECONDS = 0.05
_RECANCEL_SECONDS = 0.25
_active: dict[str, _Active] = {}


class Cancelled(KeyboardInterrupt):
    """A run that was cancelled; the message says how far it had come."""


class _Active:
    """A run in progress, for those who look at it or cancel it from another thread."""

    def __init__(self, spark: SparkSession, description: str) -> None:
        self.spark, self.description = spark, description
        self.thread = threading.get_ident()
        self.watch: Watch | None = None
        self.asked_to_stop = False


@dataclass(frozen=True)
class Run:
    """A run in progress.

    Attributes
    ----------
    id
        What ``cancel`` takes.
    description
        As it was given to ``run``.
    progress
        How far it is.
    stopping
        Whether it was asked to stop.
    """

    id: str
    description: str
    progress: SparkProgress
    stopping: bool


def run(
    spark: SparkSession,
    work: Callable[[], T],
    *,
    on_progress: ProgressCallback | None = None,
    description: str = "",
) -> T:
    """Return ``work()``, with all it runs on Spark watched and cancellable.

    The work runs in the calling thread, as ``pyspark.ml`` needs it on Spark Connect.

    Parameters
    ----------
    on_progress
        Called about twice a second while Spark works, from another thread on classic Spark and
        from this one on Connect, and once with ``finished`` true at the end.
    description
        What the Spark UI shows beside the jobs.

    Raises
    ------
    Cancelled
        On an interrupt, or when ``cancel`` was called; no job of the work runs any more.

    Examples
    --------
    >>> run(spark, lambda: spark.range(10).count())  # doctest: +SKIP
    10
    """
    tag = f"synapse-magic-{uuid.uuid4().hex}"
    this = _active[tag] = _Active(spark, description)
    unmark = driver.job_tag(spark, tag, description)
    try:
        with (
            watch(spark, tag, on_progress) as seen,
            quiet.without_interrupt_records(),
            quiet.plain_interrupts(),
        ):
            this.watch = seen
            try:
                result = work()
            except KeyboardInterrupt as interrupt:
                _stop(spark, tag)
                # A run inside this one has said it already, and knows more of what was lost.
                inside = isinstance(interrupt, Cancelled)
                raise Cancelled(str(interrupt) if inside else _how_far(seen)) from None
            except Exception as failure:
                if this.asked_to_stop:
                    raise Cancelled(_how_far(seen)) from failure
                raise
    finally:
        del _active[tag]
        unmark()
    return result


def in_thread(spark: SparkSession, work: Callable[[], None]) -> Callable[[], None]:
    """Return work for another thread whose jobs belong to the run of this one.

    What a thread runs on Spark is marked by thread: without this, an interrupt would not find it.

    Examples
    --------
    >>> thread = threading.Thread(target=in_thread(spark, work))  # doctest: +SKIP
    """
    from pyspark import __version__, inheritable_thread_target

    if __version__.startswith("3."):
        marked: Callable[[], None] = inheritable_thread_target(work)
        return marked
    inherit = inheritable_thread_target(spark)
    return inherit(work)


def release(frame: DataFrame) -> None:
    """Give back what a cached frame takes, also right after an interrupt."""
    driver.persistent(lambda: frame.unpersist())


def active() -> list[Run]:
    """Return the runs in progress, from any thread; a run inside another is part of that one.

    Examples
    --------
    >>> active()
    []
    """
    outermost: dict[int, tuple[str, _Active]] = {}
    for tag, this in dict(_active).items():
        outermost.setdefault(this.thread, (tag, this))
    return [
        Run(tag, this.description, this.watch.now(), this.asked_to_stop)
        for tag, this in outermost.values()
        if this.watch is not None
    ]


def cancel(run: str | None = None) -> int:
    """Cancel a run by its id, or every run in progress, and return how many there were.

    Any thread may call it. What the run still starts before it ends is cancelled too.

    Examples
    --------
    >>> cancel()
    0
    """
    found = {tag: this for tag, this in dict(_active).items() if run in (None, tag)}
    for tag, this in found.items():
        this.asked_to_stop = True
        driver.cancel_tag(this.spark, tag)
        threading.Thread(
            target=_cancel_until_over, args=(tag, this), name="synapse-cancel", daemon=True
        ).start()
    return len(found)


def stopping() -> bool:
    """Say whether a run in progress was asked to stop by :func:`cancel`."""
    return any(this.asked_to_stop for this in _active.values())


def _cancel_until_over(tag: str, this: _Active) -> None:
    """Cancel what a run starts after it was cancelled between two of its jobs."""
    while _active.get(tag) is this:
        time.sleep(_RECANCEL_SECONDS)
        if _active.get(tag) is this:
            driver.cancel_tag(this.spark, tag)


def _stop(spark: SparkSession, tag: str) -> None:
    """Cancel until nothing runs any more."""
    launch.hold_jvm_errors(_HOLD_SECONDS)
    until = time.monotonic() + _CANCEL_SECONDS
    if not driver.is_connect(spark):
        driver.cancel_tag(spark, tag)
        time.sleep(_LOOK_SECONDS)  # what Spark tells of its jobs is a little behind
        threading.Thread(
            target=_sweep, args=(spark, tag), name="synapse-cancel", daemon=True
        ).start()
    while driver.runs_tag(spark, tag) and time.monotonic() < until:
        time.sleep(_LOOK_SECONDS)


def _sweep(spark: SparkSession, tag: str) -> None:
    """Cancel what still starts: the JVM goes on planning a query whose caller was interrupted."""
    until = time.monotonic() + _SWEEP_SECONDS
    while time.monotonic() < until and driver.is_alive(spark):
        driver.cancel_tag(spark, tag)
        time.sleep(0.25)


def _how_far(seen: Watch) -> str:
    progress: SparkProgress = seen.now()
    left = progress.total - progress.done
    jobs = f"{progress.jobs} job{'' if progress.jobs == 1 else 's'}"
    return f"Cancelled: {jobs}, {left} task{'' if left == 1 else 's'} not run"
