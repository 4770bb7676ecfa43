from __future__ import annotations

import numpy as np
import pytest
from pyspark.ml import Pipeline
from pyspark.ml.classification import DecisionTreeClassifier, LinearSVC, LogisticRegression
from pyspark.ml.feature import StringIndexer
from pyspark.ml.regression import LinearRegression
from pyspark.ml.tuning import CrossValidatorModel
from pyspark.sql import functions as F
from sklearn import metrics as sk

from synapse_magic.compose.featurize import Featurize
from synapse_magic.datasets.people import people
from synapse_magic.errors import SynapseError
from synapse_magic.metrics.evaluate import evaluate

FEATURES = ["age", "education", "hours", "capital_gain"]


@pytest.fixture(scope="module")
def frame(spark):
    return people(spark, rows=3000).cache()


@pytest.fixture(scope="module")
def classifier(frame):
    return Pipeline(
        stages=[
            StringIndexer(inputCol="income", outputCol="income index"),
            Featurize(inputCols=FEATURES),
            LogisticRegression(labelCol="income index", maxIter=8),
        ]
    ).fit(frame)


def scored(model, frame, label):
    rows = model.transform(frame).select(label, "prediction", "probability").collect()
    return (
        np.array([row[0] for row in rows]),
        np.array([row.prediction for row in rows]),
        np.array([row.probability.toArray() for row in rows]),
    )


@pytest.fixture(scope="module")
def evaluation(classifier, frame):
    return evaluate(classifier, frame)


def test_a_binary_classifier_is_measured_as_by_sklearn(evaluation, classifier, frame):
    true, said, chance = scored(classifier, frame, "income index")
    assert evaluation.task == "binary"
    assert evaluation.rows == 3000
    expected = {
        "accuracy": sk.accuracy_score(true, said),
        "AUC": sk.roc_auc_score(true, chance[:, 1]),
        "AUPR": sk.average_precision_score(true, chance[:, 1]),
        "log_loss": sk.log_loss(true, chance),
        "precision": sk.precision_score(true, said),
        "recall": sk.recall_score(true, said),
        "f1": sk.f1_score(true, said),
    }
    assert evaluation.metrics == pytest.approx(expected, abs=2e-5)
    assert list(evaluation.metrics) == list(expected)
    assert (evaluation.confusion == sk.confusion_matrix(true, said)).all()


def test_class_and_column_names_are_the_real_ones(evaluation):
    assert evaluation.classes == ("<=50K", ">50K")
    assert (evaluation.label, evaluation.prediction) == ("income", "prediction")


def test_curves_come_from_counts_of_every_row(evaluation, classifier, frame):
    true, _, chance = scored(classifier, frame, "income index")
    expected = np.histogram(chance[true == 1, 1], bins=evaluation.histograms.shape[2], range=(0, 1))
    assert (evaluation.histograms[1, 1] == expected[0]).all()
    assert evaluation.calibration_sums[1].sum() == pytest.approx(chance[:, 1].sum())


def test_three_classes_are_averaged(spark):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(600, 2))
    y = (x[:, 0] > 0.5).astype(int) + (x[:, 1] + rng.normal(size=600) > 0.5)
    df = spark.createDataFrame(
        [(float(a), float(b), int(c)) for (a, b), c in zip(x, y)], ["a", "b", "label"]
    )
    stages = [Featurize(inputCols=["a", "b"]), LogisticRegression(maxIter=5)]
    model = Pipeline(stages=stages).fit(df)
    found = evaluate(model, df)
    true, said, chance = scored(model, df, "label")
    assert found.task == "multiclass"
    assert found.classes == ("0", "1", "2")
    assert found.metrics == pytest.approx(
        {
            "accuracy": sk.accuracy_score(true, said),
            "AUC": sk.roc_auc_score(true, chance, multi_class="ovr"),
            "AUPR": sk.average_precision_score(np.eye(3)[true], chance),
            "log_loss": sk.log_loss(true, chance),
            "macro precision": sk.precision_score(true, said, average="macro"),
            "macro recall": sk.recall_score(true, said, average="macro"),
            "macro f1": sk.f1_score(true, said, average="macro"),
            "weighted f1": sk.f1_score(true, said, average="weighted"),
        },
        abs=2e-4,
    )
    assert found.histograms.shape[:2] == (3, 2)


