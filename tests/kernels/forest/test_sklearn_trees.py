from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shap
from sklearn import ensemble, linear_model, tree

from synapse_magic.kernels.forest.interventional import interventional
from synapse_magic.kernels.forest.path_dependent import path_dependent
from synapse_magic.kernels.forest.sklearn_trees import read_sklearn

RNG = np.random.default_rng(7)
X = RNG.normal(size=(250, 4))
Y = X[:, 0] * X[:, 2] + X[:, 1] + (X[:, 3] > 0.5)
TWO, THREE = (Y > 0).astype(int), np.digitize(Y, [-0.5, 0.8])
ASKED = np.round(RNG.normal(size=(90, 4)), 2)
SMALL = {"max_depth": 4, "random_state": 0}
FEW = {"n_estimators": 4, **SMALL}

NUMBERS = [
    tree.DecisionTreeRegressor(**SMALL),
    tree.ExtraTreeRegressor(**SMALL),
    ensemble.RandomForestRegressor(**FEW),
    ensemble.ExtraTreesRegressor(**FEW),
    ensemble.GradientBoostingRegressor(**FEW),
    ensemble.GradientBoostingRegressor(**FEW, init="zero"),
    ensemble.GradientBoostingRegressor(**FEW, loss="huber"),
    ensemble.HistGradientBoostingRegressor(max_iter=4),
]
SHARES = [
    tree.DecisionTreeClassifier(**SMALL),
    tree.DecisionTreeClassifier(**SMALL, class_weight="balanced"),
    ensemble.RandomForestClassifier(**FEW),
    ensemble.ExtraTreesClassifier(**FEW),
]
CHANCES = [
    ensemble.GradientBoostingClassifier(**FEW),
    ensemble.HistGradientBoostingClassifier(max_iter=4),
]


def name(model):
    return type(model).__name__


@pytest.mark.parametrize("model", NUMBERS, ids=name)
def test_a_regressors_trees_predict_what_it_predicts(model):
    forest = read_sklearn(model.fit(X, Y))
    assert forest.link == "identity"
    assert forest.raw(ASKED)[:, 0] == pytest.approx(model.predict(ASKED), abs=1e-12)


@pytest.mark.parametrize("model", SHARES, ids=name)
def test_a_forest_of_classes_adds_up_to_probabilities(model):
    forest = read_sklearn(model.fit(X, THREE))
    assert forest.link == "identity"
    assert forest.raw(ASKED) == pytest.approx(model.predict_proba(ASKED), abs=1e-12)
    second = read_sklearn(model.fit(X, TWO))
    assert second.raw(ASKED)[:, 0] == pytest.approx(model.predict_proba(ASKED)[:, 1], abs=1e-12)


@pytest.mark.parametrize("model", CHANCES, ids=name)
def test_boosted_classes_add_up_to_log_odds(model):
    forest = read_sklearn(model.fit(X, TWO))
    chance = 1 / (1 + np.exp(-forest.raw(ASKED)[:, 0]))
    assert forest.link == "logit"
    assert chance == pytest.approx(model.predict_proba(ASKED)[:, 1], abs=1e-12)
    forest = read_sklearn(model.fit(X, THREE))
    assert forest.link == "softmax"
    assert forest.raw(ASKED) == pytest.approx(model.decision_function(ASKED), abs=1e-12)


def test_log_odds_are_twice_the_score_of_the_exponential_loss():
    model = ensemble.GradientBoostingClassifier(**FEW, loss="exponential").fit(X, TWO)
    chance = 1 / (1 + np.exp(-read_sklearn(model).raw(ASKED)[:, 0]))
    assert chance == pytest.approx(model.predict_proba(ASKED)[:, 1], abs=1e-12)


@pytest.mark.parametrize(
    "model",
    [tree.DecisionTreeRegressor(), ensemble.GradientBoostingRegressor(n_estimators=1)],
    ids=name,
)
def test_values_are_compared_in_float32_as_scikit_learn_does(model):
    rows = np.array([[0.1], [0.1 + 1e-9], [0.3], [0.3 + 1e-9]])
    model.fit(rows, [0.0, 0.0, 1.0, 1.0])
    edge = read_sklearn(model).trees[0].threshold[0]
    close = np.nextafter(np.full((5, 1), edge), [[-1], [1], [1], [1], [1]])
    close[2:] += [[1e-9], [1e-8], [1e-7]]
    assert read_sklearn(model).raw(close)[:, 0] == pytest.approx(model.predict(close), abs=1e-12)


@pytest.mark.parametrize(
    "model",
    [tree.DecisionTreeRegressor(**SMALL), ensemble.HistGradientBoostingRegressor(max_iter=3)],
    ids=name,
)
def test_missing_values_go_the_way_that_was_learned(model):
    rows, asked = X.copy(), ASKED.copy()
    rows[::4, 0] = asked[::3, 0] = asked[::5, 1] = np.nan
    model.fit(rows, Y)
    assert read_sklearn(model).raw(asked)[:, 0] == pytest.approx(model.predict(asked))


def test_a_histogram_of_counts_is_on_the_scale_of_logarithms():
    model = ensemble.HistGradientBoostingRegressor(loss="poisson", max_iter=3).fit(X, np.exp(Y))
    forest = read_sklearn(model)
    assert forest.link == "log"
    assert np.exp(forest.raw(ASKED)[:, 0]) == pytest.approx(model.predict(ASKED))


def test_models_fitted_with_names_need_no_frame():
    frame = pd.DataFrame(X, columns=list("abcd"))
    model = ensemble.GradientBoostingRegressor(**FEW).fit(frame, Y)
    asked = pd.DataFrame(ASKED, columns=list("abcd"))
    assert read_sklearn(model).raw(ASKED)[:, 0] == pytest.approx(model.predict(asked))


@pytest.mark.parametrize(
    "model",
    [
        linear_model.LinearRegression().fit(X, Y),
        ensemble.RandomForestRegressor(**FEW).fit(X, np.column_stack([Y, Y])),
        ensemble.GradientBoostingRegressor(**FEW, init=linear_model.LinearRegression()).fit(X, Y),
        ensemble.HistGradientBoostingRegressor(max_iter=2, categorical_features=[3]).fit(
            np.column_stack([X[:, :3], X[:, 3] > 0]), Y
        ),
    ],
    ids=["linear", "two_outputs", "own_init", "categories"],
)
def test_what_is_no_forest_of_numbers_is_none(model):
    assert read_sklearn(model) is None


def test_path_dependent_values_are_those_of_the_shap_package():
    model = ensemble.RandomForestClassifier(**FEW).fit(X, THREE)
    values, base = path_dependent(read_sklearn(model), ASKED, 4)
    peer = shap.TreeExplainer(model, feature_perturbation="tree_path_dependent")
    assert np.abs(values - peer.shap_values(ASKED)).max() < 1e-6
    assert base == pytest.approx(peer.expected_value, abs=1e-6)


def test_interventional_values_are_those_of_the_shap_package():
    model = ensemble.GradientBoostingRegressor(**FEW).fit(X, Y)
    values, base = interventional(read_sklearn(model), ASKED, X[:50], np.arange(4))
    peer = shap.TreeExplainer(model, X[:50], feature_perturbation="interventional")
    assert np.abs(values[:, :, 0] - peer.shap_values(ASKED)).max() < 1e-6
    assert base[0] == pytest.approx(peer.expected_value, abs=1e-6)
