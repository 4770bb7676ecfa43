"""How good an order is: metrics of a ranker, each query's first, then their mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import Column, Window
from pyspark.sql import functions as F

from synapse_magic.errors import SynapseError
from synapse_magic.results.evaluation import Evaluation
from synapse_magic.spark.columns import col

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

CUTS = (1, 3, 5, 10)
_RANKED, _BEST = "position", "ideal position"


def ranking(scored: DataFrame, label: str, prediction: str, group: str) -> Evaluation:
    """Return how well a prediction orders the rows of each group.

    ``ndcg@k`` is the normalized discounted cumulative gain (Järvelin and Kekäläinen, 2002) with
    gains ``2**grade - 1``; a group without any relevant row counts as 1, as LightGBM counts it.
    ``map@10`` is the mean over groups of the average precision, and ``mrr`` of one over the
    position of the first relevant row; grades above 0 are relevant. Rows with equal predictions are
    taken in their worst order, so that a constant prediction earns nothing.

    Parameters
    ----------
    scored : DataFrame
        With the prediction.
    label, prediction, group : str
        Columns of the grade, the score and the query.
    """
    rows = scored.select(
        col(label).cast("double").alias("grade"),
        col(prediction).cast("double").alias("score"),
        col(group).alias("group"),
    )
    known = rows.where(F.col("grade").isNotNull() & F.col("group").isNotNull())
    within = Window.partitionBy("group")
    placed = known.withColumn(
        _RANKED, F.row_number().over(within.orderBy(F.desc("score"), F.asc("grade")))
    ).withColumn(_BEST, F.row_number().over(within.orderBy(F.desc("grade"))))
    hits = F.sum(F.when(F.col("grade") > 0, 1).otherwise(0))
    found = hits.over(within.orderBy(_RANKED))
    groups = placed.withColumn("found", found).groupBy("group").agg(*_of_group())
    means = [F.mean(name).alias(name) for name in _metrics()]
    told = groups.agg(F.sum("rows").alias("rows"), F.count("*").alias("groups"), *means).first()
    if told is None or not told["groups"]:
        raise SynapseError(
            f"Nothing to evaluate: no row has a grade in {label!r} and a group in {group!r}"
        )
    metrics = {name: float(told[name]) for name in _metrics()}
    return Evaluation(
        task="ranking",
        rows=int(told["rows"]),
        metrics=metrics | {"groups": float(told["groups"])},
        classes=(),
        confusion=None,
        histograms=None,
        calibration_sums=None,
        residuals=None,
        label=label,
        prediction=prediction,
    )


def _metrics() -> list[str]:
    return [*(f"ndcg@{cut}" for cut in CUTS), "map@10", "mrr"]


def _of_group() -> list[Column]:
    """Return the metrics of one group."""
    relevant = F.col("grade") > 0
    position = F.col(_RANKED)
    total = F.sum(F.when(relevant, 1).otherwise(0))
    precisions = F.sum(F.when(relevant & (position <= 10), F.col("found") / position))
    first = F.min(F.when(relevant, position))
    return [
        F.count("*").alias("rows"),
        *(_ndcg(cut).alias(f"ndcg@{cut}") for cut in CUTS),
        F.coalesce(precisions / F.least(total, F.lit(10)), F.lit(0.0)).alias("map@10"),
        F.coalesce(1 / first, F.lit(0.0)).alias("mrr"),
    ]


def _ndcg(cut: int) -> Column:
    best = _gain(_BEST, cut)
    return F.when(best > 0, _gain(_RANKED, cut) / best).otherwise(1.0)


def _gain(position: str, cut: int) -> Column:
    discounted = (F.pow(F.lit(2.0), F.col("grade")) - 1) / F.log2(F.col(position) + 1)
    return F.sum(F.when(F.col(position) <= cut, discounted).otherwise(0.0))
