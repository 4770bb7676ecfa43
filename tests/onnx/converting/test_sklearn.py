from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from converted import run
from pyspark.sql import SparkSession

from synapse_magic import ONNXModel, SynapseError, to_onnx

pytest.importorskip("skl2onnx")
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA
from sklearn.ensemble import (
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
    StackingClassifier,
)
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsRegressor
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC, SVR, LinearSVC
from sklearn.tree import DecisionTreeClassifier

RNG = np.random.default_rng(2)
X = RNG.normal(size=(240, 4))
SIGNAL = X @ [1.0, -2.0, 0.5, 0.0]
BINARY = (SIGNAL > 0).astype(int)
CLASSES = np.digitize(SIGNAL, [-1.0, 1.0])
NAMED = np.array(["low", "middle", "high"])[CLASSES]
TABLE = pd.DataFrame(
    {
        "age": RNG.integers(18, 80, 240).astype(float),
        "hours": RNG.normal(40, 8, 240),
        "job": RNG.choice(["clerk", "smith", "baker"], 240),
        "about": RNG.choice(["works at night", "works by day", "ÉTÉ rests"], 240),
    }
)
TARGET = np.where((TABLE.age > 45) ^ (TABLE.job == "clerk"), "yes", "no")

CLASSIFIERS = [
    (LogisticRegression(), BINARY),
    (LogisticRegression(), NAMED),
    (RandomForestClassifier(8, random_state=0), NAMED),
    (GradientBoostingClassifier(n_estimators=6), CLASSES),
    (MLPClassifier((6,), max_iter=3000, random_state=0), CLASSES),
    (GaussianNB(), BINARY == 1),
    (make_pipeline(SimpleImputer(), StandardScaler(), PCA(2), LogisticRegression()), CLASSES),
    (StackingClassifier([("a", DecisionTreeClassifier(max_depth=3)), ("b", GaussianNB())]), BINARY),
    (GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}), CLASSES),
]
REGRESSORS = [
    LinearRegression(),
    Ridge(),
    RandomForestRegressor(8, random_state=0),
    GradientBoostingRegressor(n_estimators=6),
    KNeighborsRegressor(),
    SVR(),
    make_pipeline(StandardScaler(), LinearRegression()),
]


def name(case: Any) -> str:
    return type(case[0] if isinstance(case, tuple) else case).__name__


def port_types(made: Any) -> set[int]:
    return {port.type.tensor_type.elem_type for port in made.graph.input}


@pytest.mark.parametrize("case", CLASSIFIERS, ids=name)
def test_a_classifier_gives_the_same_labels_and_probabilities(case: Any) -> None:
    model, y = case[0].fit(X, case[1]), case[1]
    made = to_onnx(model, X)
    out = run(made, {"features": X[:50]})
    assert list(out) == ["label", "probabilities"]
    assert out["label"].tolist() == model.predict(X[:50]).tolist()
    assert out["probabilities"] == pytest.approx(model.predict_proba(X[:50]), abs=1e-5)
    assert set(out["label"].tolist()) <= set(y.tolist())


@pytest.mark.parametrize("model", REGRESSORS, ids=name)
def test_a_regressor_gives_the_same_numbers(model: Any) -> None:
    made = to_onnx(model.fit(X, SIGNAL), X)
    out = run(made, {"features": X[:50]})
    assert out["variable"].reshape(-1) == pytest.approx(model.predict(X[:50]), rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("model", [SVC(), LinearSVC()], ids=name)
def test_a_classifier_without_probabilities_gives_its_labels(model: Any) -> None:
    made = to_onnx(model.fit(X, CLASSES), X)
    assert run(made, {"features": X})["label"].tolist() == [*model.predict(X)]


@pytest.mark.parametrize("model", [KMeans(3, n_init=1, random_state=0), PCA(2)], ids=name)
def test_clusters_and_transformers_are_converted(model: Any) -> None:
    made = to_onnx(model.fit(X), X)
    out = next(iter(run(made, {"features": X}).values()))
    expected = model.predict(X) if hasattr(model, "predict") else model.transform(X)
    assert out == pytest.approx(expected, abs=1e-6)


def test_several_targets_stay_side_by_side() -> None:
    model = Ridge().fit(X, np.column_stack([SIGNAL, 2 * SIGNAL]))
    assert run(to_onnx(model, X), {"features": X})["variable"] == pytest.approx(model.predict(X))


def test_float64_stays_where_the_runtime_has_it() -> None:
    double, single = 11, 1
    assert port_types(to_onnx(LogisticRegression().fit(X, BINARY), X)) == {double}
    assert port_types(to_onnx(SVR().fit(X, SIGNAL), X)) == {single}
    assert port_types(to_onnx(LinearRegression().fit(X, SIGNAL), X.astype(np.float32))) == {single}


def mixed() -> Pipeline:
    encode = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(), StandardScaler()), ["age", "hours"]),
            ("words", OneHotEncoder(handle_unknown="ignore"), ["job"]),
            ("text", CountVectorizer(), "about"),
        ]
    )
    return Pipeline([("encode", encode), ("classify", LogisticRegression())])


def test_a_pipeline_with_text_and_categories_has_an_input_for_each_column() -> None:
    model = mixed().fit(TABLE, TARGET)
    made = to_onnx(model, TABLE)
    assert [port.name for port in made.graph.input] == list(TABLE.columns)
    feeds = {c: TABLE[[c]].to_numpy() for c in TABLE.columns}
    out = run(made, feeds)
    assert out["label"].tolist() == model.predict(TABLE).tolist()
    assert out["probabilities"] == pytest.approx(model.predict_proba(TABLE), abs=1e-5)


