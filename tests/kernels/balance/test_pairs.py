from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from synapse_magic.kernels.balance import pairs
from synapse_magic.kernels.balance.association import NAMES, association, gaps
from synapse_magic.kernels.balance.condition import Condition
from synapse_magic.kernels.balance.pairs import find, telling


def every_pair(
    condition: Condition, rows: np.ndarray, positives: np.ndarray
) -> list[tuple[float, int, int]]:
    """Return the first measure's gap and both levels of each pair for which a condition holds."""
    table = association(rows, positives)
    order = sorted(
        np.flatnonzero(rows > 0), key=lambda i: (positives[i] / rows[i], rows[i], positives[i])
    )
    found = []
    for below, above in combinations(order, 2):
        values = dict(zip(NAMES, gaps(table[above], table[below])))
        if condition.holds(values):
            found.append((abs(values[condition.names[0]]), above, below))
    return found


@pytest.mark.parametrize("block", [1, 7, 1 << 18])
@pytest.mark.parametrize(
    "text", ["abs(dp) > 0.3", "abs(ji) > 0.01 and pmi > 0.5", "abs(dp) < 0.001", "krc > 100"]
)
def test_finds_what_asking_every_pair_finds(
    text: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairs, "BLOCK", block)
    rng = np.random.default_rng(4)
    rows = rng.integers(0, 6, 40)
    positives = rng.binomial(rows, 0.4)
    condition = Condition.parse(text)
    expected = every_pair(condition, rows, positives)
    found = find(condition, rows, positives, {})
    if not expected:
        assert found is None
        return
    assert found is not None
    assert found.count == len(expected)
    table = association(rows, positives)
    measure = NAMES.index(condition.names[0])
    gap = gaps(table[found.above], table[found.below])[measure]
    assert abs(gap) == max(size for size, *_ in expected)
    assert found.above != found.below


def test_measures_of_the_whole_take_part() -> None:
    condition = Condition.parse("abs(dp) > 0.1 and js_dist > 0.5")
    rows, positives = np.array([10, 10]), np.array([1, 9])
    assert find(condition, rows, positives, {"js_dist": 0.4}) is None
    found = find(condition, rows, positives, {"js_dist": 0.6})
    assert (found.count, found.above, found.below) == (1, 1, 0)


def test_one_level_has_no_pair() -> None:
    assert find(Condition.parse("abs(dp) >= 0"), np.array([5, 0]), np.array([2, 0]), {}) is None


def test_a_hundred_thousand_levels_are_asked_at_once() -> None:
    rng = np.random.default_rng(1)
    rows = rng.integers(1, 30, 100_000)
    positives = rng.binomial(rows, 0.3)
    found = find(Condition.parse("abs(dp) > 0.99"), rows, positives, {})
    zeros, ones = (positives == 0).sum(), (positives == rows).sum()
    assert found is not None
    assert found.count == zeros * ones


def test_many_rows_tell_more_than_few() -> None:
    # Level 0 is positive in both of its rows: a larger difference, and less is known of it.
    rows, positives = np.array([2, 900, 1000]), np.array([2, 700, 300])
    assert telling(rows, positives, 3)[0] == (1, 2)


def test_levels_alike_and_levels_without_labels_tell_nothing() -> None:
    assert telling(np.array([10, 10, 0]), np.array([5, 5, 0]), 5) == []
