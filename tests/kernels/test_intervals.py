from __future__ import annotations

import numpy as np
import pytest

from synapse_magic.kernels.intervals import NORMAL_95, newcombe, wilson


def test_an_end_of_the_interval_is_just_as_far_as_chance_reaches() -> None:
    # Wilson's ends are the shares from which the one that was seen is 1.96 standard errors away.
    low, high = wilson(np.array([7]), np.array([40]))
    for end in (low[0], high[0]):
        error = np.sqrt(end * (1 - end) / 40)
        assert abs(7 / 40 - end) == pytest.approx(NORMAL_95 * error)


def test_no_and_all_positives_keep_one_end() -> None:
    low, high = wilson(np.array([0, 5, 0]), np.array([5, 5, 0]))
    assert low.tolist()[::2] == [0.0, 0.0]
    assert high.tolist()[1:] == [1.0, 1.0]
    assert 0 < low[1] == pytest.approx(1 - high[0])


def test_newcombe_s_own_example() -> None:
    # 56 of 70 against 48 of 80: Newcombe (1998), method 10, example (a).
    low, high = wilson(np.array([56, 48]), np.array([70, 80]))
    ends = newcombe((0.8, low[0], high[0]), (0.6, low[1], high[1]))
    assert ends == pytest.approx((0.0524, 0.3339), abs=5e-5)
