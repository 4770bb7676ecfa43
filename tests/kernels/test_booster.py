from __future__ import annotations

import pickle
from decimal import Decimal

import lightgbm
import numpy as np
import pyarrow as pa
import pytest
from scipy.sparse import csr_matrix

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.booster import BoosterScorer
from synapse_magic.kernels.scorer import TreeScorer
from synapse_magic.kernels.vectors import from_matrix

RNG = np.random.default_rng(0)
X = RNG.normal(size=(800, 3))
NAMES = ("a", "b", "c")


def booster(objective, label, **params):
    settings = {"objective": objective, "verbosity": -1, "num_threads": 1, **params}
    return lightgbm.train(settings, lightgbm.Dataset(X, label), 8)


def batch(matrix=X, kind=None):
    return pa.RecordBatch.from_arrays([pa.array(column, kind) for column in matrix.T], NAMES)


def vectors(made, name):
    return np.array([row["values"] for row in made.column(name).to_pylist()])


@pytest.fixture(scope="module")
def binary():
    return booster("binary", (X[:, 0] > X[:, 1]).astype(float), sigmoid=0.7)


@pytest.fixture(scope="module")
def multi():
    return booster("multiclass", np.digitize(X[:, 0], [-0.5, 0.5]), num_class=3)


def classifier(model, classes=("no", "yes"), **options):
    return BoosterScorer(
        model.model_to_string(), NAMES, False, NAMES, "classification", classes, **options
    )


def test_probability_raw_score_and_class_agree_with_the_booster_to_the_bit(binary):
    made = classifier(binary).score(batch())
    assert made.schema.names == ["rawPrediction", "probability", "prediction"]
    probability, raw = binary.predict(X), binary.predict(X, raw_score=True)
    assert (vectors(made, "probability") == np.stack([1 - probability, probability], 1)).all()
    assert (vectors(made, "rawPrediction") == np.stack([-raw, raw], 1)).all()
    assert made.column("prediction").to_pylist() == list((raw > 0).astype(float))


def test_softmax_agrees_to_the_bit(multi):
    made = classifier(multi, ("x", "y", "z")).score(batch())
    assert (vectors(made, "probability") == multi.predict(X)).all()
    assert made.column("prediction").to_pylist() == list(multi.predict(X).argmax(1).astype(float))


@pytest.mark.parametrize(
    ("objective", "params", "link"),
    [
        ("regression", {}, "identity"),
        ("regression", {"reg_sqrt": True}, "identity"),
        ("huber", {}, "identity"),
        ("poisson", {}, "log"),
        ("gamma", {}, "log"),
        ("tweedie", {}, "log"),
        ("cross_entropy", {}, "logit"),
        ("cross_entropy_lambda", {}, "identity"),
        ("poisson", {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.5}, "log"),
    ],
)
def test_each_objective_predicts_what_its_booster_predicts(objective, params, link):
    model = booster(objective, RNG.uniform(0.1, 1, len(X)), **params)
    scorer = BoosterScorer(model.model_to_string(), NAMES, False, NAMES, "regression")
    made = scorer.score(batch())
    found = made.column("prediction").to_numpy()
    assert found == pytest.approx(model.predict(X), rel=1e-15)
    assert scorer.link == link


def test_contributions_add_up_to_the_raw_score(binary, multi):
    found = classifier(binary).contributions(batch())
    assert found.shape == (800, 1, 4)
    assert found.sum(2)[:, 0] == pytest.approx(binary.predict(X, raw_score=True))
    found = classifier(multi, ("x", "y", "z")).contributions(batch())
    assert found.shape == (800, 3, 4)
    assert found.sum(2) == pytest.approx(multi.predict(X, raw_score=True))


