"""The driver's side of a training: send rows and plan to the workers, take the model back."""

from __future__ import annotations

import functools
import json
import secrets
import threading
import time
import warnings
from dataclasses import dataclass, replace

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from synapse_magic.errors import SynapseError
from synapse_magic.lightgbm.attendance import slots_kept
from synapse_magic.lightgbm.failure import lost_a_worker
from synapse_magic.lightgbm.features import Features, native_names
from synapse_magic.lightgbm.guard import guarded
from synapse_magic.lightgbm.handover import (
    WRITTEN_SCHEMA,
    require_space,
    row_bytes,
    run_folder,
    write_rows,
)
from synapse_magic.lightgbm.labels import Target
from synapse_magic.lightgbm.listener import listening
from synapse_magic.lightgbm.modes import Mode, is_one_process
from synapse_magic.lightgbm.plan import Trained, TrainingPlan
from synapse_magic.lightgbm.worker import (
    RESULT_SCHEMA,
    Sharing,
    train_files,
    train_partition,
    train_together,
)
from synapse_magic.spark.driver import barriers_allowed, own_host
from synapse_magic.spark.failure import first_cause
from synapse_magic.spark.session import slots
from synapse_magic.spark.shipping import map_in_arrow

_KEY = "key"
GROUP = "group"
MOST_ATTEMPTS = 3
"""How often workers that train together may be lost: Spark itself does not try again."""
AWAIT_SECONDS = 0.5


class TrainingError(SynapseError):
    """A training that failed, with its first cause."""

    def __init__(self, cause: str) -> None:
        super().__init__(f"LightGBM training failed: {cause}")
        self.cause = cause


