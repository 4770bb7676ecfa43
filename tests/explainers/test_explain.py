from __future__ import annotations

import lightgbm
import numpy as np
import pytest
from pyspark.ml import Pipeline
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.feature import OneHotEncoder, StringIndexer, VectorAssembler
from pyspark.sql import functions as F

from synapse_magic.compose.featurize import Featurize
from synapse_magic.datasets.people import people
from synapse_magic.errors import SynapseError
from synapse_magic.explainers.explain import explain
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
    assert found.method == "tree_shap"
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


def test_a_model_without_trees_is_refused_with_what_is_supported(frame):
    stages = [
        StringIndexer(inputCol="income", outputCol="y"),
        Featurize(inputCols=["age"]),
        LogisticRegression(labelCol="y", maxIter=1),
    ]
    linear = Pipeline(stages=stages).fit(frame)
    with pytest.raises(SynapseError, match=r"LogisticRegressionModel"):
        explain(linear, frame)


def test_no_rows_are_refused(model, frame):
    with pytest.raises(SynapseError, match="no rows to explain"):
        explain(model, frame.limit(0))


def test_a_missing_column_is_named(model, frame):
    with pytest.raises(SynapseError, match="no column 'hours'"):
        explain(model, frame.drop("hours"))


@pytest.mark.parametrize(("option", "value"), [("rows", 0), ("method", "shap")])
def test_bad_options_are_refused(model, frame, option, value):
    with pytest.raises(SynapseError, match=f"{option} must be"):
        explain(model, frame, **{option: value})


def test_it_can_be_shown(found):
    assert "workclass" in found.html()
