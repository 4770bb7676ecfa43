from __future__ import annotations

from math import log, sqrt

import numpy as np

from synapse_magic.kernels.balance.association import NAMES, association, gaps


def measures(rows: list[int], positives: list[int]) -> dict[str, list[float]]:
    table = association(np.array(rows), np.array(positives))
    return dict(zip(NAMES, table.T.tolist()))


def test_ten_rows_worked_out_on_paper() -> None:
    # Level a has 4 of 10 rows, 1 of them positive; level b has 6, 3 of them positive.
    found = measures([4, 6], [1, 3])
    expected = {
        "dp": [1 / 4, 1 / 2],
        "sdc": [2 * 0.1 / 0.8, 2 * 0.3 / 1.0],
        "ji": [1 / 7, 3 / 7],
        "llr": [log(1 / 4), log(3 / 4)],
        "pmi": [log(1 / 4), log(1 / 2)],
        "n_pmi_y": [log(1 / 4) / log(0.4), log(1 / 2) / log(0.4)],
        "n_pmi_xy": [log(1 / 4) / log(0.1), log(1 / 2) / log(0.3)],
        "s_pmi": [log(1 / 16), log(3 / 8)],
        "krc": [-1 / 4, 1 / 4],
        "t_test": [-0.15, 0.06 / sqrt(0.24)],
    }
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-12, err_msg=name)


def test_dice_of_a_level_that_is_the_positives_is_one() -> None:
    assert measures([3, 7], [3, 0])["sdc"] == [1.0, 0.0]


def test_a_level_without_positives_has_infinite_logarithms() -> None:
    found = measures([5, 5], [0, 2])
    assert [found[name][0] for name in ("llr", "pmi", "s_pmi")] == [-np.inf] * 3
    assert found["n_pmi_y"][0] == np.inf
    assert found["n_pmi_xy"][0] == 0.0
    assert (found["dp"][0], found["sdc"][0], found["ji"][0]) == (0.0, 0.0, 0.0)


def test_no_positives_at_all_leave_what_divides_by_them_undefined() -> None:
    found = measures([5, 5], [0, 0])
    assert found["dp"] == [0.0, 0.0]
    assert found["n_pmi_y"] == found["s_pmi"] == [0.0, 0.0]
    for name in ("llr", "krc", "t_test"):
        assert np.isnan(found[name]).all(), name


def test_positives_alone_leave_what_divides_by_the_rest_undefined() -> None:
    found = measures([5, 5], [5, 5])
    assert found["dp"] == [1.0, 1.0]
    assert found["pmi"] == [0.0, 0.0]
    for name in ("n_pmi_y", "krc"):
        assert np.isnan(found[name]).all(), name


def test_a_level_without_labels_has_no_measure() -> None:
    table = association(np.array([0, 4]), np.array([0, 1]))
    assert np.isnan(table[0]).all()
    assert table[1, 0] == 0.25


def test_gaps_of_equal_infinities_are_none() -> None:
    above = np.array([-np.inf, -np.inf, 1.0, np.nan])
    below = np.array([-np.inf, 1.0, -np.inf, 1.0])
    np.testing.assert_array_equal(gaps(above, below), [0.0, -np.inf, np.inf, np.nan])
