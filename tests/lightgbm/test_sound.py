"""What LightGBM can learn with: each kind of training, and the combinations that are refused."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from synapse_magic import (
    LightGBMClassifier,
    LightGBMRegressor,
    NoEffectWarning,
    SynapseError,
    listen,
)
from synapse_magic.lightgbm.native import native_params


def regressor(data, **params):
    return LightGBMRegressor(**{"inputCols": data.names, "numIterations": 20} | params)


@pytest.mark.parametrize(
    "params",
    [
        {"boostingType": "dart", "dropRate": 0.3, "skipDrop": 0.1},
        {"boostingType": "goss", "topRate": 0.3, "otherRate": 0.2},
        {"boostingType": "rf", "baggingFreq": 1, "baggingFraction": 0.6},
        {"baggingFreq": 1, "baggingFraction": 0.5, "featureFractionByNode": 0.7},
        {"maxBinByFeature": [255, 63, 15, 7]},
        {"parallelism": "voting_parallel", "numTasks": 2, "topK": 2},
        {"passThroughArgs": "extra_trees=true linear_tree=false path_smooth=1.0"},
    ],
    ids=lambda params: next(iter(params)),
)
def test_each_kind_of_training_learns(regression, params):
    model = regressor(regression, **params).fit(regression.frame)
    predicted = model.toBooster().predict(regression.X)
    assert np.corrcoef(predicted, regression.label)[0, 1] > 0.9


def test_constraints_hold_everywhere(regression):
    model = regressor(
        regression, monotoneConstraints=[1, -1, 0, 0], monotoneConstraintsMethod="advanced"
    ).fit(regression.frame)
    grid = np.zeros((200, 4))
    grid[:, 0] = np.linspace(-3, 3, 200)
    assert (np.diff(model.toBooster().predict(grid)) >= 0).all()
    grid[:, [0, 1]] = grid[:, [1, 0]]
    assert (np.diff(model.toBooster().predict(grid)) <= 0).all()


def test_sorted_rows_are_learned_as_well_as_shuffled_ones(regression, table):
    order = np.argsort(regression.label)
    columns = dict(zip(regression.names, regression.X[order].T), label=regression.label[order])

    def loss(frame):
        model = regressor(regression, numTasks=2, binSampleCount=500).fit(frame)
        return np.mean((model.toBooster().predict(regression.X) - regression.label) ** 2)

    assert loss(table(**columns)) < 1.1 * loss(regression.frame)


def test_seeds_are_derived_from_the_one_that_is_set():
    params = native_params(LightGBMRegressor(seed=7))
    assert params["seed"] == 7
    assert "bagging_seed" not in params
    assert native_params(LightGBMRegressor(baggingSeed=9))["bagging_seed"] == 9


def test_a_deterministic_training_repeats_itself(regression):
    params = {"deterministic": True, "seed": 3, "baggingFreq": 1, "baggingFraction": 0.5}
    texts = [
        regressor(regression, **params, numTasks=workers).fit(regression.frame).getNativeModel()
        for workers in (0, 0, 2, 2)
    ]
    assert texts[0] == texts[1]
    assert texts[2] == texts[3]


def test_whoever_listens_can_end_a_training(regression):
    def end_after_five(event):
        if event.iteration == 5:
            event.stop()

    with listen(end_after_five):
        model = regressor(regression, numIterations=5000, isProvideTrainingMetric=True).fit(
            regression.frame
        )
    assert 5 <= model.bestIteration < 5000
    assert model.toBooster().num_trees() == model.bestIteration


def test_a_param_without_effect_says_so_once():
    with pytest.warns(NoEffectWarning, match="microBatchSize has no effect here"):
        LightGBMClassifier(microBatchSize=5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        LightGBMClassifier(microBatchSize=6)
    doc = LightGBMClassifier.params_declared()["microBatchSize"].doc
    assert doc.startswith("Without effect: ")


def test_a_device_that_is_not_built_in_is_told(regression):
    with pytest.raises(SynapseError, match=r"deviceType is 'cuda'.*Try: deviceType='cpu'"):
        regressor(regression, deviceType="cuda").fit(regression.frame)


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"boostingType": "rf"}, r"'rf' needs trees that differ.*baggingFreq=1"),
        ({"boostingType": "dart", "earlyStoppingRound": 3}, r"cannot work with .*'dart'"),
        ({"monotoneConstraints": [1, 1]}, r"monotoneConstraints has 2 numbers. Expected 4"),
        ({"maxBinByFeature": [9]}, r"maxBinByFeature has 1 numbers. Expected 4"),
        ({"slotNames": ["x"]}, r"slotNames names the elements of a vector"),
        (
            {"boostingType": "rf", "baggingFreq": 1, "baggingFraction": 0.5, "fobj": len},
            r"'rf' takes neither modelString nor fobj",
        ),
    ],
)
def test_what_cannot_work_is_refused_before_any_job(regression, params, said):
    with pytest.raises(SynapseError, match=said):
        regressor(regression, **params).fit(regression.frame)
