from __future__ import annotations

import pickle

import lightgbm
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn import ensemble, linear_model, neighbors, pipeline, preprocessing, svm

from synapse_magic.errors import SynapseError
from synapse_magic.explainers.foreign import foreign_scorer
from synapse_magic.kernels.exact import exact_method, exact_values
from synapse_magic.kernels.scorer import ChainedScorer
from synapse_magic.kernels.vectors import from_matrix, to_matrix

RNG = np.random.default_rng(9)
X = RNG.normal(size=(150, 3))
Y = X[:, 0] - X[:, 1] * X[:, 2]
TWO, THREE = np.where(Y > 0, "yes", "no"), np.digitize(Y, [-0.5, 0.5])
FRAME = pd.DataFrame(X, columns=["a", "b", "c d"])
VECTORS = pa.RecordBatch.from_arrays([from_matrix(X)], ["features"])
PLAIN = pa.RecordBatch.from_pandas(FRAME)
FEW = {"n_estimators": 3, "random_state": 0}
GBM = {"n_estimators": 3, "verbosity": -1, "n_jobs": 1}


def scored(model, batch):
    scorer = pickle.loads(pickle.dumps(foreign_scorer(model)))
    made = scorer.score(batch)
    assert tuple(made.schema.names) == scorer.outputs
    assert scorer.score(batch.slice(0, 0)).num_rows == 0
    return scorer, made


def total_of(scorer, batch, background):
    found = exact_values(ChainedScorer((scorer,)), batch, background)
    total = found.base + found.values.sum(axis=1)
    if found.link == "logit":
        total = 1 / (1 + np.exp(-total))
    if found.link == "softmax":
        total = np.exp(total) / np.exp(total).sum(axis=1, keepdims=True)
    if found.link == "log":
        total = np.exp(total)
    return found, total


NUMBERS = [
    linear_model.LinearRegression(),
    linear_model.PoissonRegressor(),
    linear_model.TweedieRegressor(power=0, link="log"),
    svm.LinearSVR(random_state=0),
    ensemble.RandomForestRegressor(**FEW),
    ensemble.GradientBoostingRegressor(**FEW),
    lightgbm.LGBMRegressor(**GBM),
]


@pytest.mark.parametrize("model", NUMBERS, ids=lambda model: type(model).__name__)
@pytest.mark.parametrize("named", [False, True])
def test_a_regressor_is_scored_and_explained(model, named):
    given, batch = (FRAME, PLAIN) if named else (X, VECTORS)
    if named and "lightgbm" in type(model).__module__:
        given = FRAME.rename(columns={"c d": "c_d"})
        batch = pa.RecordBatch.from_pandas(given)
    scorer, made = scored(model.fit(given, np.exp(Y / 3)), batch)
    assert scorer.inputs == (tuple(batch.schema.names) if named else ("features",))
    assert made.column("prediction").to_numpy() == pytest.approx(model.predict(given), abs=1e-6)
    found, total = total_of(scorer, batch.slice(0, 20), batch.slice(50, 30))
    assert total[:, 0] == pytest.approx(model.predict(given)[:20], abs=1e-5)
    assert found.names == (tuple(batch.schema.names) if named else found.names)


CLASSES = [
    linear_model.LogisticRegression(),
    ensemble.ExtraTreesClassifier(**FEW),
    ensemble.HistGradientBoostingClassifier(max_iter=3),
    lightgbm.LGBMClassifier(**GBM),
]


@pytest.mark.parametrize("model", CLASSES, ids=lambda model: type(model).__name__)
@pytest.mark.parametrize("classes", [2, 3])
def test_a_classifier_is_scored_and_explained(model, classes):
    label = TWO if classes == 2 else THREE
    chance = model.fit(X, label).predict_proba(X)
    scorer, made = scored(model, VECTORS)
    assert scorer.classes == tuple(map(str, model.classes_))
    assert to_matrix(made.column("probability")) == pytest.approx(chance, abs=1e-6)
    assert made.column("prediction").to_pylist() == list(chance.argmax(axis=1))
    _, total = total_of(scorer, VECTORS.slice(0, 20), VECTORS.slice(50, 30))
    assert total == pytest.approx(chance[:20, 1:] if classes == 2 else chance[:20], abs=1e-5)


def test_a_machine_without_probabilities_is_explained_by_its_margin():
    model = svm.LinearSVC(random_state=0).fit(X, TWO)
    scorer, made = scored(model, VECTORS)
    assert scorer.outputs == ("prediction",)
    assert made.column("prediction").to_pylist() == list((model.predict(X) == "yes") * 1.0)
    _, total = total_of(scorer, VECTORS.slice(0, 9), VECTORS)
    assert total[:, 0] == pytest.approx(model.decision_function(X[:9]))


@pytest.mark.parametrize(
    "model",
    [
        neighbors.KNeighborsClassifier(),
        pipeline.make_pipeline(preprocessing.StandardScaler(), linear_model.LogisticRegression()),
        linear_model.LogisticRegression(solver="liblinear"),
        linear_model.LinearRegression(),
    ],
    ids=lambda model: type(model).__name__,
)
def test_all_else_that_predicts_is_scored_alone(model):
    label = np.column_stack([Y]) if isinstance(model, linear_model.LinearRegression) else TWO
    scorer, _ = scored(model.fit(FRAME, label), PLAIN)
    one_sum = getattr(model, "solver", "") == "liblinear"  # of two classes it is one sum
    assert exact_method(ChainedScorer((scorer,)), background=True) == (
        "linear" if one_sum else None
    )


def test_a_booster_itself_is_scored_by_its_objective():
    data = lightgbm.Dataset(X, THREE)
    settings = {"objective": "multiclass", "num_class": 3, "verbosity": -1, "num_threads": 1}
    model = lightgbm.train(settings, data, 2)
    _, made = scored(model, VECTORS)
    assert to_matrix(made.column("probability")) == pytest.approx(model.predict(X))


@pytest.mark.parametrize(
    "model",
    [
        linear_model.LinearRegression(),
        lightgbm.LGBMRegressor(),
    ],
    ids=lambda model: type(model).__name__,
)
def test_a_model_that_is_not_fitted_is_refused(model):
    with pytest.raises(SynapseError, match=r"is not fitted\. Try: model\.fit\(X, y\) first"):
        foreign_scorer(model)


def test_categories_of_pandas_are_refused():
    frame = pd.DataFrame({"k": pd.Categorical(TWO), "a": X[:, 0]})
    model = lightgbm.LGBMRegressor(**GBM, min_child_samples=5).fit(frame, Y)
    with pytest.raises(SynapseError, match=r"categories of pandas.*codes of the categories"):
        foreign_scorer(model)


def test_what_does_not_predict_has_no_scorer():
    assert foreign_scorer(object()) is None


def test_a_lacking_column_is_named():
    model = linear_model.LinearRegression().fit(FRAME, Y)
    with pytest.raises(SynapseError, match="lack 'c d'"):
        foreign_scorer(model).score(PLAIN.select(["a", "b"]))
