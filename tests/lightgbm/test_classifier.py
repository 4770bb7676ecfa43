from __future__ import annotations

import gc

import lightgbm
import numpy as np
import pytest
from pyspark.ml import Pipeline
from pyspark.ml.evaluation import BinaryClassificationEvaluator
from pyspark.ml.feature import IndexToString, StringIndexer, VectorAssembler
from pyspark.ml.tuning import CrossValidator, ParamGridBuilder
from pyspark.sql import functions as F

from synapse_magic import LightGBMClassifier


def trees(text: str) -> str:
    """Give the trees of a model text, without the parameters it was trained with."""
    return text[text.index("\nTree=0") : text.index("\nend of trees")]


def vectors(frame, column):
    return np.array([row[0].toArray() for row in frame.select(column).collect()])


def test_one_worker_grows_the_trees_of_native_lightgbm(binary):
    model = LightGBMClassifier(inputCols=binary.names, numIterations=10).fit(binary.frame)
    params = {"objective": "binary", "verbosity": -1, "num_threads": 1}
    native = lightgbm.train(params, lightgbm.Dataset(binary.X, binary.label), 10)
    assert trees(model.getNativeModel()) == trees(native.model_to_string())


def test_probabilities_and_raw_scores_are_those_of_the_booster_to_the_bit(binary):
    model = LightGBMClassifier(inputCols=binary.names, numIterations=10).fit(binary.frame)
    scored = model.transform(binary.frame)
    booster = model.toBooster()
    assert (vectors(scored, "probability")[:, 1] == booster.predict(binary.X)).all()
    assert (
        vectors(scored, "rawPrediction")[:, 1] == booster.predict(binary.X, raw_score=True)
    ).all()
    predicted = np.array([row[0] for row in scored.select("prediction").collect()])
    assert (predicted == (booster.predict(binary.X) > 0.5)).all()


def test_three_classes_are_trained_as_multiclass_without_being_told(multiclass):
    model = LightGBMClassifier(inputCols=multiclass.names, numIterations=10).fit(multiclass.frame)
    scored = model.transform(multiclass.frame)
    probability = vectors(scored, "probability")
    assert model.classes == ("0", "1", "2")
    assert (probability == model.toBooster().predict(multiclass.X)).all()
    assert scored.where("prediction = label").count() > 0.9 * len(multiclass.X)


def test_vectors_and_plain_columns_give_the_same_model(binary):
    plain = LightGBMClassifier(inputCols=binary.names, numIterations=5).fit(binary.frame)
    frame = VectorAssembler(inputCols=binary.names, outputCol="features").transform(binary.frame)
    vector = LightGBMClassifier(numIterations=5).fit(frame)
    assert trees(vector.getNativeModel()) == trees(plain.getNativeModel())
    assert vector.featureNames == plain.featureNames == ("a", "b", "c", "d")
    assert (
        vectors(vector.transform(frame), "probability")
        == vectors(plain.transform(frame), "probability")
    ).all()


def test_class_names_come_from_the_string_indexer_and_go_back(binary):
    named = binary.frame.withColumn(
        "income", F.when(F.col("label") > 0, "much").otherwise("little")
    )
    indexer = StringIndexer(inputCol="income", outputCol="target").fit(named)
    model = LightGBMClassifier(inputCols=binary.names, labelCol="target", numIterations=5)
    fitted = model.fit(indexer.transform(named))
    assert fitted.classes == tuple(indexer.labels)
    back = IndexToString(inputCol="prediction", outputCol="said").transform(fitted.transform(named))
    assert back.where("said = income").count() > 0.8 * len(binary.X)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Spark's own pool
def test_works_in_a_pipeline_and_in_a_cross_validator(binary):
    classifier = LightGBMClassifier(numIterations=5)
    assembler = VectorAssembler(inputCols=binary.names, outputCol="features")
    grid = ParamGridBuilder().addGrid(classifier.numLeaves, [2, 15]).build()
    validator = CrossValidator(
        estimator=Pipeline(stages=[assembler, classifier]),
        estimatorParamMaps=grid,
        evaluator=BinaryClassificationEvaluator(),
        numFolds=2,
        seed=1,
    )
    found = validator.fit(binary.frame)
    gc.collect()
    assert found.avgMetrics[1] > found.avgMetrics[0] > 0.5
    assert found.bestModel.stages[-1].getNumLeaves() == 15


def test_thresholds_move_the_prediction(binary):
    classifier = LightGBMClassifier(inputCols=binary.names, numIterations=5)
    model = classifier.setThresholds([0.01, 1.0]).fit(binary.frame)
    assert model.transform(binary.frame).where("prediction = 1").count() == 0


def test_unbalanced_classes_can_be_weighed(table, binary):
    rare = binary.frame.where("label = 0 or a > 1.5")
    plain = LightGBMClassifier(inputCols=binary.names, numIterations=5).fit(rare)
    weighed = LightGBMClassifier(inputCols=binary.names, numIterations=5, isUnbalance=True).fit(
        rare
    )
    share = [m.transform(rare).where("prediction = 1").count() for m in (plain, weighed)]
    assert share[1] > share[0]


def test_leaf_and_shap_columns_are_made_in_the_same_pass(binary):
    model = LightGBMClassifier(
        inputCols=binary.names, numIterations=5, leafPredictionCol="leaf", featuresShapCol="shap"
    ).fit(binary.frame)
    scored = model.transform(binary.frame.limit(20)).collect()
    for row in scored:
        assert len(row.leaf) == 5
        assert sum(row.shap) == pytest.approx(row.rawPrediction[1])


def test_objective_binary_with_three_classes_is_refused(multiclass):
    with pytest.raises(ValueError, match="objective is 'binary', but label column 'label' has 3"):
        LightGBMClassifier(inputCols=multiclass.names, objective="binary").fit(multiclass.frame)


def test_parameters_are_passed_through_under_any_alias(binary):
    model = LightGBMClassifier(inputCols=binary.names, passThroughArgs="n_estimators=3 eta=0.5")
    text = model.fit(binary.frame).getNativeModel()
    assert "[num_iterations: 3]" in text
    assert "[learning_rate: 0.5]" in text
    assert text.count("\nTree=") == 3
