"""The meeting of the workers before they train: who has rows, and who is reached where.

Runs in workers. LightGBM cannot work with a member that has no rows, so those with an empty
partition step back here.
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from synapse_magic.errors import SynapseError


@dataclass(frozen=True)
class Member:
    """What a worker says about itself.

    ``port`` is for LightGBM's network and ``control`` for the council.
    """

    partition: int
    host: str
    port: int
    control: int
    rows: int
    validation: int
    features: int


@dataclass
class Seat:
    """A worker's place in the meeting, with the ports it keeps until they are used."""

    own: Member
    members: tuple[Member, ...]
    listener: socket.socket
    reserved: socket.socket

    @property
    def leader(self) -> Member:
        """The member that validates, decides and returns the model."""
        return self.members[0]

    def network(self) -> dict[str, Any]:
        """Return LightGBM's network parameters and let go of the port for it to bind."""
        self.reserved.close()
        return {
            "machines": ",".join(f"{m.host}:{m.port}" for m in self.members),
            "num_machines": len(self.members),
            "local_listen_port": self.own.port,
            "tree_learner": "data_parallel",
            "pre_partition": True,
        }


@contextlib.contextmanager
def meet(context: Any, rows: int, validation: int, features: int, timeout: float) -> Iterator[Seat]:
    """Tell all workers of the barrier stage about this one, and hear of them.

    Parameters
    ----------
    context : pyspark.BarrierTaskContext
    rows, validation, features : int
        What this worker holds.
    timeout : float
        Seconds to wait for the others.
    """
    address = own_address([info.address for info in context.getTaskInfos()], context.partitionId())
    with _bound(address) as listener, _bound("") as reserved:
        listener.listen()
        own = Member(
            context.partitionId(),
            address,
            reserved.getsockname()[1],
            listener.getsockname()[1],
            rows,
            validation,
            features,
        )
        told = within(timeout, lambda: context.allGather(json.dumps(asdict(own))))
        members = seated([Member(**json.loads(text)) for text in told])
        yield Seat(own, members, listener, reserved)


def seated(members: list[Member]) -> tuple[Member, ...]:
    """Return the members that train, the one with the validation rows first.

    Raises
    ------
    SynapseError
        When vectors of different sizes meet, or the validation rows are with an idle worker.
    """
    working = sorted((m for m in members if m.rows), key=lambda m: (-m.validation, m.partition))
    sizes = {m.features for m in members if m.rows or m.validation}
    if len(sizes) > 1:
        raise SynapseError(
            f"The vectors have different sizes, from {min(sizes)} to {max(sizes)}. "
            "Expected one size. Try: assemble them again with one stage"
        )
    if any(m.validation for m in members if not m.rows):
        raise SynapseError(
            "The worker with the validation rows has no training rows. Try: numTasks=1"
        )
    return tuple(working)


def own_address(tasks: list[str], partition: int) -> str:
    """Return the IPv4 address at which the workers of these tasks reach this one."""
    hosts = [task.rpartition(":")[0] or task for task in tasks]
    if len(set(hosts)) <= 1:
        return "127.0.0.1"
    return socket.gethostbyname(hosts[partition])


def within(seconds: float, call: Callable[[], Any]) -> Any:
    """Return what ``call`` returns, or fail when it takes longer.

    Spark would wait for a missing barrier task for a year.
    """
    outcome: list[Any] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(call())
        except Exception as error:
            failure.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if failure:
        raise failure[0]
    if not outcome:
        raise SynapseError(
            f"The training workers did not all show up within {seconds:g} s. "
            "Try: a larger timeout, or fewer numTasks"
        )
    return outcome[0]


def _bound(host: str) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.bind((host, 0))
    return sock
