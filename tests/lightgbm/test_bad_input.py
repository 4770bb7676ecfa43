"""Each mistake a user can make is one clear line, raised before any worker starts."""

from __future__ import annotations

import re

import numpy as np
import pytest
from pyspark.sql import functions as F

from synapse_magic import (
    LightGBMClassificationModel,
    LightGBMClassifier,
    LightGBMRegressor,
    SynapseError,
)


@pytest.fixture(scope="module")
def frame(table):
    x = np.arange(300.0)
    rows = table(
        x=x, label=x % 2, word=np.where(x > 9, "yes", "no"), text=np.where(x > 3, "a", "b")
    )
    return rows.cache()


def refused(estimator, frame, *said):
    with pytest.raises(SynapseError) as caught:
        estimator.fit(frame)
    message = str(caught.value)
    assert "\n" not in message
    for part in said:
        assert re.search(part, message), message


def classifier(**params):
    return LightGBMClassifier(**({"inputCols": ["x"], "numIterations": 2} | params))


def test_a_text_label_names_the_string_indexer(frame):
    said = re.escape(
        "label column 'word' holds text. Expected numbers 0..k-1. "
        "Try: StringIndexer(inputCol='word', outputCol='label')"
    )
    refused(classifier(labelCol="word"), frame, said)


def test_null_labels(frame):
    nulls = frame.withColumn("label", F.when(F.col("x") > 5, F.col("label")))
    refused(classifier(), nulls, "label column 'label' holds null or NaN", "dropna")
    regressor = LightGBMRegressor(inputCols=["x"])
    refused(regressor, nulls, "null, NaN or infinite in 6 rows", "dropna")


def test_infinite_labels(frame):
    endless = frame.withColumn("label", F.when(F.col("x") > 5, float("inf")).otherwise(0.0))
    refused(classifier(), endless, "holds inf. Expected whole numbers 0..k-1")
    refused(LightGBMRegressor(inputCols=["x"]), endless, "null, NaN or infinite in 294 rows")


@pytest.mark.parametrize(
    "role", ["labelCol", "weightCol", "validationIndicatorCol", "initScoreCol"]
)
def test_a_feature_that_has_another_role(role, frame):
    roles = {"labelCol": "label", role: "other"}
    kind = "boolean" if role == "validationIndicatorCol" else "double"
    rows = frame.withColumn("other", (F.col("x") % 2).cast(kind))
    refused(classifier(inputCols=["x", "other"], **roles), rows, f"'other' is {role} and stands")


@pytest.mark.parametrize("poor", [float("nan"), float("inf")])
def test_scores_to_start_from_that_are_no_numbers(poor, frame):
    rows = frame.withColumn("init", F.when(F.col("x") > 5, poor).otherwise(0.0))
    refused(classifier(initScoreCol="init"), rows, "initScoreCol holds 294 scores that are NaN")


def nothing_finite(scores, data):
    return scores * float("nan"), np.ones_like(scores)


def test_an_objective_that_gives_no_numbers(frame):
    own = classifier(fobj=nothing_finite)
    refused(own, frame, "fobj gives 300 numbers that are NaN or infinite")


def test_one_class(frame):
    refused(classifier(), frame.where("label = 1"), "has one class, 1", "at least two")


def test_negative_and_broken_labels(frame):
    refused(classifier(), frame.withColumn("label", -F.col("label")), "holds -1", "0..k-1")
    refused(classifier(), frame.withColumn("label", F.col("x") / 2), "Expected whole numbers")


def test_too_many_classes(frame):
    many = frame.withColumn("label", F.col("x"))
    refused(classifier(), many, "at most 100 classes", "LightGBMRegressor")
    refused(classifier(maxNumClasses=2), many.where("x < 3"), "at most 2 classes")


def test_no_rows(frame):
    empty = frame.where("x < 0")
    refused(classifier(), empty, "There are no rows to train on")
    refused(LightGBMRegressor(inputCols=["x"]), empty, "There are no rows to train on")


def test_a_text_feature_names_featurize(frame):
    refused(
        classifier(inputCols=["x", "text"]),
        frame,
        "'text' holds text",
        "Featurize",
        "StringIndexer",
    )


def test_an_unknown_column_gets_the_nearest_name(frame):
    refused(classifier(inputCols=["txt"]), frame, "no column 'txt'", "'text'")
    refused(classifier(labelCol="lable"), frame, "no column 'lable'", "'label'")
    refused(classifier(weightCol="wrd"), frame, "no column 'wrd'", "'word'")


