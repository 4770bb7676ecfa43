from __future__ import annotations

import lightgbm
import numpy as np
import pyarrow as pa
import pytest
from pyspark.ml.linalg import Vectors

from synapse_magic import (
    LightGBMClassificationModel,
    LightGBMClassifier,
    LightGBMRegressionModel,
    LightGBMRegressor,
    SynapseError,
)

RNG = np.random.default_rng(8)
X = RNG.normal(size=(500, 3))
NAMES = ["a", "b", "c"]
WINDOWS = [(0, -1), (0, 0), (0, 3), (2, 3), (2, -1), (7, 1), (5, 100)]
FOREST = {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6}


def booster(params, label):
    settings = {"verbosity": -1, "num_threads": 1, "num_leaves": 7}
    return lightgbm.train(settings | params, lightgbm.Dataset(X, label), 8)


BOOSTERS = {
    "binary": booster({"objective": "binary"}, X[:, 0] > X[:, 1]),
    "multiclass": booster(
        {"objective": "multiclass", "num_class": 3}, np.digitize(X[:, 0], [-0.4, 0.4])
    ),
    "forest": booster({"objective": "binary", **FOREST}, X[:, 0] > X[:, 1]),
    "number": booster({"objective": "poisson"}, np.exp(X[:, 0])),
    "forest of numbers": booster({"objective": "regression", **FOREST}, X[:, 0] + 5),
}


def model_of(native, **params):
    cls = LightGBMRegressionModel
    if native in ("binary", "multiclass", "forest"):
        cls = LightGBMClassificationModel
    made = cls.loadNativeModelFromString(BOOSTERS[native].model_to_string())
    return made._set(inputCols=NAMES, leafPredictionCol="leaf", featuresShapCol="shap", **params)


def batch(matrix=X):
    return pa.RecordBatch.from_arrays([pa.array(column) for column in matrix.T], NAMES)


def vectors(made, name):
    return np.array([row["values"] for row in made.column(name).to_pylist()])


@pytest.mark.parametrize("window", WINDOWS, ids=str)
@pytest.mark.parametrize("native", BOOSTERS)
def test_a_part_of_the_iterations_predicts_the_bits_of_the_booster(native, window):
    start, count = window
    model = model_of(native, startIteration=start, numIterations=count)
    made = model.scorer().score(batch())
    used = {"start_iteration": start, "num_iteration": count}
    theirs = BOOSTERS[native].predict(X, **used)
    if isinstance(model, LightGBMClassificationModel):
        found = vectors(made, "probability")
        assert ((found[:, 1] if native != "multiclass" else found) == theirs).all()
    else:
        assert (made.column("prediction").to_numpy() == theirs).all()
    leaves = BOOSTERS[native].predict(X, pred_leaf=True, **used)
    assert (vectors(made, "leaf") == leaves.reshape(len(X), -1)).all()
    mean = (min(count, 8 - start) if count > 0 else 8 - start) if "forest" in native else 1
    shap = BOOSTERS[native].predict(X, pred_contrib=True, **used) / mean
    assert (vectors(made, "shap") == shap).all()
    if native == "multiclass":
        assert (
            vectors(made, "rawPrediction") == BOOSTERS[native].predict(X, raw_score=True, **used)
        ).all()


def test_the_windows_of_a_model_add_up():
    raws = [
        vectors(
            model_of("binary", startIteration=s, numIterations=n).scorer().score(batch()),
            "rawPrediction",
        )
        for s, n in ((0, 3), (3, 5), (0, -1))
    ]
    assert np.allclose(raws[0] + raws[1], raws[2])


def test_a_first_iteration_beyond_the_last_is_refused():
    with pytest.raises(SynapseError, match=r"startIteration is 8.*8 iterations\. Expected 0 to 7"):
        model_of("binary", startIteration=8).scorer()


def test_spark_predicts_with_the_same_iterations(table):
    frame = table(**dict(zip(NAMES, X.T)))
    model = model_of("number", startIteration=1, numIterations=2)
    found = [row.prediction for row in model.transform(frame).select("prediction").collect()]
    assert (
        np.array(found) == BOOSTERS["number"].predict(X, start_iteration=1, num_iteration=2)
    ).all()


def test_the_iterations_of_the_estimator_do_not_reach_the_model(regression, tmp_path):
    model = LightGBMRegressor(inputCols=regression.names, numIterations=3).fit(regression.frame)
    assert (model.getNumIterations(), model.getStartIteration()) == (-1, 0)
    assert not model.isSet("numIterations")
    assert model.copy().getNumIterations() == -1
    model.setNumIterations(2).save(str(tmp_path / "model"))
    assert LightGBMRegressionModel.load(str(tmp_path / "model")).getNumIterations() == 2


