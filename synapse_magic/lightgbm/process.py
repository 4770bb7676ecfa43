"""The training process of a worker that trains over LightGBM's network.

A task of Spark starts it and watches over it. So a network that hangs in native code, a crash of
it, and memory that it keeps are all ended the same way: the process is. It shows signs of life
before it loads anything that takes time.
"""

from __future__ import annotations

import json
import pickle
import socket
import sys
import traceback
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from synapse_magic.lightgbm.lines import Message
from synapse_magic.lightgbm.reins import Reins

if TYPE_CHECKING:
    from synapse_magic.lightgbm.plan import Trained, TrainingPlan
    from synapse_magic.lightgbm.rows import Rows

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

    def greeting(self) -> Message:
        """Return what the process needs to know to show that it lives."""
        plan = self.plan
        return {
            "host": self.host,
            "port": self.port,
            "token": plan.token,
            "timeout": plan.timeout,
        }


@dataclass(frozen=True)
class _Ports:
    """Held until they are used: LightGBM's own, and the one where the others are heard."""

    network: socket.socket
    council: socket.socket


def main() -> None:
    """Train as the task says that started this process, and end."""
    reins = Reins(**json.loads(sys.stdin.buffer.readline()))
    try:
        job: Job = pickle.load(sys.stdin.buffer)
        reins.tell({"done": _train(job, reins)})
    except Exception as error:
        from synapse_magic.lightgbm.failure import cause_of, kind_of

        cause, details = cause_of(error), traceback.format_exc()
        reins.tell({"failed": cause, "kind": kind_of(error), "details": details})
    reins.hear()  # until the task has ended the connection, and this process with it


def _train(job: Job, reins: Reins) -> Message | None:
    """Return the model as a message, on the worker that leads."""
    from synapse_magic.lightgbm.handover import read_rows
    from synapse_magic.lightgbm.library import load_alone
    from synapse_magic.lightgbm.rows import gather

    load_alone()
    training, validation = gather(read_rows(job.paths), job.plan.layout)
    with _bound("") as network, socket.create_server((job.host, 0)) as council:
        ports = _Ports(network, council)
        reins.tell({"ready": _present(job.host, ports, training, validation)})
        told = reins.hear()["go"]
        trained = _train_linked(job.plan, reins, told, training, validation, ports)
    return asdict(trained) if told["leads"] else None


def _present(host: str, ports: _Ports, training: Rows, validation: Rows) -> Message:
    return {
        "host": host,
        "port": ports.network.getsockname()[1],
        "council": ports.council.getsockname()[1],
        "rows": len(training),
        "validation": len(validation),
        "features": training.features or validation.features,
    }


def _train_linked(
    plan: TrainingPlan, reins: Reins, told: Message, training: Rows, validation: Rows, ports: _Ports
) -> Trained:
    from synapse_magic.lightgbm.council import convene
    from synapse_magic.lightgbm.learner import train

    size = len(told["machines"])
    leader = None if told["leads"] else (told["leader"][0], told["leader"][1])
    network = network_params(told["machines"], ports.network.getsockname()[1], plan.timeout)

    def linked() -> None:
        reins.tell({"linked": True})

    with convene(ports.council, leader, size, plan.token, plan.timeout, linked) as council:
        ports.network.close()  # for LightGBM to bind
        return train(plan, network, training, validation, council, told["validates"], size)


def network_params(machines: list[str], port: int, timeout: float) -> dict[str, Any]:
    """Return LightGBM's parameters of its network, with ``port`` as the own one."""
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
