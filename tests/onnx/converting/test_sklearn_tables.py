"""Tables of several types, and columns of any name, before models of scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from converted import run
from pyspark.sql import SparkSession

from synapse_magic import ONNXModel, SynapseError, to_onnx

pytest.importorskip("skl2onnx")
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier, RandomForestRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

RNG = np.random.default_rng(7)
N = 120
PART = RNG.normal(size=N)
WHOLE = RNG.integers(-9, 9, N)
SIGNAL = WHOLE + 3 * PART
TABLES = {
    "int and float": pd.DataFrame({"i": WHOLE, "f": PART}),
    "bool and float": pd.DataFrame({"b": WHOLE > 0, "f": PART}),
    "int8 and float32": pd.DataFrame({"i": WHOLE.astype("int8"), "f": PART.astype("float32")}),
    "uint32 and float": pd.DataFrame({"u": (WHOLE + 9).astype("uint32"), "f": PART}),
    "float16": pd.DataFrame({"h": PART.astype("float16"), "i": WHOLE.astype("float16")}),
}
MODELS = [
    (LinearRegression(), SIGNAL),
    (LogisticRegression(), SIGNAL > 0),
    (DecisionTreeClassifier(max_depth=4), SIGNAL > 0),
    (GradientBoostingClassifier(n_estimators=4), SIGNAL > 0),
    (RandomForestRegressor(4, random_state=0), SIGNAL),
]
SINGLE, WIDE = 1, 11


def name(value: Any) -> str:
    return value if isinstance(value, str) else type(value[0]).__name__


def input_types(made: Any) -> set[int]:
    return {port.type.tensor_type.elem_type for port in made.graph.input}


def require_same(model: Any, out: dict[str, np.ndarray], rows: Any) -> None:
    """Compare the first output with what the model predicts."""
    made, expected = next(iter(out.values())).reshape(-1), model.predict(rows)
    if expected.dtype.kind == "f":
        assert made == pytest.approx(expected, rel=1e-4, abs=1e-5)
    else:
        assert made.tolist() == expected.tolist()


@pytest.mark.parametrize("case", MODELS, ids=name)
@pytest.mark.parametrize("kinds", TABLES)
def test_columns_of_several_number_types_are_one_matrix(kinds: str, case: Any) -> None:
    table = TABLES[kinds]
    model = case[0].fit(table, case[1])
    made = to_onnx(model, table)
    assert input_types(made) <= {SINGLE, WIDE}
    wide = table.astype("float64")
    require_same(model, run(made, {"features": wide.to_numpy()}), wide)


@pytest.mark.parametrize("case", MODELS, ids=name)
def test_whole_numbers_chosen_by_name_go_beside_parts(case: Any) -> None:
    table = TABLES["int and float"]
    choose = ColumnTransformer([("scaled", StandardScaler(), ["f"])], remainder="passthrough")
    model = make_pipeline(choose, case[0]).fit(table, case[1])
    made = to_onnx(model, table)
    require_same(model, run(made, {c: table[[c]].to_numpy() for c in table}), table)


@pytest.mark.parametrize("case", MODELS, ids=name)
def test_a_sample_of_whole_numbers_leaves_room_for_parts(case: Any) -> None:
    rows = np.column_stack([WHOLE, WHOLE[::-1]])
    model = case[0].fit(rows, case[1])
    made = to_onnx(model, rows)
    assert input_types(made) <= {SINGLE, WIDE}
    parts = rows + 0.25
    require_same(model, run(made, {"features": parts}), parts)


def test_whole_numbers_that_name_categories_keep_their_meaning() -> None:
    rows = np.column_stack([WHOLE, np.abs(WHOLE)])
    model = make_pipeline(OneHotEncoder(handle_unknown="ignore"), LogisticRegression())
    model.fit(rows, SIGNAL > 0)
    require_same(model, run(to_onnx(model, rows), {"features": rows}), rows)


def test_a_double_column_is_scored_by_a_model_of_an_int_sample(spark: SparkSession) -> None:
    rows = np.column_stack([WHOLE, WHOLE[::-1]])
    model = LinearRegression().fit(rows, SIGNAL)
    frame = spark.createDataFrame([([0.5, 1.5],)], "features array<double>")
    scored = ONNXModel().setModelPayload(to_onnx(model, rows)).transform(frame)
    expected = model.predict([[0.5, 1.5]])
    assert np.ravel(scored.first().variable) == pytest.approx(expected)


def chosen(names: list[str]) -> tuple[Any, pd.DataFrame]:
    """Return a model that takes each column by its name, each with a weight of its own."""
    rows = np.random.default_rng(1).normal(size=(60, len(names)))
    table = pd.DataFrame(rows, columns=names)
    choose = ColumnTransformer([("scaled", StandardScaler(), names[:1])], remainder="passthrough")
    model = make_pipeline(choose, LogisticRegression())
    return model.fit(table, rows @ np.arange(1, len(names) + 1) > 0), table


@pytest.mark.parametrize(
    "names",
    [
        ["hours x", "a.b", "age-x"],
        ["a b", "a_b", "a.b", "a_b1"],
        ["größe", "1st", "%", "variable", "shape_tensor"],
    ],
    ids=" ".join,
)
def test_inputs_are_called_as_the_columns(names: list[str]) -> None:
    model, table = chosen(names)
    made = to_onnx(model, table)
    assert [port.name for port in made.graph.input] == names
    out = run(made, {c: table[[c]].to_numpy() for c in names})
    assert list(out) == ["label", "probabilities"]
    require_same(model, out, table)


def test_outputs_make_way_for_columns_of_their_names() -> None:
    names = ["label", "probabilities", "predicted_label"]
    model, table = chosen(names)
    made = to_onnx(model, table)
    assert [port.name for port in made.graph.input] == names
    out = run(made, {c: table[[c]].to_numpy() for c in names})
    assert list(out) == ["predicted_predicted_label", "predicted_probabilities"]
    require_same(model, out, table)


def test_columns_of_any_name_are_scored_on_spark(spark: SparkSession) -> None:
    model, table = chosen(["hours x", "a.b", "label"])
    made = ONNXModel().setModelPayload(to_onnx(model, table))
    scored = made.transform(spark.createDataFrame(table)).select("predicted_label").collect()
    assert [row.predicted_label for row in scored] == model.predict(table).tolist()


def test_columns_that_the_model_drops_keep_their_names_apart() -> None:
    table = pd.DataFrame({"a b": PART, "a.b": WHOLE[::-1].astype(float), "c d": WHOLE * 1.0})
    choose = ColumnTransformer([("scaled", StandardScaler(), ["c d"])])
    model = make_pipeline(choose, LogisticRegression()).fit(table, SIGNAL > 0)
    made = to_onnx(model, table)
    feeds = {port.name: table[[port.name]].to_numpy() for port in made.graph.input}
    require_same(model, run(made, feeds), table)


@pytest.mark.parametrize("odd", [np.nan, np.inf])
def test_a_sample_with_what_the_model_refuses_is_at_fault(odd: float) -> None:
    rows = np.column_stack([PART, WHOLE])
    model = LogisticRegression().fit(rows, SIGNAL > 0)
    rows[3, 0] = odd
    with pytest.raises(
        SynapseError,
        match=r"^This LogisticRegression cannot predict the sample: Input X contains .*\. "
        r"Try: rows without missing or infinite numbers, such as sample\.dropna\(\)",
    ):
        to_onnx(model, rows)


class Doubled(BaseEstimator, TransformerMixin):
    def fit(self, X: Any, y: Any = None) -> Doubled:
        self.fitted_ = True
        return self

    def transform(self, X: Any) -> Any:
        return 2 * X


@pytest.mark.parametrize(
    "step", [Doubled(), FunctionTransformer(np.abs)], ids=["class", "function"]
)
def test_what_the_converter_cannot_know_is_told_without_an_upgrade(step: Any) -> None:
    rows = np.column_stack([PART, WHOLE])
    model = make_pipeline(step, LinearRegression()).fit(rows, SIGNAL)
    with pytest.raises(SynapseError, match="the converter does not know this class") as raised:
        to_onnx(model, rows)
    assert "pip install" not in str(raised.value)
