from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyspark
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from synapse_magic.spark import running
from synapse_magic.spark.running import Cancelled, run
from synapse_magic.spark.watching import SparkProgress


def slow(batches: Iterator[Any]) -> Iterator[Any]:
    import time

    for batch in batches:
        time.sleep(0.3)
        yield batch


def long_query(spark: SparkSession) -> int:
    return spark.range(0, 400, 1, 200).mapInArrow(slow, "id long").count()


def active_jobs(spark: SparkSession) -> list[int]:
    return spark.sparkContext.statusTracker().getActiveJobsIds()


def test_the_result_of_the_work_comes_back(spark: SparkSession) -> None:
    assert run(spark, lambda: spark.range(10).count()) == 10


def test_an_error_of_the_work_comes_back_as_it_is(spark: SparkSession) -> None:
    with pytest.raises(ZeroDivisionError):
        run(spark, lambda: 1 // 0)


def test_progress_ends_with_all_tasks_done_and_the_rows_read(
    spark: SparkSession, tmp_path: Path
) -> None:
    path = str(tmp_path / "rows")
    spark.range(0, 1000, 1, 2).write.parquet(path)
    seen: list[SparkProgress] = []

    def work() -> int:
        frame = spark.read.parquet(path).repartition(8).mapInArrow(slow, "id long")
        return frame.groupBy((F.col("id") % 3).alias("k")).count().count()

    assert run(spark, work, on_progress=seen.append, description="counting") == 3
    last = seen[-1]
    assert [progress.finished for progress in seen] == [False] * (len(seen) - 1) + [True]
    assert last.done == last.total > 0
    assert last.jobs >= 1
    assert last.rows_read == 1000
    assert any(progress.stages for progress in seen[:-1])


def test_stages_that_spark_skips_do_not_count(spark: SparkSession) -> None:
    frame = spark.range(100).repartition(3).cache()
    frame.count()
    seen: list[SparkProgress] = []
    run(spark, lambda: frame.count(), on_progress=seen.append)
    assert seen[-1].done == seen[-1].total
    assert seen[-1].rows_read is None  # Spark tells how many blocks, not how many rows
    frame.unpersist()


def test_a_broken_display_does_not_break_the_work(spark: SparkSession) -> None:
    def broken(progress: SparkProgress) -> None:
        if not progress.finished:
            raise RuntimeError("no screen")

    def work() -> int:
        return spark.range(0, 8, 1, 8).mapInArrow(slow, "id long").count()

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert run(spark, work, on_progress=broken) == 8
    assert any("no screen" in str(warning.message) for warning in caught)


def test_an_interrupt_cancels_the_job_and_says_how_far_it_came(spark: SparkSession) -> None:
    began = []

    def interrupt() -> None:
        began.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    threading.Timer(2, interrupt).start()
    with pytest.raises(Cancelled, match=r"^Cancelled: \d+ jobs?, 1\d\d tasks not run$"):
        run(spark, lambda: long_query(spark))
    assert time.monotonic() - began[0] < 5
    assert active_jobs(spark) == []
    assert spark.range(3).count() == 3


def test_an_interrupt_that_an_error_came_in_the_place_of_is_one(spark: SparkSession) -> None:
    def work() -> None:
        try:
            raise KeyboardInterrupt
        finally:  # as PySpark does, on the connection that is half read
            raise ConnectionError("Answer from Java side is empty")

    with pytest.raises(Cancelled):
        run(spark, work)


def test_a_cancel_from_another_thread_ends_the_run(spark: SparkSession) -> None:
    threading.Timer(2, running.cancel).start()
    with pytest.raises(Cancelled, match=r"^Cancelled: "):
        run(spark, lambda: long_query(spark))
    assert active_jobs(spark) == []
    assert running.cancel() == 0


def test_a_run_is_told_of_while_it_lasts_and_cancelled_by_its_id(spark: SparkSession) -> None:
    told: list[running.Run] = []

    def look() -> None:
        while not any(run.progress.stages for run in running.active()):
            time.sleep(0.05)
        told.extend(running.active())
        running.cancel(told[0].id)
        told.extend(running.active())

    looking = threading.Thread(target=look)
    looking.start()

    def work() -> int:  # a run inside another is part of it, and what comes after is cancelled too
        with contextlib.suppress(Exception):
            run(spark, lambda: long_query(spark), description="inner")
        return long_query(spark)

    with pytest.raises(Cancelled):
        run(spark, work, description="outer")
    looking.join()
    assert [(run.description, run.stopping) for run in told] == [("outer", False), ("outer", True)]
    assert running.active() == []
    assert running.cancel("a run that has ended") == 0


def test_the_marks_of_the_user_are_left_as_they_were(spark: SparkSession) -> None:
    context = spark.sparkContext
    context.setJobGroup("mine", "my description")
    try:
        run(spark, lambda: spark.range(3).count(), description="ours")
        assert context.getLocalProperty("spark.jobGroup.id") == "mine"
        assert context.getLocalProperty("spark.job.description") == "my description"
        assert not context.getJobTags()
        threading.Timer(1.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
        with pytest.raises(Cancelled):
            run(spark, lambda: long_query(spark))
        assert context.getLocalProperty("spark.jobGroup.id") == "mine"
        assert context.getLocalProperty("spark.job.description") == "my description"
    finally:
        for name in ("spark.jobGroup.id", "spark.job.description"):
            context.setLocalProperty(name, None)  # type: ignore[arg-type]


@pytest.mark.skipif(pyspark.__version__ < "4", reason="PySpark 3.5 carries no Connect server")
def test_progress_and_cancel_work_over_connect(script: Callable[..., str]) -> None:
    said = script(
        """
import threading
from synapse_magic.spark import running
from synapse_magic.spark.session import start
session = start("sc://local[2]", conf={"spark.ui.enabled": False})
spark = session.spark
def slow(batches):
    import time
    for batch in batches:
        time.sleep(0.3)
        yield batch
seen = []
def work(tasks):
    return spark.range(0, 400, 1, tasks).mapInArrow(slow, "id long").count()
print(running.run(spark, lambda: work(8), on_progress=seen.append))
print(seen[-1].finished, seen[-1].done == seen[-1].total >= 8, any(p.stages for p in seen))
threading.Timer(2, running.cancel).start()
try:
    running.run(spark, lambda: work(200))
except running.Cancelled as cancelled:
    print(str(cancelled)[:17], spark.getTags())
print(spark.range(3).count())
session.stop()
"""
    )
    assert said.splitlines() == ["400", "True True True", "Cancelled: 1 job, set()", "3"]
