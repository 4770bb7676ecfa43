from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pytest
from converted import run
from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml import classification as C
from pyspark.ml import feature as F
from pyspark.ml import regression as R
from pyspark.ml.clustering import KMeans
from pyspark.ml.evaluation import RegressionEvaluator
from pyspark.ml.linalg import Vectors
from pyspark.ml.tuning import ParamGridBuilder, TrainValidationSplit
from pyspark.sql import DataFrame, SparkSession

from synapse_magic import LightGBMClassifier, ONNXModel, SynapseError, to_onnx

pytest.importorskip("onnx")

RNG = np.random.default_rng(5)
N = 160
A, B = RNG.normal(size=N), RNG.normal(size=N)
KINDS = RNG.choice(["x", "y", "z", "w"], N)
CODES = RNG.integers(0, 3, N)
SIGNAL = A - 2 * B + np.isin(KINDS, ["y", "w"])


@pytest.fixture(scope="module")
def rows(spark: SparkSession) -> DataFrame:
    when = datetime.datetime(2026, 1, 1)
    values = [
        (i, float(A[i]), float(B[i]), str(KINDS[i]), int(CODES[i]), when, *map(float, targets))
        for i, targets in enumerate(zip(SIGNAL > 0, np.digitize(SIGNAL, [-1, 1]), SIGNAL))
    ]
    schema = (
        "id int, a double, b double, kind string, code int, when timestamp, "
        "two double, three double, number double"
    )
    return spark.createDataFrame(values, schema).coalesce(1).cache()


def prepared(*stages: Any) -> Any:
    encode = F.StringIndexer(inputCols=["kind", "code"], outputCols=["k", "c"])
    one_hot = F.OneHotEncoder(inputCols=["k"], outputCols=["hot"])
    together = F.VectorAssembler(inputCols=["a", "hot", "b", "c"], outputCol="features")
    return Pipeline(stages=[encode, one_hot, together, *stages])


def name(case: Any) -> str:
    return str(case[0].__name__)


def made(case: Any) -> Any:
    """Give the stage of a case, which Spark makes in a session only."""
    return case[0](**case[1])


FEEDS = {"a": A[:, None], "b": B[:, None], "kind": KINDS[:, None], "code": CODES[:, None]}


def agree(model: PipelineModel, rows: DataFrame, *names: str) -> dict[str, np.ndarray]:
    """Convert, run on all rows, and compare with Spark."""
    made = to_onnx(model, rows)
    inputs = {port.name for port in made.graph.input}
    out = run(made, {name: values for name, values in FEEDS.items() if name in inputs})
    expected = model.transform(rows).orderBy("id").select(*names).toPandas()
    for name in names:
        values = [getattr(v, "toArray", lambda v=v: v)() for v in expected[name]]
        assert out[name] == pytest.approx(np.array(values), abs=1e-5), name
    return out


CLASSIFIERS = [
    (C.LogisticRegression, {"labelCol": "two"}),
    (C.LogisticRegression, {"labelCol": "two", "threshold": 0.8}),
    (C.LogisticRegression, {"labelCol": "three"}),
    (C.LogisticRegression, {"labelCol": "three", "thresholds": [0.2, 0.9, 0.4]}),
    (C.DecisionTreeClassifier, {"labelCol": "two", "maxDepth": 4}),
    (C.DecisionTreeClassifier, {"labelCol": "three", "maxDepth": 4}),
    (C.RandomForestClassifier, {"labelCol": "two", "numTrees": 5, "seed": 1}),
    (C.RandomForestClassifier, {"labelCol": "three", "numTrees": 5, "seed": 1}),
    (C.GBTClassifier, {"labelCol": "two", "maxIter": 4, "seed": 1}),
]
REGRESSORS = [
    (R.LinearRegression, {"labelCol": "number"}),
    (R.GeneralizedLinearRegression, {"labelCol": "two", "family": "binomial"}),
    (R.GeneralizedLinearRegression, {"labelCol": "three", "family": "poisson", "link": "log"}),
    (R.DecisionTreeRegressor, {"labelCol": "number", "maxDepth": 4}),
    (R.RandomForestRegressor, {"labelCol": "number", "numTrees": 4, "seed": 1}),
    (R.GBTRegressor, {"labelCol": "number", "maxIter": 4, "seed": 1}),
]


