from __future__ import annotations

import numpy as np
import pytest
from lime.lime_base import LimeBase
from sklearn.linear_model import Lasso, LinearRegression

from synapse_magic.kernels.explaining.line import Neighborhood

RNG = np.random.default_rng(3)
DESIGN = RNG.normal(size=(300, 4))
DESIGN[0] = 0.0
OUTCOMES = np.column_stack([np.sin(DESIGN[:, 0]) + DESIGN[:, 1] ** 2, DESIGN @ [1, 2, 3, 4]])
HOOD = Neighborhood(DESIGN, 0.75)


def test_copies_count_as_in_the_lime_package():
    distance = np.sqrt(np.square(DESIGN).sum(1))
    width = 0.75 * np.sqrt(4)
    theirs = np.sqrt(np.exp(-(distance**2) / width**2))  # its kernel, in lime_tabular.py
    assert HOOD.share == pytest.approx(theirs / theirs.sum())


def test_least_squares_and_quality_are_those_of_sklearn():
    found = HOOD.line(OUTCOMES, 0.0, None)
    theirs = LinearRegression().fit(DESIGN, OUTCOMES, sample_weight=HOOD.share)
    assert pytest.approx(theirs.coef_) == found.slopes.T
    assert found.base == pytest.approx(theirs.intercept_)
    first = LinearRegression().fit(DESIGN, OUTCOMES[:, 0], sample_weight=HOOD.share)
    score = first.score(DESIGN, OUTCOMES[:, 0], sample_weight=HOOD.share)
    assert found.quality == pytest.approx([score, 1.0])


def test_a_penalty_gives_the_lasso_of_sklearn():
    found = HOOD.line(OUTCOMES, 0.05, None)
    for output in range(2):
        theirs = Lasso(alpha=0.05, tol=1e-12, max_iter=100_000)
        theirs.fit(DESIGN, OUTCOMES[:, output], sample_weight=HOOD.share)
        assert found.slopes[:, output] == pytest.approx(theirs.coef_, abs=1e-6)
        assert found.base[output] == pytest.approx(theirs.intercept_, abs=1e-6)


def test_the_lime_package_finds_the_same_slopes_up_to_its_ridge():
    width = 0.75 * np.sqrt(4)
    base = LimeBase(lambda d: np.sqrt(np.exp(-(d**2) / width**2)))
    distances = np.sqrt(np.square(DESIGN).sum(1))
    intercept, slopes, score, _ = base.explain_instance_with_data(
        DESIGN, OUTCOMES, distances, 0, 4, feature_selection="none"
    )
    found = HOOD.line(OUTCOMES, 0.0, None)
    theirs = np.array([dict(slopes)[i] for i in range(4)])
    assert found.slopes[:, 0] == pytest.approx(theirs, abs=0.02)
    assert found.base[0] == pytest.approx(intercept, abs=0.02)
    assert found.quality[0] == pytest.approx(score, abs=1e-3)


@pytest.mark.parametrize("penalty", [0.0, 0.01])
def test_the_largest_slopes_alone_are_kept_and_fitted_again(penalty):
    found = HOOD.line(OUTCOMES, penalty, 2)
    assert np.flatnonzero(found.slopes[:, 1]).tolist() == [2, 3]
    alone = Neighborhood(DESIGN[:, 2:], 0.75)
    alone.__dict__["share"] = HOOD.share
    wanted = alone.line(OUTCOMES[:, 1:], penalty, None)
    assert found.slopes[2:, 1] == pytest.approx(wanted.slopes[:, 0])
    assert found.base[1] == pytest.approx(wanted.base[0])


def test_as_many_features_as_there_are_changes_nothing():
    assert (HOOD.line(OUTCOMES, 0.0, 4).slopes == HOOD.line(OUTCOMES, 0.0, None).slopes).all()


def test_features_that_do_not_vary_and_equal_features_give_finite_slopes():
    design = np.column_stack([DESIGN[:, 0], DESIGN[:, 0], np.ones(300)])
    found = Neighborhood(design, 0.75).line(DESIGN[:, :1] * 4.0, 0.0, None)
    assert found.slopes[:, 0] == pytest.approx([2.0, 2.0, 0.0], abs=1e-9)


def test_a_model_that_says_the_same_everywhere_is_met_exactly():
    found = HOOD.line(np.full((300, 1), 0.1), 0.0, None)
    assert found.quality.tolist() == [1.0]
    assert found.base == pytest.approx([0.1])


def test_a_narrow_kernel_leaves_the_row_alone():
    found = Neighborhood(DESIGN, 1e-3).line(OUTCOMES, 0.0, None)
    assert np.isfinite(found.slopes).all()
    assert found.base == pytest.approx(OUTCOMES[0])
