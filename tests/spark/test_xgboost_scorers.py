from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyspark.ml.linalg import Vectors
from pyspark.sql import SparkSession

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.exact import exact_values
from synapse_magic.kernels.scorer import ChainedScorer
from synapse_magic.kernels.vectors import from_matrix, to_matrix
from synapse_magic.spark.scorer import scorer_of

xgboost = pytest.importorskip("xgboost")
spark_models = pytest.importorskip("xgboost.spark.estimator")

RNG = np.random.default_rng(10)
X = RNG.normal(size=(120, 3))
Y = X[:, 0] - X[:, 1] * X[:, 2]
BATCH = pa.RecordBatch.from_arrays([from_matrix(X)], ["features"])
FEW = {"n_estimators": 3, "n_jobs": 1}


@pytest.mark.parametrize("classes", [2, 3])
def test_a_classifier_scores_as_spark_does(spark: SparkSession, classes: int) -> None:
    label = np.digitize(Y, [-0.5, 0.5]) % classes
    model = spark_models.SparkXGBClassifierModel(xgboost.XGBClassifier(**FEW).fit(X, label))
    model.set(model.getParam("device"), "cpu")
    scorer = pickle.loads(pickle.dumps(scorer_of(model)))
    frame = spark.createDataFrame([(Vectors.dense(row),) for row in X[:30]], ["features"])
    assert scorer.outputs == ("rawPrediction", "probability", "prediction")
    expected = model.transform(frame).select(*scorer.outputs).collect()
    made = scorer.score(BATCH.slice(0, 30))
    for place, name in enumerate(scorer.outputs[:2]):
        found = to_matrix(made.column(name))
        assert found == pytest.approx(
            np.array([row[place].toArray() for row in expected]), abs=1e-6
        )
    assert made.column("prediction").to_pylist() == [row[2] for row in expected]
    exact = exact_values(ChainedScorer((scorer,)), BATCH, BATCH.slice(0, 50))
    raw = to_matrix(scorer.score(BATCH).column("rawPrediction"))
    total = exact.base + exact.values.sum(axis=1)
    assert total == pytest.approx(raw[:, 1:] if classes == 2 else raw, abs=1e-5)


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        (xgboost.XGBRegressor(**FEW), spark_models.SparkXGBRegressorModel),
        (xgboost.XGBRanker(**FEW), spark_models.SparkXGBRankerModel),
    ],
    ids=["regressor", "ranker"],
)
def test_numbers_are_those_of_the_model(spark: SparkSession, model: Any, kind: Any) -> None:
    given = {"qid": np.repeat([0, 1], 60)} if kind is spark_models.SparkXGBRankerModel else {}
    model.fit(X, np.digitize(Y, [-0.5, 0.5]), **given)
    scorer = scorer_of(kind(model))
    found = scorer.score(BATCH).column("prediction").to_numpy()
    assert found == pytest.approx(model.predict(X), abs=1e-6)


def test_a_base_margin_is_refused(spark: SparkSession) -> None:
    model = spark_models.SparkXGBRegressorModel(xgboost.XGBRegressor(**FEW).fit(X, Y))
    model.set(model.base_margin_col, "margin")
    with pytest.raises(SynapseError, match="with a base_margin_col cannot be scored"):
        scorer_of(model)
