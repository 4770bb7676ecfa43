from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from synapse_magic import LightGBMRanker, SynapseError, evaluate
from synapse_magic.metrics.ranking import ranking


def frame(spark, rows):
    return spark.createDataFrame(rows, "q string, grade double, score double")


def test_each_metric_is_what_its_definition_gives(spark):
    rows = [
        ("a", 3.0, 0.5), ("a", 0.0, 0.9), ("a", 1.0, 0.1),  # order: 0, 3, 1
        ("b", 1.0, 2.0), ("b", 0.0, 1.0),  # the best order
        ("c", 0.0, 1.0), ("c", 0.0, 2.0),  # nothing to find
    ]  # fmt: skip
    found = ranking(frame(spark, rows), "grade", "score", "q")
    best = 7 / np.log2(2) + 1 / np.log2(3)
    first = (7 / np.log2(3) + 1 / np.log2(4)) / best
    assert found.task == "ranking"
    assert found.rows == 7
    assert found.metrics["groups"] == 3
    assert found.metrics["ndcg@1"] == pytest.approx((0 + 1 + 1) / 3)
    assert found.metrics["ndcg@3"] == pytest.approx((first + 1 + 1) / 3)
    assert found.metrics["map@10"] == pytest.approx(((1 / 2 + 2 / 3) / 2 + 1 + 0) / 3)
    assert found.metrics["mrr"] == pytest.approx((1 / 2 + 1 + 0) / 3)


def test_equal_predictions_earn_nothing(spark):
    rows = [("a", 2.0, 1.0), ("a", 0.0, 1.0), ("a", 0.0, 1.0)]
    found = ranking(frame(spark, rows), "grade", "score", "q")
    assert found.metrics["ndcg@1"] == 0
    assert found.metrics["mrr"] == pytest.approx(1 / 3)


def test_nothing_to_evaluate_is_told(spark):
    with pytest.raises(SynapseError, match="Nothing to evaluate: no row has a grade in 'grade'"):
        ranking(frame(spark, [("a", None, 1.0)]), "grade", "score", "q")


def test_a_ranker_is_evaluated_by_its_groups(spark):
    rng = np.random.default_rng(0)
    x = rng.normal(size=600)
    rows = pd.DataFrame({"x": x, "q": np.arange(600) % 40, "grade": np.digitize(x, [0, 1])})
    data = spark.createDataFrame(rows)
    model = LightGBMRanker(
        inputCols=["x"], groupCol="q", labelCol="grade", numIterations=20, minDataInLeaf=5
    ).fit(data)
    found = evaluate(model, data)
    assert found.metrics["ndcg@5"] > 0.95
    assert "ndcg@5" in found._repr_html_()
    assert "over 600 rows" in repr(found)
    assert len(found.report().table()) == len(found.metrics)
