"""The meeting of the tasks of a barrier stage: whose rows are where, and who trains on them.

Runs in workers. The tasks of one host pool their rows: the first of them trains with the threads
of all. LightGBM cannot work with a member that has no rows, so a host without any steps back here.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from synapse_magic.errors import SynapseError


@dataclass(frozen=True)
class Member:
    """What a task says about itself.

    Attributes
    ----------
    partition : int
    host : str
        The address at which the others reach it.
    port : int
        Where it listens to the others.
    path : str
        The file with its rows; empty when it has none.
    """

    partition: int
    host: str
    port: int
    path: str


@dataclass(frozen=True)
class Crew:
    """The tasks that train on the rows of one host, or of one task; the first does the work."""

    members: tuple[Member, ...]

    @property
    def first(self) -> Member:
        """The task that trains."""
        return self.members[0]

    @property
    def paths(self) -> tuple[str, ...]:
        """The files with the rows, in the order of their partitions."""
        return tuple(member.path for member in self.members if member.path)


@dataclass
class Seat:
    """A task's place in the meeting.

    Attributes
    ----------
    own : Member
    crews : tuple of Crew
        Those that have rows.
    listener : socket
        Where this task listens, bound to the port that it told.
    """

    own: Member
    crews: tuple[Crew, ...]
    listener: socket.socket

    @property
    def crew(self) -> Crew | None:
        """The crew that this task trains for; None when there is nothing left for it to do."""
        return next((crew for crew in self.crews if crew.first == self.own), None)


@contextlib.contextmanager
def meet(context: Any, path: str, pooled: bool, timeout: float) -> Iterator[Seat]:
    """Tell all tasks of the barrier stage about this one, and hear of them.

    Parameters
    ----------
    context : pyspark.BarrierTaskContext
    path : str
        The file with the rows of this task; empty when it has none.
    pooled : bool
        Whether the tasks of a host train together.
    timeout : float
        Seconds to wait for the others.
    """
    address = own_address([info.address for info in context.getTaskInfos()], context.partitionId())
    with socket.create_server((address, 0)) as listener:
        own = Member(context.partitionId(), address, listener.getsockname()[1], path)
        told = within(timeout, lambda: context.allGather(json.dumps(asdict(own))))
        yield Seat(own, crews([Member(**json.loads(text)) for text in told], pooled), listener)


def crews(members: list[Member], pooled: bool) -> tuple[Crew, ...]:
    """Return who trains together: the tasks of each host, or each for itself.

    Raises
    ------
    SynapseError
        When nobody has rows.
    """
    found: dict[Any, list[Member]] = {}
    for member in sorted(members, key=lambda member: member.partition):
        found.setdefault(member.host if pooled else member.partition, []).append(member)
    working = (Crew(tuple(group)) for group in found.values())
    seated = tuple(crew for crew in working if crew.paths)
    if not seated:
        raise SynapseError("There are no training rows. Expected at least one")
    return seated


def own_address(tasks: list[str], partition: int) -> str:
    """Return the IPv4 address at which the workers of these tasks reach this one.

    It is the one that Spark itself binds on this machine, where that is set.
    """
    if "SPARK_LOCAL_IP" in os.environ:
        return socket.gethostbyname(os.environ["SPARK_LOCAL_IP"])
    hosts = [task.rpartition(":")[0] or task for task in tasks]
    if len(set(hosts)) <= 1:
        return "127.0.0.1"
    return socket.gethostbyname(hosts[partition])


def tasks_here(context: Any) -> int:
    """Return how many tasks of the barrier stage run on the host of this one."""
    hosts = [info.address.rpartition(":")[0] for info in context.getTaskInfos()]
    return hosts.count(hosts[context.partitionId()])


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
