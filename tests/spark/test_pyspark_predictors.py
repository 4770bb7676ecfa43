from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyspark.ml import classification as C
from pyspark.ml import regression as R
from pyspark.ml.feature import VectorAssembler, VectorIndexer
from pyspark.sql import DataFrame, SparkSession

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.exact import exact_values
from synapse_magic.kernels.scorer import ChainedScorer, ForestScorer, LinearScorer
from synapse_magic.kernels.vectors import from_matrix, to_matrix
from synapse_magic.spark.scorer import scorer_of

RNG = np.random.default_rng(8)
N = 240
X = RNG.normal(size=(N, 4))
X[:, 3] = RNG.integers(0, 7, N)  # a category of seven levels
SIGNAL = X[:, 0] - 2 * X[:, 1] * X[:, 2] + np.isin(X[:, 3], [1, 4, 5, 6])
ASKED = np.vstack([X[:40] + RNG.normal(scale=0.1, size=(40, 4)) * [1, 1, 1, 0], X[40:50]])
ASKED[:3, 3] = [1.5, 9.0, -1.0]  # levels that training has not seen
ASKED[3:6, 0] = [np.nan, np.inf, -np.inf]


@pytest.fixture(scope="module")
def rows(spark: SparkSession) -> DataFrame:
    two, three = (SIGNAL > 0) * 1.0, np.digitize(SIGNAL, [-1, 1]) * 1.0
    values = np.column_stack([X, two, three, SIGNAL, np.exp(SIGNAL / 4)])
    names = ["a", "b", "c", "d", "two", "three", "number", "positive"]
    frame = spark.createDataFrame(values.tolist(), names).coalesce(1)
    frame = VectorAssembler(inputCols=names[:4], outputCol="plain").transform(frame)
    indexer = VectorIndexer(inputCol="plain", outputCol="features", maxCategories=8)
    return indexer.fit(frame).transform(frame).cache()


def made(case: Any) -> Any:
    stage = case[0]()
    for param, value in case[1].items():  # not all of them are named by all constructors
        stage.set(stage.getParam(param), value)
    return stage


def name(case: Any) -> str:
    return f"{case[0].__name__}-{'-'.join(str(value) for value in case[1].values())}"


def agree(model: Any, spark: SparkSession, asked: np.ndarray = ASKED) -> Any:
    """Score rows outside Spark, compare with Spark's own columns, and return the scorer."""
    from pyspark.ml.linalg import Vectors

    frame = spark.createDataFrame([(Vectors.dense(row),) for row in asked], ["features"])
    scorer = pickle.loads(pickle.dumps(scorer_of(model)))
    expected = model.transform(frame).select(*scorer.outputs).collect()
    scored = scorer.score(batch(asked))
    assert tuple(scored.schema.names) == scorer.outputs
    for place, column in enumerate(scorer.outputs):
        found = scored.column(column)
        numbers = to_matrix(found) if pa.types.is_struct(found.type) else found.to_numpy()
        values = [getattr(row[place], "toArray", lambda v=row[place]: v)() for row in expected]
        np.testing.assert_allclose(numbers, values, rtol=1e-12, atol=1e-12, err_msg=column)
    return scorer


def batch(matrix: np.ndarray) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([from_matrix(matrix)], ["features"])


CLASSES = ("rawPrediction", "probability", "prediction")
FINITE = ASKED[6:]
LINEAR = [
    (C.LogisticRegression, {"labelCol": "two", "threshold": 0.7}, "logit", 1),
    (C.LogisticRegression, {"labelCol": "two", "family": "multinomial"}, "logit", 1),
    (C.LogisticRegression, {"labelCol": "three", "thresholds": [0.2, 0.9, 0.4]}, "softmax", 3),
    (C.LinearSVC, {"labelCol": "two", "threshold": 0.2, "maxIter": 5}, "identity", 1),
    (R.LinearRegression, {"labelCol": "number"}, "identity", 1),
    (
        R.GeneralizedLinearRegression,
        {"labelCol": "number", "linkPredictionCol": "l"},
        "identity",
        1,
    ),
    (R.GeneralizedLinearRegression, {"labelCol": "two", "family": "binomial"}, "logit", 1),
    (R.GeneralizedLinearRegression, {"labelCol": "positive", "family": "poisson"}, "log", 1),
]


