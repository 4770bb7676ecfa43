from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from synapse_magic.errors import SynapseError
from synapse_magic.explainers.foreign import foreign_scorer
from synapse_magic.kernels.exact import exact_values
from synapse_magic.kernels.scorer import ChainedScorer
from synapse_magic.kernels.vectors import from_matrix, to_matrix

xgboost = pytest.importorskip("xgboost")

RNG = np.random.default_rng(9)
X = RNG.normal(size=(150, 3))
Y = X[:, 0] - X[:, 1] * X[:, 2]
THREE = np.digitize(Y, [-0.5, 0.5])
NAMES = ["a", "b", "c d"]
VECTORS = pa.RecordBatch.from_arrays([from_matrix(X)], ["features"])
PLAIN = pa.RecordBatch.from_arrays([pa.array(column) for column in X.T], NAMES)
FEW = {"n_estimators": 3, "n_jobs": 1}


def scored(model, batch):
    scorer = pickle.loads(pickle.dumps(foreign_scorer(model)))
    made = scorer.score(batch)
    assert tuple(made.schema.names) == scorer.outputs
    assert scorer.score(batch.slice(0, 0)).num_rows == 0
    return scorer, made


def total_of(scorer, batch, background):
    found = exact_values(ChainedScorer((scorer,)), batch, background)
    return found, found.base + found.values.sum(axis=1)


@pytest.mark.parametrize("objective", ["reg:squarederror", "count:poisson"])
def test_a_regressor_is_scored_and_explained(objective):
    frame = pd.DataFrame(X, columns=NAMES)
    model = xgboost.XGBRegressor(**FEW, objective=objective).fit(frame, np.exp(Y / 3))
    scorer, made = scored(model, PLAIN)
    assert scorer.inputs == tuple(NAMES)
    assert made.column("prediction").to_numpy() == pytest.approx(model.predict(frame), abs=1e-6)
    found, total = total_of(scorer, PLAIN.slice(0, 20), PLAIN.slice(50, 30))
    assert found.names == tuple(NAMES)
    margin = model.predict(frame[:20], output_margin=True)
    assert total[:, 0] == pytest.approx(margin, abs=1e-5)


@pytest.mark.parametrize("classes", [2, 3])
def test_a_classifier_is_scored_and_explained(classes):
    model = xgboost.XGBClassifier(**FEW).fit(X, THREE % classes)
    scorer, made = scored(model, VECTORS)
    chance = model.predict_proba(X)
    assert scorer.classes == tuple(map(str, range(classes)))
    assert to_matrix(made.column("probability")) == pytest.approx(chance, abs=1e-6)
    assert made.column("prediction").to_pylist() == list(chance.argmax(axis=1))
    _, total = total_of(scorer, VECTORS.slice(0, 20), VECTORS.slice(50, 30))
    margin = model.predict(X[:20], output_margin=True).reshape(20, -1)
    assert total == pytest.approx(margin, abs=1e-5)


def test_a_booster_itself_is_scored_by_its_objective():
    data = xgboost.DMatrix(X, THREE, feature_names=NAMES)
    model = xgboost.train({"objective": "multi:softprob", "num_class": 3}, data, 2)
    scorer, made = scored(model, PLAIN)
    assert scorer.classes == ("0", "1", "2")
    assert to_matrix(made.column("probability")) == pytest.approx(model.predict(data), abs=1e-6)


def test_the_iterations_after_the_best_do_not_count():
    model = xgboost.XGBRegressor(n_estimators=40, early_stopping_rounds=2, n_jobs=1)
    model.fit(X, Y, eval_set=[(RNG.normal(size=(50, 3)), RNG.normal(size=50))], verbose=False)
    assert model.best_iteration < 30
    scorer, made = scored(model, VECTORS)
    assert len(scorer.forest().trees) == model.best_iteration + 1
    assert made.column("prediction").to_numpy() == pytest.approx(model.predict(X), abs=1e-6)


def test_a_number_that_stands_for_missing_is_missing():
    holes = np.where(X > 1, -9.0, X)
    model = xgboost.XGBRegressor(**FEW, missing=-9.0).fit(holes, Y)
    batch = pa.RecordBatch.from_arrays([from_matrix(holes)], ["features"])
    scorer, made = scored(model, batch)
    expected = pytest.approx(model.predict(holes), abs=1e-6)
    assert made.column("prediction").to_numpy() == expected
    assert scorer.forest().raw(scorer.matrix(batch))[:, 0] == expected


def test_native_contributions_are_those_of_the_trees():
    scorer, _ = scored(xgboost.XGBClassifier(**FEW).fit(X, THREE), VECTORS)
    found = exact_values(ChainedScorer((scorer,)), VECTORS)
    assert found.method == "tree_path"
    native = scorer.contributions(VECTORS)
    assert native.shape == (150, 3, 4)
    assert found.values == pytest.approx(native[:, :, :-1].transpose(0, 2, 1))


def test_a_model_that_is_not_fitted_is_refused():
    with pytest.raises(SynapseError, match=r"XGBRegressor is not fitted\. Try: model\.fit"):
        foreign_scorer(xgboost.XGBRegressor())