def test_a_pipeline_of_named_columns_needs_no_feeds_on_spark(spark: SparkSession) -> None:
    model = mixed().fit(TABLE, TARGET)
    frame = spark.createDataFrame(TABLE.assign(extra=1))
    made = ONNXModel().setModelPayload(to_onnx(model, frame))
    rows = made.transform(frame).select("label", "probabilities").collect()
    assert [row.label for row in rows] == model.predict(TABLE).tolist()
    expected = model.predict_proba(TABLE)
    assert np.array([row.probabilities for row in rows]) == pytest.approx(expected, abs=1e-5)


def test_columns_chosen_by_name_are_inputs_even_where_all_are_numbers() -> None:
    table = TABLE[["age", "hours"]]
    model = make_pipeline(
        ColumnTransformer([("scaled", StandardScaler(), ["hours"])], remainder="passthrough"),
        LogisticRegression(),
    ).fit(table, TARGET)
    assert [port.name for port in to_onnx(model, table).graph.input] == ["age", "hours"]


def test_a_frame_of_numbers_is_one_matrix_in_the_order_of_training(spark: SparkSession) -> None:
    names = ["d", "c", "b", "a"]
    table = pd.DataFrame(X, columns=names)
    model = LogisticRegression().fit(table, CLASSES)
    frame = spark.createDataFrame(table.assign(label=CLASSES)[["label", "a", "b", "c", "d"]])
    made = ONNXModel(feedDict={"features": names}).setModelPayload(to_onnx(model, frame))
    with pytest.raises(SynapseError, match="would replace the column 'label'"):
        made.transform(frame)
    rows = made.transform(frame.drop("label")).select("probabilities").collect()
    expected = model.predict_proba(table)
    assert np.array([row.probabilities for row in rows]) == pytest.approx(expected, abs=1e-12)


def test_a_frame_without_rows_is_enough_for_the_types(spark: SparkSession) -> None:
    table = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    model = LinearRegression().fit(table, SIGNAL)
    empty = spark.createDataFrame([], "a double, b double, c double, d double")
    assert port_types(to_onnx(model, empty)) == {11}


def test_texts_alone_are_an_array() -> None:
    texts = TABLE.about.to_numpy()
    model = make_pipeline(CountVectorizer(), LogisticRegression()).fit(texts, texts == "ÉTÉ rests")
    out = run(to_onnx(model, texts), {"features": texts[:, None]})
    assert out["label"].tolist() == model.predict(texts).tolist()


def test_boosters_in_a_pipeline_are_converted() -> None:
    lightgbm = pytest.importorskip("lightgbm")
    booster = lightgbm.LGBMClassifier(n_estimators=5, verbosity=-1, n_jobs=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # LightGBM's own, of names of features
        model = make_pipeline(StandardScaler(), booster).fit(X, NAMED)
        expected = model.predict_proba(X)
    out = run(to_onnx(model, X.astype(np.float32)), {"features": X})
    assert out["probabilities"] == pytest.approx(expected, abs=1e-5)


class Mine(BaseEstimator, ClassifierMixin):
    def fit(self, X: Any, y: Any) -> Mine:
        self.classes_ = np.unique(y)
        return self

    def predict(self, X: Any) -> Any:
        return np.zeros(len(X))


def test_an_estimator_of_ones_own_is_refused_with_the_reason() -> None:
    with pytest.raises(
        SynapseError, match=r"This Mine cannot be converted to ONNX: Unable to find"
    ):
        to_onnx(Mine().fit(X, BINARY), X)


def test_a_model_that_is_not_fitted_is_told() -> None:
    with pytest.raises(
        SynapseError, match=r"This LogisticRegression is not fitted\. Try: model.fit"
    ):
        to_onnx(LogisticRegression(), X)


def test_no_sample_is_told() -> None:
    with pytest.raises(SynapseError, match=r"needs a sample.*to_onnx\(model, X\[:100\]\)"):
        to_onnx(LogisticRegression().fit(X, BINARY))


def test_a_sample_of_another_width_is_told() -> None:
    with pytest.raises(
        SynapseError, match=r"has 3 values\. Expected 4, as this LogisticRegression"
    ):
        to_onnx(LogisticRegression().fit(X, BINARY), X[:, :3])


def test_a_column_that_lacks_is_told_with_the_nearest() -> None:
    model = mixed().fit(TABLE, TARGET)
    with pytest.raises(SynapseError, match=r"no column 'hours'.*Did you mean 'hour'"):
        to_onnx(model, TABLE.rename(columns={"hours": "hour"}))


def test_a_wrong_conversion_is_not_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    other = LinearRegression().fit(X, SIGNAL + 1000)
    model = LinearRegression().fit(X, SIGNAL)
    monkeypatch.setattr(model, "predict", other.predict)
    with pytest.raises(SynapseError, match=r"another model.*'variable' has values that differ by"):
        to_onnx(model, X)
    labels = LogisticRegression().fit(X, BINARY)
    swapped = 1 - labels.predict(X)
    monkeypatch.setattr(labels, "predict", lambda X: swapped)
    with pytest.raises(
        SynapseError, match=r"'label' has another value in 240 of 240 places.*row 0"
    ):
        to_onnx(labels, X)
