from __future__ import annotations

import lightgbm
import numpy as np
import pytest
from pyspark.ml import Pipeline, Transformer
from pyspark.ml.classification import DecisionTreeClassifier, LogisticRegression
from pyspark.ml.feature import OneHotEncoder, SQLTransformer, StringIndexer, VectorAssembler
from pyspark.sql import functions as F

from synapse_magic.compose.featurize import Featurize
from synapse_magic.datasets.people import people
from synapse_magic.errors import SynapseError
from synapse_magic.explainers.explain import explain
from synapse_magic.explainers.partial_dependence import partial_dependence
from synapse_magic.lightgbm.classifier import LightGBMClassifier
from synapse_magic.lightgbm.regressor import LightGBMRegressor

SMALL = {"numIterations": 8, "numLeaves": 7}


@pytest.fixture(scope="module")
def frame(spark):
    return people(spark, rows=1500).cache()


@pytest.fixture(scope="module")
def model(frame):
    return Pipeline(
        stages=[
            StringIndexer(inputCol="income", outputCol="y"),
            Featurize(inputCols=frame.columns[:-1]),
            LightGBMClassifier(labelCol="y", **SMALL),
        ]
    ).fit(frame)


@pytest.fixture(scope="module")
def found(model, frame):
    return explain(model, frame, rows=60)


def test_contributions_and_base_sum_to_the_raw_score(found):
    scale = np.abs(found.prediction).max()
    assert np.abs(found.residual).max() <= 1e-9 * scale
    assert found.method == "tree_path"
    assert found.link == "logit"
    assert found.values.shape == (60, 9, 1)


def test_features_are_the_columns_of_the_frame_with_their_real_values(found, frame):
    assert set(found.names) == set(frame.columns[:-1])
    assert found.data["age"].dtype == np.float64
    known = {value for value in found.data["workclass"] if value is not None}
    assert known <= {"Private", "Self-employed", "Government", "Non-profit"}
    assert found.data["hired"][0][:2] in ("20", "19")
    assert found.data["about"][0].startswith("A")
    assert all(len(values) == 60 for values in found.data.values())


def test_classes_and_labels_go_by_their_names(found):
    assert found.outputs == (">50K",)
    assert set(found.labels) == {"<=50K", ">50K"}
    assert found.rows_total == 1500


def test_slots_of_a_column_are_added_up(model, frame):
    found = explain(model, frame, rows=60)
    encoded = model.stages[1].transform(frame)
    scorer = model.stages[2].scorer()
    slots = [slot.source for slot in model.stages[1].scorer().slots]
    vectors = np.array([row[0].toArray() for row in encoded.select("features").collect()])
    booster = lightgbm.Booster(model_str=scorer.trees())
    every = booster.predict(vectors, pred_contrib=True)
    education = every[:, [i for i, source in enumerate(slots) if source == "education"]].sum(1)
    shown = found.values[:, found.names.index("education"), 0]
    assert all(np.abs(education - value).min() < 1e-9 for value in shown)
    assert found.base[0, 0] == pytest.approx(every[0, -1])


def test_the_first_row_has_a_lime_explanation_beside_it(found):
    beside = found.companion
    assert (beside.method, beside.link) == ("lime", "identity")
    assert beside.names == found.names
    assert beside.values.shape == (1, 9, 1)
    chance = 1 / (1 + np.exp(-found.prediction[0, 0]))
    assert beside.prediction[0, 0] == pytest.approx(chance)
    assert -0.5 < beside.quality[0, 0] <= 1
    assert beside.data["age"][0] == found.data["age"][0] or np.isnan(found.data["age"][0])


def test_the_same_seed_gives_the_same_rows_and_numbers(model, frame, found):
    again = explain(model, frame, rows=60)
    assert (again.values == found.values).all()
    assert (again.companion.values == found.companion.values).all()
    other = explain(model, frame, rows=60, seed=1)
    assert list(other.data["about"]) != list(found.data["about"])


def test_lime_explains_each_row_near_it(model, frame, found):
    lime = explain(model, frame, rows=4, method="lime")
    assert lime.method == "lime"
    assert lime.values.shape == (4, 9, 1)
    assert lime.quality.shape == (4, 1)
    first = lime.values[0, [lime.names.index(name) for name in found.names]]
    assert first == pytest.approx(found.companion.values[0], rel=1e-9)
    assert lime.outputs == (">50K",)


