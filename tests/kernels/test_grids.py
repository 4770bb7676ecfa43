from __future__ import annotations

import numpy as np
import pytest

from synapse_magic.kernels.grids import FIRST, LAST, LEVELS, by_size, evenly, fitted, middles

rng = np.random.default_rng(4)
NUMBERS = np.sort(
    np.concatenate(
        [
            rng.normal(size=300),
            rng.lognormal(3, 4, 300),
            -rng.lognormal(-9, 4, 300),
            np.arange(-9.0, 9),
        ]
    )
)


def test_the_first_level_keeps_numbers_as_they_are() -> None:
    odd = np.array([np.nan, np.inf, -np.inf, 5e-324, -1e308, 0.1])
    np.testing.assert_array_equal(by_size(odd, 0), odd)
    np.testing.assert_array_equal(evenly(odd[3:], FIRST), odd[3:])


def test_a_number_loses_its_last_bits_and_then_its_size() -> None:
    values = np.array([1.99, -1.99, 0.26, -0.01])
    # Level 48 has 4 bits of mantissa; the smallest exponent is then -1022 + what is above 48.
    np.testing.assert_array_equal(by_size(values, 48), [1.9375, -1.9375, 0.25, -0.009765625])
    np.testing.assert_array_equal(by_size(values, 48 + 1022), [1.9375, -1.9375, 0.25, 0.0])


def test_even_steps_are_lower_multiples_of_a_power_of_two() -> None:
    np.testing.assert_array_equal(evenly(np.array([0.7, -0.7, 3.0]), -1), [0.5, -1.0, 3.0])
    np.testing.assert_array_equal(evenly(np.array([0.7, -0.7, 3.0]), 2), [0.0, -4.0, 0.0])


@pytest.mark.parametrize(
    ("snap", "levels"), [(by_size, range(0, LEVELS, 7)), (evenly, range(-60, 60, 3))]
)
def test_each_level_is_a_union_of_cells_of_the_one_below(snap, levels) -> None:  # type: ignore[no-untyped-def]
    before = NUMBERS
    for level in levels:
        once = snap(NUMBERS, level)
        np.testing.assert_array_equal(snap(before, level), once)
        assert (np.diff(once) >= 0).all()
        before = once


def test_middles_are_inside_their_cells() -> None:
    for level in (1, 30, 48, 48 + 1000, 48 + 1020):
        found = middles(by_size(NUMBERS, level), level)
        np.testing.assert_array_equal(by_size(found, level), by_size(NUMBERS, level))


@pytest.mark.parametrize("most", [2, 20, 100])
def test_the_level_is_the_lowest_that_fits(most: int) -> None:
    for snap, first, last in ((by_size, 0, LEVELS), (evenly, FIRST, LAST)):
        level = fitted(NUMBERS, most, snap, first, last)
        assert len(np.unique(snap(NUMBERS, level))) <= most
        assert len(np.unique(snap(NUMBERS, level - 1))) > most


def test_few_distinct_numbers_stay_exact_however_odd_they_are() -> None:
    years = np.arange(1990.0, 2025.0) + 0.1
    assert fitted(years, 96, by_size, 0, LEVELS) == 0
