"""Running a scorer over a frame: its output columns appended, all in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructField, StructType

from synapse_magic.kernels.scorer import Scorer, score_in_parts
from synapse_magic.spark.columns import col, fields, mappable, require
from synapse_magic.spark.shipping import ensure_workers, map_in_arrow

if TYPE_CHECKING:
    from synapse_magic.kernels.vectors import Matrix

_SINGLE = {"float", "boolean", "byte", "short"}
_DOUBLE = {"double", "integer", "long"}
"""Types of Spark whose values are exact as a float of 4 and of 8 bytes."""

Score = Callable[[pa.Array], Iterable[pa.RecordBatch]]


@runtime_checkable
class MatrixScorer(Scorer, Protocol):
    """A scorer whose inputs may be given as one matrix."""

    def score_matrix(self, matrix: Matrix) -> pa.RecordBatch:
        """Return a batch of the output columns for features of shape (rows, inputs)."""
        ...


def transform_with(scorer: Scorer, frame: DataFrame, outputs: Sequence[StructField]) -> DataFrame:
    """Return the frame with the scorer's output columns appended.

    The scorer sees whole Arrow batches: no pandas, no loop over rows. Where Spark has Arrow UDFs
    (4.1 and later) the other columns of the frame stay where they are.

    Parameters
    ----------
    scorer : Scorer
    frame : DataFrame
    outputs : sequence of StructField
        Name, type and metadata of each output, in the order of ``scorer.outputs``. An output that
        the frame has already is replaced and stands at the end, among the others.
    """
    require(frame.schema, scorer.inputs)
    run = _evaluated if hasattr(F, "arrow_udf") else _mapped
    return run(scorer, frame, outputs)


def _evaluated(scorer: Scorer, frame: DataFrame, outputs: Sequence[StructField]) -> DataFrame:
    ensure_workers(frame.sparkSession)
    argument, score = _packed(scorer, frame)
    numbered = [StructField(f"o{i}", field.dataType) for i, field in enumerate(outputs)]
    make: Any = F.arrow_udf  # whose type hints know no struct
    # Spark repeats what it takes for deterministic, in a filter on an output and again above it.
    evaluate = make(_evaluator(score), StructType(numbered)).asNondeterministic()
    name = _free_name([*frame.columns, *(field.name for field in outputs)])
    scored = _by_rows(frame).select("*", evaluate(argument).alias(name))
    made = [
        F.col(name)[own.name].alias(field.name, metadata=field.metadata)
        for own, field in zip(numbered, outputs)
    ]
    return scored.drop(*(field.name for field in outputs)).select("*", *made).drop(name)


def _by_rows(frame: DataFrame) -> DataFrame:
    """Return the frame as rows, which a filter makes of it that keeps all of them.

    Spark 4.3 hands batches of files and caches to an Arrow function as they are. That is slower,
    and fails when there are vectors among the columns.
    """
    return frame.where(F.spark_partition_id() >= 0)


def _packed(scorer: Scorer, frame: DataFrame) -> tuple[Column, Score]:
    """Return the inputs as one column, and the function that scores a batch of it.

    Spark hands many numbers over faster in one list than in a column each.
    """
    names = list(scorer.inputs)
    kinds = {field.dataType.typeName() for field in fields(frame.schema, names)}
    if isinstance(scorer, MatrixScorer) and len(names) > 1 and kinds <= _SINGLE | _DOUBLE:
        width = "float" if kinds <= _SINGLE else "double"
        return F.array(*(col(name).cast(width) for name in names)), _list_scorer(scorer)
    columns = (col(name).alias(f"c{i}") for i, name in enumerate(names))
    return F.struct(*columns), _struct_scorer(scorer)


def _list_scorer(scorer: MatrixScorer) -> Score:
    size = len(scorer.inputs)

    def score(rows: pa.ListArray) -> list[pa.RecordBatch]:
        flat: np.ndarray = rows.flatten().to_numpy(zero_copy_only=False)
        return [scorer.score_matrix(flat.reshape(len(rows), size))]

    return score


def _struct_scorer(scorer: Scorer) -> Score:
    names = list(scorer.inputs)

    def score(rows: pa.StructArray) -> Iterator[pa.RecordBatch]:
        return score_in_parts(scorer, pa.RecordBatch.from_arrays(rows.flatten(), names))

    return score


def _evaluator(score: Score) -> Any:
    """Return the function that workers run, with the type hints by which Spark knows its kind."""

    def evaluate(batches: Iterator[pa.Array]) -> Iterator[pa.Array]:
        for rows in batches:
            for scored in score(rows):
                names = [f"o{i}" for i in range(scored.num_columns)]
                yield pa.StructArray.from_arrays(scored.columns, names)

    return evaluate


def _free_name(taken: Sequence[str]) -> str:
    folded = {name.casefold() for name in taken}
    name = "scored"
    while name in folded:
        name += "_"
    return name


def _mapped(scorer: Scorer, frame: DataFrame, outputs: Sequence[StructField]) -> DataFrame:
    """Append the outputs where Spark has no Arrow UDFs: whole rows go to the worker and back."""
    by_name = {field.name: field for field in frame.schema.fields}
    replaced = {field.name for field in outputs}
    kept = [name for name in frame.columns if name not in replaced]
    wanted = [*kept, *(name for name in scorer.inputs if name in replaced)]
    schema = StructType([*(by_name[name] for name in kept), *outputs])
    return map_in_arrow(mappable(frame, wanted), _appender(scorer, wanted, len(kept)), schema)


def _appender(scorer: Scorer, names: Sequence[str], kept: int) -> Any:
    """Return the function that workers run; it holds only plain values."""

    def append(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            named = pa.RecordBatch.from_arrays(batch.columns, list(names))
            start = 0
            for scored in score_in_parts(scorer, named.select(list(scorer.inputs))):
                own = batch.slice(start, scored.num_rows).columns[:kept]
                made = [*names[:kept], *scored.schema.names]
                yield pa.RecordBatch.from_arrays([*own, *scored.columns], made)
                start += scored.num_rows

    return append
