from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from converted import run
from pyspark.sql import SparkSession

from synapse_magic import ONNXModel, SynapseError, to_onnx

pytest.importorskip("onnxmltools")
xgboost = pytest.importorskip("xgboost")

RNG = np.random.default_rng(3)
X = RNG.normal(size=(300, 3)).astype(np.float32)
X[::9, 1] = np.nan
SIGNAL = np.nan_to_num(X) @ np.array([1.0, -2.0, 0.5])
CLASSES = np.digitize(SIGNAL, [-1.0, 1.0])
SMALL: dict[str, Any] = {"n_estimators": 6, "max_depth": 3, "n_jobs": 1}


BINARY = (SIGNAL > 0).astype(int)


@pytest.mark.parametrize(
    ("kind", "y"),
    [("XGBClassifier", BINARY), ("XGBClassifier", CLASSES), ("XGBRFClassifier", BINARY)],
    ids=["two classes", "three classes", "a forest"],
)
def test_a_classifier_gives_the_same_classes_and_probabilities(kind: str, y: Any) -> None:
    model = getattr(xgboost, kind)(**SMALL).fit(X, y)
    out = run(to_onnx(model, X), {"features": X})
    assert out["label"].tolist() == model.predict(X).tolist()
    assert out["probabilities"] == pytest.approx(model.predict_proba(X), abs=1e-5)


@pytest.mark.parametrize("objective", ["reg:squarederror", "count:poisson", "reg:absoluteerror"])
def test_a_regressor_gives_the_same_numbers(objective: str) -> None:
    y = np.exp(SIGNAL / 4)
    model = xgboost.XGBRegressor(**SMALL, objective=objective).fit(X, y)
    out = run(to_onnx(model, X), {"features": X})
    assert out["variable"][:, 0] == pytest.approx(model.predict(X), rel=1e-4)


@pytest.mark.parametrize(
    ("objective", "more"),
    [("binary:logistic", {}), ("multi:softprob", {"num_class": 3}), ("reg:squarederror", {})],
)
def test_a_booster_needs_no_sample(objective: str, more: Any) -> None:
    y = CLASSES if more else SIGNAL > 0
    data = xgboost.DMatrix(X, y, feature_names=["age", "hours", "f x"])
    model = xgboost.train({"objective": objective, "nthread": 1, **more}, data, 5)
    out = run(to_onnx(model), {"features": X})
    expected = model.predict(data)
    made = out["variable"][:, 0] if "variable" in out else out["probabilities"]
    made = made[:, 1] if objective == "binary:logistic" else made
    assert made == pytest.approx(expected, abs=1e-5)


def test_only_the_best_iterations_are_in_it() -> None:
    given = {**SMALL, "n_estimators": 100, "learning_rate": 1.0, "early_stopping_rounds": 2}
    model = xgboost.XGBClassifier(**given)
    model.fit(X[:200], CLASSES[:200], eval_set=[(X[200:], CLASSES[200:])], verbose=False)
    assert model.best_iteration < 90
    out = run(to_onnx(model, X), {"features": X})
    assert out["probabilities"] == pytest.approx(model.predict_proba(X), abs=1e-5)


def test_columns_are_taken_by_the_names_of_training(spark: SparkSession) -> None:
    table = pd.DataFrame(X, columns=["c", "b", "a"])
    model = xgboost.XGBClassifier(**SMALL).fit(table, CLASSES)
    frame = spark.createDataFrame(table.assign(label=1.0)[["label", "a", "b", "c"]])
    made = ONNXModel(feedDict={"features": ["c", "b", "a"]})
    rows = made.setModelPayload(to_onnx(model, frame)).transform(frame.drop("label")).collect()
    expected = model.predict_proba(table)
    assert np.array([row.probabilities for row in rows]) == pytest.approx(expected, abs=1e-5)


def test_another_booster_than_trees_is_told() -> None:
    model = xgboost.train(
        {"booster": "gblinear", "nthread": 1, "updater": "coord_descent"},
        xgboost.DMatrix(np.nan_to_num(X), SIGNAL),
        2,
    )
    with pytest.raises(SynapseError, match="its booster is 'gblinear'"):
        to_onnx(model)


def test_another_missing_value_than_nan_is_told() -> None:
    model = xgboost.XGBRegressor(**SMALL, missing=-1.0).fit(np.nan_to_num(X), SIGNAL)
    with pytest.raises(SynapseError, match=r"takes -1\.0 for missing"):
        to_onnx(model)


def test_a_model_that_is_not_fitted_is_told() -> None:
    with pytest.raises(SynapseError, match="This XGBClassifier is not fitted"):
        to_onnx(xgboost.XGBClassifier(), X)


def test_a_sample_of_another_width_is_told() -> None:
    model = xgboost.XGBRegressor(**SMALL).fit(X, SIGNAL)
    with pytest.raises(SynapseError, match=r"has 2 values\. Expected 3"):
        to_onnx(model, X[:, :2])


def test_a_forest_of_three_classes_is_told() -> None:
    model = xgboost.XGBRFClassifier(**SMALL).fit(X, CLASSES)
    with pytest.raises(SynapseError, match=r"a forest \(num_parallel_tree=6\) of more than two"):
        to_onnx(model)
