"""Which run a thread works for, and whom a cancel reaches, without Spark."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from synapse_magic.spark import driver, running
from synapse_magic.spark.running import Cancelled, in_thread, run

SPARK: Any = SimpleNamespace()


pytestmark = pytest.mark.usefixtures("without_spark")


def elsewhere(work: Callable[[], Any]) -> Any:
    """Return what work gives in a thread of its own."""
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    thread.join()
    return found[0]


def belonging(work: Callable[[], Any]) -> Any:
    """Return what work gives in a thread that belongs to the run of this one."""
    found: list[Any] = []
    thread = threading.Thread(target=in_thread(SPARK, lambda: found.append(work())))
    thread.start()
    thread.join()
    return found[0]


def test_only_the_threads_of_a_run_are_told_that_it_stops() -> None:
    def work() -> tuple[bool, bool, bool, bool]:
        mine = running.current()
        before = running.stopping()
        assert running.cancel(mine) == 1
        inner = run(SPARK, running.stopping)
        return before, inner, belonging(running.stopping), elsewhere(running.stopping)

    assert run(SPARK, work) == (False, True, True, False)
    assert not running.stopping()


def test_a_run_in_a_thread_of_a_run_is_part_of_that_one() -> None:
    def inner() -> list[str]:
        return [each.description for each in running.active()]

    def outer() -> Any:
        return belonging(lambda: run(SPARK, inner, description="trial"))

    assert run(SPARK, outer, description="search") == ["search"]
    assert elsewhere(lambda: run(SPARK, inner, description="alone")) == ["alone"]


def test_a_thread_that_outlives_its_run_is_shown_again() -> None:
    go, seen = threading.Event(), []

    def late() -> None:
        go.wait()
        run(SPARK, lambda: seen.extend(running.active()), description="late")

    thread = run(SPARK, lambda: threading.Thread(target=in_thread(SPARK, late)))
    thread.start()
    go.set()
    thread.join()
    assert [each.description for each in seen] == ["late"]


def test_the_runs_of_a_thread_are_cancelled_and_others_go_on() -> None:
    begun, over = threading.Event(), threading.Event()

    def other() -> bool:
        begun.set()
        over.wait()
        return running.stopping()

    kept: list[bool] = []
    thread = threading.Thread(target=lambda: kept.append(run(SPARK, other)))
    thread.start()
    begun.wait()

    def work() -> None:
        assert running.cancel(thread=threading.get_ident()) == 1
        raise RuntimeError("what Spark raises when its job is cancelled")

    with pytest.raises(Cancelled):
        run(SPARK, work)
    assert [each.thread for each in running.active()] == [thread.ident]
    over.set()
    thread.join()
    assert kept == [False]


def test_all_that_belongs_to_a_run_names_the_same_root() -> None:
    def work() -> tuple[str | None, str | None, str | None, str | None]:
        inner = run(SPARK, running.current)
        return running.current(), inner, belonging(running.current), elsewhere(running.current)

    mine, inner, thread, stranger = run(SPARK, work)
    assert mine == inner == thread is not None
    assert stranger is None
    assert running.current() is None


def test_a_run_that_cannot_be_marked_is_not_in_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("Spark has ended")

    monkeypatch.setattr(driver, "job_tag", broken)
    with pytest.raises(RuntimeError, match="Spark has ended"):
        run(SPARK, lambda: None)
    assert running.cancel() == 0
