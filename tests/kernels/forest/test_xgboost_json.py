from __future__ import annotations

import numpy as np
import pytest

from synapse_magic.kernels.forest.interventional import interventional
from synapse_magic.kernels.forest.path_dependent import path_dependent
from synapse_magic.kernels.forest.xgboost_json import read_xgboost

xgboost = pytest.importorskip("xgboost")

RNG = np.random.default_rng(4)
X = RNG.normal(size=(400, 4))
X[::5, 0] = np.nan
X[:, 3] = RNG.integers(0, 9, 400)
Y = np.nan_to_num(X[:, 0]) * X[:, 2] + X[:, 1] + 2 * np.isin(X[:, 3], [1, 4, 7])
TYPES = ["q", "q", "q", "c"]


def trained(label=Y, **params):
    data = xgboost.DMatrix(X, label, feature_types=TYPES, enable_categorical=True)
    settings = {"max_depth": 4, "nthread": 1, "verbosity": 0, "min_child_weight": 0.1}
    return xgboost.train({**settings, **params}, data, 5)


def asked(rows):
    return xgboost.DMatrix(rows, feature_types=TYPES, enable_categorical=True)


def odd(rows=300):
    """Give rows with missing values, values at thresholds of float32, and unseen categories."""
    found = np.random.default_rng(5).normal(size=(rows, 4))
    found[::3, 0] = found[::4, 1] = np.nan
    found[:, 3] = np.random.default_rng(6).integers(0, 40, rows)
    found[::7, 3] = np.nan
    return found


@pytest.mark.parametrize(
    ("params", "link"),
    [
        ({"objective": "reg:squarederror"}, "identity"),
        ({"objective": "reg:squarederror", "max_cat_to_onehot": 1}, "identity"),
        ({"objective": "binary:logistic"}, "logit"),
        ({"objective": "binary:logistic", "base_score": 0.3}, "logit"),
        ({"objective": "multi:softprob", "num_class": 3}, "softmax"),
        ({"objective": "count:poisson"}, "log"),
        ({"objective": "reg:gamma"}, "log"),
        ({"objective": "rank:pairwise"}, "identity"),
        ({"booster": "dart", "rate_drop": 0.5, "one_drop": 1}, "identity"),
        ({"num_parallel_tree": 3, "subsample": 0.5, "objective": "binary:logitraw"}, "logit"),
        ({"objective": "binary:hinge"}, "identity"),
    ],
)
def test_raw_scores_are_those_of_the_booster(params, link):
    label = {"identity": Y, "logit": Y > 1, "softmax": np.digitize(Y, [0, 1]), "log": np.exp(Y)}
    if params.get("objective") == "rank:pairwise":
        label["identity"] = np.digitize(Y, [0, 1])
    if params.get("objective") == "binary:hinge":
        label["identity"] = Y > 1
    model = trained(label[link], **params)
    forest = read_xgboost(bytes(model.save_raw("json")))
    assert forest.link == link
    assert any(tree.categories for tree in forest.trees)
    native = model.predict(asked(odd()), output_margin=True).reshape(300, -1)
    assert forest.raw(odd()) == pytest.approx(native, abs=2e-6)


def test_a_value_at_a_threshold_of_float32_goes_where_xgboost_sends_it():
    model = trained()
    forest = read_xgboost(bytes(model.save_raw("json")))
    tree = forest.trees[0]
    node = next(i for i, feature in enumerate(tree.feature) if 0 <= feature < 3)
    below = np.float32(tree.threshold[node])
    edge = np.nextafter(below, np.float32(np.inf))
    rows = np.tile([0.0, 0.0, 0.0, 2.0], (8, 1))
    rows[4:, 3] = 1.0
    rows[:, tree.feature[node]] = 2 * [edge, edge - 1e-12, below, below + 1e-12]
    assert len(set(forest.raw(rows)[:, 0])) > 1
    native = model.predict(asked(rows), output_margin=True)
    assert forest.raw(rows)[:, 0] == pytest.approx(native, abs=2e-6)


def test_path_dependent_values_are_those_of_xgboost():
    model = trained(np.digitize(Y, [0, 1]), objective="multi:softprob", num_class=3)
    forest = read_xgboost(bytes(model.save_raw("json")))
    values, base = path_dependent(forest, odd(), 4)
    native = model.predict(asked(odd()), pred_contribs=True)
    assert values == pytest.approx(native[:, :, :-1].transpose(0, 2, 1), abs=1e-5)
    assert base == pytest.approx(native[0, :, -1], abs=1e-5)


def test_interventional_values_are_those_of_the_definition(enumerated):
    forest = read_xgboost(bytes(trained().save_raw("json")))
    each = np.arange(4)
    values, _ = interventional(forest, odd()[:5], X[:30], each)
    assert values == pytest.approx(enumerated(forest, odd()[:5], X[:30], each), abs=1e-12)


def test_a_linear_booster_is_no_forest():
    data = xgboost.DMatrix(np.nan_to_num(X), Y)
    model = xgboost.train({"booster": "gblinear", "nthread": 1}, data, 2)
    assert read_xgboost(bytes(model.save_raw("json"))) is None


def test_leaves_of_several_numbers_are_no_forest():
    data = xgboost.DMatrix(np.nan_to_num(X), np.column_stack([Y, -Y]))
    settings = {"multi_strategy": "multi_output_tree", "tree_method": "hist", "nthread": 1}
    model = xgboost.train(settings, data, 2)
    assert read_xgboost(bytes(model.save_raw("json"))) is None
