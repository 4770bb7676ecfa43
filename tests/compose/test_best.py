from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.ml.classification import DecisionTreeClassifier
from pyspark.ml.feature import VectorAssembler
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from synapse_magic import BestModel, FindBestModel, LightGBMClassifier, load_model, save_model
from synapse_magic.errors import SynapseError


@pytest.fixture(scope="module")
def rows(spark: SparkSession) -> Iterator[DataFrame]:
    made = spark.range(0, 600, 1, 2).select(F.randn(1).alias("a"), F.randn(2).alias("b"))
    labelled = made.withColumn("label", (F.col("a") * F.col("b") > 0).cast("double"))
    frame = VectorAssembler(inputCols=["a", "b"], outputCol="features").transform(labelled).cache()
    yield frame
    frame.unpersist()


@pytest.fixture(scope="module")
def found(rows: DataFrame) -> BestModel:
    stump = DecisionTreeClassifier(maxDepth=1, labelCol="label").fit(rows)
    boosted = LightGBMClassifier(numIterations=20).fit(rows)
    return FindBestModel(models=[stump, boosted], evaluationMetric="AUC").fit(rows)


def test_the_better_of_two_models_of_two_libraries_is_kept(found: BestModel) -> None:
    assert type(found.bestModel).__name__ == "LightGBMClassificationModel"
    stump, boosted = found.getAllModelMetrics()
    assert stump["model"] == "DecisionTreeClassificationModel"
    assert stump["value"] < boosted["value"] == found.bestMetric
    assert (stump["best"], boosted["best"]) == (False, True)
    assert "LightGBMClassificationModel" in found.getBestModelInfo()


def test_it_has_the_rows_scored_their_metrics_and_the_roc_curve(
    found: BestModel, rows: DataFrame
) -> None:
    assert found.scoredDataset.count() == rows.count()
    assert "probability" in found.getScoredDataset().columns
    assert found.getBestModelMetrics()["AUC"] == found.bestMetric
    assert len(found.rocCurve.table()) > 2


def test_loaded_it_scores_and_says_what_is_not_kept(
    found: BestModel, rows: DataFrame, tmp_path: Path
) -> None:
    save_model(found, str(tmp_path / "best"))
    loaded = load_model(str(tmp_path / "best"))
    assert loaded.transform(rows).collect() == found.transform(rows).collect()
    assert loaded.getAllModelMetrics() == found.getAllModelMetrics()
    with pytest.raises(SynapseError, match="Try: evaluate"):
        _ = loaded.evaluation


def test_less_is_better_for_a_loss(rows: DataFrame) -> None:
    models = [LightGBMClassifier(numIterations=n).fit(rows) for n in (30, 1)]
    best = FindBestModel(models=models, evaluationMetric="log_loss").fit(rows)
    assert best.bestModel is models[0]


def test_what_cannot_be_compared_is_said(rows: DataFrame) -> None:
    with pytest.raises(SynapseError, match="has no models"):
        FindBestModel().fit(rows)
    models = [LightGBMClassifier(numIterations=1).fit(rows)]
    with pytest.raises(SynapseError, match="rmse measures a regression"):
        FindBestModel(models=models, evaluationMetric="rmse").fit(rows)