@dataclass(frozen=True)
class Training:
    """All that one training is made from.

    Attributes
    ----------
    uid : str
        The estimator, named in the events.
    frame : DataFrame
        The user's rows.
    features : Features
    target : Target
    mode : Mode
    plan : TrainingPlan
        Without what depends on the mode and the features; :meth:`run` fills it in.
    """

    uid: str
    frame: DataFrame
    features: Features
    target: Target
    mode: Mode
    plan: TrainingPlan

    def run(self) -> Trained:
        """Train, and return the model.

        Raises
        ------
        SynapseError
            When a worker failed, with the first cause on the first line.
        """
        plan = self._completed_plan()
        attempt = 1
        while True:
            try:
                return _model_in(self._attempt(plan))
            except TrainingError as error:
                again = self.mode.way == "network" and not is_one_process(self.frame.sparkSession)
                if not (again and lost_a_worker(error.cause) and attempt < MOST_ATTEMPTS):
                    raise
                attempt += 1
                warnings.warn(f"{error}. Training starts again, attempt {attempt}", stacklevel=2)
                self._await_slots(error)

    def _attempt(self, plan: TrainingPlan) -> list[Row]:
        spark = self.frame.sparkSession
        with (
            guarded(spark) as guard,
            listening(self.uid, plan.rounds, own_host(spark), plan.timeout, guard.end) as channel,
            slots_kept(spark, self._tasks(), plan.timeout, guard.end),
        ):
            try:
                return self._carry_out(replace(plan, channel=channel))
            except (PySparkException, Py4JJavaError) as error:
                raise TrainingError(guard.cause or first_cause(error)) from error
            except KeyboardInterrupt:
                # Whoever interrupts does not wait for Spark's answer.
                threading.Thread(target=guard.end, args=("interrupted",), daemon=True).start()
                raise

    def _tasks(self) -> int:
        """Return how many tasks run at once, and none without the others."""
        return self.mode.workers if self.mode.way == "network" else 1

    def _await_slots(self, error: SynapseError) -> None:
        """Wait for executors in the place of lost ones: Spark refuses a stage without its slots."""
        spark, until = self.frame.sparkSession, time.monotonic() + self.plan.timeout
        while slots(spark) < self.mode.workers:
            if time.monotonic() > until:
                raise error
            time.sleep(AWAIT_SECONDS)

    def _carry_out(self, plan: TrainingPlan) -> list[Row]:
        if self.mode.way == "files":
            return self._train_on_files(plan)
        together = self.mode.way == "network"
        work = (
            functools.partial(train_together, plan, self._sharing())
            if together
            else functools.partial(train_partition, plan)
        )
        with barriers_allowed(self.frame.sparkSession):
            return map_in_arrow(self._spread(), work, RESULT_SCHEMA, barrier=together).collect()

    def _sharing(self) -> Sharing:
        mode = self.mode
        return Sharing(mode.pooled, mode.threads, mode.cores, self._bytes() // mode.workers)

    def _bytes(self) -> int:
        """Return about how many bytes the files hold that hand the rows over."""
        width = 4 if self.features.single else 8
        return self.mode.rows * row_bytes(len(self.features.names), width)

    def _train_on_files(self, plan: TrainingPlan) -> list[Row]:
        spark = self.frame.sparkSession
        with run_folder(spark.conf.get("spark.local.dir", None)) as folder:
            require_space(folder, self._bytes())
            write = functools.partial(write_rows, str(folder))
            written = map_in_arrow(self._rows(), write, WRITTEN_SCHEMA).collect()
            work = functools.partial(train_files, plan, [row.path for row in written])
            return map_in_arrow(spark.range(0, 1, 1, 1), work, RESULT_SCHEMA).collect()

    def _rows(self) -> DataFrame:
        """Return the features and the target of the rows that count, each group in one piece."""
        rows = self._selected()
        if self.target.group is None:
            return rows
        return rows.repartition(max(self.mode.threads, 1), GROUP).sortWithinPartitions(GROUP)

    def _selected(self) -> DataFrame:
        target = self.target.expressions(self.frame.schema)
        return self.frame.selectExpr(*self.features.expressions(), *target).where(
            self.target.is_used()
        )

    def _completed_plan(self) -> TrainingPlan:
        deterministic = {"force_col_wise": True} if self.plan.params.get("deterministic") else {}
        return replace(
            self.plan,
            params={**deterministic, **self.plan.params, "num_threads": self.mode.threads},
            workers=self.mode.workers,
            layout=self.features.layout,
            names=native_names(self.features.names),
            categorical=self.features.categorical,
            token=secrets.token_hex(16),
        )

    def _spread(self) -> DataFrame:
        """Return the rows that count, one partition for each worker."""
        rows = self._selected()
        grouped = self.target.group is not None
        if self.mode.workers == 1:
            return _sorted(rows.repartition(1), GROUP if grouped else None)
        # Rows are drawn at random, so that sorted input gives every worker the same picture, and
        # all validation rows meet in one place, where they are measured exactly.
        key = F.col(GROUP) if grouped else F.monotonically_increasing_id()
        if self.target.validation is not None:
            key = F.when(F.col("valid"), F.lit(0)).otherwise(key)
        spread = rows.withColumn(_KEY, key).repartition(self.mode.workers, _KEY)
        in_order = _KEY if self.plan.params.get("deterministic") else None
        return _sorted(spread, GROUP if grouped else in_order).drop(_KEY)


def _sorted(rows: DataFrame, name: str | None) -> DataFrame:
    return rows if name is None else rows.sortWithinPartitions(name)


def _model_in(found: list[Row]) -> Trained:
    """Return the model among the rows that the workers gave.

    Raises
    ------
    SynapseError
        With what a worker said why there is none; its traceback is the cause of the error.
    """
    for row in found:
        if row.failure:
            details = RuntimeError(row.details) if row.details else None
            raise TrainingError(row.failure) from details
    if len(found) != 1:
        raise SynapseError(f"LightGBM training gave {len(found)} models. Expected one")
    return Trained(**json.loads(found[0].result))
