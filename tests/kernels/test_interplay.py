from __future__ import annotations

import numpy as np
import pytest

from synapse_magic.kernels.interplay import groups_of, interplay, left_open, like_values


def strength(shap: np.ndarray, own: np.ndarray, other: np.ndarray) -> float:
    groups = groups_of(len(shap))
    codes = like_values(own, groups)
    left = left_open(shap[:, None], own, codes)
    return float(interplay(left, codes, like_values(other, groups))[0])


def test_half_of_a_product_of_signs_belongs_to_each_and_is_found_in_full() -> None:
    own, other = np.tile([-1.0, -1.0, 1.0, 1.0], 50), np.tile([-1.0, 1.0, -1.0, 1.0], 50)
    assert strength(own * other / 2, own, other) == pytest.approx(0.5)


def test_levels_tell_as_numbers_do() -> None:
    own, other = np.tile([-1.0, -1.0, 1.0, 1.0], 50), np.tile([-1.0, 1.0, -1.0, 1.0], 50)
    named = np.where(other > 0, "up", "down").astype(object)
    assert strength(own * other / 2, own, named) == pytest.approx(0.5)


def test_what_follows_its_own_value_alone_has_no_interplay() -> None:
    rng = np.random.default_rng(7)
    own = rng.normal(size=4000)
    correlated = own + 0.3 * rng.normal(size=4000)
    assert strength(3 * own, own, correlated) == pytest.approx(0, abs=1e-9)
    assert strength(own**2, own, correlated) < 0.1 * np.std(own**2)


def test_noise_is_not_taken_for_interplay() -> None:
    rng = np.random.default_rng(7)
    found = [
        strength(rng.normal(size=500), rng.normal(size=500), rng.normal(size=500))
        for _ in range(20)
    ]
    assert np.mean(found) < 0.15


def test_a_missing_value_is_a_group_of_its_own() -> None:
    own = np.tile([0.0, 1.0], 100)
    other = np.where(np.arange(200) % 4 < 2, np.nan, 1.0)
    assert strength(np.where(np.isnan(other), -1.0, 1.0), own, other) == pytest.approx(1.0)


def test_infinite_and_constant_values_have_codes() -> None:
    assert like_values(np.array([-np.inf, 1.0, np.inf, np.nan]), 2).tolist() == [0, 1, 1, 2]
    assert set(like_values(np.full(9, 7.0), 3)) == {1}
    assert set(like_values(np.full(9, np.nan), 3)) == {3}


def test_rare_levels_share_a_code() -> None:
    levels = np.array(list("aaabbcd"), dtype=object)
    assert like_values(levels, 3).tolist() == [0, 0, 0, 1, 1, 2, 2]


def test_too_few_rows_say_nothing() -> None:
    assert strength(np.array([1.0, -1.0]), np.array([0.0, 1.0]), np.array([1.0, 0.0])) == 0
