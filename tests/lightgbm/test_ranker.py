from __future__ import annotations

import datetime

import lightgbm
import numpy as np
import pandas as pd
import pytest
from pyspark.sql import functions as F

from synapse_magic import LightGBMRanker, SynapseError

NAMES = ["a", "b", "c"]


@pytest.fixture(scope="module")
def ranking(spark):
    """Give 120 queries of 5 to 24 rows, graded 0 to 4, shuffled."""
    rng = np.random.default_rng(5)
    query = np.repeat(np.arange(120), rng.integers(5, 25, 120))
    X = rng.normal(size=(len(query), 3))
    score = X[:, 0] - X[:, 1] * X[:, 2] + 0.3 * rng.normal(size=len(query))
    label = np.digitize(score, [-1, 0, 1, 2]).astype(float)
    rows = pd.DataFrame(dict(zip(NAMES, X.T), query=query, label=label))
    return rows.sample(frac=1, random_state=1).reset_index(drop=True)


def frame_of(spark, rows, partitions=3):
    return spark.createDataFrame(rows).repartition(partitions)


def ranker(**params):
    given = {"inputCols": NAMES, "groupCol": "query", "numIterations": 30, "minDataInLeaf": 5}
    return LightGBMRanker(**given | params)


def ndcg(rows, scores, at=5):
    """Return the mean over queries of NDCG, from its definition with gains 2**grade - 1."""
    found = []
    for _, group in rows.assign(score=scores).groupby("query"):
        if group.label.max() == 0:
            found.append(1.0)
            continue
        discount = 1 / np.log2(np.arange(2, len(group) + 2))
        gains = 2 ** group.label.to_numpy() - 1
        order = np.argsort(-group.score.to_numpy(), kind="stable")
        top = slice(0, at)
        best = (np.sort(gains)[::-1] * discount)[top].sum()
        found.append((gains[order] * discount)[top].sum() / best)
    return float(np.mean(found))


def native(rows, **params):
    ordered = rows.sort_values("query", kind="stable")
    data = lightgbm.Dataset(
        ordered[NAMES].to_numpy(), ordered.label, group=ordered.groupby("query").size()
    )
    own = {"objective": "lambdarank", "verbosity": -1, "num_threads": 1, "min_data_in_leaf": 5}
    own |= {"lambdarank_truncation_level": 20}
    return lightgbm.train(own | params, data, 30)


def scored(model, frame):
    out = model.transform(frame).select(*NAMES, "query", "label", "prediction").toPandas()
    return out, out.prediction


def test_it_ranks_as_well_as_native_lightgbm(spark, ranking):
    model = ranker().fit(frame_of(spark, ranking))
    theirs = ndcg(ranking, native(ranking).predict(ranking[NAMES].to_numpy()))
    ours = ndcg(*scored(model, frame_of(spark, ranking)))
    assert ours > 0.9
    assert ours == pytest.approx(theirs, abs=0.01)


def test_two_workers_never_split_a_group(spark, ranking):
    model = ranker(numTasks=2, isProvideTrainingMetric=True, evalAt=[5]).fit(
        frame_of(spark, ranking, 5)
    )
    told = model.trainingMetrics["training ndcg@5"][-1]
    # A group that was split would be measured as two, and NDCG would come out higher.
    assert told == pytest.approx(ndcg(*scored(model, frame_of(spark, ranking))), abs=0.02)
    assert told > 0.9


@pytest.mark.parametrize("kind", ["text", "date", "negative", "struct"])
def test_groups_have_any_hashable_type(spark, ranking, kind):
    frame = frame_of(spark, ranking)
    made = {
        "text": F.concat(F.lit("q "), F.col("query")),
        "date": F.date_add(F.lit(datetime.date(2024, 1, 1)), F.col("query").cast("int")),
        "negative": -F.col("query"),
        "struct": F.struct("query", F.lit("x")),
    }[kind]
    model = ranker(numIterations=5).fit(frame.withColumn("query", made))
    plain = ranker(numIterations=5).fit(frame)
    assert ndcg(*scored(model, frame)) == pytest.approx(ndcg(*scored(plain, frame)), abs=0.02)


def test_validation_queries_stop_it_early(spark, ranking):
    frame = frame_of(spark, ranking).withColumn("held_out", F.col("query") % 4 == 0)
    model = ranker(
        numIterations=200,
        earlyStoppingRound=5,
        validationIndicatorCol="held_out",
        evalAt=[3],
    ).fit(frame)
    told = model.trainingMetrics["valid ndcg@3"]
    assert model.bestIteration == int(np.argmax(told)) + 1
    assert len(told) == model.bestIteration + 5
    held = ranking[ranking["query"] % 4 == 0]
    out = held.assign(score=model.toBooster().predict(held[NAMES].to_numpy()))
    assert max(told) == pytest.approx(ndcg(held, out.score, 3), abs=1e-6)


def test_own_gains_change_what_is_learned(spark, ranking):
    frame = frame_of(spark, ranking)
    flat = ranker(labelGain=[0.0, 1.0, 1.0, 1.0, 1.0]).fit(frame)
    steep = ranker().fit(frame)
    assert flat.getNativeModel() != steep.getNativeModel()


def test_wrong_input_is_told(spark, ranking):
    frame = frame_of(spark, ranking)
    with pytest.raises(SynapseError, match=r"needs groupCol.*Try: groupCol="):
        LightGBMRanker(inputCols=NAMES).fit(frame)
    with pytest.raises(SynapseError, match=r"no column 'quary'.*'query'"):
        ranker(groupCol="quary").fit(frame)
    nulls = frame.withColumn("query", F.when(F.col("query") > 3, F.col("query")))
    with pytest.raises(SynapseError, match=r"groupCol 'query' is null in"):
        ranker().fit(nulls)
    mapped = frame.withColumn("query", F.create_map(F.lit("q"), F.col("query")))
    with pytest.raises(SynapseError, match=r"groupCol 'query' holds map<string,bigint>"):
        ranker().fit(mapped)
    with pytest.raises(SynapseError, match=r"no grade of relevance.*0\.\.30"):
        ranker().fit(frame.withColumn("label", F.col("label") + 0.5))
    with pytest.raises(SynapseError, match=r"no grade of relevance.*0\.\.1,.*labelGain"):
        ranker(labelGain=[0.0, 1.0]).fit(frame)
