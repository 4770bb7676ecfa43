"""What changes is sent once, to all who listen."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from synapse_magic.notebook.lab.pushing import Pushing


class Comm:
    def __init__(self) -> None:
        self.sent: queue.Queue[Any] = queue.Queue()

    def send(self, data: Any) -> None:
        self.sent.put(data)


@pytest.fixture
def state() -> dict[str, Any]:
    return {"runs": 0}


@pytest.fixture
def pushing(state: dict[str, Any]) -> Iterator[Pushing]:
    made = Pushing(lambda: dict(state))
    yield made
    made.close()


def test_a_comm_is_told_the_state_when_it_opens(pushing: Pushing) -> None:
    comm = Comm()
    pushing.add(comm)
    assert comm.sent.get(timeout=10) == {"state": {"runs": 0}}


def test_a_change_is_told_and_the_same_is_not_told_again(
    pushing: Pushing, state: dict[str, Any]
) -> None:
    comm = Comm()
    pushing.add(comm)
    comm.sent.get(timeout=10)
    pushing.look()
    state["runs"] = 1
    pushing.begin()
    assert comm.sent.get(timeout=10) == {"state": {"runs": 1}}
    assert comm.sent.empty()


def test_a_closed_comm_is_told_nothing_more(pushing: Pushing, state: dict[str, Any]) -> None:
    closed, open_ = Comm(), Comm()
    pushing.add(closed)
    closed.sent.get(timeout=10)
    pushing.forget(closed)
    pushing.add(open_)
    assert open_.sent.get(timeout=10) == {"state": {"runs": 0}}
    assert closed.sent.empty()


def test_a_look_that_fails_does_not_end_the_pushing() -> None:
    failures = [RuntimeError("the session has ended meanwhile")]
    looked = threading.Event()

    def state() -> dict[str, Any]:
        looked.set()
        if failures:
            raise failures.pop()
        return {"runs": 0}

    pushing, comm = Pushing(state), Comm()
    pushing.add(comm)
    assert looked.wait(10)
    pushing.look()
    assert comm.sent.get(timeout=10) == {"state": {"runs": 0}}
    pushing.close()
