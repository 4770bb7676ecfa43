from __future__ import annotations

import pytest
from pyspark.ml.feature import StringIndexer, VectorAssembler
from pyspark.sql import functions as F

from synapse_magic import LightGBMClassifier, LightGBMRegressor, SynapseError


@pytest.fixture(scope="module")
def jobs(regression):
    """Rows whose label depends on a category."""
    frame = regression.frame.withColumn(
        "job", F.when(F.col("a") > 0.5, "nurse").when(F.col("a") > -0.5, "cook").otherwise("pilot")
    ).withColumn("label", F.when(F.col("job") == "cook", 5.0).otherwise(F.col("b") / 10))
    return StringIndexer(inputCol="job", outputCol="job index").fit(frame).transform(frame).cache()


def splits(view):
    return {split for split in view.table()["split"] if split != "leaf"}


def test_a_split_by_category_shows_the_names_that_were_indexed(jobs):
    plain = LightGBMRegressor(inputCols=["b", "job index"], numLeaves=3, numIterations=2).fit(jobs)
    assert "job index is cook" in splits(plain.tree())
    assembled = VectorAssembler(inputCols=["b", "job index"], outputCol="features").transform(jobs)
    vector = LightGBMRegressor(numLeaves=3, numIterations=2).fit(assembled)
    assert "job index is cook" in splits(vector.tree(-1))


def test_names_of_categories_are_saved_with_the_model(jobs, tmp_path):
    model = LightGBMRegressor(inputCols=["b", "job index"], numLeaves=3, numIterations=2).fit(jobs)
    model.save(str(tmp_path / "model"))
    assert splits(type(model).load(str(tmp_path / "model")).tree()) == splits(model.tree())


def test_each_class_has_a_tree_in_each_iteration(multiclass):
    model = LightGBMClassifier(inputCols=multiclass.names, numIterations=2, numLeaves=4)
    model = model.fit(multiclass.frame)
    assert model.tree(4).title == "Tree 4 of 6, for 1"
    assert model.tree(-1).title == "Tree 5 of 6, for 2"
    dump = model.toBooster().dump_model()["tree_info"][4]["tree_structure"]
    root = model.tree(4).nodes[0]
    assert (root.threshold, root.gain) == (dump["threshold"], dump["split_gain"])
    with pytest.raises(SynapseError, match=r"no tree 6\. Expected 0 to 5"):
        model.tree(6)
    with pytest.raises(SynapseError, match=r"depth is 0"):
        model.tree(depth=0)


def test_what_the_leaves_come_to_is_said(binary):
    shared = {"inputCols": binary.names, "numIterations": 3}
    model = LightGBMClassifier(**shared).fit(binary.frame)
    assert "add up to the raw score, in log-odds" in model.tree().note()
    forest = LightGBMRegressor(boostingType="rf", baggingFreq=1, baggingFraction=0.5, **shared)
    assert "average to the raw score" in forest.fit(binary.frame).tree().note()
