"""What classic Spark and Spark Connect do differently, behind functions that are the same on both.

The only file that reaches below the API they share. What it takes from the JVM is behind a
check, so that everything above it works on either.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from synapse_magic.spark.target import host_and_port, one_machine

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

T = TypeVar("T")
_ELASTIC = "spark.dynamicAllocation.enabled"
_barriers_lock = threading.Lock()
_in_barriers: set[object] = set()
"""Who is inside :func:`barriers_allowed`."""
# What marks a thread's jobs, and is forgotten by the JVM when py4j is interrupted.
_THREAD_PROPERTIES = (
    "spark.job.tags",
    "spark.job.description",
    "spark.job.interruptOnCancel",
    "spark.jobGroup.id",
)


def is_connect(spark: SparkSession) -> bool:
    """Say whether ``spark`` is a Spark Connect session."""
    return "connect" in type(spark).__module__.split(".")


def master_of(spark: SparkSession) -> str:
    """Return the master that ``spark`` runs on; for a Connect server its address."""
    if is_connect(spark) and not is_local_connect():
        host, port = _connect_place(spark)
        return f"sc://{host}:{port}"
    master = spark.conf.get("spark.master", "") or ""
    return f"sc://{master}" if is_connect(spark) else master


def own_host(spark: SparkSession) -> str:
    """Return the address at which workers reach this process."""
    master = master_of(spark)
    if one_machine(master) or re.match(r"(spark|sc)://(localhost|127\.0\.0\.1)(:|$)", master):
        return "127.0.0.1"
    if not is_connect(spark):
        return spark.conf.get("spark.driver.host") or socket.gethostname()
    return socket.gethostname()


def is_alive(spark: SparkSession) -> bool:
    """Say whether ``spark`` can still run anything, within about two seconds."""
    if is_connect(spark):
        return _connect_alive(spark)
    from py4j.protocol import Py4JError

    try:
        context = spark.sparkContext
        return context._jsc is not None and not context._jsc.sc().isStopped()
    except (Py4JError, OSError):
        return False  # the JVM itself is gone


def _connect_alive(spark: Any) -> bool:
    client = spark.client
    if getattr(client, "_closed", False):
        return False
    host, port = _connect_place(spark)
    return _answers(host, port, timeout=2.0)


def _connect_place(spark: Any) -> tuple[str, int]:
    return host_and_port("sc://" + spark.client._builder.endpoint)


def _answers(host: str, port: int, timeout: float) -> bool:
    try:
        socket.create_connection((host, port), timeout=timeout).close()
    except OSError:
        return False
    return True


def ui_address(spark: SparkSession) -> str | None:
    """Return the address of the Spark UI; None where there is none or it is not known."""
    if not is_connect(spark):
        return spark.sparkContext.uiWebUrl
    context = _context_behind_connect()
    return context.uiWebUrl if context is not None else None


def _context_behind_connect() -> Any | None:
    """Return the classic context of a Connect server that runs inside this process."""
    if not is_local_connect():
        return None
    from pyspark import SparkContext

    return SparkContext._active_spark_context


def is_local_connect() -> bool:
    """Say whether this process runs a Spark Connect server of its own."""
    return "SPARK_LOCAL_REMOTE" in os.environ


def slots(spark: SparkSession) -> int:
    """Return how many tasks run at once.

    Those of the executors there are now or, over Connect and before there are any, Spark's own
    default parallelism.
    """
    if is_connect(spark):
        return _default_parallelism(spark)
    return slots_there(spark) or int(spark.sparkContext.defaultParallelism)


def slots_there(spark: SparkSession) -> int:
    """Return how many tasks run at once on the executors of a classic session; 0 without any."""
    context = spark.sparkContext._jsc.sc()
    profile = context.resourceProfileManager().defaultResourceProfile()
    return int(context.maxNumConcurrentTasks(profile))


def hosts(spark: SparkSession) -> int | None:
    """Return on how many machines the executors of now are.

    None where Spark does not tell, as a Connect server elsewhere, and where they have not come up
    yet, or come and go.
    """
    if one_machine(master_of(spark)):
        return 1
    context = _context(spark)
    if context is None or is_elastic(spark):
        return None
    return persistent(lambda: _hosts(context)) or None


def _hosts(context: Any) -> int:
    listed = context._jsc.sc().statusStore().executorList(True)
    executors = [listed.apply(place) for place in range(listed.size())]
    ports = [each.hostPort() for each in executors if each.id() != "driver"]
    return len({port.rpartition(":")[0] for port in ports})


def is_elastic(spark: SparkSession) -> bool:
    """Say whether executors come and go with the work (dynamic allocation)."""
    return bool(spark.conf.get(_ELASTIC, "false") == "true")


@contextlib.contextmanager
def barriers_allowed(spark: SparkSession) -> Iterator[None]:
    """Let a classic session run barrier stages inside the ``with`` block, elastic or not.

    Spark refuses them on an elastic cluster by one look at the setting when a job is submitted
    (SPARK-24942), as more slots may be asked for than ever come. Who calls this asks for no more
    than there are. Several threads may be inside at once.
    """
    if is_connect(spark) or not is_elastic(spark):
        yield
        return
    conf = spark.sparkContext._jsc.sc().conf()
    this = object()
    with _barriers_lock:
        _in_barriers.add(this)
        conf.set(_ELASTIC, "false")
    try:
        yield
    finally:
        with _barriers_lock:
            _in_barriers.remove(this)
            if not _in_barriers:
                conf.set(_ELASTIC, "true")


def cores_of_slot(spark: SparkSession) -> int:
    """Return how many cores one task may use."""
    return int(spark.conf.get("spark.task.cpus", None) or 1)


def await_executors(spark: SparkSession, expected: int) -> None:
    """Wait until the executors of a new cluster session have come up, ten seconds at most."""
    until = time.monotonic() + 10
    while slots_there(spark) < expected and time.monotonic() < until:
        time.sleep(0.1)


def _default_parallelism(spark: SparkSession) -> int:
    # The plan of a range tells into how many parts Spark cuts it, without running a job.
    plan = spark.sql("EXPLAIN SELECT * FROM range(10)").collect()[0][0]
    found = re.search(r"splits=(\d+)", plan)
    return int(found.group(1)) if found else 1


def job_tag(spark: SparkSession, tag: str, description: str) -> Callable[[], None]:
    """Mark what this thread runs from now on, and return what takes the mark off again.

    The user's own job group stays as it is: an interrupt makes py4j lose all such marks of the
    thread, so they are written back.
    """
    if is_connect(spark):
        spark.addTag(tag)
        return lambda: spark.removeTag(tag)
    context = spark.sparkContext
    before = {key: context.getLocalProperty(key) for key in _THREAD_PROPERTIES}
    context.addJobTag(tag)
    context.setInterruptOnCancel(True)
    if description:
        context.setJobDescription(description)
    return lambda: persistent(lambda: _set_properties(context, before))


def _set_properties(context: Any, properties: dict[str, str | None]) -> None:
    for key, value in properties.items():
        context.setLocalProperty(key, value)


def persistent(call: Callable[[], T]) -> T | None:
    """Return ``call()``, tried again while py4j has no connection, and None in the end.

    An interrupt makes py4j close all its connections to the JVM, those of other threads too,
    and the next one or two it opens may be closed by the same.
    """
    from py4j.protocol import Py4JError, Py4JJavaError

    for _ in range(10):
        try:
            return call()
        except Py4JJavaError:
            raise  # the JVM did answer
        except (Py4JError, OSError):
            time.sleep(0.05)
    return None


def cancel_tag(spark: SparkSession, tag: str) -> None:
    """Ask Spark to cancel what runs under ``tag``."""
    if is_connect(spark):
        spark.interruptTag(tag)
    else:
        persistent(lambda: spark.sparkContext.cancelJobsWithTag(tag))


def runs_tag(spark: SparkSession, tag: str) -> bool:
    """Say whether anything still runs under ``tag``; asking cancels it on Spark Connect."""
    if is_connect(spark):
        return bool(spark.interruptTag(tag))
    running = persistent(lambda: [status for status, _ in _jobs(spark, tag) if status == "RUNNING"])
    return bool(running)


def _jobs(spark: SparkSession, tag: str) -> list[tuple[str, tuple[int, ...]]]:
    """Return the state and the stages of each job under ``tag``."""
    tracker = spark.sparkContext._jsc.sc().statusTracker()
    found = [tracker.getJobInfo(job) for job in tracker.getJobIdsForTag(tag)]
    jobs = [job.get() for job in found if job.isDefined()]
    return [(job.status().toString(), tuple(job.stageIds())) for job in jobs]


@dataclass(frozen=True)
class StageTasks:
    """A stage of a Spark job: its number, name, tasks, and what it has read so far.

    Its rows are told at the end alone, and where Spark counts rows.
    """

    id: int
    name: str
    done: int
    total: int
    active: int
    rows_read: int | None = None
    bytes_read: int | None = None


def tag_stages(
    spark: SparkSession, tag: str, *, settle: bool = False
) -> tuple[int, list[StageTasks]]:
    """Return how many jobs ran under ``tag``, and their stages that have started (classic only).

    A stage which Spark skips, its result being there already, never starts.

    Parameters
    ----------
    settle
        First wait a moment until Spark's own book-keeping has caught up, for final numbers.
    """
    return persistent(lambda: _tag_stages(spark, tag, settle)) or (0, [])


def _tag_stages(spark: SparkSession, tag: str, settle: bool) -> tuple[int, list[StageTasks]]:
    context = spark.sparkContext._jsc.sc()
    if settle:
        _settle(context)
    jobs = _jobs(spark, tag)
    numbers = sorted({stage for _, stages in jobs for stage in stages})
    found = [_stage(context, number, settle) for number in numbers]
    return len(jobs), [stage for stage in found if stage is not None]


def _settle(context: Any) -> None:
    from py4j.protocol import Py4JJavaError

    with contextlib.suppress(Py4JJavaError):  # it is still behind: the numbers may lack the last
        context.listenerBus().waitUntilEmpty(1000)


def _stage(context: Any, number: int, over: bool) -> StageTasks | None:
    if context.statusTracker().getStageInfo(number).isEmpty():
        return None  # long ago, no longer kept
    data = context.statusStore().lastStageAttempt(number)
    done, active = data.numCompleteTasks(), data.numActiveTasks()
    if not done and not active and not data.numFailedTasks():
        return None
    name = data.name().partition(" at ")[0]
    if name.startswith("$"):
        name = "query"  # Spark names what it runs in a thread of its own after a Scala closure
    rows = data.inputRecords() if over and not _reads_cached(context, number) else None
    return StageTasks(number, name, done, data.numTasks(), active, rows, data.inputBytes())


def _reads_cached(context: Any, number: int) -> bool:
    """Say whether a stage reads or fills a cache: of that Spark counts blocks, and calls them rows.

    So it does where that is no longer known.
    """
    from py4j.protocol import Py4JJavaError

    try:
        graph = context.statusStore().operationGraphForStage(number)
    except Py4JJavaError:
        return True
    return not graph.rootCluster().getCachedNodes().isEmpty()


def running_jobs(spark: SparkSession) -> int | None:
    """Return how many jobs run now, whoever started them; None where Spark does not tell."""
    context = _context(spark)
    if context is None:
        return None
    return persistent(lambda: len(context.statusTracker().getActiveJobsIds()))


def heap(spark: SparkSession) -> tuple[int, int] | None:
    """Return the bytes that the driver's JVM uses and may use; None where it is elsewhere."""
    context = _context(spark)
    return persistent(lambda: _heap(context)) if context is not None else None


