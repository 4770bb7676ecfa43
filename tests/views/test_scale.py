from __future__ import annotations

import numpy as np

from synapse_magic.views.scale import Scale, extent, ticks


def test_ticks_are_round_and_inside() -> None:
    assert ticks(-2.3, 2.1, 5) == [-2.0, -1.0, 0.0, 1.0, 2.0]
    assert ticks(0, 7, 3) == [0.0, 2.5, 5.0]


def test_a_range_that_is_a_point_has_one_tick() -> None:
    assert ticks(3.0, 3.0) == [3.0]


def test_a_scale_maps_its_ends() -> None:
    scale = Scale(10, 20, 100, 0)
    assert (scale(10), scale(15), scale(20)) == (100, 50, 0)


def test_extent_leaves_out_what_is_not_finite() -> None:
    assert extent(np.array([1.0, np.nan, np.inf, 3.0, -np.inf])) == (1.0, 3.0)


def test_extent_of_a_constant_has_a_width() -> None:
    assert extent(np.array([4.0, 4.0])) == (2.0, 6.0)
    assert extent(np.zeros(3)) == (-1.0, 1.0)
    assert extent(np.array([])) == (-1.0, 1.0)


def test_extent_can_hold_zero() -> None:
    assert extent(np.array([2.0, 5.0]), zero=True) == (0.0, 5.0)
