from __future__ import annotations

import datetime
import subprocess
import sys
from typing import Any

import numpy as np
import onnx
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

from synapse_magic import LightGBMRegressor, SynapseError, to_onnx
from synapse_magic.onnx.converting import refusals

pytest.importorskip("skl2onnx")

X = np.random.default_rng(0).normal(size=(20, 2))


@pytest.fixture
def model() -> LinearRegression:
    return LinearRegression().fit(X, X.sum(axis=1))


def test_what_is_no_model_of_a_known_framework_is_told() -> None:
    with pytest.raises(SynapseError, match=r"dict of builtins is no model.*scikit-learn.*pyspark"):
        to_onnx({}, X)


def test_a_class_is_told_from_a_model() -> None:
    with pytest.raises(SynapseError, match=r"LinearRegression is a class\. Expected a fitted"):
        to_onnx(LinearRegression, X)


@pytest.mark.usefixtures("spark")
def test_an_estimator_of_ours_has_no_form_in_onnx() -> None:
    with pytest.raises(SynapseError, match="This LightGBMRegressor has no form in ONNX"):
        to_onnx(LightGBMRegressor(), X)


@pytest.mark.parametrize(
    ("sample", "said"),
    [
        ([[1.0, 2.0], [3.0]], "rows of 'sample' in the sample have different sizes"),
        (3.0, "The sample 'sample' is float. Expected a numpy array"),
        (np.array(["2026-01-01"], "datetime64[D]"), "is ndarray. Expected a numpy array"),
        (pd.DataFrame({"a": [1.0], "b": [datetime.date(2026, 1, 1)]}), "Column 'b' .* no numbers"),
        ((X, X[:3]), "different numbers of rows: input_0 20, input_1 3"),
    ],
    ids=["ragged", "number", "dates", "column of dates", "rows"],
)
def test_a_sample_that_is_none_is_told(sample: Any, said: str, model: LinearRegression) -> None:
    with pytest.raises(SynapseError, match=said):
        to_onnx(model, sample)


def test_the_result_says_where_it_comes_from_and_is_read_by_old_runtimes(
    model: LinearRegression,
) -> None:
    made = to_onnx(model, X)
    onnx.checker.check_model(made, full_check=True)
    noted = {entry.key: entry.value for entry in made.metadata_props}
    assert noted["class"] == "LinearRegression"
    assert noted["framework"].startswith("sklearn 1.")
    assert made.producer_name == "skl2onnx"
    assert made.ir_version <= 10
    assert {o.domain: o.version for o in made.opset_import}[""] <= 21


def test_a_converter_that_lacks_is_told_with_what_to_install() -> None:
    with pytest.raises(SynapseError, match=r"to ONNX needs no_such_module\. Try: pip install that"):
        refusals.needed("no_such_module", "models", "that")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("\n\n  what is wrong:\nmore"), "what is wrong."),
        (KeyError(), "KeyError."),
        (ValueError("Really?"), "Really?"),
        (ValueError("\x1b[31m\x1b[0m\n\x1b[1;31mRed\x1b[0m it is"), "Red it is."),
    ],
)
def test_the_first_line_that_says_something_is_told(error: Exception, said: str) -> None:
    assert refusals.first_line(error) == said


def test_nothing_is_imported_that_the_user_has_not_imported() -> None:
    code = (
        "import sys; from sklearn.linear_model import LinearRegression; "
        "from synapse_magic import to_onnx; "
        "to_onnx(LinearRegression().fit([[1.0], [2.0]], [1, 2]), [[1.0]]); "
        "heavy = ['torch', 'tensorflow', 'keras', 'xgboost', 'h2o', 'coremltools', 'pyspark.ml']; "
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
    assert done.stderr == ""
