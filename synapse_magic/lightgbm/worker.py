"""What a task does: take its rows, have them learned, hand back the model or why there is none.

Plain functions of plain values: this module is imported by Spark's Python workers, where importing
``pyspark.ml`` would cost a second.

What fails comes back as a row, not as an error of the task, which Spark would try three times more
for nothing. A lost worker is an error, so that Spark ends the tasks that are left of the training.
"""

from __future__ import annotations

import contextlib
import functools
import json
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace

import pyarrow as pa

from synapse_magic.errors import SynapseError
from synapse_magic.lightgbm.council import Council
from synapse_magic.lightgbm.failure import cause_of
from synapse_magic.lightgbm.handover import claim, read_rows, task_file
from synapse_magic.lightgbm.learner import device_params, train
from synapse_magic.lightgbm.library import loaded_alone
from synapse_magic.lightgbm.lines import Message
from synapse_magic.lightgbm.overseer import Overseer
from synapse_magic.lightgbm.plan import Functions, TrainingPlan
from synapse_magic.lightgbm.process import Job
from synapse_magic.lightgbm.rendezvous import Seat, meet, tasks_here
from synapse_magic.lightgbm.reporter import pulse
from synapse_magic.lightgbm.rows import gather
from synapse_magic.lightgbm.starting import start_process

RESULT_SCHEMA = "result string, failure string, details string"
"""One row: the JSON of a :class:`Trained`, or the first cause of the failure and its traceback."""


@dataclass(frozen=True)
class Sharing:
    """How the tasks of a barrier stage share the work.

    Attributes
    ----------
    pooled : bool
        Whether the tasks of a host train together, or each for itself.
    threads : int
        Threads of each worker; 0 for those of the slots it trains for.
    cores : int
        Cores of a slot.
    size : int
        Estimated bytes of the rows of one task.
    """

    pooled: bool
    threads: int
    cores: int
    size: int


def train_partition(
    plan: TrainingPlan, batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Train on the rows of the one partition there is."""
    with pulse(plan.channel, plan.timeout):
        yield from _answer(lambda: _train_alone(plan, batches))


def train_files(
    plan: TrainingPlan, paths: Sequence[str], batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Train on the rows in these files; the batches of the task itself only make it run."""
    for _ in batches:
        pass
    with pulse(plan.channel, plan.timeout):
        yield from _answer(lambda: _train_alone(plan, read_rows(paths)))


def train_together(
    plan: TrainingPlan, sharing: Sharing, batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Train on the rows of this task together with the other tasks of its barrier stage."""
    from pyspark import BarrierTaskContext

    context = BarrierTaskContext.get()
    needed = sharing.size * tasks_here(context)
    with (
        pulse(plan.channel, plan.timeout),
        task_file(batches, needed) as path,
        meet(context, path, sharing.pooled, plan.timeout) as seat,
    ):
        crew = seat.crew
        if crew is None:
            return
        with claim(crew.paths) as paths:
            threads = sharing.threads or len(crew.members) * sharing.cores
            # Spark tells its task which device is its own, not the process that the task starts.
            params = {**plan.params, **device_params(plan), "num_threads": threads}
            own = replace(plan, params=params)
            if len(seat.crews) == 1:
                yield from _answer(lambda: _train_alone(own, read_rows(paths)))
            else:
                yield from _train_linked(own, seat, paths)


def _train_alone(plan: TrainingPlan, batches: Iterable[pa.RecordBatch]) -> Message:
    training, validation = gather(batches, plan.layout)
    # The user's functions may hold what the whole package has loaded.
    own_code = plan.functions != Functions()
    with contextlib.nullcontext() if own_code else loaded_alone():
        trained = train(plan, {}, training, validation, Council(), bool(len(validation)))
    return asdict(trained)


def _train_linked(
    plan: TrainingPlan, seat: Seat, paths: tuple[str, ...]
) -> Iterator[pa.RecordBatch]:
    """Train in a process of its own, linked to those of the other crews."""
    job = Job(plan, paths, seat.own.host, seat.own.port)
    overseer = Overseer(seat, plan.token, plan.timeout, functools.partial(start_process, job))
    outcome = overseer.run()
    if outcome.ending == "lost":
        raise SynapseError(outcome.cause)
    if outcome.ending == "failed" and overseer.leads:
        yield _row(failure=outcome.cause, details=outcome.details)
    if outcome.ending == "done" and overseer.result is not None:
        yield _row(result=json.dumps(overseer.result))


def _answer(work: Callable[[], Message]) -> Iterator[pa.RecordBatch]:
    try:
        yield _row(result=json.dumps(work()))
    except Exception as error:
        yield _row(failure=cause_of(error), details=traceback.format_exc())


def _row(result: str = "", failure: str = "", details: str = "") -> pa.RecordBatch:
    told = {"result": result, "failure": failure, "details": details}
    return pa.RecordBatch.from_pydict({name: [value] for name, value in told.items()})
