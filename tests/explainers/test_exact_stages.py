from __future__ import annotations

import numpy as np
import pytest
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.feature import VectorAssembler
from sklearn.linear_model import LinearRegression
from sklearn.tree import DecisionTreeClassifier

from synapse_magic.errors import SynapseError
from synapse_magic.explainers.explain import explain
from synapse_magic.explainers.tabular_shap import TabularSHAP
from synapse_magic.explainers.vector_shap import VectorSHAP
from synapse_magic.lightgbm.classifier import LightGBMClassifier

NAMES = ["a", "b", "c", "d"]


@pytest.fixture(scope="module")
def frame(spark):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(240, 4)).round(3)
    y = (x[:, 0] * x[:, 1] + x[:, 2] > 0).astype(float)
    rows = [(*map(float, values), float(target)) for values, target in zip(x, y)]
    df = spark.createDataFrame(rows, [*NAMES, "label"])
    return VectorAssembler(inputCols=NAMES, outputCol="features").transform(df).cache()


@pytest.fixture(scope="module")
def trees(frame):
    return LightGBMClassifier(inputCols=NAMES, numIterations=10, numLeaves=5).fit(frame)


def stage(model, frame, **values):
    behind = frame.limit(15)
    return TabularSHAP(
        inputCols=NAMES, model=model, backgroundData=behind, outputCol="shap", **values
    )


def vectors(frame, column="shap"):
    return np.array([[v.toArray() for v in row[0]] for row in frame.select(column).collect()])


def test_trees_on_the_scale_of_their_sum_are_exact_and_equal_all_coalitions(trees, frame):
    few = frame.limit(6)
    own = stage(trees, frame, targetCol="rawPrediction", standardErrorCol="se").transform(few)
    asked = stage(trees, frame, targetCol="rawPrediction", method="kernel").transform(few)
    assert vectors(own) == pytest.approx(vectors(asked), abs=1e-9)
    assert not vectors(own, "se").any()
    assert all(np.isnan(row.r2[0]) for row in own.select("r2").collect())


def test_the_first_of_two_classes_mirrors_the_second(trees, frame):
    few = frame.limit(4)
    both = stage(trees, frame, targetCol="rawPrediction", targetClasses=[0, 1]).transform(few)
    found = vectors(both)
    assert found.shape == (4, 2, 5)
    assert found[:, 0] == pytest.approx(-found[:, 1])


def test_the_result_names_the_method_that_ran(trees, frame):
    raw = stage(trees, frame, targetCol="rawPrediction").explanation(frame, rows=5)
    assert (raw.method, raw.quality) == ("tree_interventional", None)
    assert np.abs(raw.residual).max() < 1e-9
    chance = stage(trees, frame).explanation(frame, rows=5, label="label")
    assert (chance.method, chance.error) == ("exact", None)
    assert np.abs(chance.residual).max() < 1e-9
    assert set(chance.labels) <= {"0", "1", 0.0, 1.0}


def test_a_probability_behind_a_link_has_no_closed_form(trees, frame):
    with pytest.raises(SynapseError, match=r"no closed form for column 'probability'.*raw"):
        stage(trees, frame, method="exact").transform(frame)


def test_some_columns_alone_are_asked_about(trees, frame):
    some = stage(trees, frame, targetCol="rawPrediction").setInputCols(["a", "b"])
    assert vectors(some.transform(frame.limit(2))).shape == (2, 1, 3)
    with pytest.raises(SynapseError, match=r"all of its columns explained"):
        some.setMethod("exact").transform(frame)


def test_a_linear_model_on_vectors_is_its_coefficients_times_distances(frame):
    model = LogisticRegression(maxIter=5).fit(frame)
    behind = frame.limit(20)
    found = VectorSHAP(
        inputCol="features",
        model=model,
        targetCol="rawPrediction",
        backgroundData=behind,
        outputCol="shap",
        method="exact",
    ).transform(frame.limit(5))
    x = np.array([row.features.toArray() for row in frame.limit(5).collect()])
    mean = np.mean([row.features.toArray() for row in behind.collect()], axis=0)
    expected = (x - mean) * model.coefficients.toArray()
    assert vectors(found)[:, 0, 1:] == pytest.approx(expected)
    assert vectors(found)[:, 0, 0] == pytest.approx(mean @ model.coefficients + model.intercept)


def test_a_tolerance_asks_until_standard_errors_are_below_it(spark):
    rng = np.random.default_rng(1)
    names = [f"x{i}" for i in range(14)]
    x = rng.normal(size=(60, 14))
    model = DecisionTreeClassifier(max_depth=5, random_state=0).fit(x, x[:, :3].prod(1) > 0)
    df = spark.createDataFrame(x.tolist(), names)
    df = VectorAssembler(inputCols=names, outputCol="features").transform(df)
    from synapse_magic.explainers.foreign_model import foreign_model

    shap = VectorSHAP(
        inputCol="features",
        model=foreign_model(model),
        backgroundData=df.limit(5),
        outputCol="shap",
        standardErrorCol="se",
        method="kernel",
    )
    rough = vectors(shap.copy({shap.numSamples: 40}).transform(df.limit(3)), "se")
    fine = vectors(shap.copy({shap.tolerance: 0.002}).transform(df.limit(3)), "se")
    assert rough.max() > 0.002 >= fine.max()


def test_models_of_scikit_learn_are_explained_as_they_are(frame):
    table = frame.select(*NAMES).toPandas()
    tree = DecisionTreeClassifier(max_depth=3, random_state=0).fit(table, table.a > table.b)
    found = explain(tree, frame, rows=10)
    assert (found.method, found.outputs) == ("tree_path", ("True",))
    assert np.abs(found.residual).max() < 1e-9
    line = LinearRegression().fit(table, table.a - 2 * table.b)
    found = explain(line, frame, rows=10, background=frame.limit(30))
    assert (found.method, found.outputs) == ("linear", ("prediction",))
    mean = frame.limit(30).toPandas().b.mean()
    assert found["b"][:, 0] == pytest.approx(-2 * (found.data["b"] - mean))


def test_shares_of_a_forest_are_exact_for_both_classes(frame):
    table = frame.select(*NAMES).toPandas()
    tree = DecisionTreeClassifier(max_depth=3, random_state=0).fit(table, table.a > table.b)
    from synapse_magic.explainers.foreign_model import foreign_model

    few = frame.limit(5)
    shap = stage(foreign_model(tree), frame, targetClasses=[0, 1])
    own = vectors(shap.transform(few))
    assert own == pytest.approx(vectors(shap.setMethod("kernel").transform(few)), abs=1e-9)
    assert own.sum(axis=(1, 2)) == pytest.approx(1.0)
    first, second = (explain(tree, frame, rows=5, classes=[name]) for name in ("False", "True"))
    assert first.prediction == pytest.approx(1 - second.prediction)
    assert np.abs(first.residual).max() < 1e-9
