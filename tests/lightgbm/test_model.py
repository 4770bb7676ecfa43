from __future__ import annotations

import lightgbm
import numpy as np
import pytest
from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.feature import VectorAssembler
from pyspark.sql import functions as F

from synapse_magic import (
    LightGBMClassificationModel,
    LightGBMClassifier,
    LightGBMRegressionModel,
    LightGBMRegressor,
    SynapseError,
)


@pytest.fixture(scope="module")
def classifier(binary):
    frame = binary.frame.withColumn("valid", F.col("d") > 1)
    return LightGBMClassifier(
        inputCols=binary.names, numIterations=5, validationIndicatorCol="valid", metric="auc"
    ).fit(frame)


def scores(model, frame):
    return np.array(
        [row[0].toArray() for row in model.transform(frame).select("probability").collect()]
    )


def test_a_saved_model_predicts_the_same_bits(classifier, binary, tmp_path):
    path = str(tmp_path / "model")
    classifier.save(path)
    loaded = LightGBMClassificationModel.load(path)
    assert (scores(loaded, binary.frame) == scores(classifier, binary.frame)).all()
    assert loaded.uid == classifier.uid
    assert loaded.classes == classifier.classes
    assert loaded.featureNames == classifier.featureNames
    assert loaded.bestIteration == 5
    assert (loaded.trainingMetrics["valid auc"] == classifier.trainingMetrics["valid auc"]).all()
    assert loaded.getNativeModel() == classifier.getNativeModel()


def test_a_saved_pipeline_predicts_the_same_bits(regression, tmp_path):
    assembler = VectorAssembler(inputCols=regression.names, outputCol="features")
    pipeline = Pipeline(stages=[assembler, LightGBMRegressor(numIterations=3)])
    model = pipeline.fit(regression.frame)
    model.save(str(tmp_path / "pipeline"))
    loaded = PipelineModel.load(str(tmp_path / "pipeline"))
    assert isinstance(loaded.stages[-1], LightGBMRegressionModel)
    rows = [m.transform(regression.frame).select("prediction").collect() for m in (model, loaded)]
    assert rows[0] == rows[1]


def test_the_native_file_is_read_by_the_lightgbm_package(classifier, binary, tmp_path):
    path = tmp_path / "model.txt"
    classifier.saveNativeModel(str(path))
    native = lightgbm.Booster(model_file=str(path))
    assert (native.predict(binary.X) == scores(classifier, binary.frame)[:, 1]).all()
    with pytest.raises(SynapseError, match="exists already"):
        classifier.saveNativeModel(str(path))
    classifier.saveNativeModel(str(path), overwrite=True)


@pytest.mark.parametrize("way", ["saveNativeModel", "loadNativeModelFromFile"])
def test_a_file_system_that_spark_does_not_know_is_named_in_one_line(classifier, way):
    with pytest.raises(SynapseError, match=r"^nosuch://bucket/model\.txt cannot be") as caught:
        getattr(classifier, way)("nosuch://bucket/model.txt")
    assert "\n" not in str(caught.value)


def test_importances_are_those_of_the_booster(classifier):
    booster = classifier.toBooster()
    for kind in ("split", "gain"):
        expected = booster.feature_importance(importance_type=kind)
        assert classifier.getFeatureImportances(kind) == list(expected)
    with pytest.raises(SynapseError, match="'split' or 'gain', got 'cover'"):
        classifier.getFeatureImportances("cover")


def test_a_changed_booster_leaves_the_model_alone(classifier, binary):
    before = scores(classifier, binary.frame)
    classifier.toBooster().set_leaf_output(0, 0, 99.0)
    assert (scores(classifier, binary.frame) == before).all()


def test_outputs_can_be_renamed_or_left_out_after_fitting(classifier, binary):
    model = classifier.copy().setRawPredictionCol("").setPredictionCol("guess")
    added = model.transform(binary.frame).columns[len(binary.frame.columns) :]
    assert added == ["probability", "guess"]


def test_the_scorer_gives_what_spark_gives(classifier, binary):
    import pyarrow as pa

    scorer = classifier.scorer()
    batch = pa.RecordBatch.from_arrays([pa.array(c) for c in binary.X.T], binary.names)
    made = scorer.score(batch)
    found = np.array([row["values"] for row in made.column("probability").to_pylist()])
    assert (found == scores(classifier, binary.frame)).all()


def test_thresholds_must_fit_the_classes(classifier, binary):
    with pytest.raises(SynapseError, match="Expected 2 numbers"):
        classifier.copy().setThresholds([1.0]).transform(binary.frame)
