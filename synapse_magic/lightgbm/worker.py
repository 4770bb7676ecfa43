"""What one worker does: take its rows, meet the others, have them learned, hand back the model.

Plain functions of plain values: this module is imported by Spark's Python workers, where importing
``pyspark.ml`` would cost a second.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict

import pyarrow as pa

from synapse_magic.lightgbm.council import Council, convene
from synapse_magic.lightgbm.handover import read_rows
from synapse_magic.lightgbm.learner import train
from synapse_magic.lightgbm.plan import Trained, TrainingPlan
from synapse_magic.lightgbm.rendezvous import Seat, meet
from synapse_magic.lightgbm.rows import Rows, gather

RESULT_SCHEMA = "result string"
"""One row, the JSON of a :class:`Trained`, from the worker that leads."""

NETWORK_GRACE_SECONDS = 5.0
"""How long a worker holds an error of the network back: its cause is on another worker."""


def train_partition(
    plan: TrainingPlan, batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Train on the rows of one partition, together with the other partitions of the stage."""
    training, validation = gather(batches, plan.layout)
    if plan.workers == 1:
        yield _result(train(plan, {}, training, validation, Council(), bool(len(validation))))
        return
    trained = _train_together(plan, training, validation)
    if trained is not None:
        yield _result(trained)


def train_files(
    plan: TrainingPlan, paths: Sequence[str], batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Train on the rows in these files; the batches of the task itself only make it run."""
    for _ in batches:
        pass
    training, validation = gather(read_rows(paths), plan.layout)
    yield _result(train(plan, {}, training, validation, Council(), bool(len(validation))))


def _train_together(plan: TrainingPlan, training: Rows, validation: Rows) -> Trained | None:
    from pyspark import BarrierTaskContext

    context = BarrierTaskContext.get()
    features = training.features or validation.features
    with meet(context, len(training), len(validation), features, plan.timeout) as seat:
        if seat.own not in seat.members:
            return None
        try:
            return _train_seated(plan, seat, training, validation)
        except Exception as error:
            if _is_network_error(error):
                time.sleep(NETWORK_GRACE_SECONDS)
            raise


def _train_seated(
    plan: TrainingPlan, seat: Seat, training: Rows, validation: Rows
) -> Trained | None:
    leads = seat.own == seat.leader
    leader = None if leads else (seat.leader.host, seat.leader.control)
    size = len(seat.members)
    with convene(seat.listener, leader, size, plan.token, plan.timeout) as council:
        network = seat.network() if size > 1 else {}
        validates = seat.leader.validation > 0
        trained = train(plan, network, training, validation, council, validates, size)
    return trained if leads else None


def _is_network_error(error: Exception) -> bool:
    return isinstance(error, OSError) or "ocket" in str(error)


def _result(trained: Trained) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({"result": [json.dumps(asdict(trained))]})