def cached_bytes(spark: SparkSession) -> int | None:
    """Return what cached frames and tables take, in memory and on disk; None as above."""
    context = _context(spark)
    return persistent(lambda: _cached_bytes(context)) if context is not None else None


def _context(spark: SparkSession) -> Any | None:
    """Return the classic context whose JVM this process runs, None for a server elsewhere."""
    return _context_behind_connect() if is_connect(spark) else spark.sparkContext


def _heap(context: Any) -> tuple[int, int]:
    runtime = context._jvm.java.lang.Runtime.getRuntime()
    return runtime.totalMemory() - runtime.freeMemory(), runtime.maxMemory()


def _cached_bytes(context: Any) -> int:
    return sum(one.memSize() + one.diskSize() for one in context._jsc.sc().getRDDStorageInfo())


@dataclass(frozen=True)
class Kept:
    """What Spark keeps under a name: its level in words, bytes, and how many parts of how many."""

    name: str
    level: str
    memory: int
    disk: int
    parts: int
    of: int


def kept(spark: SparkSession) -> list[Kept] | None:
    """Return what cached frames and tables take, each alone; None as above."""
    context = _context(spark)
    return persistent(lambda: _kept(context)) if context is not None else None


def _kept(context: Any) -> list[Kept]:
    return [
        Kept(
            one.name(),
            one.storageLevel().description(),
            one.memSize(),
            one.diskSize(),
            one.numCachedPartitions(),
            one.numPartitions(),
        )
        for one in context._jsc.sc().getRDDStorageInfo()
    ]