@pytest.mark.parametrize("stage", CLASSIFIERS, ids=name)
def test_a_classifier_gives_what_spark_gives(stage: Any, rows: DataFrame) -> None:
    out = agree(prepared(made(stage)).fit(rows), rows, "prediction", "probability")
    assert list(out) == ["probability", "prediction"]


@pytest.mark.parametrize("stage", REGRESSORS, ids=name)
def test_a_regressor_gives_what_spark_gives(stage: Any, rows: DataFrame) -> None:
    agree(prepared(made(stage)).fit(rows), rows, "prediction")


@pytest.mark.parametrize(
    "stage", [(C.LinearSVC, {"labelCol": "two"}), (KMeans, {"k": 3, "seed": 1})], ids=name
)
def test_labels_alone_are_what_spark_gives(stage: Any, rows: DataFrame) -> None:
    agree(prepared(made(stage)).fit(rows), rows, "prediction")


FEATURES = [
    (F.StandardScaler, {"inputCol": "features", "outputCol": "out", "withMean": True}),
    (F.StandardScaler, {"inputCol": "features", "outputCol": "out", "withStd": False}),
    (F.MinMaxScaler, {"inputCol": "features", "outputCol": "out", "min": -1.0, "max": 3.0}),
    (F.MaxAbsScaler, {"inputCol": "features", "outputCol": "out"}),
    (F.RobustScaler, {"inputCol": "features", "outputCol": "out", "withCentering": True}),
    (F.Normalizer, {"inputCol": "features", "outputCol": "out", "p": 1.0}),
    (F.Normalizer, {"inputCol": "features", "outputCol": "out", "p": float("inf")}),
    (F.PCA, {"inputCol": "features", "outputCol": "out", "k": 2}),
    (F.VectorSlicer, {"inputCol": "features", "outputCol": "out", "indices": [0, 4]}),
    (F.Binarizer, {"inputCol": "features", "outputCol": "out", "threshold": 0.1}),
]


@pytest.mark.parametrize("stage", FEATURES, ids=name)
def test_a_vector_becomes_what_spark_makes_of_it(stage: Any, rows: DataFrame) -> None:
    agree(prepared(made(stage)).fit(rows), rows, "out")


def test_columns_become_what_spark_makes_of_them(rows: DataFrame) -> None:
    stages = [
        F.Bucketizer(inputCol="a", outputCol="bucket", splits=[-np.inf, -1.0, 0.0, 1.0, np.inf]),
        F.QuantileDiscretizer(inputCol="b", outputCol="quantile", numBuckets=4),
        F.Binarizer(inputCol="b", outputCol="positive", threshold=0.0),
        F.Imputer(inputCols=["a"], outputCols=["filled"], missingValue=float(A[3])),
    ]
    model = Pipeline(stages=stages).fit(rows)
    agree(model, rows, "bucket", "quantile", "positive", "filled")


@pytest.mark.parametrize("drop", [True, False])
def test_levels_not_seen_are_kept_apart_as_spark_does(
    drop: bool, rows: DataFrame, spark: SparkSession
) -> None:
    stages = [
        F.StringIndexer(inputCol="kind", outputCol="k", handleInvalid="keep"),
        F.OneHotEncoder(inputCol="k", outputCol="hot", handleInvalid="keep", dropLast=drop),
    ]
    model = Pipeline(stages=stages).fit(rows.where("kind != 'w'"))
    strange = spark.createDataFrame([("x",), ("w",), ("?",)], "kind string")
    out = run(to_onnx(model, strange), {"kind": np.array([["x"], ["w"], ["?"]])})
    expected = [row.hot.toArray() for row in model.transform(strange).collect()]
    assert out["hot"].tolist() == np.array(expected).tolist()


