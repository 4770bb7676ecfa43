from __future__ import annotations

import lightgbm
import numpy as np
import pytest
import shap
from sklearn.datasets import load_breast_cancer

from synapse_magic.kernels.forest import interventional as module
from synapse_magic.kernels.forest.forest import Forest, Tree
from synapse_magic.kernels.forest.interventional import interventional
from synapse_magic.kernels.forest.lightgbm_text import read_lightgbm

RNG = np.random.default_rng(1)
X = RNG.normal(size=(300, 5))
X[:, 4] = RNG.integers(0, 6, 300)
X[::7, 1] = np.nan
X[5, 0] = np.inf
Y = X[:, 0].clip(-3, 3) * X[:, 2] + np.nan_to_num(X[:, 1]) * (X[:, 4] == 2) + (X[:, 4] == 5)
EACH = np.arange(5)


@pytest.fixture(scope="module")
def model():
    settings = {"verbosity": -1, "num_leaves": 12, "min_data_in_leaf": 3, "min_data_per_group": 3}
    data = lightgbm.Dataset(X, Y, categorical_feature=[4])
    return lightgbm.train({**settings, "num_threads": 1}, data, 6)


@pytest.fixture(scope="module")
def forest(model):
    return read_lightgbm(model.model_to_string(), "identity")


def test_a_stump_gives_its_feature_what_the_row_differs_from_the_background(stump):
    background = np.array([[1.0, 0.0], [1.0, 0.0], [2.0, 0.0], [2.0, 0.0]])
    forest = Forest((stump,), np.array([1.0]), "identity")
    values, base = interventional(forest, np.array([[1.0, 5.0], [2.0, 6.0]]), background, EACH[:2])
    assert base.tolist() == [16.0]
    assert values[:, :, 0].tolist() == [[-5.0, 0.0], [5.0, 0.0]]


def test_values_are_those_of_the_definition(forest, enumerated):
    background = X[100:140]
    values, base = interventional(forest, X[:8], background, EACH)
    assert values == pytest.approx(enumerated(forest, X[:8], background, EACH), abs=1e-12)
    assert base == pytest.approx(forest.raw(background).mean(0))


def test_features_of_one_player_are_taken_away_together(forest, enumerated):
    player = np.array([0, 1, 0, 2, 1])
    values, _ = interventional(forest, X[:6], X[100:130], player)
    assert values.shape == (6, 3, 1)
    assert values == pytest.approx(enumerated(forest, X[:6], X[100:130], player), abs=1e-12)
    single, _ = interventional(forest, X[:6], X[100:130], EACH)
    apart = single[:, [0, 1]].sum(1) + single[:, [2, 4]].sum(1) + single[:, 3]
    assert values.sum(1) == pytest.approx(apart)
    assert np.abs(values[:, 0] - single[:, [0, 2]].sum(1)).max() > 1e-3


def test_values_and_base_add_up_to_the_raw_score(forest, model):
    values, base = interventional(forest, X, X[:50], EACH)
    assert values.sum(1)[:, 0] + base == pytest.approx(model.predict(X), abs=1e-12)


def test_the_only_player_gets_everything(forest):
    values, base = interventional(forest, X[:9], X[:50], np.zeros(5, int))
    assert values[:, 0] + base == pytest.approx(forest.raw(X[:9]))


def test_a_row_like_the_whole_background_has_no_values(forest):
    values, _ = interventional(forest, X[:1], np.repeat(X[:1], 5, axis=0), EACH)
    assert np.abs(values).max() < 1e-15


def test_rows_give_the_same_in_parts(forest, monkeypatch):
    whole, _ = interventional(forest, X, X[:20], EACH)
    monkeypatch.setattr(module, "_PAIRS", 40)
    parts, _ = interventional(forest, X, X[:20], EACH)
    assert (whole == parts).all()


def test_several_outputs_and_no_rows(stump):
    both = Forest((Tree.leaf([1.0, 2.0]),), np.zeros(2), "softmax")
    values, base = interventional(both, X[:0], X[:5], EACH)
    assert values.shape == (0, 5, 2)
    assert base.tolist() == [1.0, 2.0]


def deep(levels):
    """Give a tree that asks each feature once: the first that is not above 0 ends in its leaf."""
    inner = np.arange(levels)
    size = 2 * levels + 1
    left, right = np.full(size, -1), np.full(size, -1)
    left[:levels], right[:levels] = levels + inner, np.append(inner[1:], 2 * levels)
    feature = np.full(size, -1)
    feature[:levels] = inner
    no = np.zeros(size, bool)
    values = np.zeros((size, 1))
    values[-1] = 1.0
    return Tree(left, right, feature, np.zeros(size), no, no, {}, values, np.ones(size))


@pytest.mark.parametrize("levels", [40, 100])
def test_many_features_on_a_path_share_its_leaf(levels):
    forest = Forest((deep(levels),), np.zeros(1), "identity")
    values, base = interventional(
        forest, np.ones((3, levels)), -np.ones((7, levels)), np.arange(levels)
    )
    assert base.tolist() == [0.0]
    assert values == pytest.approx(np.full((3, levels, 1), 1 / levels), abs=1e-15)


def test_half_the_features_from_either_side_need_no_large_numbers():
    forest = Forest((deep(60),), np.zeros(1), "identity")
    row, behind = np.ones((1, 60)), np.ones((1, 60))
    row[:, ::2], behind[:, 1::2] = -1, -1
    values, _ = interventional(forest, row, behind, np.arange(60))
    # Of 30 and 30: (p-1)! q! / (p+q)! = 1 / (30 C(60, 30)), gained by the one half, lost by other.
    assert values[0, 1::2, 0] == pytest.approx(1 / (30 * 118264581564861424), rel=1e-9)
    assert values[0, ::2, 0] == pytest.approx(-1 / (30 * 118264581564861424), rel=1e-9)


def test_values_are_those_of_the_shap_package():
    rows, label = load_breast_cancer(return_X_y=True)
    settings = {"objective": "binary", "verbosity": -1, "num_threads": 1, "min_data_in_leaf": 5}
    model = lightgbm.train(settings, lightgbm.Dataset(rows, label), 20)
    peer = shap.TreeExplainer(model, rows[:60], feature_perturbation="interventional")
    forest = read_lightgbm(model.model_to_string(), "logit")
    values, base = interventional(forest, rows[60:90], rows[:60], np.arange(30))
    assert np.abs(values[:, :, 0] - peer.shap_values(rows[60:90])).max() < 1e-6
    assert base[0] == pytest.approx(peer.expected_value, abs=1e-6)