@pytest.mark.parametrize("case", LINEAR, ids=name)
def test_a_linear_model_scores_as_spark_does_and_adds_up(
    case: Any, rows: DataFrame, spark: SparkSession
) -> None:
    scorer = agree(made(case).fit(rows), spark, FINITE)
    assert isinstance(scorer, LinearScorer)
    found = exact_values(ChainedScorer((scorer,)), batch(FINITE), batch(X))
    assert (found.method, found.link) == ("linear", case[2])
    assert found.values.shape == (len(FINITE), 4, case[3])
    scored = scorer.score(batch(FINITE))
    total = found.base + found.values.sum(axis=1)
    if found.link == "logit" and "probability" in scorer.outputs:
        chance = to_matrix(scored.column("probability"))[:, 1]
        assert 1 / (1 + np.exp(-total[:, 0])) == pytest.approx(chance, abs=1e-9)
    elif found.link == "softmax":
        raw = to_matrix(scored.column("rawPrediction"))
        assert total == pytest.approx(raw, abs=1e-9)
    elif case[0] is R.LinearRegression:
        assert total[:, 0] == pytest.approx(scored.column("prediction").to_numpy(), abs=1e-9)


OTHER_LINKS = [
    {"labelCol": "two", "family": "binomial", "link": "probit"},
    {"labelCol": "positive", "family": "gamma"},
    {"labelCol": "positive", "family": "tweedie", "variancePower": 1.5},
]


@pytest.mark.parametrize("params", OTHER_LINKS, ids=lambda p: "-".join(map(str, p.values())))
def test_a_link_that_explanations_do_not_know_is_scored_alone(
    params: Any, rows: DataFrame, spark: SparkSession
) -> None:
    model = R.GeneralizedLinearRegression(**params).fit(rows)
    assert not isinstance(agree(model, spark, FINITE), LinearScorer)


def test_an_offset_is_refused(rows: DataFrame) -> None:
    model = R.GeneralizedLinearRegression(labelCol="number", offsetCol="a").fit(rows)
    with pytest.raises(SynapseError, match="with an offsetCol cannot be scored"):
        scorer_of(model)


TREES = [
    (C.DecisionTreeClassifier, {"labelCol": "three", "maxDepth": 4}),
    (C.DecisionTreeClassifier, {"labelCol": "two", "thresholds": [0.9, 0.2]}),
    (C.RandomForestClassifier, {"labelCol": "two", "numTrees": 3, "seed": 1}),
    (C.GBTClassifier, {"labelCol": "two", "maxIter": 3, "seed": 1}),
    (R.DecisionTreeRegressor, {"labelCol": "number", "maxDepth": 4}),
    (R.RandomForestRegressor, {"labelCol": "number", "numTrees": 3, "seed": 1}),
    (R.GBTRegressor, {"labelCol": "number", "maxIter": 3, "seed": 1}),
]


@pytest.mark.parametrize("case", TREES, ids=name)
def test_a_model_of_trees_scores_as_spark_does_and_adds_up(
    case: Any, rows: DataFrame, spark: SparkSession
) -> None:
    scorer = agree(made(case).fit(rows), spark)
    assert isinstance(scorer, ForestScorer)
    scored = scorer.score(batch(ASKED))
    for background in (batch(X[:60]), None):
        found = exact_values(ChainedScorer((scorer,)), batch(ASKED), background)
        total = found.base + found.values.sum(axis=1)
        if "probability" not in scorer.outputs:
            assert total[:, 0] == pytest.approx(scored.column("prediction").to_numpy())
            continue
        chance = to_matrix(scored.column("probability"))
        if found.link == "logit":
            total = 1 / (1 + np.exp(-total))
        assert total == pytest.approx(chance[:, 1:] if chance.shape[1] == 2 else chance)


def test_the_cover_of_saved_trees_gives_the_mean_of_training(rows: DataFrame) -> None:
    model = R.DecisionTreeRegressor(labelCol="number", maxDepth=4).fit(rows)
    found = exact_values(ChainedScorer((scorer_of(model),)), batch(ASKED))
    assert found.method == "tree_path"
    assert found.base[0, 0] == pytest.approx(SIGNAL.mean())
