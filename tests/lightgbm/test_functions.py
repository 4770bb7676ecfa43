"""The user's own Python in training: objective, metric, callbacks, learning rates."""

from __future__ import annotations

import lightgbm
import numpy as np
import pytest

from synapse_magic import LightGBMClassifier, LightGBMRegressor, SynapseError


def logistic(scores, data):
    probability = 1 / (1 + np.exp(-scores))
    return probability - data.get_label(), probability * (1 - probability)


def squared(scores, data):
    return scores - data.get_label(), np.ones_like(scores)


def error_rate(probability, data):
    return "error", float(np.mean((probability > 0.5) != data.get_label())), False


def regressor(data, **params):
    return LightGBMRegressor(**{"inputCols": data.names, "numIterations": 20} | params)


@pytest.mark.parametrize("workers", [0, 2])
def test_an_own_objective_learns_what_the_built_in_one_does(regression, workers):
    own = regressor(regression, fobj=squared, numTasks=workers, boostFromAverage=False)
    built_in = regressor(regression, numTasks=workers, boostFromAverage=False)
    ours = own.fit(regression.frame).toBooster().predict(regression.X)
    theirs = built_in.fit(regression.frame).toBooster().predict(regression.X)
    assert np.sqrt(np.mean((ours - theirs) ** 2)) < 0.3
    assert np.corrcoef(ours, regression.label)[0, 1] > 0.95


def test_a_classifier_with_an_own_objective_gives_probabilities(binary):
    model = LightGBMClassifier(inputCols=binary.names, numIterations=30, fobj=logistic).fit(
        binary.frame
    )
    rows = model.transform(binary.frame).select("probability", "prediction", "label").collect()
    probability = np.array([row.probability[1] for row in rows])
    assert probability.min() >= 0
    assert probability.max() <= 1
    assert np.mean([row.prediction == row.label for row in rows]) > 0.9


@pytest.mark.parametrize("workers", [0, 2])
def test_an_own_metric_is_kept_and_stops_training(binary, workers):
    frame = binary.frame.selectExpr("*", "abs(d) > 1 as held_out")
    model = LightGBMClassifier(
        inputCols=binary.names,
        numIterations=300,
        learningRate=0.3,
        feval=error_rate,
        metric="none",
        earlyStoppingRound=10,
        validationIndicatorCol="held_out",
        numTasks=workers,
    ).fit(frame)
    told = model.trainingMetrics["valid error"]
    assert model.bestIteration == int(np.argmin(told)) + 1
    assert len(told) < 300
    held = np.abs(binary.X[:, 3]) > 1
    wrong = (model.toBooster().predict(binary.X[held]) > 0.5) != binary.label[held]
    assert wrong.mean() == pytest.approx(min(told))


def test_the_learning_rate_follows_its_schedule(regression):
    model = regressor(
        regression,
        learningRateSchedule=lambda i: 0.3 * 0.5**i,
        numIterations=5,
    ).fit(regression.frame)
    rates = [
        float(line.partition("=")[2])
        for line in model.getNativeModel().splitlines()
        if line.startswith("shrinkage=")
    ]
    # The first tree is written with its bias folded in, and so as if it had not shrunk.
    assert rates[1:] == [0.15, 0.075, 0.0375, 0.01875]


@pytest.mark.parametrize("workers", [0, 2])
def test_a_callback_can_end_training_on_all_workers(regression, workers):
    def end_after_seven(env):
        assert [metric for _, metric, *_ in env.evaluation_result_list] == ["l2"]
        if env.iteration == 6:
            raise lightgbm.callback.EarlyStopException(env.iteration, [])

    model = regressor(
        regression,
        callbacks=[end_after_seven],
        isProvideTrainingMetric=True,
        numTasks=workers,
        numIterations=50,
    ).fit(regression.frame)
    assert model.toBooster().num_trees() == 7
    assert len(model.trainingMetrics["training l2"]) == 7


def test_lightgbms_own_callbacks_work(regression):
    rates = lightgbm.reset_parameter(learning_rate=[0.5, 0.25, 0.125])
    model = regressor(regression, callbacks=[rates], numIterations=3).fit(regression.frame)
    assert "shrinkage=0.25\n" in model.getNativeModel()
    assert "shrinkage=0.125\n" in model.getNativeModel()


def test_an_error_in_a_function_is_the_first_line(regression):
    def broken(scores, data):
        raise ValueError("my objective is wrong")

    with pytest.raises(SynapseError, match=r"^LightGBM training failed: my objective is wrong"):
        regressor(regression, fobj=broken).fit(regression.frame)


def test_early_stopping_with_an_own_objective_needs_a_metric(regression):
    frame = regression.frame.selectExpr("*", "a > 1 as held_out")
    given = {"fobj": squared, "earlyStoppingRound": 3, "validationIndicatorCol": "held_out"}
    with pytest.raises(SynapseError, match=r"needs a metric.*Try: feval"):
        regressor(regression, **given).fit(frame)
