from __future__ import annotations

import numpy as np

from synapse_magic.views.strips import COLOURS, level_codes, strip

EDGES = np.array([[-1.0, 1.0]])


def test_every_row_is_counted_once(rng: np.random.Generator) -> None:
    values = rng.normal(size=700)
    values[:30] = np.nan
    one = strip(np.clip(rng.normal(size=(700, 1)), -1, 1), values, EDGES)
    assert one.counts.sum() == 700
    assert one.counts[0, :, COLOURS].sum() == 30


def test_rows_fall_into_the_bin_and_colour_of_their_values() -> None:
    shap = np.array([[-1.0], [0.999], [0.999]])
    one = strip(shap, np.array([0.0, 10.0, 10.0]), EDGES)
    assert one.counts.shape == (1, 60, COLOURS + 1)
    assert one.counts[0, 0, 0] == 1
    assert one.counts[0, -1, COLOURS - 1] == 2


def test_the_direction_is_the_correlation_of_value_and_effect() -> None:
    values = np.arange(100.0)
    up = strip(values[:, None] / 50 - 1, values, EDGES)
    down = strip(1 - values[:, None] / 50, values, EDGES)
    assert up.direction[0] > 0.98
    assert down.direction[0] < -0.98


def test_a_constant_and_infinities_are_counted() -> None:
    shap = np.zeros((4, 1))
    constant = strip(shap, np.array([3.0, 3.0, np.inf, 3.0]), EDGES)
    assert constant.counts[0, :, COLOURS].sum() == 0
    assert np.isnan(constant.direction[0])
    unknown = strip(shap, np.full(4, np.nan), EDGES)
    assert unknown.counts[0, :, COLOURS].sum() == 4


def test_levels_keep_their_names_frequent_first_and_none_is_missing() -> None:
    codes, levels = level_codes(np.array(["b", "a", "b", None], dtype=object), 12)
    assert levels == ("b", "a")
    assert codes.tolist() == [0, 1, 0, -1]


def test_rare_levels_are_joined_under_their_own_name() -> None:
    data = np.array([f"l{i}" for i in range(40)] + ["l7"] * 5, dtype=object)
    codes, levels = level_codes(data, 5)
    assert levels[0] == "l7"
    assert levels[-1] == "other levels"
    assert len(levels) == 5
    assert (codes == 4).sum() == 36


def test_mean_effect_of_a_level() -> None:
    data = np.array(["x", "x", "y"], dtype=object)
    one = strip(np.array([[0.2], [0.4], [-0.5]]), data, EDGES)
    np.testing.assert_allclose(one.level_means[0, :2], [0.3, -0.5])
    assert one.level_counts[0, :2].tolist() == [2, 1]
