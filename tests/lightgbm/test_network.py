"""Two workers that train one model over LightGBM's network."""

from __future__ import annotations

import numpy as np
import pytest
from pyspark.sql import functions as F
from sklearn.metrics import roc_auc_score

from synapse_magic import LightGBMClassifier, LightGBMRegressor
from synapse_magic.spark.events import listen


def positive(model, frame):
    rows = model.transform(frame).select("probability").collect()
    return np.array([row.probability[1] for row in rows])


def test_two_workers_are_as_good_as_one(binary):
    one = LightGBMClassifier(inputCols=binary.names, numTasks=1, numIterations=20)
    two = one.copy().setNumTasks(2)
    auc = [
        roc_auc_score(binary.label, positive(e.fit(binary.frame), binary.frame)) for e in (one, two)
    ]
    assert auc[1] == pytest.approx(auc[0], abs=0.005)


def test_two_workers_train_three_classes(multiclass):
    model = LightGBMClassifier(inputCols=multiclass.names, numTasks=2, numIterations=10).fit(
        multiclass.frame
    )
    assert model.numClasses == 3
    assert model.transform(multiclass.frame).where("prediction = label").count() > 2700


def test_sorted_input_is_as_good_as_shuffled(binary):
    frame = binary.frame.orderBy("a").coalesce(1)
    model = LightGBMClassifier(inputCols=binary.names, numTasks=2, numIterations=20).fit(frame)
    rows = model.transform(frame).select("label", "probability").collect()
    auc = roc_auc_score([r.label for r in rows], [r.probability[1] for r in rows])
    assert auc > 0.95


def test_deterministic_training_repeats_itself(binary):
    classifier = LightGBMClassifier(
        inputCols=binary.names, numTasks=2, numIterations=5, deterministic=True, seed=3
    )
    first, second = (classifier.fit(binary.frame).getNativeModel() for _ in range(2))
    assert first[: first.index("parameters:")] == second[: second.index("parameters:")]


def test_validation_metrics_of_two_workers_are_measured_on_all_validation_rows(binary):
    frame = binary.frame.withColumn("valid", F.monotonically_increasing_id() % 2 == 0)
    model = LightGBMClassifier(
        inputCols=binary.names,
        numTasks=2,
        numIterations=5,
        validationIndicatorCol="valid",
        metric="auc,binary_logloss",
        isProvideTrainingMetric=True,
    ).fit(frame)
    found = model.trainingMetrics
    held_out = frame.where("valid")
    truth = [row.label for row in held_out.select("label").collect()]
    score = positive(model, held_out)
    assert found["valid auc"].shape == (5,)
    assert found["valid auc"][-1] == pytest.approx(roc_auc_score(truth, score))
    assert (np.diff(found["training binary_logloss"]) < 0).all()


def test_the_root_mean_square_on_all_training_rows_is_exact(regression):
    model = LightGBMRegressor(
        inputCols=regression.names,
        numTasks=2,
        numIterations=3,
        metric="rmse",
        isProvideTrainingMetric=True,
    ).fit(regression.frame)
    scored = model.transform(regression.frame)
    error = scored.select(F.sqrt(F.avg((F.col("prediction") - F.col("label")) ** 2))).first()[0]
    assert model.trainingMetrics["training rmse"][-1] == pytest.approx(error, rel=1e-5)


def test_both_workers_stop_at_the_same_iteration(binary):
    frame = binary.frame.withColumn("valid", F.rand(5) < 0.3)
    seen = []
    with listen(seen.append):
        model = LightGBMClassifier(
            inputCols=binary.names,
            numTasks=2,
            numIterations=500,
            learningRate=0.5,
            validationIndicatorCol="valid",
            earlyStoppingRound=5,
        ).fit(frame)
    losses = model.trainingMetrics["valid binary_logloss"]
    assert len(losses) == model.bestIteration + 5 < 500
    assert int(np.argmin(losses)) + 1 == model.bestIteration == model.toBooster().num_trees()
    assert [event.iteration for event in seen] == list(range(1, len(losses) + 1))


def test_few_rows_train_on_one_worker_even_when_two_are_asked_for(table):
    frame = table(partitions=4, x=[1.0, 2.0, 3.0, 4.0], label=[0.0, 1.0, 0.0, 1.0])
    model = LightGBMClassifier(inputCols=["x"], numTasks=2, numIterations=2).fit(frame)
    assert model.transform(frame).count() == 4
