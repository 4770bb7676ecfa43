"""The dashboard of an explanation, with the model at hand that it explains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pyspark.sql.types import NumericType

from synapse_magic.errors import SynapseError
from synapse_magic.explainers.classes import class_numbers, names_of
from synapse_magic.explainers.finding import FrameFinder
from synapse_magic.explainers.foreign_model import as_stage
from synapse_magic.explainers.reading import Reading, reading_of
from synapse_magic.explainers.scored import ScoredFrame
from synapse_magic.kernels.dashboard.what_if import Asker
from synapse_magic.kernels.explaining.target import Target
from synapse_magic.results.dashboard.board import Board
from synapse_magic.results.dashboard.examined import Examined, Task
from synapse_magic.results.dashboard.what_if import WhatIf
from synapse_magic.results.explanation import Explanation
from synapse_magic.spark.arrow_types import arrow_schema
from synapse_magic.spark.columns import levels, select
from synapse_magic.spark.frame_check import require_frame
from synapse_magic.spark.predictor import Predictor, predictor_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

RAW = "rawPredictionCol"
NEEDS = "What if needs the model and a frame. Try: Dashboard(why, model, df)"


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
    model = None if model is None else as_stage(model)
    predictor = predictor_or_none(model)
    _check_classes(why, model, predictor)
    examined = Examined.of(why, _task(why, predictor))
    second = None if other is None else Examined.of(other, examined.task)
    codes = {} if df is None else codes_of(df)
    if model is None or df is None:
        finder = None if df is None else FrameFinder(df)
        return Board(examined, df, NEEDS, second, codes, finder=finder)
    reading = reading_of(model, df, _explained(examined, predictor))
    what_if = _what_if(examined, model, df, reading, codes)
    asked = () if isinstance(what_if, str) else what_if.asker.schema.names
    scored = _scored(examined, model, df, reading)
    finder = FrameFinder(df, asked, codes)
    return Board(examined, df, what_if, second, codes, scored=scored, finder=finder)


def predictor_or_none(model: Any) -> Predictor | None:
    """Return what of a model predicts, None where it gives something else than predictions."""
    if model is None:
        return None
    try:
        return predictor_of(model)
    except SynapseError:
        return None  # a transformer that gives something else than predictions


def _check_classes(why: Explanation, model: Any, predictor: Predictor | None) -> None:
    """Raise a :class:`SynapseError` for raw scores of some classes alone."""
    if why.link != "softmax" or predictor is None or predictor.probability is None:
        return
    names = names_of(model, predictor.probability)
    if len(names) > len(why.outputs):
        raise SynapseError(
            f"The raw scores of {list(why.outputs)} were explained, and there are {list(names)}: "
            "probabilities follow from those of all classes. Try: explain without classes="
        )


def _task(why: Explanation, predictor: Predictor | None) -> Task | None:
    """Return what was predicted, None where the predictions themselves have to tell."""
    if predictor is None:
        return None
    of_class = predictor.classifies and why.outputs != (predictor.prediction,)
    return None if of_class else "regression"


def codes_of(df: DataFrame) -> dict[str, list[str]]:
    """Return the levels of columns that hold their numbers."""
    numbers = (own for own in df.schema.fields if isinstance(own.dataType, NumericType))
    return {own.name: found for own in numbers if (found := levels(own))}


def _what_if(
    examined: Examined,
    model: Any,
    df: DataFrame,
    reading: Reading,
    codes: Mapping[str, Sequence[str]],
) -> WhatIf | str:
    """Return the model to ask about rows, or why there is none."""
    if reading.chain is None:
        return (
            f"{type(model).__name__} can only be asked through Spark, which takes seconds a row. "
            "Try: model.transform"
        )
    if reading.kind != "table":
        return "What if needs a model that reads columns, and not one vector, text or image"
    zone = df.sparkSession.conf.get("spark.sql.session.timeZone") or "UTC"
    schema = arrow_schema(select(df, reading.columns).schema, zone)
    try:
        classes = _classes(examined, model, reading)
        asker = Asker(reading.chain, Target(reading.target, classes), schema, codes)
        return WhatIf.checked(examined, asker)
    except SynapseError as error:
        return f"What if cannot ask this model. {error}"


def _scored(examined: Examined, model: Any, df: DataFrame, reading: Reading) -> ScoredFrame | None:
    """Return the frame with its scores; None where the classes of the model have other names."""
    try:
        return ScoredFrame(df, model, reading.target, _classes(examined, model, reading))
    except SynapseError:
        return None


def _classes(examined: Examined, model: Any, reading: Reading) -> tuple[int, ...]:
    """Return the numbers of the classes that were explained; none for a number."""
    outputs = examined.why.outputs
    if outputs == (reading.target,):
        return ()
    return tuple(class_numbers(model, reading.target, outputs))


def _explained(examined: Examined, predictor: Predictor | None) -> str | None:
    """Return the column that was explained, None for the one that is unless another is asked."""
    if predictor is None or not predictor.classifies or examined.task != "regression":
        return None
    if examined.why.outputs == (predictor.prediction,):
        return predictor.prediction
    stage = predictor.stage
    return str(stage.getOrDefault(RAW)) if stage.hasParam(RAW) and stage.isDefined(RAW) else None
