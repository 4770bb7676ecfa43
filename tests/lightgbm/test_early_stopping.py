from __future__ import annotations

import lightgbm
import numpy as np
import pytest
from pyspark.sql import functions as F

from synapse_magic import LightGBMClassifier
from synapse_magic.lightgbm.stopping import EarlyStopping, Measurement


@pytest.fixture(scope="module")
def marked(binary):
    return binary.frame.withColumn("valid", F.col("d") > 0.3)


def classifier(binary, **params):
    settings = {"numIterations": 300, "learningRate": 0.3, "validationIndicatorCol": "valid"}
    return LightGBMClassifier(inputCols=binary.names, **(settings | params))


def test_the_model_holds_exactly_the_trees_of_native_early_stopping(binary, marked):
    model = classifier(binary, earlyStoppingRound=5).fit(marked)
    held = binary.X[:, 3] > 0.3
    params = {"objective": "binary", "verbosity": -1, "num_threads": 1, "learning_rate": 0.3}
    training = lightgbm.Dataset(binary.X[~held], binary.label[~held])
    native = lightgbm.train(
        params,
        training,
        300,
        valid_sets=[training.create_valid(binary.X[held], binary.label[held])],
        callbacks=[lightgbm.early_stopping(5, verbose=False)],
    )
    assert model.bestIteration == native.best_iteration == model.toBooster().num_trees()
    assert (model.toBooster().predict(binary.X) == native.predict(binary.X)).all()


def test_without_stopping_the_best_iteration_still_wins(binary, marked):
    model = classifier(binary, earlyStoppingRound=1000, numIterations=60).fit(marked)
    losses = model.trainingMetrics["valid binary_logloss"]
    assert len(losses) == 60
    assert model.toBooster().num_trees() == int(np.argmin(losses)) + 1


def test_validation_without_early_stopping_keeps_all_trees(binary, marked):
    model = classifier(binary, numIterations=60).fit(marked)
    assert model.toBooster().num_trees() == model.bestIteration == 60
    assert model.trainingMetrics["valid binary_logloss"].shape == (60,)


def test_a_gain_below_the_tolerance_does_not_count(binary, marked):
    eager = classifier(binary, earlyStoppingRound=5, improvementTolerance=0.02).fit(marked)
    patient = classifier(binary, earlyStoppingRound=5).fit(marked)
    assert eager.bestIteration < patient.bestIteration


def measured(**values):
    return [Measurement(name, value, name == "auc") for name, value in values.items()]


def test_any_metric_may_stop_and_the_first_decides_otherwise():
    stopping = EarlyStopping(rounds=2)
    assert not stopping.update(1, measured(auc=0.8, loss=0.5))
    assert not stopping.update(2, measured(auc=0.9, loss=0.6))
    assert stopping.best_iteration == 2
    assert stopping.update(3, measured(auc=0.95, loss=0.7))
    assert stopping.best_iteration == 1
