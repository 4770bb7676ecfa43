from __future__ import annotations

from typing import Any

import lightgbm
import numpy as np
import pandas as pd
import pytest
from converted import run
from pyspark.ml.linalg import Vectors
from pyspark.sql import SparkSession

from synapse_magic import LightGBMClassifier, ONNXModel, SynapseError, to_onnx

pytest.importorskip("onnxmltools")

RNG = np.random.default_rng(3)
X = RNG.normal(size=(300, 3)).astype(np.float32)
SIGNAL = X @ np.array([1.0, -2.0, 0.5])
NAMED = np.array(["low", "middle", "high"])[np.digitize(SIGNAL, [-1.0, 1.0])]
SMALL: dict[str, Any] = {"n_estimators": 6, "num_leaves": 7, "verbosity": -1, "n_jobs": 1}


@pytest.mark.parametrize(
    "y", [SIGNAL > 0, NAMED, np.where(SIGNAL > 0, 7, 9)], ids=["two", "texts", "numbers"]
)
def test_a_classifier_gives_the_same_classes_and_probabilities(y: Any) -> None:
    model = lightgbm.LGBMClassifier(**SMALL).fit(X, y)
    out = run(to_onnx(model, X), {"features": X})
    assert out["label"].tolist() == model.predict(X).tolist()
    assert out["probabilities"] == pytest.approx(model.predict_proba(X), abs=1e-6)


def test_a_regressor_gives_the_same_numbers() -> None:
    model = lightgbm.LGBMRegressor(**SMALL).fit(X, SIGNAL)
    out = run(to_onnx(model, X), {"features": X})
    assert out["variable"][:, 0] == pytest.approx(model.predict(X), abs=1e-5)


@pytest.mark.parametrize("objective", ["binary", "regression"])
def test_a_booster_needs_no_sample(objective: str) -> None:
    data = lightgbm.Dataset(X, (SIGNAL > 0).astype(float))
    given = {"objective": objective, "verbosity": -1, "num_threads": 1, "num_leaves": 7}
    model = lightgbm.train(given, data, 5)
    out = run(to_onnx(model), {"features": X})
    made = out["probabilities"][:, 1] if objective == "binary" else out["variable"][:, 0]
    assert made == pytest.approx(model.predict(X), abs=1e-6)


def test_only_the_best_iterations_are_in_it() -> None:
    data = lightgbm.Dataset(X[:200], SIGNAL[:200])
    given = {"objective": "regression", "verbosity": -1, "num_threads": 1, "learning_rate": 0.9}
    stop = lightgbm.early_stopping(1, verbose=False)
    held_out = data.create_valid(X[200:], SIGNAL[200:])
    model = lightgbm.train(given, data, 200, valid_sets=[held_out], callbacks=[stop])
    assert model.best_iteration < 200
    out = run(to_onnx(model, X), {"features": X})
    assert out["variable"][:, 0] == pytest.approx(model.predict(X), abs=1e-4)


def test_columns_are_taken_by_the_names_of_training(spark: SparkSession) -> None:
    table = pd.DataFrame(X, columns=["c", "b", "a"])
    model = lightgbm.LGBMClassifier(**SMALL).fit(table, SIGNAL > 0)
    frame = spark.createDataFrame(table.assign(label=1.0)[["label", "a", "b", "c"]])
    fetched = {"class": "label", "probabilities": "probabilities"}
    made = ONNXModel(feedDict={"features": ["c", "b", "a"]}, fetchDict=fetched)
    rows = made.setModelPayload(to_onnx(model, frame)).transform(frame).collect()
    expected = model.predict_proba(table)
    assert np.array([row.probabilities for row in rows]) == pytest.approx(expected, abs=1e-6)


def test_our_own_model_is_converted_and_checked(spark: SparkSession) -> None:
    rows = [(Vectors.dense(x), float(s > 0)) for x, s in zip(X.tolist(), SIGNAL)]
    frame = spark.createDataFrame(rows, ["features", "label"])
    model = LightGBMClassifier(numIterations=5, numLeaves=7).fit(frame)
    made = ONNXModel(fetchDict={"p": "probabilities"}).setModelPayload(to_onnx(model, frame))
    both = made.transform(model.transform(frame)).select("p", "probability").collect()
    expected = np.array([row.probability.toArray() for row in both])
    assert np.array([row.p for row in both]) == pytest.approx(expected, abs=1e-6)


def test_a_model_that_is_not_fitted_is_told() -> None:
    with pytest.raises(SynapseError, match="This LGBMClassifier is not fitted"):
        to_onnx(lightgbm.LGBMClassifier(), X)


def test_what_onnx_cannot_say_is_told() -> None:
    model = lightgbm.LGBMRegressor(**SMALL, linear_tree=True).fit(X, SIGNAL)
    with pytest.raises(SynapseError, match="ONNX cannot express this model: it has linear trees"):
        to_onnx(model, X)


@pytest.mark.parametrize(
    ("sample", "said"),
    [
        (X[:, :2], "has 2 values. Expected 3, as this LGBMRegressor"),
        (pd.DataFrame({"a": [1.0], "b": ["x"], "c": [1.0]}), "Column 'b' of the sample holds text"),
    ],
)
def test_a_sample_that_does_not_fit_is_told(sample: Any, said: str) -> None:
    model = lightgbm.LGBMRegressor(**SMALL).fit(X, SIGNAL)
    with pytest.raises(SynapseError, match=said):
        to_onnx(model, sample)
