"""The rows of a search, cut into parts once and kept, with the stages fitted that never vary."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pyspark.ml import Pipeline, PipelineModel
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from synapse_magic.spark.columns import col
from synapse_magic.spark.running import release

PART = "__part__"
_SHARES = 10_000
HELD_OUT = "__held_out__"
"""Boolean column of the rows that a trial is judged on, while it is fitted."""


def opened(estimator: Any) -> list[Any]:
    """Return the stages of an estimator in order, pipelines inside pipelines opened."""
    if isinstance(estimator, Pipeline):
        return [stage for part in estimator.getStages() for stage in opened(part)]
    return [estimator]


def fit_stages(stages: Sequence[Any], frame: DataFrame) -> tuple[list[Any], DataFrame]:
    """Fit stages one after the other; return the models, and the frame before the last one.

    Each learns from the rows that are not held out; a stage that validates while it trains is told
    by its ``validationIndicatorCol`` which rows are held out, and gets them too.
    """
    fitted: list[Any] = []
    for stage in stages:
        if fitted:
            frame = fitted[-1].transform(frame)
        if hasattr(stage, "fit"):
            rows = frame if _validates(stage) else frame.where(~F.col(HELD_OUT))
            fitted.append(stage.fit(rows))
        else:
            fitted.append(stage)
    return fitted, frame


def _validates(stage: Any) -> bool:
    name = "validationIndicatorCol"
    held = stage.hasParam(name) and stage.isDefined(name)
    return held and stage.getOrDefault(name) == HELD_OUT


@dataclass(frozen=True)
class Part:
    """One cut of the rows.

    Attributes
    ----------
    frame : DataFrame
        All rows with the outputs of the stages that never vary, and the column ``HELD_OUT``.
    """

    frame: DataFrame

    def fit(self, stages: Sequence[Any]) -> PipelineModel:
        """Return the stages fitted on the rows that are not held out."""
        return PipelineModel(fit_stages(stages, self.frame)[0])

    @property
    def judged(self) -> DataFrame:
        """The rows that are held out."""
        return self.frame.where(F.col(HELD_OUT)).drop(HELD_OUT)


class Parts:
    """Cuts rows into parts, keeps them in memory, and fits the common stages once on each.

    Parameters
    ----------
    frame : DataFrame
    folds : int
        Parts, each held out in turn; 1 for a single part, of the share that ``ratio`` leaves.
    ratio : float
        Share of rows to train on where there is one part.
    seed : int
    heads : sequence of sequence of stage
        For each model the stages at its beginning that are the same in every trial.
    group : str or None
        A column whose equal values stay in one part, such as what a ranker ranks together.
    """

    def __init__(
        self,
        frame: DataFrame,
        folds: int,
        ratio: float,
        seed: int,
        heads: Sequence[Sequence[Any]],
        group: str | None = None,
    ) -> None:
        self.count, self._heads = folds, heads
        draw = F.rand(seed) if group is None else _by_group(group, seed)
        single = F.when(draw < ratio, 1).otherwise(0)
        several = F.floor(draw * folds).cast("int")
        # Kept, so that every trial meets the same rows even where the frame's order is not fixed.
        self._rows = frame.withColumn(PART, single if folds == 1 else several).persist()
        self._kept: list[DataFrame] = [self._rows]
        self._made: dict[tuple[int, int], Part] = {}
        self._lock = threading.Lock()

    def part(self, model: int, index: int) -> Part:
        """Return one part for one model; the first to ask fits the common stages."""
        with self._lock:
            made = self._made.get((model, index))
            if made is None:
                made = self._made[model, index] = self._make(self._heads[model], index)
            return made

    def close(self) -> None:
        """Give the memory back."""
        for frame in self._kept:
            release(frame)

    def _make(self, head: Sequence[Any], index: int) -> Part:
        frame = self._rows.withColumn(HELD_OUT, F.col(PART) == index).drop(PART)
        if not head:
            return Part(frame)
        fitted, before = fit_stages(head, frame)
        ready = fitted[-1].transform(before).persist()
        self._kept.append(ready)
        return Part(ready)


def _by_group(group: str, seed: int) -> Column:
    """Return a number in [0, 1) that is the same for all rows of a group."""
    hashed = F.xxhash64(col(group), F.lit(seed))
    return F.pmod(hashed, F.lit(_SHARES)).cast("double") / _SHARES