def test_indexed_and_assembled_columns_go_back_to_their_sources(frame):
    data = frame.dropna(subset=["workclass", "age"])
    stages = [
        StringIndexer(inputCol="income", outputCol="y"),
        StringIndexer(inputCol="workclass", outputCol="w"),
        StringIndexer(inputCol="education", outputCol="e"),
        OneHotEncoder(inputCol="e", outputCol="e1"),
        VectorAssembler(inputCols=["age", "w", "e1"], outputCol="features"),
        LightGBMClassifier(labelCol="y", **SMALL),
    ]
    found = explain(Pipeline(stages=stages).fit(data), data, rows=30)
    assert found.names == ("age", "workclass", "education")
    assert found.data["workclass"].dtype == object
    assert np.abs(found.residual).max() < 1e-9


def test_a_frame_indexed_and_assembled_before_shows_slot_and_level_names(frame):
    data = StringIndexer(inputCol="education", outputCol="school").fit(frame).transform(frame)
    data = data.withColumn("label", (F.col("income") == ">50K").cast("double"))
    assembler = VectorAssembler(inputCols=["capital_gain", "school"], outputCol="features")
    data = assembler.transform(data)
    found = explain(LightGBMClassifier(**SMALL).fit(data), data, rows=30)
    assert found.names == ("capital_gain", "school")
    assert "Bachelor" in found.data["school"]
    assert found.data["capital_gain"].dtype == np.float64
    assert found.companion.data["school"][0] == found.data["school"][0]


def test_plain_numeric_columns_with_nan_infinity_and_hostile_names(spark):
    names = ["a.b", "back`tick", "größe 年"]
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 3))
    x[::7, 0], x[::11, 1] = np.nan, np.inf
    y = np.where(np.isnan(x[:, 0]), 3.0, x[:, 0]) + rng.normal(size=300) / 10
    rows = [(*map(float, values), float(target)) for values, target in zip(x, y)]
    df = spark.createDataFrame(rows, [*names, "label"])
    model = LightGBMRegressor(inputCols=names, **SMALL).fit(df)
    found = explain(model, df, rows=300)
    assert found.names == tuple(names)
    assert found.outputs == ("prediction",)
    assert found.link == "identity"
    assert np.abs(found.residual).max() < 1e-9
    scored = sorted(row[0] for row in model.transform(df).select("prediction").collect())
    assert np.sort(found.prediction[:, 0]) == pytest.approx(scored)
    assert np.isnan(found.data["a.b"]).sum() == np.isnan(x[:, 0]).sum()
    assert np.isfinite(found.companion.values).all()