def test_contributions_of_a_random_forest_add_up_to_its_mean():
    forest = booster("regression", X[:, 0] + 5, boosting="rf", bagging_freq=1, bagging_fraction=0.5)
    scorer = BoosterScorer(forest.model_to_string(), NAMES, False, NAMES, "regression")
    assert scorer.contributions(batch()).sum(2)[:, 0] == pytest.approx(forest.predict(X))


def test_it_is_a_tree_scorer_that_travels(binary):
    scorer = classifier(binary)
    assert isinstance(scorer, TreeScorer)
    assert pickle.loads(pickle.dumps(scorer)).score(batch()).equals(scorer.score(batch()))
    assert scorer.trees() == binary.model_to_string()
    assert scorer.link == "logit"


def test_nulls_are_missing_values(binary):
    holed = X.copy()
    holed[::3, 0] = np.nan
    nulls = pa.RecordBatch.from_arrays([pa.array(c, from_pandas=True) for c in holed.T], NAMES)
    assert nulls.column(0).null_count
    made = classifier(binary).score(nulls)
    assert (vectors(made, "probability")[:, 1] == binary.predict(holed)).all()


def test_columns_of_any_numeric_type_are_read(binary):
    columns = [
        pa.array([1, None, 3], pa.int64()),
        pa.array([True, False, None]),
        pa.array([Decimal("0.5"), None, Decimal("2")], pa.decimal128(10, 2)),
    ]
    matrix = classifier(binary).matrix(pa.RecordBatch.from_arrays(columns, NAMES))
    assert np.array_equal(
        matrix, [[1, 1, 0.5], [np.nan, 0, np.nan], [3, np.nan, 2]], equal_nan=True
    )
    assert classifier(binary).matrix(batch(kind=pa.float32())).dtype == np.float32


def test_a_vector_column_dense_or_sparse_gives_the_same(binary):
    scorer = BoosterScorer(
        binary.model_to_string(), ("v",), True, NAMES, "classification", ("no", "yes")
    )
    rounded = np.where(np.abs(X) > 1.5, X, 0.0)
    dense = pa.RecordBatch.from_arrays([from_matrix(rounded)], ["v"])
    sparse = pa.RecordBatch.from_arrays([from_matrix(csr_matrix(rounded))], ["v"])
    assert scorer.score(dense).equals(scorer.score(sparse))
    assert np.allclose(scorer.contributions(dense), scorer.contributions(sparse))
    short = pa.RecordBatch.from_arrays([from_matrix(X[:, :2])], ["v"])
    with pytest.raises(SynapseError, match=r"have 2 elements\. Expected 3"):
        scorer.score(short)
    with pytest.raises(SynapseError, match=r"'v' holds double\. Expected a vector"):
        scorer.score(pa.RecordBatch.from_arrays([pa.array([1.0])], ["v"]))


def test_no_rows_give_no_rows(binary):
    scorer = classifier(binary, leaf="leaf", shap="shap")
    made = scorer.score(batch().slice(0, 0))
    assert made.num_rows == 0
    assert tuple(made.schema.names) == scorer.outputs


def test_thresholds_divide_the_probabilities(binary):
    made = classifier(binary, thresholds=(1.0, 1e-9)).score(batch())
    assert set(made.column("prediction").to_pylist()) == {1.0}


def test_leaves_and_shap_values_are_columns(multi):
    made = classifier(multi, ("x", "y", "z"), leaf="leaf", shap="shap").score(batch())
    assert (vectors(made, "leaf") == multi.predict(X, pred_leaf=True)).all()
    assert np.allclose(vectors(made, "shap"), multi.predict(X, pred_contrib=True))


def test_missing_and_wrong_columns_are_named(binary):
    scorer = classifier(binary)
    with pytest.raises(SynapseError, match="lack 'b', 'c'"):
        scorer.score(batch().select(["a"]))
    text = pa.RecordBatch.from_arrays([pa.array(["x"])] * 3, NAMES)
    with pytest.raises(SynapseError, match=r"Column 'a' holds string\. Expected numbers"):
        scorer.score(text)
