from __future__ import annotations

import numpy as np
import pytest
from pyspark.ml.feature import VectorAssembler

from synapse_magic import LightGBMClassifier, LightGBMRegressor, SynapseError


@pytest.mark.parametrize("workers", [0, 2])
def test_the_model_learns_what_is_missing_from_the_start_score(regression, workers):
    frame = regression.frame.selectExpr("*", "10 + a as start")
    model = LightGBMRegressor(
        inputCols=regression.names, initScoreCol="start", numIterations=100, numTasks=workers
    ).fit(frame)
    predicted = model.toBooster().predict(regression.X)
    missing = regression.label - 10 - regression.X[:, 0]
    assert np.sqrt(np.mean((predicted - missing) ** 2)) < 0.25 * missing.std()


def test_classes_start_from_a_vector(multiclass):
    said = [f"{i}.0 * a as s{i}" for i in range(3)]
    frame = multiclass.frame.selectExpr("*", *said)
    frame = VectorAssembler(inputCols=["s0", "s1", "s2"], outputCol="start").transform(frame)
    classifier = LightGBMClassifier(
        inputCols=multiclass.names, initScoreCol="start", numIterations=40
    )
    model = classifier.fit(frame)
    start = np.outer(multiclass.X[:, 0], [0.0, 1.0, 2.0])
    raw = model.toBooster().predict(multiclass.X, raw_score=True) + start
    assert np.mean(raw.argmax(axis=1) == multiclass.label) > 0.95
    with pytest.raises(SynapseError, match=r"initScoreCol holds 1 scores in a row. Expected 3"):
        classifier.copy({classifier.initScoreCol: "s0"}).fit(frame)


def test_wrong_start_scores_are_told(regression):
    frame = regression.frame.selectExpr("*", "'x' as text", "if(a > 0, a, null) as holes")
    regressor = LightGBMRegressor(inputCols=regression.names, numIterations=2)
    with pytest.raises(SynapseError, match=r"initScoreCol 'text' holds string. Expected numbers"):
        regressor.copy({regressor.initScoreCol: "text"}).fit(frame)
    with pytest.raises(SynapseError, match=r"initScoreCol 'holes' is null in"):
        regressor.copy({regressor.initScoreCol: "holes"}).fit(frame)
