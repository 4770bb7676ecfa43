from __future__ import annotations

import numpy as np

from synapse_magic.kernels.giveaway import coded, told_classes, told_numbers

RNG = np.random.default_rng(1)


def test_a_copy_of_the_class_tells_it_and_a_key_does_not() -> None:
    classes = RNG.integers(0, 3, 3000)
    assert told_classes(classes + 5, classes) == 1.0
    assert told_classes(np.arange(3000), classes) < 0.05
    assert told_classes(RNG.integers(0, 9, 3000), classes) < 0.1


def test_half_of_what_is_hidden_is_told_by_half_of_the_rows() -> None:
    classes = np.tile([0, 1], 4000)
    known = np.arange(8000) % 4 < 2
    # Of the rows whose code is 9 nothing is known: half of them are guessed right by chance.
    assert abs(told_classes(np.where(known, classes, 9), classes) - 0.5) < 0.05


def test_a_number_is_told_by_its_copy_and_not_by_noise() -> None:
    values = RNG.normal(size=8000)
    assert told_numbers(coded(3 * values + 1), values) > 0.95
    assert told_numbers(coded(RNG.normal(size=8000)), values) < 0.05


def test_nothing_is_said_of_a_few_rows_or_of_one_class() -> None:
    few = np.arange(6)
    assert told_classes(few, few) == told_numbers(few, few * 1.0) == 0.0
    assert told_classes(np.zeros(50, int), np.zeros(50, int)) == 0.0
    assert coded(np.array([np.nan, np.nan])).tolist() == [0, 0]


def test_no_values_have_no_codes() -> None:
    assert coded(np.array([], object)).tolist() == []
