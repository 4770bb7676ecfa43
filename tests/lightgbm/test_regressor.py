from __future__ import annotations

import lightgbm
import numpy as np
import pytest

from synapse_magic import LightGBMRegressor


def predictions(frame):
    return np.array([row.prediction for row in frame.select("prediction").collect()])


def test_predictions_are_those_of_native_lightgbm(regression):
    model = LightGBMRegressor(inputCols=regression.names, numIterations=10).fit(regression.frame)
    params = {"objective": "regression", "verbosity": -1, "num_threads": 1}
    native = lightgbm.train(params, lightgbm.Dataset(regression.X, regression.label), 10)
    assert (predictions(model.transform(regression.frame)) == native.predict(regression.X)).all()


@pytest.mark.parametrize("objective", ["poisson", "tweedie", "quantile", "regression_l1"])
def test_each_objective_predicts_what_its_booster_predicts(regression, objective):
    regressor = LightGBMRegressor(
        inputCols=regression.names, objective=objective, alpha=0.5, numIterations=10
    )
    model = regressor.fit(regression.frame)
    found = predictions(model.transform(regression.frame))
    assert (found == model.toBooster().predict(regression.X)).all()
    assert abs(found.mean() - 10) < 1


def test_a_random_forest_is_the_mean_of_its_trees(regression):
    model = LightGBMRegressor(
        inputCols=regression.names,
        boostingType="rf",
        baggingFraction=0.5,
        baggingFreq=1,
        numIterations=10,
    ).fit(regression.frame)
    found = predictions(model.transform(regression.frame))
    assert found == pytest.approx(model.toBooster().predict(regression.X))
    assert abs(found.mean() - 10) < 1


def test_a_row_of_weight_two_counts_like_two_rows(table):
    rng = np.random.default_rng(0)
    x = rng.integers(0, 5, 400).astype(float)
    y = x + rng.normal(size=400)
    weight = rng.integers(0, 3, 400)
    often = np.repeat(np.arange(400), weight)
    settings = {"inputCols": ["x"], "minDataInLeaf": 1, "numIterations": 20}
    weighed = LightGBMRegressor(**settings, weightCol="w").fit(table(x=x, label=y, w=weight))
    doubled = LightGBMRegressor(**settings).fit(table(x=x[often], label=y[often]))
    grid = np.arange(5.0)[:, None]
    assert weighed.toBooster().predict(grid) == pytest.approx(
        doubled.toBooster().predict(grid), rel=1e-5
    )


def test_rows_of_weight_zero_are_left_out(table):
    x = np.arange(200.0)
    y = np.where(x < 100, 0.0, 1e6)
    frame = table(x=x, label=y, w=(x < 100).astype(float))
    model = LightGBMRegressor(inputCols=["x"], weightCol="w", numIterations=3).fit(frame)
    assert predictions(model.transform(frame)).max() == 0.0


def test_same_seed_gives_the_same_model_and_another_seed_another(regression):
    def text(seed):
        regressor = LightGBMRegressor(
            inputCols=regression.names,
            baggingFraction=0.5,
            baggingFreq=1,
            numIterations=5,
            seed=seed,
            deterministic=True,
        )
        return regressor.fit(regression.frame).getNativeModel()

    assert text(1) == text(1)
    assert text(1) != text(2)
