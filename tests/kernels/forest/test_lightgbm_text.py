from __future__ import annotations

import lightgbm
import numpy as np
import pytest

from synapse_magic.kernels.forest.lightgbm_text import read_lightgbm

RNG = np.random.default_rng(0)


def drawn(rows):
    """Give rows with every kind of value: missing, zero, nearly zero, infinite, odd categories."""
    found = RNG.normal(size=(rows, 4)) * 2
    found[::3, 0] = np.nan
    found[1::4, 1] = 0
    found[2::9, 1] = 1e-36
    found[::9, 2] = np.inf
    found[1::9, 2] = -np.inf
    found[:, 3] = RNG.integers(-3, 60, rows) + RNG.choice([0, 0.5], rows)
    found[::10, 3] = np.nan
    found[1::10, 3] = np.inf
    return found


X = drawn(500)
X[:, 3] = RNG.integers(0, 40, 500)
Y = np.where(np.isfinite(X[:, 2]), X[:, 2], 0) + 9 * np.isin(X[:, 3], [1, 3, 35]) + (X[:, 0] > 0)
ODD = drawn(700)


def trained(label=Y, rows=X, rounds=6, categorical=(3,), **params):
    settings = {
        "verbosity": -1,
        "num_threads": 1,
        "min_data_per_group": 5,
        "cat_smooth": 1,
        **params,
    }
    data = lightgbm.Dataset(rows, label, categorical_feature=list(categorical))
    return lightgbm.train({**settings, **params}, data, rounds)


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"zero_as_missing": True},
        {"use_missing": False},
        {"boosting": "dart", "drop_rate": 0.5},
        {"boost_from_average": False},
        {"max_depth": 1},
    ],
)
def test_raw_scores_are_those_of_the_booster(params):
    model = trained(**params)
    found = read_lightgbm(model.model_to_string(), "identity")
    assert any(tree.categories for tree in found.trees)
    assert found.raw(ODD)[:, 0] == pytest.approx(model.predict(ODD, raw_score=True), abs=1e-13)


@pytest.mark.parametrize("kind", [0, 2, 4, 6, 8])
def test_a_missing_value_goes_where_any_kind_of_split_sends_it(kind):
    text = trained(rows=X[:, :3], label=Y, categorical=[]).model_to_string()
    lines = [
        "decision_type=" + " ".join(str(kind) for _ in line.split())
        if line.startswith("decision_type=")
        else line
        for line in text.splitlines()
        if not line.startswith("tree_sizes=")  # which no longer hold
    ]
    altered = "\n".join(lines) + "\n"
    model = lightgbm.Booster(model_str=altered)
    native = model.predict(ODD[:, :3], raw_score=True)
    assert read_lightgbm(altered, "identity").raw(ODD[:, :3])[:, 0] == pytest.approx(native)


def test_a_random_forest_is_the_mean_of_its_trees():
    model = trained(boosting="rf", bagging_freq=1, bagging_fraction=0.5)
    found = read_lightgbm(model.model_to_string(), "identity")
    assert found.raw(ODD)[:, 0] == pytest.approx(model.predict(ODD), abs=1e-13)


def test_each_class_has_its_trees_and_iterations_can_be_left_out():
    model = trained(np.digitize(Y, [0, 1]), objective="multiclass", num_class=3)
    text = model.model_to_string()
    raw = read_lightgbm(text, "softmax").raw(ODD)
    assert raw == pytest.approx(model.predict(ODD, raw_score=True), abs=1e-13)
    some = read_lightgbm(text, "softmax", 1, 2)
    expected = model.predict(ODD, raw_score=True, start_iteration=1, num_iteration=2)
    assert len(some.trees) == 6
    assert some.raw(ODD) == pytest.approx(expected, abs=1e-13)


def test_a_constant_model_is_trees_of_one_leaf():
    model = trained(np.ones(10), X[:10])
    found = read_lightgbm(model.model_to_string(), "identity")
    assert all(len(tree.left) == 1 for tree in found.trees)
    assert found.raw(ODD)[:, 0] == pytest.approx(model.predict(ODD))


def test_linear_leaves_are_no_forest():
    numbers = lightgbm.Dataset(np.nan_to_num(X[:, :2]), Y, params={"linear_tree": True})
    model = lightgbm.train({"verbosity": -1, "linear_tree": True}, numbers, 3)
    assert read_lightgbm(model.model_to_string(), "identity") is None
