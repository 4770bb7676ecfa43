from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from converted import run
from pyspark.sql import SparkSession

from synapse_magic import ONNXModel, SynapseError, to_onnx
from synapse_magic.spark.java import find_java

pytest.importorskip("onnxmltools")
h2o = pytest.importorskip("h2o")
pytestmark = pytest.mark.filterwarnings("ignore:.*Converting H2O frame to pandas.*")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(200, 3))
SIGNAL = X @ [1.0, 2.0, -3.0]
TABLE = pd.DataFrame(X, columns=["c", "b", "a"]).assign(
    number=SIGNAL,
    two=np.where(SIGNAL > 1, "yes", "no"),
    three=np.array(["low", "middle", "high"])[np.digitize(SIGNAL, [-2, 2])],
    kind=RNG.choice(["x", "y", "z"], 200),
)


@pytest.fixture(scope="module")
def rows() -> Iterator[Any]:
    """Give the table in a cluster of one node."""
    os.environ["PATH"] = f"{find_java().home}/bin{os.pathsep}{os.environ['PATH']}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # how old this H2O is
        h2o.init(nthreads=1, max_mem_size="1g", port=54700, bind_to_localhost=True, verbose=False)
        h2o.no_progress()
        frame = h2o.H2OFrame(TABLE)
        for name in ("two", "three", "kind"):
            frame[name] = frame[name].asfactor()
        yield frame
        h2o.cluster().shutdown()


def boosted(rows: Any, target: str, names: Any = ("c", "b", "a")) -> Any:
    from h2o.estimators import H2OGradientBoostingEstimator

    model = H2OGradientBoostingEstimator(ntrees=6, max_depth=3, seed=1)
    model.train(x=list(names), y=target, training_frame=rows)
    return model


def exportable(rows: Any, folder: Path) -> None:
    """Skip where this build of H2O keeps the export of models for its paying users."""
    try:
        boosted(rows, "number").save_mojo(str(folder))
    except h2o.exceptions.H2OValueError as error:
        pytest.skip(f"this H2O exports no models: {error}")


def predicted(model: Any, rows: Any) -> pd.DataFrame:
    return model.predict(rows).as_data_frame()


def test_a_regressor_gives_the_same_numbers(rows: Any, tmp_path: Path) -> None:
    exportable(rows, tmp_path)
    model = boosted(rows, "number")
    out = run(to_onnx(model, TABLE), {"features": X})
    assert out["variable"][:, 0] == pytest.approx(predicted(model, rows)["predict"], abs=1e-5)


@pytest.mark.parametrize("target", ["two", "three"])
def test_a_classifier_gives_the_same_classes(target: str, rows: Any, tmp_path: Path) -> None:
    exportable(rows, tmp_path)
    model = boosted(rows, target)
    expected = predicted(model, rows)
    out = run(to_onnx(model, TABLE), {"features": X})
    assert out["label"].tolist() == expected["predict"].tolist()
    chances = expected.drop(columns="predict").to_numpy()
    assert out["probabilities"] == pytest.approx(chances, abs=1e-5)


def test_a_model_scores_on_spark(rows: Any, spark: SparkSession, tmp_path: Path) -> None:
    exportable(rows, tmp_path)
    model, frame = boosted(rows, "two"), spark.createDataFrame(TABLE)
    made = ONNXModel(feedDict={"features": ["c", "b", "a"]}, fetchDict={"found": "label"})
    found = made.setModelPayload(to_onnx(model, frame)).transform(frame).collect()
    assert [row.found for row in found] == predicted(model, rows)["predict"].tolist()


def test_a_model_that_the_converter_does_not_know_is_refused(rows: Any, tmp_path: Path) -> None:
    exportable(rows, tmp_path)
    from h2o.estimators import H2OGeneralizedLinearEstimator

    linear = H2OGeneralizedLinearEstimator()
    linear.train(x=["a", "b"], y="number", training_frame=rows)
    with pytest.raises(SynapseError, match=r"cannot be converted to ONNX: .*gradient boosting"):
        to_onnx(linear, TABLE)


def test_an_export_that_h2o_refuses_is_told_in_its_words(rows: Any, monkeypatch: Any) -> None:
    model = boosted(rows, "number")

    def refuse(*_: Any, **__: Any) -> None:
        raise ValueError("MOJO export requires a licence")

    monkeypatch.setattr(model, "save_mojo", refuse)
    with pytest.raises(SynapseError, match="MOJO export requires a licence"):
        to_onnx(model, TABLE)