def test_columns_that_differ_only_in_case(frame):
    twice = frame.withColumnRenamed("text", "X")
    refused(classifier(inputCols=["x"]), twice, "'x' and 'X' differ only in case")


def test_the_same_feature_twice(frame):
    refused(classifier(inputCols=["x", "x"]), frame, "'x' twice")


def test_no_features(frame):
    refused(classifier(inputCols=[]), frame, "inputCols is empty")
    refused(LightGBMClassifier(), frame, "no column 'features'")
    refused(
        LightGBMClassifier(featuresCol="x"), frame, "holds double", re.escape("inputCols=['x']")
    )


def test_weights_must_be_numbers_of_at_least_zero(frame):
    refused(classifier(weightCol="word"), frame, "weightCol 'word' holds string")
    refused(
        classifier(weightCol="w"), frame.withColumn("w", F.col("x") - 1), "negative .* in 1 rows"
    )


def test_validation_rows_are_marked_by_true_and_false(frame):
    twice = frame.withColumn("y", F.col("x"))
    refused(classifier(validationIndicatorCol="y"), twice, "holds double. Expected true or false")
    nulls = frame.withColumn("v", F.when(F.col("x") > 0, False))
    refused(classifier(validationIndicatorCol="v"), nulls, "is null in 1 rows")
    refused(
        classifier(validationIndicatorCol="v"),
        frame.withColumn("v", F.lit(True)),
        "no rows to train",
    )


def test_early_stopping_needs_validation_rows(frame):
    refused(classifier(earlyStoppingRound=5), frame, "earlyStoppingRound needs validation rows")


def test_more_workers_than_slots(frame):
    refused(classifier(numTasks=3), frame, "numTasks is 3, but only 2 tasks run at once")


def test_unknown_categorical_features(frame):
    refused(classifier(categoricalSlotNames=["y"]), frame, "there is no feature 'y'")
    refused(classifier(categoricalSlotIndexes=[1]), frame, "there is no feature 1")


def test_passed_through_words(frame):
    refused(classifier(passThroughArgs="max_bin"), frame, "'max_bin' is not name=value")
    refused(classifier(passThroughArgs="max_bni=3"), frame, "no parameter 'max_bni'", "'max_bin'")
    refused(classifier(passThroughArgs="machines=a:1"), frame, "cannot set machines. Try: numTasks")


def test_null_vectors(spark):
    rows = spark.sql("select cast(id % 2 as double) as label from range(20)")
    from pyspark.ml.feature import VectorAssembler

    made = VectorAssembler(inputCols=["label"], outputCol="v").transform(rows)
    nulls = made.withColumn("features", F.when(F.rand(1) > 0.5, F.col("v")))
    refused(LightGBMClassifier(), nulls, "LightGBM training failed: .* vectors are null")


@pytest.mark.parametrize("tasks", [1, 2])
def test_an_error_inside_lightgbm_is_the_first_line(frame, tasks):
    regressor = LightGBMRegressor(
        inputCols=["x"], objective="poisson", numTasks=tasks, numIterations=2
    )
    negative = frame.withColumn("label", -F.col("x"))
    refused(regressor, negative, "LightGBM training failed: .*poisson.*negative")


def test_wrong_values_name_the_range():
    with pytest.raises(SynapseError, match=r"numLeaves.*at least 2.*got 1"):
        LightGBMClassifier(numLeaves=1)
    with pytest.raises(SynapseError, match="'gbdt', 'rf', 'dart', 'goss'"):
        LightGBMClassifier(boostingType="gbt")
    with pytest.raises(SynapseError, match="Did you mean 'numLeaves'"):
        LightGBMClassifier(numLeafs=3)


def test_scoring_rows_without_the_features(frame):
    model = classifier().fit(frame)
    with pytest.raises(SynapseError, match="no column 'x'"):
        model.transform(frame.drop("x"))
    with pytest.raises(SynapseError, match=r"column 'x' holds text\. Expected numbers"):
        model.transform(frame.withColumn("x", F.col("word"))).collect()


def test_rows_to_score_without_the_vector_that_a_native_file_reads(frame):
    native = classifier().fit(frame).getNativeModel()
    model = LightGBMClassificationModel.loadNativeModelFromString(native)
    with pytest.raises(SynapseError, match=r"setInputCols\(list\(model.featureNames\)\)"):
        model.transform(frame)
    assert model.setInputCols(list(model.featureNames)).transform(frame).count() == 300
