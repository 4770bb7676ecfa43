"""The parts of a frame that a model is trained on one after the other."""

from __future__ import annotations

from collections.abc import Iterator

from pyspark.sql import DataFrame

from synapse_magic.lightgbm.plan import TrainingPlan
from synapse_magic.spark.columns import col


def batches(
    frame: DataFrame, validation: str | None, count: int, plan: TrainingPlan
) -> Iterator[DataFrame]:
    """Give the parts: random ones of the training rows, each with all validation rows.

    Parameters
    ----------
    frame : DataFrame
    validation : str or None
        The column that is true for validation rows.
    count : int
        How many parts; 0 or 1 for the frame as it is.
    plan : TrainingPlan
        Its ``seed`` draws the parts.
    """
    if count < 2:
        yield frame
        return
    seed = int(str(plan.params.get("seed", 0)))
    if validation is None:
        yield from frame.randomSplit([1.0] * count, seed)
        return
    held_out = frame.where(col(validation))
    for part in frame.where(~col(validation)).randomSplit([1.0] * count, seed):
        yield part.unionByName(held_out)
