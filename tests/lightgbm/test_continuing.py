"""Warm start: what is added to a model improves it, and counts nothing twice."""

from __future__ import annotations

import lightgbm
import numpy as np
import pytest

from synapse_magic import LightGBMClassifier, LightGBMRegressor, SynapseError
from synapse_magic.lightgbm.continuing import joined


def rmse(model, data):
    return float(np.sqrt(np.mean((model.toBooster().predict(data.X) - data.label) ** 2)))


def regressor(data, **params):
    return LightGBMRegressor(**{"inputCols": data.names, "numIterations": 30} | params)


@pytest.mark.parametrize("workers", [0, 2])
def test_a_continued_model_is_better_and_keeps_the_mean(regression, workers):
    first = regressor(regression, numTasks=workers).fit(regression.frame)
    longer = regressor(regression, numTasks=workers, modelString=first.getNativeModel())
    second = longer.fit(regression.frame)
    predicted = second.toBooster().predict(regression.X)
    assert predicted.mean() == pytest.approx(regression.label.mean(), abs=0.02)
    assert rmse(second, regression) < 0.8 * rmse(first, regression)
    assert second.bestIteration == 60
    assert second.toBooster().num_trees() == 60


def test_it_is_what_lightgbm_makes_of_an_init_model(regression):
    first = regressor(regression).fit(regression.frame)
    second = regressor(regression, modelString=first.getNativeModel()).fit(regression.frame)
    theirs = lightgbm.train(
        {"verbosity": -1, "num_threads": 1},
        lightgbm.Dataset(regression.X, regression.label),
        30,
        init_model=first.toBooster(),
    )
    expected = np.sqrt(np.mean((theirs.predict(regression.X) - regression.label) ** 2))
    assert rmse(second, regression) == pytest.approx(expected, rel=0.02)


def test_three_classes_continue(multiclass):
    def classifier(**params):
        given = {"inputCols": multiclass.names, "numIterations": 5} | params
        return LightGBMClassifier(**given)

    first = classifier().fit(multiclass.frame)
    second = classifier(modelString=first.getNativeModel()).fit(multiclass.frame)

    def loss(model):
        probability = model.toBooster().predict(multiclass.X)
        return -np.log(
            probability[np.arange(len(probability)), multiclass.label.astype(int)]
        ).mean()

    assert loss(second) < 0.8 * loss(first)
    assert second.toBooster().num_trees() == 30


def test_batches_together_beat_one_of_them(regression):
    first = regression.frame.randomSplit([1.0, 1.0, 1.0], 1)[0]
    alone = regressor(regression).fit(first)
    batched = regressor(regression, numBatches=3, seed=1).fit(regression.frame)
    assert batched.toBooster().num_trees() == 90
    assert batched.toBooster().predict(regression.X).mean() == pytest.approx(10, abs=0.1)
    assert rmse(batched, regression) < rmse(alone, regression)


def test_early_stopping_keeps_the_old_trees_and_the_best_new_ones(regression):
    first = regressor(regression).fit(regression.frame)
    frame = regression.frame.selectExpr("*", "abs(a) > 1.5 as held_out")
    second = regressor(
        regression,
        modelString=first.getNativeModel(),
        numIterations=500,
        earlyStoppingRound=5,
        validationIndicatorCol="held_out",
        learningRate=0.3,
    ).fit(frame)
    told = second.trainingMetrics["valid l2"]
    assert second.bestIteration == 30 + int(np.argmin(told)) + 1
    assert len(told) < 500
    held = np.abs(regression.X[:, 0]) > 1.5
    found = np.mean((second.toBooster().predict(regression.X[held]) - regression.label[held]) ** 2)
    assert found == pytest.approx(min(told), rel=1e-6)


def test_joined_models_add_up(regression):
    first, second = (
        lightgbm.train(
            {"verbosity": -1, "num_threads": 1, "seed": seed, "extra_trees": True},
            lightgbm.Dataset(regression.X, regression.label),
            3,
        )
        for seed in (1, 2)
    )
    both = lightgbm.Booster(model_str=joined(first.model_to_string(), second.model_to_string()))
    expected = first.predict(regression.X) + second.predict(regression.X)
    assert np.allclose(both.predict(regression.X), expected, rtol=1e-12)
    splits = first.feature_importance() + second.feature_importance()
    assert both.feature_importance().tolist() == splits.tolist()


def test_models_that_do_not_fit_are_refused(regression, binary, multiclass):
    three = LightGBMClassifier(inputCols=multiclass.names, numIterations=2).fit(multiclass.frame)
    start = three.getNativeModel()
    with pytest.raises(SynapseError, match=r"modelString has 3 scores in a row. Expected 1"):
        regressor(regression, modelString=start).fit(regression.frame)
    one = regressor(regression, inputCols=["a"], numIterations=2).fit(regression.frame)
    with pytest.raises(SynapseError, match=r"modelString has 1 features: a. Expected the 4"):
        regressor(regression, modelString=one.getNativeModel()).fit(regression.frame)
    with pytest.raises(SynapseError, match=r"modelString is not a LightGBM model"):
        regressor(regression, modelString="hello").fit(regression.frame)
    cut = one.getNativeModel()[: len(one.getNativeModel()) // 2]
    with pytest.raises(SynapseError, match=r"modelString .* ends before 'end of trees'"):
        regressor(regression, modelString=cut).fit(regression.frame)
    forest = {"boostingType": "rf", "baggingFreq": 1, "baggingFraction": 0.5}
    model = regressor(regression, numIterations=2, **forest).fit(regression.frame)
    with pytest.raises(SynapseError, match=r"is a random forest"):
        regressor(regression, modelString=model.getNativeModel()).fit(regression.frame)