def test_rows_of_another_width_are_scored_as_lightgbm_does_when_asked():
    from synapse_magic.kernels.vectors import from_matrix

    model = model_of("binary")
    model.clear(model.getParam("inputCols"))
    for matrix in (X[:, :2], np.hstack([X, X])):
        wide = pa.RecordBatch.from_arrays([from_matrix(matrix)], ["features"])
        with pytest.raises(SynapseError, match=rf"have {matrix.shape[1]} elements.*predictDisable"):
            model.scorer().score(wide)
        made = model.copy().setPredictDisableShapeCheck(True).scorer().score(wide)
        theirs = BOOSTERS["binary"].predict(matrix, predict_disable_shape_check=True)
        assert (vectors(made, "probability")[:, 1] == theirs).all()
        assert vectors(made, "shap").shape == (500, 4)


def test_plain_columns_must_be_as_many_as_in_training():
    with pytest.raises(SynapseError, match=r"names 2 columns\. Expected 3"):
        model_of("binary").setInputCols(["a", "b"]).scorer().score(batch())


def logistic(predictions, dataset):
    """Give LightGBM's own logistic loss as a callable."""
    probability = 1 / (1 + np.exp(-predictions))
    return probability - dataset.get_label(), probability * (1 - probability)


def test_a_custom_objective_of_two_classes_gives_probabilities_by_the_sigmoid(binary):
    shared = {"inputCols": binary.names, "numIterations": 4, "boostFromAverage": False}
    own = LightGBMClassifier(fobj=logistic, **shared).fit(binary.frame)
    raw = own.toBooster().predict(binary.X, raw_score=True)
    rows = own.transform(binary.frame).select("probability", "prediction").collect()
    assert [row[0][1] for row in rows] == pytest.approx(list(1 / (1 + np.exp(-raw))))
    assert [row[1] for row in rows] == list((raw > 0).astype(float))
    assert own.scorer().link == "logit"


def test_a_custom_objective_of_three_classes_gives_probabilities_by_the_softmax():
    text = BOOSTERS["multiclass"].model_to_string()
    custom = text.replace("objective=multiclass num_class:3\n", "")
    model = LightGBMClassificationModel.loadNativeModelFromString(custom).setInputCols(NAMES)
    made = model.scorer().score(batch())
    assert (vectors(made, "probability") == BOOSTERS["multiclass"].predict(X)).all()
    assert model.scorer().link == "softmax"


def test_a_class_with_a_threshold_of_zero_wins_where_it_is_possible():
    made = model_of("binary", thresholds=[0.0, 1.0]).scorer().score(batch())
    assert set(made.column("prediction").to_pylist()) == {0.0}


def test_the_counts_of_a_model_are_those_of_the_booster():
    model = model_of("multiclass")
    native = BOOSTERS["multiclass"]
    assert model.getBoosterNumTotalIterations() == native.current_iteration() == 8
    assert model.getBoosterBestIteration() == 8
    assert model.getBoosterNumTotalModel() == native.num_trees() == 24
    assert model.getBoosterNumFeatures() == native.num_feature() == 3
    assert model.getBoosterNumClasses() == 3
    assert model_of("binary").getBoosterNumClasses() == 1


def test_the_shap_values_of_one_vector_are_those_of_its_row():
    row = X[0]
    theirs = BOOSTERS["multiclass"].predict(X[:1], pred_contrib=True)[0]
    model = model_of("multiclass")
    assert model.getFeatureShaps(Vectors.dense(row)) == list(theirs)
    assert model.getFeatureShaps(list(row)) == list(theirs)
    assert model.getFeatureShaps(Vectors.sparse(3, {0: row[0], 1: row[1], 2: row[2]})) == list(
        theirs
    )
    with pytest.raises(SynapseError, match=r"2 elements. Expected 3"):
        model.getFeatureShaps([1.0, 2.0])


def test_early_stopping_keeps_the_trees_of_the_best_iteration(binary, tmp_path):
    noisy = binary.frame.selectExpr("*", "d > 0.8 as held_out")
    model = LightGBMClassifier(
        inputCols=binary.names,
        numIterations=300,
        learningRate=0.6,
        metric="binary_logloss",
        earlyStoppingRound=5,
        validationIndicatorCol="held_out",
    ).fit(noisy)
    best = int(np.argmin(model.trainingMetrics["valid binary_logloss"])) + 1
    assert len(model.trainingMetrics["valid binary_logloss"]) == best + 5
    assert model.bestIteration == model.getBoosterNumTotalIterations() == best
    model.saveNativeModel(str(tmp_path / "model.txt"))
    native = lightgbm.Booster(model_file=str(tmp_path / "model.txt"))
    assert native.num_trees() == best
    rows = model.transform(noisy).select("probability").collect()
    assert (np.array([row[0][1] for row in rows]) == native.predict(binary.X)).all()
    assert model.summary.iterations == best + 5
    assert f"{best} of {best + 5} iterations kept" in repr(model.summary)
