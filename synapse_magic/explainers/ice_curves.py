"""The curves of each row, as columns of maps or as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pyspark.ml.linalg import VectorUDT
from pyspark.sql.types import MapType, StringType, StructField

from synapse_magic.explainers.routes import Made, Task, chain_of, check_inputs, explained
from synapse_magic.kernels.conditional.answering import Answerer
from synapse_magic.kernels.conditional.asking import PointsQuestioner
from synapse_magic.kernels.conditional.maps import CurveMap
from synapse_magic.kernels.conditional.scorer import CurveScorer
from synapse_magic.spark.columns import field
from synapse_magic.spark.scoring import transform_with

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from synapse_magic.kernels.explaining.target import Target

_REASON = "(reason)"


def with_curves(
    frame: DataFrame, model: Any, target: Target, made: Sequence[CurveMap], error: str
) -> DataFrame:
    """Return the frame with a column of maps for each curve, and of the reasons for none.

    ``error`` is the column of reasons; where it is empty the first row without curves ends the job.
    """
    types = [MapType(_key(frame, each), VectorUDT()) for each in made]
    chain = chain_of(model, target.column)
    if chain is not None:
        check_inputs([grid.name for each in made for grid in each.variation.grids], chain)
        outputs = [StructField(each.name, kind) for each, kind in zip(made, types)]
        outputs += [StructField(error, StringType())] if error else []
        return transform_with(
            CurveScorer(Answerer(chain, target), tuple(made), error), frame, outputs
        )
    questioner = PointsQuestioner(tuple(each.variation for each in made))
    columns = [replace(each, insists=not error) for each in made]
    with_types = tuple(Made(each, kind) for each, kind in zip(columns, types))
    found = explained(frame, Task(model, questioner, target, with_types, error or _REASON))
    return found if error else found.drop(_REASON)


def _key(frame: DataFrame, each: CurveMap) -> Any:
    (grid,) = each.variation.grids
    return field(frame.schema, grid.name).dataType
