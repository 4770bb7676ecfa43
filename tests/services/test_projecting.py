from __future__ import annotations

import pytest

from synapse_magic.http.call_counts import CallCounts
from synapse_magic.http.price import Price
from synapse_magic.results.call_projection import CallProjection
from synapse_magic.services.projecting import Called, Spread, project, with_tried

CHAT = Called("Chat", concurrency=4, price=Price(input=1.0, output=10.0))
TEN = CallCounts(sent=10, seconds=20.0, input=1000.0, output=100.0)


def test_calls_tokens_and_money_grow_with_the_rows() -> None:
    found = project(10, Spread(1000, 500, 2), [CHAT], [TEN])
    assert (found.calls, found.input, found.output) == (1000, 100_000, 10_000)
    assert found.cost == pytest.approx(0.1 + 0.1)


def test_what_was_tried_again_is_expected_again() -> None:
    found = project(10, Spread(1000, 500, 2), [CHAT], [CallCounts(sent=12, seconds=20.0)])
    assert found.calls == 1200


@pytest.mark.parametrize(
    ("spread", "seconds"),
    [
        (Spread(1000, 500, 2), 250.0),  # two tasks of 500 rows, four calls of two seconds at once
        (Spread(1000, 1000, 8), 500.0),  # one task alone
        (Spread(1000, 100, 2), 250.0),  # ten tasks, two at a time
    ],
)
def test_time_is_that_of_the_tasks_in_turn(spread: Spread, seconds: float) -> None:
    assert project(10, spread, [CHAT], [TEN]).seconds == pytest.approx(seconds)


def test_a_known_rate_asks_for_its_time() -> None:
    limited = Called("Chat", concurrency=100, rate=2.0, price=Price())
    assert project(10, Spread(1000, 500, 2), [limited], [TEN]).seconds == 500.0


def test_rows_that_go_together_take_fewer_calls() -> None:
    embed = Called("Embed", batches=(100,), price=Price(call=0.5))
    found = project(10, Spread(950, 950, 2), [embed], [CallCounts(sent=1, seconds=1.0)])
    assert (found.calls, found.cost) == (10, 5.0)
    assert found.seconds == pytest.approx(10.0)


def test_rows_of_two_partitions_never_go_together() -> None:
    embed = Called("Embed", batches=(100,), price=Price())
    found = project(10, Spread(950, 20, 2, parts=64), [embed], [CallCounts(sent=1, seconds=1.0)])
    assert found.calls == 64


def test_a_stage_of_several_calls_for_all_rows_with_each() -> None:
    several = Called("Several", batches=(5, 10), concurrency=2, price=Price(call=1.0))
    found = project(10, Spread(1000, 500, 2), [several], [CallCounts(sent=3, seconds=3.0)])
    assert (found.calls, found.cost) == (300, 300.0)
    assert found.seconds == pytest.approx(100 / 2 / 2 + 50 / 2 / 2)


def test_several_stages_add_up_and_the_slowest_counts() -> None:
    quick = Called("Quick", concurrency=4, price=Price(call=0.001))
    found = project(10, Spread(1000, 500, 2), [CHAT, quick], [TEN, CallCounts(10, seconds=2.0)])
    assert found.calls == 2000
    assert found.cost == pytest.approx(1.0 + 0.2)
    assert found.seconds == pytest.approx(250.0)


def test_money_is_not_known_without_a_price_or_without_tokens() -> None:
    without = project(10, Spread(1000, 500, 2), [Called("Chat")], [TEN])
    assert (without.cost, without.why, without.calls) == (None, "Chat has no price", 1000)
    silent = project(10, Spread(1000, 500, 2), [CHAT], [CallCounts(sent=10, untold=1)])
    assert (silent.cost, silent.why) == (None, "answers to Chat tell no tokens")


def test_nothing_is_projected_from_rows_that_needed_no_calls() -> None:
    found = project(10, Spread(1000, 500, 2), [CHAT], [CallCounts(kept=10)])
    assert (found.calls, found.cost, found.seconds) == (None, None, None)


def test_rows_left_for_a_limit_tell_nothing_of_the_others() -> None:
    five = CallCounts(sent=5, rows=10, left=5, seconds=10.0, input=500.0, output=50.0)
    found = project(10, Spread(60, 30, 2), [CHAT], [five])
    assert (found.tried, found.calls, found.input, found.output) == (5, 60, 6000, 600)
    assert found.cost == pytest.approx(0.006 + 0.006)
    after = CallCounts(sent=2, rows=10, left=3)  # of the five that the stage before it answered
    both = project(10, Spread(60, 30, 2), [CHAT, CHAT], [five, after])
    assert (both.tried, both.calls) == (2, 60 + 60)


def test_nothing_is_projected_where_a_limit_left_a_stage_no_row() -> None:
    five, none = CallCounts(sent=5, rows=10, left=5), CallCounts(rows=10, left=5)
    found = project(10, Spread(60, 30, 2), [CHAT, CHAT], [five, none])
    assert (found.calls, found.why) == (None, "a limit ended the calls for those tried")


def test_what_is_called_twice_is_counted_twice() -> None:
    expected = project(10, Spread(100, 50, 2), [CHAT], [TEN])
    both = with_tried(expected, [CallCounts(sent=12, cost=0.25)])
    assert (both.calls, both.cost) == (112, pytest.approx(0.02 + 0.25))
    assert with_tried(expected, []) == expected
    assert with_tried(CallProjection(10, 100), [TEN]).calls is None
