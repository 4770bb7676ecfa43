from __future__ import annotations

import numpy as np
import pytest
from everyview import stills

from synapse_magic.views.params import Axis, explained, log_ticks, panel


def test_the_param_that_makes_the_difference_explains_it() -> None:
    metric = np.array([1.0, 1.1, 2.0, 2.1, 3.0, 3.1])
    assert explained(Axis("a", [1, 2, 3, 4, 5, 6]), metric) > 0.9
    assert explained(Axis("b", ["x", "y"] * 3), metric) < 0.1
    assert explained(Axis("c", [7] * 6), metric) == 0.0
    assert explained(Axis("d", [1, None, 2, None, 3, None]), metric) == pytest.approx(1.0)


def test_a_logarithmic_axis_has_its_values_at_equal_ratios() -> None:
    places = Axis("rate", [0.01, 0.1, 1.0], log=True).places()
    assert places == pytest.approx([-2, -1, 0])


def test_a_value_that_has_no_logarithm_makes_the_axis_plain() -> None:
    assert Axis("rate", [0.0, 1.0], log=True).places() == pytest.approx([0, 1])


@pytest.mark.parametrize("ends", [(0.008, 0.4), (20, 90), (1, 1e6), (3.1, 3.2)])
def test_log_ticks_are_a_few_round_values_within_the_ends(ends: tuple[float, float]) -> None:
    found = log_ticks(*ends)
    assert 1 <= len(found) <= 5
    assert all(ends[0] <= value <= ends[1] for value in found)


def test_the_best_trial_is_told_by_its_shape_too() -> None:
    axis = Axis("a", [1, 2, 3])
    (marked,) = stills(panel(axis, np.array([0.1, 0.3, np.nan]), "AUC", best=1))
    assert marked.count("<polygon") == 1
    assert marked.count("<circle") == 1
