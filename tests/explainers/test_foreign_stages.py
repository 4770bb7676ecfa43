from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pyspark.ml.classification import LogisticRegression
from sklearn.ensemble import RandomForestClassifier

from synapse_magic import ICETransformer, SynapseError, TabularSHAP

NAMES = ["a", "b"]


@pytest.fixture(scope="module")
def num(spark):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 2))
    rows = pd.DataFrame(x, columns=NAMES).assign(label=(x[:, 0] > x[:, 1]).astype(float))
    return spark.createDataFrame(rows).coalesce(1).cache()


@pytest.fixture(scope="module")
def forest(num):
    rows = num.toPandas()
    return RandomForestClassifier(3, random_state=0).fit(rows[NAMES], rows["label"])


@pytest.fixture(scope="module")
def shap(num, forest):
    return TabularSHAP(
        model=forest,
        inputCols=NAMES,
        backgroundData=num.limit(10),
        outputCol="why",
        targetClasses=[1],
    )


def test_a_stage_explains_a_model_that_was_fitted_without_spark(num, forest, shap):
    rows = shap.transform(num.limit(3)).collect()
    sums = [row.why[0].toArray().sum() for row in rows]
    table = pd.DataFrame([(row.a, row.b) for row in rows], columns=NAMES)
    assert sums == pytest.approx(forest.predict_proba(table)[:, 1])
    again = shap.copy().setModel(forest).transform(num.limit(3)).collect()
    assert [row.why for row in again] == [row.why for row in rows]


def test_curves_of_a_model_that_was_fitted_without_spark_are_those_of_its_function(num, forest):
    ice = ICETransformer(model=forest, numericFeatures=NAMES, kind="feature")
    moves = {row.featureNames: row.pdpBasedDependence[0] for row in ice.transform(num).collect()}
    assert set(moves) == {"a_dependence", "b_dependence"}
    assert min(moves.values()) > 0


def test_a_stage_of_such_a_model_says_that_it_cannot_be_saved(forest, shap, tmp_path):
    with pytest.raises(SynapseError, match=r"fitted without Spark.*Try: .*clear\(stage.model\)"):
        shap.save(str(tmp_path / "shap"))
    assert not (tmp_path / "shap").exists()
    without = shap.copy()
    without.clear(without.model)
    without.save(str(tmp_path / "shap"))
    loaded = TabularSHAP.load(str(tmp_path / "shap")).setModel(forest)
    assert loaded.getTargetClasses() == [1]


@pytest.mark.parametrize("model", [LogisticRegression, RandomForestClassifier, dict])
def test_what_is_no_fitted_model_is_told_in_short(model, spark):
    with pytest.raises(SynapseError, match=r"not fitted|must be a fitted model") as told:
        TabularSHAP(model=model())
    assert len(str(told.value)) < 150