def test_three_classes_have_an_output_each(spark):
    df = spark.createDataFrame(
        [(float(i % 30), ["ant", "bee", "cat"][i % 30 // 10]) for i in range(300)], ["x", "animal"]
    )
    stages = [
        StringIndexer(inputCol="animal", outputCol="y", stringOrderType="alphabetAsc"),
        Featurize(inputCols=["x"]),
        LightGBMClassifier(labelCol="y", objective="multiclass", **SMALL),
    ]
    found = explain(Pipeline(stages=stages).fit(df), df, rows=20)
    assert found.outputs == ("ant", "bee", "cat")
    assert found.values.shape == (20, 1, 3)
    assert found.link == "softmax"
    assert np.abs(found.residual).max() < 1e-9
    said = [found.outputs[i] for i in found.prediction.argmax(1)]
    assert said == list(found.labels)


def test_more_rows_than_a_task_takes_are_explained_in_the_same_order(spark, model):
    many = people(spark, rows=2500, seed=3)
    found = explain(model, many, rows=2400)
    assert len(found) == 2400
    assert (explain(model, many, rows=50).values == found.values[:50]).all()


def test_one_row_and_a_frame_without_labels_work(model, frame):
    found = explain(model, frame.drop("income").limit(1).repartition(3))
    assert len(found) == 1
    assert found.labels is None
    assert found.rows_total == 1


@pytest.fixture(scope="module")
def linear(frame):
    stages = [
        StringIndexer(inputCol="income", outputCol="y"),
        Featurize(inputCols=["age", "workclass"]),
        LogisticRegression(labelCol="y", maxIter=5),
    ]
    return Pipeline(stages=stages).fit(frame)


def test_a_linear_model_has_the_closed_form_against_drawn_rows(linear, frame):
    found = explain(linear, frame, rows=20)
    assert (found.method, found.link, found.outputs) == ("linear", "logit", (">50K",))
    assert set(found.names) == {"age", "workclass"}
    assert np.abs(found.residual).max() < 1e-9


def test_a_background_makes_tree_shap_interventional(model, frame):
    background = frame.limit(30)
    found = explain(model, frame, rows=20, background=background)
    assert found.method == "tree_interventional"
    assert np.abs(found.residual).max() < 1e-9
    raw = [row[0][1] for row in model.transform(background).select("rawPrediction").collect()]
    assert found.base[0, 0] == pytest.approx(np.mean(raw))


def test_kernel_shap_of_probabilities_asks_the_model_and_adds_up(model, frame):
    found = explain(model, frame, rows=3, method="kernel_shap", background=frame.limit(10))
    assert (found.method, found.link, found.outputs) == ("exact", "identity", (">50K",))
    assert np.abs(found.residual).max() < 1e-9
    assert set(found.labels) <= {"<=50K", ">50K"}
    raw = explain(model, frame, rows=3)
    assert found.prediction == pytest.approx(1 / (1 + np.exp(-raw.prediction)))


def test_a_class_is_chosen_by_name_and_the_first_of_two_mirrors_the_second(model, frame, found):
    first = explain(model, frame, rows=60, classes=["<=50K"])
    assert first.outputs == ("<=50K",)
    assert first.values == pytest.approx(-found.values)
    assert first.companion.outputs == ("<=50K",)
    assert first.companion.prediction[0, 0] == pytest.approx(1 - found.companion.prediction[0, 0])


def test_a_target_that_is_no_raw_score_is_asked_for(model, frame):
    found = explain(model, frame, rows=2, target="probability", background=frame.limit(5))
    assert found.method == "exact"
    with pytest.raises(SynapseError, match=r"no column 'probabilty'.*Did you mean"):
        explain(model, frame, target="probabilty")


@pytest.mark.parametrize("method", ["tree_path", "tree_interventional"])
def test_trees_are_not_found_where_there_are_none(linear, frame, method):
    with pytest.raises(SynapseError, match=r"Expected a model of trees.*kernel_shap"):
        explain(linear, frame, method=method)


def test_a_class_that_the_model_does_not_have_is_refused(model, frame):
    with pytest.raises(SynapseError, match=r"no class '>50k'.*Did you mean '>50K'"):
        explain(model, frame, classes=[">50k"])
    with pytest.raises(SynapseError, match=r"no class 2. Expected 0 to 1"):
        explain(model, frame, classes=[2])


def test_what_is_no_fitted_model_is_refused(frame):
    with pytest.raises(SynapseError, match=r"model must be a fitted model or pipeline, got a str"):
        explain("model", frame)


def test_no_rows_are_refused(model, frame):
    with pytest.raises(SynapseError, match=r"no rows to explain"):
        explain(model, frame.limit(0))


def test_a_missing_column_is_named(model, frame):
    with pytest.raises(SynapseError, match=r"no column 'hours'"):
        explain(model, frame.drop("hours"))


@pytest.mark.parametrize(("option", "value"), [("rows", 0), ("method", "shap"), ("plot", "sumary")])
def test_bad_options_are_refused(model, frame, option, value):
    with pytest.raises(SynapseError, match=f"{option} must be"):
        explain(model, frame, **{option: value})


def test_it_can_be_shown(found):
    assert "workclass" in found.html()


@pytest.fixture(scope="module")
def three(spark):
    rng = np.random.default_rng(2)
    rows = [(float(a), float(b), float(i % 3)) for i, (a, b) in enumerate(rng.normal(size=(90, 2)))]
    df = spark.createDataFrame([(a + y, b, y) for a, b, y in rows], ["a", "b", "label"])
    return df.cache()


@pytest.fixture(scope="module")
def plain(three):
    stages = [VectorAssembler(inputCols=["a", "b"], outputCol="features"), LogisticRegression()]
    return Pipeline(stages=stages).fit(three)


def test_one_class_of_three_is_chosen_by_its_number(plain, three):
    every = explain(plain, three, rows=6)
    last = explain(plain, three, rows=6, classes=[2, 0])
    assert (every.outputs, last.outputs) == (("0", "1", "2"), ("2", "0"))
    assert (last.values == every.values[:, :, [2, 0]]).all()
    assert last.companion.outputs == ("2", "0")
    with pytest.raises(SynapseError, match=r"no class 3. Expected 0 to 2"):
        explain(plain, three, classes=3)


@pytest.mark.parametrize("method", [None, "lime", "kernel_shap"])
def test_a_row_that_the_model_fails_for_is_told_and_the_others_are_explained(
    plain, three, method, spark
):
    gap = spark.createDataFrame([(None, 1.0, 0.0)], three.schema)
    few = three.limit(8).union(gap)
    found = explain(plain, few, rows=9, method=method)
    assert (len(found), list(found.failures)) == (8, [*found.failures])
    (why,) = found.failures.values()
    assert "null or NaN" in why
    assert found.rows_total == 9
    assert np.isfinite(found.values).all()


def test_a_background_that_the_model_fails_for_is_told(plain, three, spark):
    gap = spark.createDataFrame([(None, 1.0, 0.0)], three.schema)
    with pytest.raises(SynapseError, match=r"fails for 1 of 4 rows of background, first for row"):
        explain(plain, three, background=three.limit(3).union(gap))
    with pytest.raises(SynapseError, match=r"fails for 1 of 4 rows of background, first"):
        explain(plain, three, background=three.limit(3).union(gap), method="kernel_shap")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"rows": "50"}, "rows must be an integer of at least 1, got '50'"),
        ({"rows": True}, "rows must be an integer of at least 1, got True"),
        ({"seed": "x"}, "seed must be an integer, got 'x'"),
        ({"target": 3}, "target must be the name of a column, got 3"),
        ({"background": 5}, "background must be a Spark DataFrame, got 5"),
    ],
)
def test_arguments_of_wrong_types_are_refused(plain, three, options, expected):
    with pytest.raises(SynapseError, match=expected):
        explain(plain, three, **options)


