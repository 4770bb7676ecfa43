from __future__ import annotations

from dataclasses import replace

import lightgbm
import numpy as np
import pytest

from synapse_magic.kernels.forest import path_dependent as module
from synapse_magic.kernels.forest.forest import Forest, Tree
from synapse_magic.kernels.forest.lightgbm_text import read_lightgbm
from synapse_magic.kernels.forest.path_dependent import path_dependent

RNG = np.random.default_rng(2)
X = RNG.normal(size=(400, 6))
X[:, 5] = RNG.integers(0, 9, 400)
X[::7, 1] = np.nan
Y = X[:, 0] * X[:, 2] + np.nan_to_num(X[:, 1]) * X[:, 3] + np.isin(X[:, 5], [2, 3])


def trained(label=Y, **params):
    settings = {"verbosity": -1, "num_threads": 1, "min_data_in_leaf": 3, **params}
    return lightgbm.train(settings, lightgbm.Dataset(X, label, categorical_feature=[5]), 8)


def test_a_stump_gives_its_feature_what_the_row_differs_from_training(stump):
    forest = Forest((stump,), np.array([1.0]), "identity")
    values, base = path_dependent(forest, np.array([[1.0, 5.0], [2.0, 6.0]]), 2)
    assert base.tolist() == [13.5]  # 1 + 3/4 of 10 and 1/4 of 20
    assert values[:, :, 0] == pytest.approx(np.array([[-2.5, 0.0], [7.5, 0.0]]))


@pytest.mark.parametrize("params", [{}, {"num_leaves": 60}, {"zero_as_missing": True}])
def test_values_are_those_of_lightgbm(params):
    model = trained(**params)
    forest = read_lightgbm(model.model_to_string(), "identity")
    values, base = path_dependent(forest, X[:100], 6)
    native = model.predict(X[:100], pred_contrib=True)
    assert values[:, :, 0] == pytest.approx(native[:, :-1], abs=1e-12)
    assert base[0] == pytest.approx(native[0, -1])


def test_each_class_has_its_values():
    model = trained(np.digitize(Y, [-0.5, 0.5]), objective="multiclass", num_class=3)
    forest = read_lightgbm(model.model_to_string(), "softmax")
    values, base = path_dependent(forest, X[:50], 6)
    native = model.predict(X[:50], pred_contrib=True).reshape(50, 3, 7)
    assert values == pytest.approx(native[:, :, :-1].transpose(0, 2, 1), abs=1e-12)
    assert base == pytest.approx(native[0, :, -1])


def test_rows_give_the_same_in_parts(monkeypatch):
    forest = read_lightgbm(trained().model_to_string(), "identity")
    whole, _ = path_dependent(forest, X, 6)
    monkeypatch.setattr(module, "_ROWS", 90)
    assert (path_dependent(forest, X, 6)[0] == whole).all()


def test_a_way_that_no_training_row_took_still_adds_up(stump):
    tree = replace(stump, cover=np.array([4.0, 4.0, 0.0]))
    values, base = path_dependent(Forest((tree,), np.zeros(1), "identity"), np.array([[2.0]]), 1)
    assert (base[0], values[0, 0, 0]) == (10.0, 10.0)
    none = replace(stump, cover=np.zeros(3))
    values, base = path_dependent(Forest((none,), np.zeros(1), "identity"), np.array([[2.0]]), 1)
    assert (base[0], values[0, 0, 0]) == (15.0, pytest.approx(5.0))


def test_a_tree_of_one_leaf_is_all_base():
    values, base = path_dependent(Forest((Tree.leaf([3.0]),), np.array([1.0]), "log"), X[:2], 6)
    assert np.abs(values).max() == 0
    assert base.tolist() == [4.0]
