from __future__ import annotations

import pytest

from synapse_magic.kernels.dashboard.conditions import Condition
from synapse_magic.kernels.dashboard.wording import predicate, within, worded


@pytest.mark.parametrize(("low", "high"), [(1_700_000_001.0, 1_700_000_002.0), (0.1, 0.1 + 1e-16)])
def test_the_ends_of_a_range_are_told_apart(low: float, high: float) -> None:
    ends = (Condition("at", ">", (low,)), Condition("at", "<=", (high,)))
    first, second = within(ends).split(" to ")
    assert first != second
    assert worded(ends) == f"{first} < at \N{LESS-THAN OR EQUAL TO} {second}"


def test_ends_that_differ_at_once_are_short() -> None:
    ends = (Condition("at", ">", (1.23456789,)), Condition("at", "<=", (2.3456789,)))
    assert within(ends) == "1.2346 to 2.3457"


def test_a_long_level_is_cut_in_words_and_whole_in_a_predicate() -> None:
    long = "a" * 500
    own = (Condition("job", "in", (long,)),)
    assert len(worded(own)) < 140
    assert long in predicate(own, "and", frozenset())