def kept_as(frame: Any) -> tuple[str, int | None] | None:
    """Return the name under which a cached frame is kept, and its rows once all of it is there.

    None for a frame that is not cached, and on Spark Connect, which tells neither.
    """
    return None if is_connect(frame.sparkSession) else persistent(lambda: _kept_as(frame))


def _kept_as(frame: Any) -> tuple[str, int | None] | None:
    manager = frame.sparkSession._jsparkSession.sharedState().cacheManager()
    found = manager.lookupCachedData(frame._jdf)
    if not found.isDefined():
        return None
    relation = found.get().cachedRepresentation()
    builder = relation.cacheBuilder()
    if not builder.isCachedColumnBuffersLoaded():
        return builder.cachedName(), None
    rows = relation.computeStats().rowCount()
    return builder.cachedName(), int(str(rows.get())) if rows.isDefined() else None


def ship(spark: SparkSession, archive: str) -> None:
    """Put the zip file ``archive`` on the Python path of the workers of ``spark``."""
    if is_connect(spark):
        spark.addArtifacts(archive, pyfile=True)
    else:
        spark.sparkContext.addPyFile(archive)


def ship_file(spark: SparkSession, path: str) -> None:
    """Bring a file to every worker, where ``SparkFiles.get`` finds it by its name."""
    if is_connect(spark):
        spark.addArtifacts(path, file=True)
    else:
        spark.sparkContext.addFile(path)
