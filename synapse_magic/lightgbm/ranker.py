"""LightGBM for the order of rows within groups."""

from __future__ import annotations

from typing import Literal

from pyspark.sql import DataFrame

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.booster import BoosterScorer
from synapse_magic.lightgbm.estimator import LightGBMEstimator, Reading
from synapse_magic.lightgbm.labels import Target, count_ranked_rows
from synapse_magic.lightgbm.model import LightGBMModel
from synapse_magic.spark.param import Param, param, unset

DEFAULT_GRADES = 31
"""Grades that LightGBM has gains for, 2**grade - 1, unless ``labelGain`` gives others."""


class LightGBMRankingParams:
    """What only the ranker has, and its model keeps."""

    groupCol: Param[str] = param(
        "Column of the query that a row belongs to, of any type; groups are never split.",
        default=unset,
        column="in",
    )
    objective: Param[Literal["lambdarank", "rank_xendcg"]] = param(
        "What is minimised.", default="lambdarank", native="objective"
    )
    evalAt: Param[list[int]] = param(
        "Positions at which NDCG and MAP are measured.",
        default=[1, 2, 3, 4, 5],
        low=1,
        native="eval_at",
    )
    labelGain: Param[list[float]] = param(
        "Gain of each grade of relevance; empty for 2**grade - 1.",
        default=[],
        low=0,
        native="label_gain",
    )
    maxPosition: Param[int] = param(
        "Positions from the top that lambdarank cares for.",
        default=20,
        low=1,
        native="lambdarank_truncation_level",
    )
    sigmoid: Param[float] = param(
        "Steepness of the sigmoid in lambdarank.", default=1.0, above=0, native="sigmoid"
    )
    maxNumClasses: Param[int] = param(
        "Most classes of a label, which a ranking has none of.", default=100, low=2, effect=False
    )


class LightGBMRankerModel(LightGBMModel, LightGBMRankingParams):
    """A trained LightGBM ranker; adds a score by which the rows of a group are ordered."""

    def scorer(self) -> BoosterScorer:
        """Return the picklable object that scores Arrow batches, without Spark."""
        return BoosterScorer(**self._inputs(), task="ranking")


class LightGBMRanker(LightGBMEstimator[LightGBMRankerModel], LightGBMRankingParams):
    """Gradient boosted trees that put the rows of each group in order, trained on Spark.

    The label is a grade of relevance 0, 1, 2 and so on, more for better. ``groupCol`` says which
    rows are ordered among each other (a query, a session, a day). Features are plain numeric
    columns (``inputCols``) or a vector (``featuresCol``). The prediction is a score: within a
    group, the larger the better; between groups it means nothing.

    Examples
    --------
    >>> ranker = LightGBMRanker(inputCols=["clicks", "price"], groupCol="query", labelCol="grade")
    >>> model = ranker.fit(train)
    >>> model.transform(test).orderBy("query", "prediction", ascending=[True, False]).show()
    """

    def _new_model(self) -> LightGBMRankerModel:
        return LightGBMRankerModel()

    def _read_label(self, dataset: DataFrame, target: Target) -> Reading:
        if target.group is None:
            raise SynapseError(
                "LightGBMRanker needs groupCol, the column of the query that a row belongs to. "
                "Try: groupCol='query'"
            )
        stops = self.getOrDefault("earlyStoppingRound") > 0
        grades = len(self.getOrDefault("labelGain")) or DEFAULT_GRADES
        return Reading(count_ranked_rows(dataset, target, grades, stops))
