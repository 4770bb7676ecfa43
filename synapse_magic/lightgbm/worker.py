"""What one worker does: take its rows, meet the others, train, hand back the model.

Plain functions of plain values: this module is imported by Spark's Python workers, where importing
``pyspark.ml`` would cost a second.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

import pyarrow as pa

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.booster import QUIET_WAIT
from synapse_magic.lightgbm.boosting import boost
from synapse_magic.lightgbm.council import Council, convene
from synapse_magic.lightgbm.handover import read_rows
from synapse_magic.lightgbm.plan import Trained, TrainingPlan
from synapse_magic.lightgbm.rendezvous import Seat, meet
from synapse_magic.lightgbm.reporter import reporting
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
        yield _result(train(plan, {}, training, validation, Council(), bool(validation.labels)))
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
    yield _result(train(plan, {}, training, validation, Council(), bool(validation.labels)))


def train(
    plan: TrainingPlan,
    network: dict[str, Any],
    training: Rows,
    validation: Rows,
    council: Council,
    validates: bool,
    workers: int = 1,
) -> Trained:
    """Train one booster; ``network`` is empty or LightGBM's parameters to reach the others."""
    os.environ.setdefault(*QUIET_WAIT)
    import lightgbm

    lightgbm.register_logger(_logger(plan))
    if not len(training):
        raise SynapseError("There are no training rows. Expected at least one")
    params = {**network, **plan.params}
    weight, features = training.weight, training.features
    dataset = training.dataset(params, **_described(plan, features))
    with _silent() if network else contextlib.nullcontext():
        booster = lightgbm.Booster(params, dataset)  # starts the network first, then bins
    try:
        if council.leads and len(validation):
            booster.add_valid(validation.dataset(params, dataset), "valid")
        with reporting(plan.channel if council.leads else None) as reporter:
            kept, history = boost(
                booster,
                plan,
                council,
                validates=validates,
                weight=weight,
                report=reporter.report,
            )
        kept = min(kept, booster.current_iteration())
        text = booster.model_to_string(num_iteration=kept) if council.leads else ""
        return Trained(text, features, kept, history, workers)
    finally:
        if network:
            booster.free_network()


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


def _logger(plan: TrainingPlan) -> logging.Logger:
    """Return a logger for LightGBM, which else tells of its network whatever the verbosity."""
    logger = logging.getLogger(__name__)
    logger.setLevel(logging.ERROR if int(str(plan.params["verbosity"])) < 0 else logging.INFO)
    return logger


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    """Drop what is written to standard output: LightGBM's listening thread asks no logger."""
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def _described(plan: TrainingPlan, features: int) -> dict[str, Any]:
    names = plan.names or tuple(f"Column_{index}" for index in range(features))
    return {"feature_name": list(names), "categorical_feature": list(plan.categorical)}


def _is_network_error(error: Exception) -> bool:
    return isinstance(error, OSError) or "ocket" in str(error)


def _result(trained: Trained) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({"result": [json.dumps(asdict(trained))]})
