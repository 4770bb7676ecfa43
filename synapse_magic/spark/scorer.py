"""The scorer of a fitted model."""

from __future__ import annotations

from typing import Any

from pyspark.ml import PipelineModel

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.scorer import ChainedScorer, Scorer
from synapse_magic.spark.pyspark_scorers import PYSPARK_SCORERS


def scorer_of(model: Any) -> Scorer:
    """Return the scorer of a fitted model: a small picklable object that needs no Spark.

    Parameters
    ----------
    model : Transformer
        One of our models, a ``PipelineModel``, or one of the common ``pyspark.ml`` models.

    Raises
    ------
    SynapseError
        When a stage has no scorer.
    """
    if isinstance(model, PipelineModel):
        return ChainedScorer.of([scorer_of(stage) for stage in model.stages])
    if hasattr(model, "scorer"):
        scorer: Scorer = model.scorer()
        return scorer
    make = PYSPARK_SCORERS.get(type(model).__name__)
    if make is None:
        known = ", ".join(sorted(PYSPARK_SCORERS))
        raise SynapseError(
            f"{type(model).__name__} cannot be scored outside Spark. "
            f"Expected one of our models or one of {known}"
        )
    return make(model)


def has_scorer(model: Any) -> bool:
    """Say whether :func:`scorer_of` would return a scorer."""
    if isinstance(model, PipelineModel):
        return all(has_scorer(stage) for stage in model.stages)
    return hasattr(model, "scorer") or type(model).__name__ in PYSPARK_SCORERS