def test_a_regressor_is_measured_as_by_sklearn(frame):
    data = frame.where("hours is not null")
    model = Pipeline(
        stages=[Featurize(inputCols=["age", "income"]), LinearRegression(labelCol="hours")]
    ).fit(data)
    found = evaluate(model, data)
    rows = model.transform(data).select("hours", "prediction").collect()
    true, said = np.array(rows).T
    assert found.task == "regression"
    assert found.metrics == pytest.approx(
        {
            "rmse": sk.root_mean_squared_error(true, said),
            "mse": sk.mean_squared_error(true, said),
            "mae": sk.mean_absolute_error(true, said),
            "median_absolute_error": sk.median_absolute_error(true, said),
            "r2": sk.r2_score(true, said),
        },
        rel=1e-3,
    )
    residuals = found.residuals
    assert residuals["counts"].sum() == len(rows)
    inside = np.histogram2d(said, true - said, [residuals["x_edges"], residuals["y_edges"]])[0]
    assert np.abs(residuals["counts"][:, 1:-1] - inside[:, 1:-1]).sum() <= 4


def test_a_label_that_never_changes_has_no_r2(spark):
    df = spark.createDataFrame([(1.0, 5.0), (2.0, 5.0)], "x double, label double")
    model = Pipeline(stages=[Featurize(inputCols=["x"]), LinearRegression()]).fit(df)
    found = evaluate(model, df).metrics
    assert np.isnan(found["r2"])
    assert found["rmse"] == pytest.approx(0.0, abs=1e-6)


def test_rows_without_a_label_are_left_out_and_counted(classifier, frame):
    some = frame.withColumn("income", F.when(F.col("age") > 30, F.col("income")))
    labelled = some.where("income is not null").count()
    found = evaluate(classifier, some)
    assert found.rows == labelled
    assert found.metrics["rows without label"] == 3000 - labelled


def test_a_classifier_without_probabilities_has_no_curves(frame):
    stages = [
        StringIndexer(inputCol="income", outputCol="y"),
        Featurize(inputCols=FEATURES),
        LinearSVC(labelCol="y", maxIter=3),
    ]
    found = evaluate(Pipeline(stages=stages).fit(frame), frame)
    assert found.histograms is None
    assert set(found.metrics) == {"accuracy", "precision", "recall", "f1"}


def test_a_tuned_model_is_opened(frame):
    data = Featurize(inputCols=["age"]).fit(frame).transform(frame)
    data = data.select("features", (F.col("income") == ">50K").cast("double").alias("label"))
    best = DecisionTreeClassifier(maxDepth=2).fit(data)
    tuned = CrossValidatorModel(best, avgMetrics=[0.5])
    assert evaluate(tuned, data).rows == 3000


def test_one_row_and_empty_partitions_work(classifier, frame):
    one = frame.limit(1).repartition(3)
    found = evaluate(classifier, one)
    assert found.rows == 1
    assert np.isnan(found.metrics["AUC"])


def test_no_rows_are_refused(classifier, frame):
    with pytest.raises(SynapseError, match="there are no rows"):
        evaluate(classifier, frame.limit(0))


def test_labels_that_are_all_null_are_refused(classifier, frame):
    nothing = frame.limit(5).withColumn("income", F.lit(None).cast("string"))
    with pytest.raises(SynapseError, match="all 5 labels are null"):
        evaluate(classifier, nothing)


def test_a_frame_without_the_label_is_refused(classifier, frame):
    with pytest.raises(SynapseError, match="no column 'income'"):
        evaluate(classifier, frame.drop("income"))


def test_an_unknown_class_is_refused(classifier, frame):
    odd = frame.limit(5).withColumn("income", F.lit("a lot"))
    with pytest.raises(SynapseError, match="5 rows have a label in 'income' unknown to the model"):
        evaluate(classifier, odd)


def test_a_text_label_without_an_indexer_is_refused(frame):
    data = frame.withColumn("label", (F.col("income") == ">50K").cast("double"))
    model = Pipeline(stages=[Featurize(inputCols=["age"]), LogisticRegression(maxIter=1)]).fit(data)
    with pytest.raises(SynapseError, match="holds text, and the model knows no class names"):
        evaluate(model, data, label="income")


def test_a_model_that_does_not_predict_is_refused(frame):
    with pytest.raises(SynapseError, match="FeaturizeModel does not predict"):
        evaluate(Featurize(inputCols=["age"]).fit(frame), frame)


@pytest.mark.parametrize("name", ["a.b", "back`tick", "two words", "größe"])
def test_a_label_may_have_any_name(spark, name):
    df = spark.createDataFrame([(1.0, 0), (2.0, 1)], ["x", name])
    stages = [Featurize(inputCols=["x"]), DecisionTreeClassifier(labelCol=name)]
    if "." in name or "`" in name:  # A pyspark.ml estimator cannot be fitted on such a name.
        model = Pipeline(stages=[stages[0], DecisionTreeClassifier()]).fit(df.toDF("x", "label"))
        assert evaluate(model, df, label=name).metrics["accuracy"] == 1.0
    else:
        assert evaluate(Pipeline(stages=stages).fit(df), df).metrics["accuracy"] == 1.0
