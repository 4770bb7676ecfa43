from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from formulas import InSpark, InWorker
from pyspark.ml import Pipeline, PipelineModel, Transformer
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.feature import SQLTransformer, StringIndexer, VectorAssembler
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from sklearn.ensemble import RandomForestRegressor
from sklearn.inspection import partial_dependence as of_sklearn

from synapse_magic import LightGBMClassifier, SynapseError, partial_dependence
from synapse_magic.compose.featurize import Featurize
from synapse_magic.datasets.people import people

TARGET = {"target": "prediction"}
NAMES = ["p", "q", "r"]


@pytest.fixture(scope="module")
def frame(spark):
    rows = [(i % 4 * 1.0, 1 + i % 3, ["x", "y", "x", None][i % 4]) for i in range(24)]
    return spark.createDataFrame(rows, "a double, n int, job string").coalesce(2).cache()


def test_averages_curves_and_pairs_are_those_of_the_formula(frame):
    found = partial_dependence(
        InWorker(), frame, ["a", "n", "job"], two_way=[("n", "job")], **TARGET
    )
    assert found.names == ("a", "job", "n")
    by_name = {one.name: one for one in found.features}
    a = by_name["a"]
    assert a.axis.values.tolist() == [0, 1, 2, 3]
    assert a.average[:, 0] == pytest.approx(6.25 + 2 * a.axis.values)
    assert a.curves.shape == (24, 4, 1)
    assert a.counts.sum() == 24
    job = by_name["job"]
    assert job.axis.labels == ("x", "y", "missing")
    assert job.average[:, 0] == pytest.approx(np.array([13.0, 3.0, 8.0]))
    assert job.counts.tolist() == [12, 6, 6]
    assert found.importance["job"] == pytest.approx([2.5])
    pair = found.pairs[0]
    assert pair.average[..., 0] == pytest.approx(np.add.outer([1.5, 3.0, 4.5], [10, 0, 5]))
    assert (found.rows, found.rows_total, found.outputs) == (24, 24, ("prediction",))
    assert "missing" in set(found.feature("job").table()["value"])


def test_a_model_in_spark_says_the_same_as_one_in_the_worker(frame):
    more = {"rows": 10, "two_way": [("a", "job")], **TARGET}
    fast, slow = (
        partial_dependence(model, frame, ["a", "n", "job"], **more)
        for model in (InWorker(), InSpark())
    )
    for one, other in zip(fast.features, slow.features):
        assert one.name == other.name
        assert (one.curves == other.curves).all()
        assert (one.average == other.average).all()
    assert (fast.pairs[0].average == slow.pairs[0].average).all()
    assert fast.rows == 10
    assert fast.rows_total == 24


class Forest(Transformer):
    """A scikit-learn model as one that has a scorer."""

    def __init__(self, forest: Any) -> None:
        super().__init__()
        self.forest = forest

    def _transform(self, dataset: DataFrame) -> DataFrame:
        return dataset

    def scorer(self) -> Any:
        forest = self.forest

        class Scored:
            inputs = ("p", "q", "r")
            outputs = ("prediction",)

            def score(self, batch: Any) -> Any:
                import numpy as np
                import pyarrow as pa

                x = np.column_stack([batch.column(name).to_numpy() for name in self.inputs])
                return pa.RecordBatch.from_arrays([pa.array(forest.predict(x))], ["prediction"])

        return Scored()


def test_it_agrees_with_scikit_learn(spark):
    rng = np.random.default_rng(1)
    x = rng.integers(0, 9, (150, 3)) * 1.5
    y = x[:, 0] * x[:, 1] + np.sin(x[:, 2])
    forest = RandomForestRegressor(8, max_depth=6, random_state=0).fit(x, y)
    df = spark.createDataFrame(x.tolist(), NAMES)
    found = partial_dependence(Forest(forest), df, two_way=[("p", "q")], **TARGET)
    assert set(found.names) == set(NAMES)
    for one in found.features:
        place = NAMES.index(one.name)
        theirs = of_sklearn(forest, x, [place], kind="both", method="brute", grid_resolution=20)
        assert (one.axis.values == theirs["grid_values"][0]).all()
        assert one.average[:, 0] == pytest.approx(theirs["average"][0], rel=1e-12)
        low, high = np.percentile(theirs["individual"][0], [10, 90], axis=0)
        assert one.band[..., 0] == pytest.approx(np.stack([low, high]), rel=1e-12)
        known = {tuple(np.round(curve, 9)) for curve in theirs["individual"][0]}
        assert {tuple(np.round(curve, 9)) for curve in one.curves[..., 0]} <= known
    theirs = of_sklearn(forest, x, [(0, 1)], kind="average", method="brute", grid_resolution=20)
    assert found.pairs[0].average[..., 0] == pytest.approx(theirs["average"][0], rel=1e-12)


