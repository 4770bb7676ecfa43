from __future__ import annotations

import lightgbm
import numpy as np
import pytest
from pyspark.ml.feature import StringIndexer, VectorAssembler
from pyspark.ml.linalg import Vectors
from pyspark.sql import functions as F

from synapse_magic import LightGBMClassifier, LightGBMRegressor, SynapseError


def predictions(frame):
    return np.array([row.prediction for row in frame.select("prediction").collect()])


def test_nan_null_and_infinity_are_treated_as_native_lightgbm_treats_them(table):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(600, 2))
    x[:100, 0], x[100:200, 0], x[200:250, 1] = np.nan, np.inf, -np.inf
    y = np.where(np.isnan(x[:, 0]), 5.0, np.where(np.isinf(x[:, 0]), -5.0, x[:, 1] > 0))
    frame = table(a=x[:, 0], b=x[:, 1], label=y)
    frame = frame.withColumn("a", F.when(~F.isnan("a"), F.col("a")))  # NaN becomes null
    model = LightGBMRegressor(inputCols=["a", "b"], numIterations=10).fit(frame)
    params = {"objective": "regression", "verbosity": -1, "num_threads": 1}
    native = lightgbm.train(params, lightgbm.Dataset(x, y), 10)
    assert (predictions(model.transform(frame)) == native.predict(x)).all()


def test_a_constant_column_is_never_used(table):
    x = np.arange(500.0)
    frame = table(x=x, same=np.ones(500), label=x)
    model = LightGBMRegressor(inputCols=["same", "x"], numIterations=5).fit(frame)
    importances = model.getFeatureImportances("gain")
    assert importances[0] == 0 < importances[1]


def test_all_columns_constant_predict_the_mean(table):
    frame = table(same=np.ones(100), label=np.tile([1.0, 3.0], 50))
    model = LightGBMRegressor(inputCols=["same"], numIterations=5).fit(frame)
    assert predictions(model.transform(frame)) == pytest.approx(np.full(100, 2.0))


def test_one_row_trains_a_model_that_predicts_it(table):
    frame = table(x=[1.0], label=[7.0])
    model = LightGBMRegressor(inputCols=["x"]).fit(frame)
    assert predictions(model.transform(frame)) == pytest.approx([7.0])


def test_empty_partitions_do_no_harm(spark, table):
    rows = table(x=np.arange(400.0), label=np.arange(400.0) % 2)
    sparse = rows.repartition(8, (F.col("x") < 0))
    for tasks in (1, 2):
        model = LightGBMClassifier(inputCols=["x"], numTasks=tasks, numIterations=3).fit(sparse)
        assert model.transform(sparse).count() == 400
    nothing = model.transform(sparse.where("x < 0"))
    assert nothing.columns[-1] == "prediction"
    assert nothing.count() == 0


def test_two_thousand_columns(table):
    names = [f"c{i}" for i in range(2000)]
    values = np.random.default_rng(0).normal(size=(300, 2000))
    frame = table(**dict(zip(names, values.T)), label=(values[:, -1] > 0).astype(float))
    model = LightGBMClassifier(inputCols=names, numIterations=3).fit(frame)
    assert len(model.featureNames) == 2000
    assert model.transform(frame).where("prediction = label").count() == 300


ODD_NAMES = ["hours per week", "a.b", 'quo"te', "na`me", "größe", "class", "x:[1]{2},", "x_[1]_2__"]


def test_columns_may_have_any_name(table):
    rng = np.random.default_rng(0)
    columns = {name: rng.normal(size=300) for name in ODD_NAMES}
    frame = table(**columns, label=(columns["größe"] > 0).astype(float))
    model = LightGBMClassifier(inputCols=ODD_NAMES, numIterations=3).fit(frame)
    assert model.featureNames == tuple(ODD_NAMES)
    assert int(np.argmax(model.getFeatureImportances("gain"))) == ODD_NAMES.index("größe")
    assert "größe" in model.toBooster().feature_name()
    assert model.transform(frame).where("prediction = label").count() == 300


