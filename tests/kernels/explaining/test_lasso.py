from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import Lasso

from synapse_magic.kernels.explaining.lasso import lasso


def problem(features=8, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(200, features)) @ rng.normal(size=(features, features))
    y = x[:, :2] @ rng.normal(size=(2, 3)) + rng.normal(size=(200, 3))
    weights = rng.random(200)
    share = weights / weights.sum()
    x0, y0 = x - share @ x, y - share @ y
    return x, y, weights, (x0 * share[:, None]).T @ x0, (x0 * share[:, None]).T @ y0


@pytest.mark.parametrize("penalty", [1e-3, 0.1, 1.0])
def test_the_slopes_are_those_of_sklearn(penalty):
    x, y, weights, gram, target = problem()
    found = lasso(gram, target, penalty)
    for output in range(3):
        theirs = Lasso(alpha=penalty, tol=1e-12, max_iter=100_000)
        theirs.fit(x, y[:, output], sample_weight=weights)
        assert found[:, output] == pytest.approx(theirs.coef_, abs=1e-6)


def test_a_large_penalty_leaves_no_slope_and_a_small_one_all():
    _, _, _, gram, target = problem()
    assert not lasso(gram, target, np.abs(target).max() * 1.001).any()
    assert lasso(gram, target, 1e-9) == pytest.approx(np.linalg.solve(gram, target), abs=1e-5)


def test_a_constant_feature_has_no_slope():
    _, _, _, gram, target = problem()
    gram[3], gram[:, 3], target[3] = 0.0, 0.0, 0.0
    assert not lasso(gram, target, 0.01)[3].any()
    assert lasso(np.zeros((1, 1)), np.zeros((1, 2)), 0.1).tolist() == [[0.0, 0.0]]
