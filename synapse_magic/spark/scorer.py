"""Scorers on Spark: get one from a fitted model, and run one over a frame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pyspark.ml import PipelineModel
from pyspark.sql import DataFrame
from pyspark.sql.types import StructField, StructType

from synapse_magic.errors import SynapseError
from synapse_magic.kernels.scorer import ChainedScorer, Scorer
from synapse_magic.spark.columns import mappable, require
from synapse_magic.spark.pyspark_scorers import PYSPARK_SCORERS
from synapse_magic.spark.shipping import map_in_arrow

if TYPE_CHECKING:
    import pyarrow as pa


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


def transform_with(scorer: Scorer, frame: DataFrame, fields: Sequence[StructField]) -> DataFrame:
    """Return the frame with the scorer's output columns appended.

    The scorer runs inside ``mapInArrow``: whole Arrow batches, no pandas, no loop over rows.

    Parameters
    ----------
    scorer : Scorer
    frame : DataFrame
    fields : sequence of StructField
        Name, type and metadata of each output, in the order of ``scorer.outputs``. An output that
        the frame has already is replaced and stands at the end, among the others.
    """
    require(frame.schema, scorer.inputs)
    outputs = {output.name: output for output in fields}
    kept = [name for name in frame.columns if name not in outputs]
    by_name = {field.name: field for field in frame.schema.fields}
    schema = StructType([*(by_name[name] for name in kept), *fields])
    wanted = [*kept, *(name for name in scorer.inputs if name in outputs)]
    return map_in_arrow(mappable(frame, wanted), _appender(scorer, wanted, len(kept)), schema)


def _appender(scorer: Scorer, names: Sequence[str], kept: int) -> Any:
    """Return the function that workers run; it holds only plain values."""

    def append(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        for batch in batches:
            named = pa.RecordBatch.from_arrays(batch.columns, list(names))
            scored = scorer.score(named.select(list(scorer.inputs)))
            made = [*names[:kept], *scored.schema.names]
            yield pa.RecordBatch.from_arrays([*batch.columns[:kept], *scored.columns], made)

    return append