def test_labels_come_back_as_texts(rows: DataFrame) -> None:
    indexer = F.StringIndexer(inputCol="kind", outputCol="k").fit(rows)
    back = F.IndexToString(inputCol="k", outputCol="again", labels=indexer.labels)
    out = run(to_onnx(PipelineModel([indexer, back]), rows), {"kind": KINDS[:, None]})
    assert out["again"].tolist() == KINDS.tolist()


def test_our_lightgbm_in_a_pipeline_is_converted(rows: DataFrame) -> None:
    stage = LightGBMClassifier(numIterations=4, numLeaves=7, labelCol="three")
    agree(prepared(stage).fit(rows), rows, "prediction", "probability")


def test_the_best_model_of_a_search_is_converted(rows: DataFrame) -> None:
    line = R.LinearRegression(labelCol="number")
    grid = ParamGridBuilder().addGrid(line.regParam, [0.0, 1.0]).build()
    search = TrainValidationSplit(
        estimator=prepared(line),
        estimatorParamMaps=grid,
        evaluator=RegressionEvaluator(labelCol="number"),
        seed=1,
    )
    agree(search.fit(rows), rows, "prediction")


def test_a_model_alone_takes_its_vector(rows: DataFrame, spark: SparkSession) -> None:
    data = [(Vectors.dense([a, b]), y) for a, b, y in zip(A.tolist(), B.tolist(), SIGNAL.tolist())]
    frame = spark.createDataFrame(data, ["features", "label"])
    model = R.LinearRegression().fit(frame)
    out = run(to_onnx(model, frame), {"features": np.column_stack([A, B])})
    expected = [row.prediction for row in model.transform(frame).collect()]
    assert out["prediction"] == pytest.approx(np.array(expected), abs=1e-9)


def test_a_pipeline_scores_on_spark_without_a_feed_dict(rows: DataFrame) -> None:
    model = prepared(C.LogisticRegression(labelCol="three")).fit(rows)
    made = ONNXModel(fetchDict={"p": "probability"}).setModelPayload(to_onnx(model, rows))
    both = made.transform(model.transform(rows)).select("p", "probability").collect()
    expected = np.array([row.probability.toArray() for row in both])
    assert np.array([row.p for row in both]) == pytest.approx(expected, abs=1e-9)


def test_rows_of_pandas_do_as_well(rows: DataFrame) -> None:
    model = prepared(C.LogisticRegression(labelCol="two")).fit(rows)
    table = rows.drop("when").toPandas()
    assert {port.name for port in to_onnx(model, table).graph.input} == {"a", "b", "kind", "code"}


def test_a_stage_without_a_converter_is_named(rows: DataFrame) -> None:
    statement = F.SQLTransformer(statement="SELECT *, a + b AS sum FROM __THIS__")
    with pytest.raises(SynapseError, match="no converter for its stage SQLTransformer"):
        to_onnx(PipelineModel([statement]), rows)


def test_a_column_that_lacks_is_told(rows: DataFrame) -> None:
    model = prepared(C.LogisticRegression(labelCol="two")).fit(rows)
    with pytest.raises(SynapseError, match=r"no column 'kind', which this PipelineModel takes"):
        to_onnx(model, rows.drop("kind"))


def test_no_frame_is_told(rows: DataFrame) -> None:
    model = prepared(C.LogisticRegression(labelCol="two")).fit(rows)
    with pytest.raises(SynapseError, match="needs a DataFrame as a sample"):
        to_onnx(model, np.zeros((2, 4)))


@pytest.mark.parametrize("stage", [C.LogisticRegression, F.StringIndexer], ids=lambda s: s.__name__)
@pytest.mark.parametrize("alone", [True, False])
def test_what_is_not_fitted_is_told(stage: Any, alone: bool, rows: DataFrame) -> None:
    model = stage() if alone else Pipeline(stages=[stage()])
    with pytest.raises(
        SynapseError, match=r"^This \w+ is not fitted\. Try: model = \w+\.fit\(df\)"
    ):
        to_onnx(model, rows)
