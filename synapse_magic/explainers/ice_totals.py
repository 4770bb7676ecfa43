"""The average of a model's answers at each point, over all rows of a frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pyspark.sql.types import LongType, StructField, StructType

from synapse_magic.explainers.job_failure import in_our_words
from synapse_magic.explainers.routes import chain_of, check_inputs, check_scored
from synapse_magic.kernels.conditional.adding import (
    CONTENT,
    add_answers,
    add_scored,
    means,
    vary_all,
)
from synapse_magic.kernels.conditional.answering import Answerer
from synapse_magic.kernels.conditional.varying import Variation
from synapse_magic.spark.columns import fields, mappable, numbered, require
from synapse_magic.spark.shipping import map_in_arrow

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from pyspark.sql import DataFrame

    from synapse_magic.kernels.explaining.target import Target
    from synapse_magic.kernels.scorer import ChainedScorer

Work = Callable[[Iterable["pa.RecordBatch"]], Iterator["pa.RecordBatch"]]
_TOTALS = f"{CONTENT} binary"


def averages(
    frame: DataFrame, model: Any, target: Target, variations: Sequence[Variation], rows: int
) -> list[np.ndarray]:
    """Return (points, outputs) for each variation.

    A model that has a scorer is asked in the worker, any other by one ``model.transform``; only
    the totals of each partition leave it.

    Raises
    ------
    SynapseError
        When the model fails, or does not answer to each of the ``rows`` at each point.
    """
    chain = chain_of(model, target.column)
    if chain is None:
        packed = _through_spark(frame, model, target, list(variations))
    else:
        packed = _in_workers(frame, chain, target, list(variations))
    with in_our_words():
        contents = [bytes(row[CONTENT]) for row in packed.collect()]
    return means(contents, variations, rows)


def _in_workers(
    frame: DataFrame, chain: ChainedScorer, target: Target, variations: list[Variation]
) -> DataFrame:
    answerer = Answerer(chain, target)
    varied = [grid.name for each in variations for grid in each.grids]
    check_inputs(varied, chain)
    names = list(dict.fromkeys([*answerer.inputs, *varied]))
    require(frame.schema, names)

    def work(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return add_scored(answerer, variations, names, batches)

    return map_in_arrow(mappable(frame, names), work, _TOTALS)


def _through_spark(
    frame: DataFrame, model: Any, target: Target, variations: list[Variation]
) -> DataFrame:
    names = list(frame.columns)
    point = _free_name([*names, target.column])
    own = [StructField(f.name, f.dataType, True, f.metadata) for f in fields(frame.schema, names)]
    schema = StructType([*own, StructField(point, LongType())])
    asked = map_in_arrow(numbered(frame, names), _varying(names, point, variations), schema)
    scored = model.transform(asked)
    check_scored(scored.schema, asked.schema, [point], target)
    sent = [target.column, point, *target.inputs]
    size = sum(map(len, variations))
    return map_in_arrow(numbered(scored, sent), _adding(target, size, sent), _TOTALS)


def _varying(names: list[str], point: str, variations: list[Variation]) -> Work:
    """Return the function that workers run; it holds only plain values."""

    def work(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return vary_all(variations, names, point, batches)

    return work


def _adding(target: Target, size: int, names: list[str]) -> Work:
    def work(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return add_answers(target, size, names, batches)

    return work


def _free_name(taken: Sequence[str]) -> str:
    folded = {name.casefold() for name in taken}
    name = "point"
    while name in folded:
        name += "_"
    return name
