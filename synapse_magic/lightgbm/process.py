"""The training process of a worker that trains over LightGBM's network.

A task of Spark starts it and watches over it. So a network that hangs in native code, a crash of
it, and memory that it keeps are all ended the same way: the process is.
"""

from __future__ import annotations

import os
import pickle
import socket
import sys
import traceback
from dataclasses import asdict, dataclass
from typing import Any

from synapse_magic.kernels.booster import QUIET_WAIT
from synapse_magic.lightgbm.council import convene
from synapse_magic.lightgbm.failure import cause_of, kind_of
from synapse_magic.lightgbm.handover import read_rows
from synapse_magic.lightgbm.lines import Message
from synapse_magic.lightgbm.plan import Trained, TrainingPlan
from synapse_magic.lightgbm.reins import Reins
from synapse_magic.lightgbm.rows import Rows, gather

START = (
    "import json, sys; sys.path[:] = json.loads(sys.stdin.buffer.readline()); "
    "from synapse_magic.lightgbm.process import main; main()"
)
"""What the process runs; the first line of its input is the path to import from."""


@dataclass(frozen=True)
class Job:
    """All that a training process is told at its start.

    Attributes
    ----------
    plan : TrainingPlan
    paths : tuple of str
        The files with its rows.
    host : str
        The address at which the others reach it.
    port : int
        Where its task listens.
    """

    plan: TrainingPlan
    paths: tuple[str, ...]
    host: str
    port: int


def main() -> None:
    """Train as the task says that started this process, and end."""
    os.environ.setdefault(*QUIET_WAIT)
    job: Job = pickle.load(sys.stdin.buffer)
    reins = Reins(job.host, job.port, job.plan.token, job.plan.timeout)
    try:
        reins.tell({"done": _train(job, reins)})
    except Exception as error:
        cause, details = cause_of(error), traceback.format_exc()
        reins.tell({"failed": cause, "kind": kind_of(error), "details": details})
    reins.hear()  # until the task has ended the connection, and this process with it


def _train(job: Job, reins: Reins) -> Message | None:
    """Return the model as a message, on the worker that leads."""
    training, validation = gather(read_rows(job.paths), job.plan.layout)
    with _bound("") as reserved, socket.create_server((job.host, 0)) as listener:
        reins.tell({"ready": _present(job, training, validation, reserved, listener)})
        told = reins.hear()["go"]
        trained = _train_linked(job, reins, told, training, validation, reserved, listener)
    return asdict(trained) if told["leads"] else None


def _present(
    job: Job, training: Rows, validation: Rows, reserved: socket.socket, listener: socket.socket
) -> Message:
    return {
        "host": job.host,
        "port": reserved.getsockname()[1],
        "council": listener.getsockname()[1],
        "rows": len(training),
        "validation": len(validation),
        "features": training.features or validation.features,
    }


def _train_linked(
    job: Job,
    reins: Reins,
    told: Message,
    training: Rows,
    validation: Rows,
    reserved: socket.socket,
    listener: socket.socket,
) -> Trained:
    from synapse_magic.lightgbm.learner import train

    plan, size = job.plan, len(told["machines"])
    leader = None if told["leads"] else (told["leader"][0], told["leader"][1])
    network = _network(told["machines"], reserved.getsockname()[1], plan.timeout)

    def linked() -> None:
        reins.tell({"linked": True})

    with convene(listener, leader, size, plan.token, plan.timeout, linked) as council:
        reserved.close()  # for LightGBM to bind
        return train(plan, network, training, validation, council, told["validates"], size)


def _network(machines: list[str], port: int, timeout: float) -> dict[str, Any]:
    return {
        "machines": ",".join(machines),
        "num_machines": len(machines),
        "local_listen_port": port,
        "time_out": max(1, round(timeout / 60)),  # minutes that it waits for a peer
        "tree_learner": "data_parallel",
        "pre_partition": True,
    }


def _bound(host: str) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.bind((host, 0))
    return sock
