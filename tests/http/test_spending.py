from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from synapse_magic.http.spending import Limits, Spending

Make = Callable[..., Spending]


@pytest.fixture
def spending() -> Iterator[Make]:
    """Give a function that makes what several processes share."""
    run, made = uuid.uuid4().hex, []

    def make(calls: int | None = None, cost: float | None = None) -> Spending:
        made.append(Spending(run, Limits(calls, cost)))
        return made[-1]

    yield make
    made[-1].forget()


def test_calls_of_all_who_share_a_limit_count(spending: Make) -> None:
    one, other = spending(calls=3), spending(calls=3)
    assert [one.reserve(), other.reserve(), one.reserve()] == [None] * 3
    assert other.reserve() == one.reserve() == "3 calls"


def test_no_thread_takes_more_than_there_is(spending: Make) -> None:
    shared = spending(calls=50)
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: shared.reserve(), range(200)))
    assert taken.count(None) == 50


def test_what_is_under_way_is_taken_before_it_is_known(spending: Make) -> None:
    shared = spending(cost=1.0)
    assert shared.reserve(0.4) is None
    assert shared.reserve(0.4) is None
    assert shared.reserve(0.4) == "$1"
    shared.settle(0.4, 0.1)
    assert shared.reserve(0.4) is None


def test_a_cost_that_is_spent_forbids_calls_of_unknown_cost(spending: Make) -> None:
    shared = spending(cost=1.0)
    assert shared.reserve() is None
    shared.settle(0.0, 1.0)
    assert shared.reserve() == "$1"


def test_what_was_spent_on_another_machine_is_left_out_of_a_limit() -> None:
    shared = Spending(uuid.uuid4().hex, Limits(5, 1.0, calls_before=3, cost_before=0.5))
    assert [shared.reserve(0.1) for _ in range(3)] == [None, None, "5 calls"]
    assert shared.reserve(0.4) == "$1"
    shared.forget()
    nothing = Spending(uuid.uuid4().hex, Limits(5, calls_before=6))
    assert nothing.reserve() == "5 calls"
    nothing.forget()


def test_a_call_that_is_forbidden_takes_no_money(spending: Make) -> None:
    shared = spending(calls=1, cost=1.0)
    assert shared.reserve(0.5) is None
    assert shared.reserve(0.5) == "1 call"
    shared.settle(0.5, 0.0)
    assert spending(calls=2, cost=1.0).reserve(1.0) is None


def test_one_tenth_ten_times_is_one(spending: Make) -> None:
    shared = spending(cost=1.0)
    assert [shared.reserve(0.1) for _ in range(11)] == [None] * 10 + ["$1"]
