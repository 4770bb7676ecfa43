"""The dashboard of an explanation, with the model at hand that it explains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyspark.sql.pandas.types import to_arrow_schema

from synapse_magic.errors import SynapseError
from synapse_magic.explainers.classes import class_numbers
from synapse_magic.explainers.foreign_model import as_stage
from synapse_magic.explainers.reading import reading_of
from synapse_magic.kernels.dashboard.what_if import Asker
from synapse_magic.kernels.explaining.target import Target
from synapse_magic.results.dashboard.board import Board
from synapse_magic.results.dashboard.examined import Examined
from synapse_magic.results.dashboard.what_if import WhatIf
from synapse_magic.results.explanation import Explanation
from synapse_magic.spark.columns import select
from synapse_magic.spark.frame_check import require_frame

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def board(
    why: Explanation,
    model: Any = None,
    df: DataFrame | None = None,
    other: Explanation | None = None,
) -> Board:
    """Return the dashboard of an explanation of a table.

    Parameters
    ----------
    why : Explanation
        From :func:`explain`; of a million rows as well.
    model : Transformer or estimator, optional
        The model that was explained: with it rows can be changed and scored at once.
    df : DataFrame, optional
        Where the rows came from: cohorts give their rows of it.
    other : Explanation, optional
        Of a second model on the same rows.

    Raises
    ------
    SynapseError
        When ``why`` is no explanation of a table, or the two are of other rows.
    """
    for name, one in (("why", why), ("other", other)):
        if one is not None and not isinstance(one, Explanation):
            raise SynapseError(
                f"{name} must be an explanation of a table, got {type(one).__name__}. "
                "Try: why = explain(model, df)"
            )
    if df is not None:
        require_frame(df, "df")
    examined = Examined.of(why)
    second = None if other is None else Examined.of(other)
    return Board(examined, df, _what_if(examined, model, df), second)


def _what_if(examined: Examined, model: Any, df: DataFrame | None) -> WhatIf | str:
    """Return the model to ask about rows, or why there is none."""
    if model is None or df is None:
        return "What if needs the model and a frame. Try: Dashboard(why, model, df)"
    model = as_stage(model)
    reading = reading_of(model, df, None)
    if reading.chain is None:
        return (
            f"{type(model).__name__} can only be asked through Spark, which takes seconds a row. "
            "Try: model.transform"
        )
    if reading.kind != "table":
        return "What if needs a model that reads columns, and not one vector, text or image"
    outputs = examined.why.outputs
    classes = () if outputs == ("prediction",) else class_numbers(model, reading.target, outputs)
    schema = to_arrow_schema(select(df, reading.columns).schema)
    return WhatIf(examined, Asker(reading.chain, Target(reading.target, tuple(classes)), schema))
