from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest

from synapse_magic.kernels.balance.aggregate import aggregate

SIZES, TIMES = np.array([1, 3]), np.array([1, 1])


def test_two_cells_worked_out_on_paper() -> None:
    # Cells of 1 and 3 rows are half and one and a half of their mean.
    found = aggregate(SIZES, TIMES)
    assert found["atkinson_index"] == pytest.approx(1 - sqrt(0.5 * 1.5))
    assert found["theil_l_index"] == pytest.approx(-(log(0.5) + log(1.5)) / 2)
    assert found["theil_t_index"] == pytest.approx((0.5 * log(0.5) + 1.5 * log(1.5)) / 2)


@pytest.mark.parametrize(
    ("epsilon", "expected"),
    [(0.0, 0.0), (0.5, 1 - ((sqrt(0.5) + sqrt(1.5)) / 2) ** 2), (2.0, 0.25)],
)
def test_the_atkinson_index_follows_its_epsilon(epsilon: float, expected: float) -> None:
    found = aggregate(SIZES, TIMES, epsilon)
    assert found["atkinson_index"] == pytest.approx(expected, abs=1e-12)


def test_an_epsilon_near_one_is_one() -> None:
    near = aggregate(SIZES, TIMES, 1 + 1e-13)["atkinson_index"]
    assert near == aggregate(SIZES, TIMES)["atkinson_index"]
    assert aggregate(SIZES, TIMES, 1.2, 0.5)["atkinson_index"] == near


def test_cells_of_one_size_may_come_together() -> None:
    apart = aggregate(np.array([5, 2, 5, 5]), np.ones(4, np.int64), 0.5)
    together = aggregate(np.array([2, 5]), np.array([1, 3]), 0.5)
    assert apart == pytest.approx(together)


def test_many_small_cells_and_a_large_epsilon_stay_finite() -> None:
    found = aggregate(np.array([1, 10**9]), np.array([10**6, 1]), 500.0)
    assert 0 < found["atkinson_index"] < 1
    assert np.isfinite(list(found.values())).all()
