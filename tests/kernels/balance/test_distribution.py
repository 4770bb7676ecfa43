from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import chisquare, entropy

from synapse_magic.kernels.balance.distribution import distribution

COUNTS = np.array([30, 50, 15, 5])
REFERENCE = np.array([0.25, 0.25, 0.3, 0.2])


def test_measures_are_those_of_scipy() -> None:
    found = distribution(COUNTS, REFERENCE)
    p = COUNTS / 100
    expected = chisquare(COUNTS, 100 * REFERENCE)
    assert found["kl_divergence"] == pytest.approx(entropy(p, REFERENCE))
    assert found["js_dist"] == pytest.approx(jensenshannon(p, REFERENCE, base=2))
    assert found["chi_sq_stat"] == pytest.approx(expected.statistic)
    assert found["chi_sq_p_value"] == pytest.approx(expected.pvalue)


def test_distances_worked_out_on_paper() -> None:
    # Shares 0.75 and 0.25 against halves: each is off by a quarter.
    found = distribution(np.array([3, 1]), np.array([0.5, 0.5]))
    assert found["inf_norm_dist"] == 0.25
    assert found["total_variation_dist"] == 0.25
    assert found["wasserstein_dist"] == 0.25
    assert found["chi_sq_stat"] == 1.0


def test_shares_as_the_reference_are_no_distance_apart() -> None:
    found = distribution(np.array([2, 2]), np.array([0.5, 0.5]))
    assert found["chi_sq_p_value"] == 1.0
    assert [value for name, value in found.items() if name != "chi_sq_p_value"] == [0.0] * 6


def test_nothing_in_common_is_a_distance_of_one() -> None:
    found = distribution(np.array([4, 0]), np.array([0.0, 1.0]))
    assert found["js_dist"] == 1.0
    assert found["total_variation_dist"] == 1.0
    assert found["kl_divergence"] == found["chi_sq_stat"] == np.inf
    assert found["chi_sq_p_value"] == 0.0


def test_a_level_that_only_the_reference_has_counts() -> None:
    found = distribution(np.array([5, 5, 0]), np.array([0.4, 0.4, 0.2]))
    assert found["inf_norm_dist"] == pytest.approx(0.2)
    assert found["total_variation_dist"] == pytest.approx(0.2)
    assert found["chi_sq_stat"] == pytest.approx(0.25 + 0.25 + 2)


def test_a_level_that_neither_has_is_none() -> None:
    with_it = distribution(np.array([3, 1, 0]), np.array([0.5, 0.5, 0.0]))
    assert with_it == distribution(np.array([3, 1]), np.array([0.5, 0.5]))


def test_one_level_alone_is_as_it_must_be() -> None:
    found = distribution(np.array([7]), np.array([1.0]))
    assert found["chi_sq_p_value"] == 1.0
    assert found["wasserstein_dist"] == 0.0