def categories(rows=2000):
    rng = np.random.default_rng(0)
    code = rng.integers(0, 8, rows)
    return code, np.isin(code, [1, 4, 6]).astype(float)


def test_categories_are_found_in_the_attributes_of_columns_and_vectors(table):
    code, label = categories()
    frame = table(word=np.array(list("abcdefgh"))[code], label=label)
    frame = StringIndexer(inputCol="word", outputCol="code").fit(frame).transform(frame)
    frame = VectorAssembler(inputCols=["code"], outputCol="features").transform(frame)
    settings = {"numLeaves": 2, "numIterations": 1, "passThroughArgs": "max_cat_to_onehot=1"}
    for columns in ({"inputCols": ["code"]}, {"featuresCol": "features"}):
        model = LightGBMClassifier(**settings, **columns).fit(frame)
        assert "num_cat=1" in model.getNativeModel()


@pytest.mark.parametrize(
    "given", [{"categoricalSlotIndexes": [0]}, {"categoricalSlotNames": ["code"]}]
)
def test_categories_can_be_named(table, given):
    code, label = categories()
    frame = table(code=code.astype(float), label=label)
    settings = {"numLeaves": 2, "numIterations": 1, "passThroughArgs": "max_cat_to_onehot=1"}
    plain = LightGBMClassifier(inputCols=["code"], **settings).fit(frame)
    model = LightGBMClassifier(inputCols=["code"], **settings, **given).fit(frame)
    assert "num_cat=0" in plain.getNativeModel()
    assert "num_cat=1" in model.getNativeModel()


def test_sparse_and_dense_vectors_may_be_mixed(spark):
    rng = np.random.default_rng(0)
    rows = []
    for i in range(400):
        value = float(rng.normal())
        dense = Vectors.dense([0.0] * 20 + [value])
        vector = Vectors.sparse(21, [(20, value)]) if i % 4 else dense
        rows.append((vector, float(value > 0)))
    frame = spark.createDataFrame(rows, ["features", "label"]).coalesce(1)
    model = LightGBMClassifier(numIterations=3).fit(frame)
    assert model.featureNames[20] == "features_20"
    assert model.transform(frame).where("prediction = label").count() == 400


def test_integers_booleans_and_decimals_are_numbers(table):
    x = np.arange(300)
    frame = table(i=x, s=x.astype("int16"), b=x % 2 == 0, label=(x % 2).astype(float))
    frame = frame.withColumn("d", F.col("i").cast("decimal(10,2)"))
    names = ["i", "s", "b", "d"]
    model = LightGBMClassifier(inputCols=names, numIterations=3).fit(frame)
    assert model.transform(frame).where("prediction = label").count() == 300


@pytest.mark.parametrize("workers", [1, 2])
def test_thousands_of_categories_are_learned_on_any_number_of_workers(table, workers):
    rng = np.random.default_rng(11)
    levels = 3000
    code = rng.integers(0, levels, 24_000).astype(float)
    effect = rng.normal(size=levels)
    label = effect[code.astype(int)] + 0.1 * rng.normal(size=len(code))
    frame = table(4, code=code, noise=rng.normal(size=len(code)), label=label)
    model = LightGBMRegressor(
        inputCols=["code", "noise"],
        categoricalSlotNames=["code"],
        maxBin=levels + 1,
        minDataPerGroup=2,
        minDataInLeaf=2,
        catSmooth=1.0,
        numIterations=60,
        numTasks=workers,
    ).fit(frame)
    predicted = model.toBooster().predict(np.column_stack([code, np.zeros(len(code))]))
    assert np.corrcoef(predicted, label)[0, 1] > 0.8


def test_the_elements_of_a_vector_can_be_named(spark):
    rows = [(Vectors.dense([i % 7, -i]), float(i % 7)) for i in range(200)]
    frame = spark.createDataFrame(rows, ["features", "label"])
    regressor = LightGBMRegressor(slotNames=["week day", "age"], numIterations=5)
    model = regressor.fit(frame)
    assert model.featureNames == ("week day", "age")
    with pytest.raises(SynapseError, match="slotNames holds a name twice"):
        regressor.copy({regressor.slotNames: ["a", "a"]}).fit(frame)