def test_a_frame_of_pandas_is_refused_with_what_to_try(plain, three):
    with pytest.raises(SynapseError, match=r"df must be a Spark DataFrame, got a pandas.*Try"):
        explain(plain, three.toPandas())


class Sum(Transformer):
    """Tells by no param what it reads."""

    def _transform(self, dataset):
        return dataset.withColumn("total", F.expr("2 * a - b"))


@pytest.fixture(scope="module")
def points(spark):
    rows = [(float(i % 5), float(i % 3), i % 2) for i in range(30)]
    return spark.createDataFrame(rows, "a double, b double, c int").coalesce(1).cache()


@pytest.mark.parametrize("target", ["total", None])
def test_a_transformer_of_ones_own_is_explained_by_all_columns(points, target):
    found = explain(Sum(), points, rows=4, background=points.limit(6), target=target)
    means = points.limit(6).agg(F.mean("a"), F.mean("b")).first()
    known = np.column_stack(
        [2 * (found.data["a"] - means[0]), means[1] - found.data["b"], np.zeros(4)]
    )
    assert found.names == ("a", "b", "c")
    np.testing.assert_allclose(found.values[:, :, 0], known, atol=1e-9)


def test_partial_dependence_of_a_transformer_of_ones_own(points):
    found = partial_dependence(Sum(), points, rows=10)
    assert {each.name for each in found.features} == {"a", "b", "c"}


@pytest.fixture(scope="module")
def gapped(spark, points):
    stages = [
        VectorAssembler(inputCols=["a", "b"], outputCol="v", handleInvalid="keep"),
        LogisticRegression(featuresCol="v", labelCol="c"),
    ]
    model = Pipeline(stages=stages).fit(points)
    rows = [(1.0, 2.0), (float("nan"), 1.0), (3.0, float("inf")), (2.0, 0.0)]
    return model, spark.createDataFrame(rows, "a double, b double").coalesce(1)


@pytest.mark.parametrize("method", [None, "lime"])
def test_rows_with_gaps_are_told_and_the_others_explained(gapped, points, method):
    model, df = gapped
    found = explain(model, df, background=points, method=method)
    assert len(found) == 2
    assert len(found.failures) == 2
    assert np.isfinite(found.values).all()
    assert sorted(found.data["a"]) == [1.0, 2.0]


def test_classes_that_are_none_are_told(model, frame):
    with pytest.raises(SynapseError, match="classes must be names or numbers"):
        explain(model, frame, classes=1.0)


def test_what_is_asked_for_is_called_as_it_is_here(model, frame):
    with pytest.raises(SynapseError, match="Try: target="):
        explain(model, frame, target="qqq")


def test_rows_with_gaps_are_no_background(gapped):
    model, df = gapped
    found = explain(model, df)
    assert len(found) == 2
    assert np.isfinite(found.values).all()


def test_what_cannot_be_explained_beside_others_is_told(points):
    whole = VectorAssembler(inputCols=["a", "b"], outputCol="v").transform(points)
    with pytest.raises(SynapseError, match=r"which columns Sum reads, and 'v' cannot be explained"):
        explain(Sum(), whole, background=whole, target="total")


def test_label_and_what_the_model_makes_are_no_features(points):
    assembler = VectorAssembler(inputCols=["a", "b"], outputCol="v")
    tree = DecisionTreeClassifier(featuresCol="v", labelCol="c", maxDepth=2)
    model = Pipeline(stages=[SQLTransformer(statement="SELECT * FROM __THIS__"), assembler, tree])
    found = explain(model.fit(points), points, rows=3, background=points)
    assert found.names == ("a", "b")
