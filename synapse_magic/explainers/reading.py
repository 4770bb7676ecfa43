"""What a model reads: the columns that are explained, and of what kind they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pyspark.sql.types import StringType

from synapse_magic.errors import SynapseError
from synapse_magic.explainers.ice_features import is_level
from synapse_magic.explainers.labels import label_column
from synapse_magic.explainers.routes import chain_of
from synapse_magic.spark.columns import fields, require
from synapse_magic.spark.image_schema import holds_images
from synapse_magic.spark.predictor import indexer_of, predictor_of, stages_of

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from synapse_magic.kernels.scorer import ChainedScorer

Kind = Literal["table", "vector", "text", "image"]

_INPUTS = ("inputCols", "inputCol", "featuresCol")
_LEVELS = ("StringIndexerModel", "FeaturizeModel", "FeatureHasher", "IndexToString")
_OUTPUTS = (
    *("outputCols", "outputCol", "predictionCol", "probabilityCol", "rawPredictionCol"),
    *("errorCol",),
)


@dataclass(frozen=True)
class Reading:
    """The columns that a model reads, and what it makes of them.

    Attributes
    ----------
    columns : tuple of str
    kind : {"table", "vector", "text", "image"}
        How they are explained; texts and images where there is one column of them alone.
    target : str
        The column that is explained unless another is asked for.
    chain : ChainedScorer or None
        What makes the target in the workers; None where only Spark can.
    """

    columns: tuple[str, ...]
    kind: Kind
    target: str
    chain: ChainedScorer | None


def reading_of(model: Any, df: DataFrame, target: str | None) -> Reading:
    """Return what a model reads of a frame, and the column that is explained.

    Raises
    ------
    SynapseError
        When it cannot be told, or the frame lacks a column.
    """
    explained = target or target_of(model, df)
    chain = chain_of(model, explained)
    columns = tuple(chain.inputs) if chain is not None else _columns(model, df)
    require(df.schema, columns)
    return Reading(columns, _kind(model, df, columns), explained, chain)


def target_of(model: Any, df: DataFrame) -> str:
    """Return the probabilities of a classifier, else the prediction, else the one column it adds.

    Raises
    ------
    SynapseError
        When it adds several, none of them called so.
    """
    try:
        predictor = predictor_of(model)
    except SynapseError as error:
        made = _made(stages_of(model)[-1]) or _added(model, df)
        if len(made) == 1:
            return made[0]
        found = "probability" if "probability" in made else "probabilities"
        if found in made:
            return found
        raise SynapseError(
            f"It is not known which column of {type(model).__name__} to explain. It adds "
            f"{', '.join(made) or 'none that the frame has not'}. Try: target="
            f"{made[-1] if made else '...'!r}"
        ) from error
    return predictor.probability or predictor.prediction


def _added(model: Any, df: DataFrame) -> list[str]:
    """Return the columns that a frame has after a transformer, and not before."""
    return [name for name in model.transform(df).columns if name not in df.columns]


def _columns(model: Any, df: DataFrame) -> tuple[str, ...]:
    """Return the columns that no stage makes, in order of first use, by the stages' params.

    Where one has no such params, all columns that can be explained.
    """
    made: set[str] = set()
    read: dict[str, None] = {}
    label = _label_indexer(model)
    for stage in stages_of(model):
        if stage is label:
            continue
        names = [name for param in _INPUTS for name in _named(stage, param)]
        if not names:
            return _explainable(model, type(stage).__name__, df)
        read |= {name: None for name in names if name not in made}
        made |= set(_made(stage))
    return tuple(read)


def _explainable(model: Any, owner: str, df: DataFrame) -> tuple[str, ...]:
    """Return all columns but the label and those that the model makes."""
    others = {
        label_column(model, df),
        *(name for stage in stages_of(model) for name in _made(stage)),
    }
    read = [own for own in df.schema.fields if own.name not in others]
    whole = [own.name for own in read if not is_level(own.dataType)]
    if whole and len(read) > 1:
        raise SynapseError(
            f"It is not known which columns {owner} reads, and {whole[0]!r} cannot be explained "
            "beside others. Expected numbers, dates, texts and booleans, or one column alone. "
            "Try: df.select(...) with the columns to explain"
        )
    return tuple(own.name for own in read)


def _label_indexer(model: Any) -> Any | None:
    """Return the stage that makes numbers of labels, which are not explained."""
    try:
        return indexer_of(model, predictor_of(model).label)
    except SynapseError:
        return None  # it is no predictor, and has no labels


def _made(stage: Any) -> list[str]:
    if hasattr(stage, "scorer"):
        return list(stage.scorer().outputs)
    return [name for param in _OUTPUTS for name in _named(stage, param)]


def _named(stage: Any, param: str) -> list[str]:
    if not (stage.hasParam(param) and stage.isDefined(param)):
        return []
    value = stage.getOrDefault(param)
    return [value] if isinstance(value, str) else list(value)


def _kind(model: Any, df: DataFrame, columns: tuple[str, ...]) -> Kind:
    if len(columns) != 1:
        return "table"
    (own,) = fields(df.schema, columns)
    if own.dataType.typeName() == "vectorudt":
        return "vector"
    if holds_images(own.dataType):
        return "image"
    return "text" if isinstance(own.dataType, StringType) and _as_text(model, own.name) else "table"


def _as_text(model: Any, column: str) -> bool:
    """Say whether a column of strings is read as texts, and not as levels."""
    readers = (
        stage
        for stage in stages_of(model)
        if any(column in _named(stage, param) for param in _INPUTS)
    )
    return all(type(stage).__name__ not in _LEVELS for stage in readers)
