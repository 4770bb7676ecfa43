"""How far a run has come: asked of the JVM (classic) or told by the server (Connect)."""

from __future__ import annotations

import contextlib
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from synapse_magic.spark import driver
from synapse_magic.spark.driver import StageTasks

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_POLL_SECONDS = 0.5


@dataclass(frozen=True)
class SparkProgress:
    """How far a run has come.

    Attributes
    ----------
    jobs
        Spark jobs so far; over Connect, operations that had tasks.
    stages
        Those in work now.
    done, total
        Tasks of all stages started so far; stages that Spark skips do not count.
    elapsed
        Seconds since the run began.
    rows_read, bytes_read
        From files and tables; None where Spark does not tell, as of rows before the end, and of
        those of a cached frame.
    finished
        True for the last one only.
    """

    jobs: int
    stages: tuple[StageTasks, ...]
    done: int
    total: int
    elapsed: float
    rows_read: int | None = None
    bytes_read: int | None = None
    finished: bool = False


ProgressCallback = Callable[[SparkProgress], None]


class Watch(Protocol):
    """What knows how far a run has come."""

    def now(self, finished: bool = False) -> SparkProgress:
        """Return how far the run is at this moment."""
        ...


@contextlib.contextmanager
def watch(spark: SparkSession, tag: str, on_progress: ProgressCallback | None) -> Iterator[Watch]:
    """Watch what runs under ``tag`` for the time of the block.

    ``on_progress`` gets the last, finished progress when the block ends without an error.
    """
    watching = (
        _connect_watch(spark, on_progress)
        if driver.is_connect(spark)
        else _classic_watch(spark, tag, on_progress)
    )
    with watching as seen:
        yield seen
    if on_progress is not None:
        on_progress(seen.now(finished=True))


class _ClassicWatch:
    def __init__(self, spark: SparkSession, tag: str) -> None:
        self._spark, self._tag, self._began = spark, tag, time.monotonic()

    def now(self, finished: bool = False) -> SparkProgress:
        jobs, stages = driver.tag_stages(self._spark, self._tag, settle=finished)
        return _progress(jobs, stages, self._began, finished)


@contextlib.contextmanager
def _classic_watch(
    spark: SparkSession, tag: str, on_progress: ProgressCallback | None
) -> Iterator[Watch]:
    seen = _ClassicWatch(spark, tag)
    if on_progress is None:
        yield seen
        return
    over = threading.Event()
    poller = threading.Thread(
        target=_poll, args=(seen, on_progress, over), name="synapse-progress", daemon=True
    )
    poller.start()
    try:
        yield seen
    finally:
        over.set()
        poller.join(timeout=2 * _POLL_SECONDS)


def _poll(seen: Watch, on_progress: ProgressCallback, over: threading.Event) -> None:
    while not over.wait(_POLL_SECONDS):
        try:
            progress = seen.now()
            if not over.is_set():
                on_progress(progress)
        except Exception as failure:
            # The work itself is not to blame, and goes on.
            if not over.is_set():
                warnings.warn(f"Progress is no longer shown: {failure}", stacklevel=1)
            return


class _ConnectWatch:
    """Keeps the last that the server told of each operation."""

    def __init__(self, on_progress: ProgressCallback | None) -> None:
        self._on_progress, self._began = on_progress, time.monotonic()
        self._stages: dict[str, list[StageTasks]] = {}

    def __call__(
        self,
        stages: Iterable[Any] | None,
        inflight_tasks: int,  # noqa: ARG002  the client names all four
        operation_id: str | None,
        done: bool,
    ) -> None:
        """Take what the Connect client tells, by the names it uses."""
        told = [_connect_stage(stage, done) for stage in stages or ()]
        started = [stage for stage in told if stage.done or stage.active]
        if started or (operation_id or "") not in self._stages:
            self._stages[operation_id or ""] = started
        if self._on_progress is not None:
            self._on_progress(self.now())

    def now(self, finished: bool = False) -> SparkProgress:
        operations = [stages for stages in self._stages.values() if stages]
        stages = [stage for operation in operations for stage in operation]
        return _progress(len(operations), stages, self._began, finished)


def _connect_stage(stage: Any, operation_done: bool) -> StageTasks:
    done, total = stage.num_completed_tasks, stage.num_tasks
    over = operation_done or stage.done
    active = 0 if over else total - done
    return StageTasks(stage.stage_id, "", done, total, active, None, stage.num_bytes_read)


@contextlib.contextmanager
def _connect_watch(spark: Any, on_progress: ProgressCallback | None) -> Iterator[Watch]:
    seen = _ConnectWatch(on_progress)
    if not hasattr(spark, "registerProgressHandler"):  # Spark 3.5
        yield seen
        return
    spark.registerProgressHandler(seen)
    try:
        yield seen
    finally:
        spark.removeProgressHandler(seen)


def _progress(jobs: int, stages: list[StageTasks], began: float, finished: bool) -> SparkProgress:
    rows = [stage.rows_read for stage in stages]
    known = [count for count in rows if count is not None]
    bytes_ = [stage.bytes_read for stage in stages if stage.bytes_read is not None]
    return SparkProgress(
        jobs=jobs,
        stages=tuple(stage for stage in stages if stage.active and not finished),
        done=sum(stage.done for stage in stages),
        total=sum(stage.total for stage in stages),
        elapsed=time.monotonic() - began,
        rows_read=sum(known) if known and len(known) == len(rows) else None,
        bytes_read=sum(bytes_) if bytes_ else None,
        finished=finished,
    )