@pytest.fixture(scope="module")
def persons(spark):
    return people(spark, rows=400).coalesce(2).cache()


@pytest.fixture(scope="module")
def model(persons):
    return Pipeline(
        stages=[
            StringIndexer(inputCol="income", outputCol="y"),
            Featurize(inputCols=persons.columns[:-1]),
            LightGBMClassifier(labelCol="y", numIterations=8, numLeaves=7),
        ]
    ).fit(persons)


@pytest.fixture(scope="module")
def found(model, persons):
    return partial_dependence(model, persons, rows=80, grid=8)


def test_a_pipeline_is_asked_about_its_own_columns_with_real_names(found, persons):
    assert set(found.names) == set(persons.columns) - {"income", "about"}
    assert (found.target, found.outputs) == ("probability", (">50K",))
    by_name = {one.name: one for one in found.features}
    assert by_name["hired"].axis.kind == "moment"
    assert len(by_name["hired"].axis.labels[0]) == 10
    assert "Private" in by_name["workclass"].axis.labels
    assert by_name["age"].axis.kind == "number"
    moves = [float(one.importance.mean()) for one in found.features]
    assert moves == sorted(moves, reverse=True)
    assert "syn-data" in found.html()


def test_the_same_seed_gives_the_same_numbers_on_any_partitions(model, persons, found):
    again = partial_dependence(model, persons.repartition(4), ["age", "education"], rows=80, grid=8)
    for one in again.features:
        other = next(each for each in found.features if each.name == one.name)
        assert (one.curves == other.curves).all()
        assert (one.average == other.average).all()


def test_classes_go_by_name_or_number(model, persons):
    found = partial_dependence(model, persons, ["age"], rows=20, grid=3, classes=["<=50K", ">50K"])
    assert found.outputs == ("<=50K", ">50K")
    assert found.features[0].average.sum(1) == pytest.approx(1)
    with pytest.raises(SynapseError, match=r"no class '50K'.*Did you mean"):
        partial_dependence(model, persons, ["age"], classes=["50K"])
    with pytest.raises(SynapseError, match=r"no class 2. Expected 0 to 1, or a name"):
        partial_dependence(model, persons, ["age"], classes=[2])


def test_a_spark_model_on_a_vector_is_varied_by_the_columns_before_it(spark, frame):
    data = frame.withColumn("label", (F.col("a") > 1).cast("double"))
    stages = [
        VectorAssembler(inputCols=["a", "n"], outputCol="v"),
        LogisticRegression(featuresCol="v", maxIter=3),
    ]
    fitted = Pipeline(stages=stages).fit(data)
    found = partial_dependence(fitted, data, rows=10)
    assert found.names == ("a", "n")
    made = fitted.stages[0].transform(data)
    with pytest.raises(SynapseError, match=r"'v' is a vector.*whose first stage assembles"):
        partial_dependence(fitted.stages[1], made, ["v"])


def test_null_nan_infinite_and_constant_columns_have_grids(spark):
    rows = [(np.inf, None, 7, float("nan")), (1.0, None, 7, 2.0), (None, None, 7, float("nan"))]
    df = spark.createDataFrame(rows, "a double, none double, same int, b double")
    same = PipelineModel([InWorker()])
    with pytest.raises(SynapseError, match="no column 'n'"):
        partial_dependence(same, df, ["a"], **TARGET)
    df = df.withColumn("n", F.lit(2)).withColumn("job", F.lit("x")).withColumn("a", F.lit(1.0))
    found = partial_dependence(same, df, ["none", "same", "b", "job"], **TARGET)
    by_name = {one.name: one for one in found.features}
    assert by_name["none"].axis.labels == ("missing",)
    assert by_name["same"].axis.values.tolist() == [7]
    assert by_name["b"].axis.values.tolist() == [2]
    assert all(one.average.tolist() == [[12.0]] for one in found.features)
    assert len(found.html()) > 1000


