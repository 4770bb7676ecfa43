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
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from synapse_magic.errors import SynapseError
from synapse_magic.spark import driver, launch, quiet
from synapse_magic.spark.watching import ProgressCallback, SparkProgress, Watch, watch

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

T = TypeVar("T")
_STOPPED = "Spark was stopped. Try: %synapse start, and make the frame anew"
_CANCEL_SECONDS = 10.0
_SWEEP_SECONDS = 10.0
# Killed tasks write pages of Java traces, which tell nothing.
_HOLD_SECONDS = 2.0
_LOOK_SECONDS = 0.05
_RECANCEL_SECONDS = 0.25
_active: dict[str, _Active] = {}
# The run that this thread works for; a thread of :func:`in_thread` works for that of its maker.
_current: ContextVar[_Active | None] = ContextVar("synapse_magic_run", default=None)


class Cancelled(KeyboardInterrupt):
    """A run that was cancelled; the message says how far it had come."""


class _Active:
    """A run in progress, for those who look at it or cancel it from another thread."""

    def __init__(self, spark: SparkSession, tag: str, description: str) -> None:
        self.spark, self.tag, self.description = spark, tag, description
        self.parent = _current.get()
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
    thread
        The thread that it runs in, as ``threading.get_ident`` names it.
    """

    id: str
    description: str
    progress: SparkProgress
    stopping: bool
    thread: int


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
    unmark = driver.job_tag(spark, tag, description)
    this = _active[tag] = _Active(spark, tag, description)
    before = _current.set(this)
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
                if hides_interrupt(failure):
                    _stop(spark, tag)
                    raise Cancelled(_how_far(seen)) from None
                if this.asked_to_stop:
                    raise Cancelled(_how_far(seen)) from failure
                raise
    finally:
        _current.reset(before)
        del _active[tag]
        unmark()
    return result


def hides_interrupt(failure: BaseException) -> bool:
    """Say whether an error came in the place of an interrupt.

    One that comes while PySpark reads the answer of the JVM leaves that connection half read; what
    PySpark then does on its way out fails on it.
    """
    seen: BaseException | None = failure
    while seen is not None and not isinstance(seen, KeyboardInterrupt):
        seen = seen.__cause__ or seen.__context__
    return seen is not None


def in_thread(spark: SparkSession, work: Callable[[], None]) -> Callable[[], None]:
    """Return work for another thread whose jobs belong to the run of this one.

    What a thread runs on Spark is marked by thread: without this, an interrupt would not find it.

    Raises
    ------
    SynapseError
        When Spark was stopped.

    Examples
    --------
    >>> thread = threading.Thread(target=in_thread(spark, work))  # doctest: +SKIP
    """
    from pyspark import __version__, inheritable_thread_target

    if driver.is_connect(spark) and not driver.is_alive(spark):
        raise SynapseError(_STOPPED)
    this = _current.get()

    def belonging() -> None:
        before = _current.set(this)
        try:
            work()
        finally:
            _current.reset(before)

    try:
        if __version__.startswith("3."):
            marked: Callable[[], None] = inheritable_thread_target(belonging)
            return marked
        inherit = inheritable_thread_target(spark)
        return inherit(belonging)
    except AssertionError as stopped:  # so PySpark says that there is no context any more
        raise SynapseError(_STOPPED) from stopped


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
    return [
        Run(this.tag, this.description, this.watch.now(), this.asked_to_stop, this.thread)
        for this in dict(_active).values()
        if this.watch is not None and _outermost(this) is this
    ]


def cancel(run: str | None = None, *, thread: int | None = None) -> int:
    """Cancel a run by its id, those of a thread, or all in progress; return how many there were.

    Any thread may call it. What the run still starts before it ends is cancelled too.

    Examples
    --------
    >>> cancel()
    0
    """
    found = [
        this
        for this in dict(_active).values()
        if run in (None, this.tag) and thread in (None, this.thread)
    ]
    for this in found:
        this.asked_to_stop = True
        driver.cancel_tag(this.spark, this.tag)
        threading.Thread(
            target=_cancel_until_over, args=(this,), name="synapse-cancel", daemon=True
        ).start()
    return len(found)


def stopping() -> bool:
    """Say whether the run that this thread works for, or one around it, was asked to stop."""
    this = _current.get()
    while this is not None:
        if this.asked_to_stop:
            return True
        this = this.parent
    return False


def current() -> str | None:
    """Return the id of the outermost run that this thread works for, None outside of any.

    Examples
    --------
    >>> print(current())
    None
    """
    this = _current.get()
    return None if this is None else _outermost(this).tag


def _outermost(this: _Active) -> _Active:
    """Return the run around all others; those that have ended are around none any more."""
    outermost = this
    while this.parent is not None:
        this = this.parent
        if _active.get(this.tag) is this:
            outermost = this
    return outermost


def _cancel_until_over(this: _Active) -> None:
    """Cancel what a run starts after it was cancelled between two of its jobs."""
    while _active.get(this.tag) is this:
        time.sleep(_RECANCEL_SECONDS)
        if _active.get(this.tag) is this:
            driver.cancel_tag(this.spark, this.tag)


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
