from __future__ import annotations

import sys

import lightgbm
import numpy as np
import pytest

from synapse_magic import LightGBMClassificationModel, LightGBMRegressionModel, SynapseError

onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("onnxmltools")

RNG = np.random.default_rng(4)
NAMES = ["a", "b", "kind"]
X = np.column_stack([RNG.normal(size=(600, 2)), RNG.integers(0, 6, 600)]).astype(np.float32)
X[::7, 0] = np.nan
SIGNAL = np.nan_to_num(X[:, 0]) - X[:, 1] + (X[:, 2] % 2)
CLASSES = np.digitize(SIGNAL, [-0.5, 0.9])
FOREST = {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6}
CLASSIFIERS = [
    {"objective": "binary"},
    {"objective": "binary", "sigmoid": 0.5},
    {"objective": "binary", **FOREST},
    {"objective": "multiclass", "num_class": 3},
    {"objective": "multiclassova", "num_class": 3, "sigmoid": 0.7},
]
REGRESSORS = [
    {"objective": "regression"},
    {"objective": "regression_l1"},
    {"objective": "mape"},
    {"objective": "poisson"},
    {"objective": "tweedie"},
    {"objective": "regression", "use_missing": False},
    {"objective": "regression", **FOREST},
]


def train(params, label):
    data = lightgbm.Dataset(
        X, np.asarray(label, float), feature_name=NAMES, categorical_feature=[2]
    )
    shared = {"verbosity": -1, "num_threads": 1, "num_leaves": 15, "min_data_in_leaf": 5}
    return lightgbm.train(shared | params, data, 12)


def run(model):
    session = onnxruntime.InferenceSession(model.toONNX().SerializeToString())
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(None, {"features": X})))


@pytest.mark.parametrize("params", CLASSIFIERS, ids=lambda p: "-".join(map(str, p.values())))
def test_a_classifier_gives_the_same_probabilities(params):
    booster = train(params, CLASSES if "num_class" in params else SIGNAL > 0)
    model = LightGBMClassificationModel.loadNativeModelFromString(booster.model_to_string())
    found, expected = run(model), booster.predict(X)
    if expected.ndim == 1:
        expected = np.column_stack([1 - expected, expected])
    assert found["probabilities"] == pytest.approx(expected, abs=1e-6)
    assert (found["label"] == expected.argmax(1)).all()


@pytest.mark.parametrize("params", REGRESSORS, ids=lambda p: "-".join(map(str, p.values())))
def test_a_regressor_gives_the_same_numbers(params):
    booster = train(params, np.exp(SIGNAL / 3))
    model = LightGBMRegressionModel.loadNativeModelFromString(booster.model_to_string())
    assert run(model)["variable"][:, 0] == pytest.approx(booster.predict(X), rel=1e-5, abs=1e-6)


def test_only_the_iterations_that_predict_are_in_it():
    booster = train({"objective": "regression"}, SIGNAL)
    model = LightGBMRegressionModel.loadNativeModelFromString(booster.model_to_string())
    found = run(model.setStartIteration(2).setNumIterations(3))["variable"][:, 0]
    expected = booster.predict(X, start_iteration=2, num_iteration=3)
    assert found == pytest.approx(expected, abs=1e-6)


def test_a_value_on_a_threshold_goes_the_same_way():
    # The threshold between these two is nearer to the upper one than float32 can tell.
    low = np.float32(1.0)
    high = np.nextafter(low, np.float32(2))
    data = np.repeat([low, high], 50)[:, None].astype(np.float64)
    settings = {
        "objective": "regression",
        "verbosity": -1,
        "min_data_in_leaf": 1,
        "learning_rate": 1,
    }
    booster = lightgbm.train(settings, lightgbm.Dataset(data, data[:, 0] > 1), 1)
    (threshold,) = [
        tree["tree_structure"]["threshold"] for tree in booster.dump_model()["tree_info"]
    ]
    text = booster.model_to_string().replace(f"{threshold:.17g}", repr(float(high) - 1e-9))
    model = LightGBMRegressionModel.loadNativeModelFromString(text)
    session = onnxruntime.InferenceSession(model.toONNX().SerializeToString())
    (found,) = session.run(None, {"features": data.astype(np.float32)})
    assert found[:, 0] == pytest.approx(model.toBooster().predict(data), abs=1e-6)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"objective": "regression", "linear_tree": True}, "linear trees"),
        ({"objective": "regression", "reg_sqrt": True}, "reg_sqrt"),
        ({"objective": "regression", "zero_as_missing": True}, "zero as a missing value"),
        ({"objective": "cross_entropy"}, "'cross_entropy'"),
    ],
)
def test_what_onnx_cannot_express_is_refused_by_name(params, words):
    booster = train(params, SIGNAL > 0)
    model = LightGBMRegressionModel.loadNativeModelFromString(booster.model_to_string())
    with pytest.raises(SynapseError, match=f"ONNX cannot express this model.*{words}"):
        model.toONNX()


def test_without_the_converter_the_line_to_install_it_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxmltools", None)
    booster = train({"objective": "regression"}, SIGNAL)
    model = LightGBMRegressionModel.loadNativeModelFromString(booster.model_to_string())
    with pytest.raises(SynapseError, match=r"pip install 'synapse-magic\[onnx\]'"):
        model.toONNX()