def test_a_model_that_drops_rows_is_refused(frame):
    with pytest.raises(SynapseError, match=r"perturbed rows|gave back"):
        partial_dependence(InSpark("n < 3"), frame, ["a", "n"], **TARGET)


BAD = [
    ({"features": ["aa"]}, "no column 'aa'.*Did you mean 'a'"),
    ({"features": ["a", "a"]}, "'a' is there twice"),
    ({"features": []}, "no features to vary"),
    ({"target": "predicted"}, "no column 'predicted'.*Did you mean 'prediction'"),
    ({"two_way": [("a", "jobs")]}, "'jobs' of a pair.*Did you mean 'job'"),
    ({"rows": 0}, "rows must be an integer of at least 1, got 0"),
    ({"grid": 1}, "grid must be an integer of at least 2, got 1"),
    ({"classes": [1]}, r"^Column .* holds one number a row, so it has no classes \[1\]"),
]


@pytest.mark.parametrize(("more", "told"), BAD, ids=[next(iter(more)) for more, _ in BAD])
def test_what_cannot_be_is_told(more, told, frame):
    with pytest.raises(SynapseError, match=told):
        partial_dependence(InWorker(), frame, **{**TARGET, **more})


def test_no_rows_and_no_target_are_told(frame):
    with pytest.raises(SynapseError, match="no rows to explain"):
        partial_dependence(InWorker(), frame.limit(0), **TARGET)
    adds_two = SQLTransformer(statement="SELECT *, a AS u, n AS v FROM __THIS__")
    with pytest.raises(SynapseError, match="It adds u, v"):
        partial_dependence(adds_two, frame)


def test_the_one_column_that_a_transformer_adds_is_the_target(frame):
    found = partial_dependence(InWorker(), frame, ["a"])
    assert found.outputs == ("prediction",)


@pytest.fixture(scope="module")
def two(spark):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(30, 2))
    rows = [(*map(float, row), float(row[0] > row[1])) for row in x]
    return spark.createDataFrame(rows, "a double, b double, label double").coalesce(1).cache()


@pytest.fixture(scope="module")
def plain(two):
    made = VectorAssembler(inputCols=["a", "b"], outputCol="features")
    return Pipeline(stages=[made, LogisticRegression(maxIter=3)]).fit(two)


def test_a_class_without_a_name_goes_by_its_number_as_text(plain, two):
    found = partial_dependence(plain, two, ["a"], classes=["0"])
    other = partial_dependence(plain, two, "a", classes=0)
    assert found.outputs == other.outputs == ("0",)
    assert (found.features[0].average == other.features[0].average).all()
    assert partial_dependence(plain, two, ["a"], classes="1").outputs == ("1",)
    assert partial_dependence(plain, two, ["a"]).outputs == ("1",)


WRONG = [
    ({"classes": ["yes"]}, r"no class 'yes'\. Expected '0', '1'"),
    ({"classes": 1.5}, r"classes must be names or numbers of classes, got 1\.5\. Try: classes=\[1"),
    ({"classes": [1, 1]}, r"class 1 is there twice"),
    ({"features": 3}, r"features must be names of columns, got 3\. Try: features=\['age'\]"),
    ({"two_way": 3}, r"A pair is 3\. Expected two features\. Try: \[\('age'"),
    ({"two_way": ("a", "b")}, r"A pair is 'a'.*Try: \[\('age'"),
    ({"target": "prob"}, r"no column 'prob'.*Try: target='"),
    ({"target": 3}, r"target must be the name of a column, got 3"),
]


@pytest.mark.parametrize(("more", "told"), WRONG, ids=[str(more) for more, _ in WRONG])
def test_arguments_of_other_types_are_told(more, told, plain, two):
    with pytest.raises(SynapseError, match=told):
        partial_dependence(plain, two, **more)


def test_what_is_no_frame_is_told_with_what_to_try(plain, two):
    for df in (two.toPandas(), None, 3):
        with pytest.raises(SynapseError, match="df must be a Spark DataFrame"):
            partial_dependence(plain, df, ["a"])
