"""What a fitted model is made of: its stages, the one that predicts, the origin of its label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyspark.ml import PipelineModel

from synapse_magic.errors import SynapseError


@dataclass(frozen=True)
class Predictor:
    """The columns of the stage that predicts, by their role.

    Attributes
    ----------
    stage : Model
        The fitted stage itself.
    label, prediction : str
        Its label and prediction columns.
    probability : str or None
        Its column of class probabilities, None for a regressor or a classifier without them.
    classifies : bool
        Whether the prediction is a class.
    group : str or None
        The column of the query whose rows a ranker orders, None for all others.
    """

    stage: Any
    label: str
    prediction: str
    probability: str | None
    classifies: bool
    group: str | None = None


def stages_of(model: Any) -> list[Any]:
    """Return the fitted stages of a model in order, opening pipelines and tuned models."""
    if isinstance(model, PipelineModel):
        return [stage for part in model.stages for stage in stages_of(part)]
    if hasattr(model, "bestModel"):
        return stages_of(model.bestModel)
    return [model]


def predictor_of(model: Any) -> Predictor:
    """Return the last stage that predicts.

    Raises
    ------
    SynapseError
        When no stage has a prediction column.
    """
    for stage in reversed(stages_of(model)):
        prediction = _column(stage, "predictionCol")
        if prediction:
            return Predictor(
                stage=stage,
                label=_column(stage, "labelCol") or "label",
                prediction=prediction,
                probability=_column(stage, "probabilityCol"),
                classifies=any(map(stage.hasParam, _CLASSIFIER_PARAMS)),
                group=_column(stage, "groupCol"),
            )
    raise SynapseError(
        f"{type(model).__name__} does not predict. Expected a fitted model, or a pipeline whose "
        "last stage is one, such as the result of LightGBMClassifier(...).fit(df)"
    )


def indexer_of(model: Any, column: str) -> Any | None:
    """Return the fitted ``StringIndexer`` that makes exactly this one column, or None."""
    for stage in stages_of(model):
        if type(stage).__name__ != "StringIndexerModel" or stage.isSet("outputCols"):
            continue
        if stage.getOutputCol() == column:
            return stage
    return None


def without(model: Any, left_out: Any) -> PipelineModel:
    """Return the stages of the model as one pipeline, but for one."""
    return PipelineModel([stage for stage in stages_of(model) if stage is not left_out])


_CLASSIFIER_PARAMS = ("probabilityCol", "rawPredictionCol")


def _column(stage: Any, name: str) -> str | None:
    """Return the column that a param names, None when there is no such param or it is empty."""
    if not (hasattr(stage, "hasParam") and stage.hasParam(name) and stage.isDefined(name)):
        return None
    return str(stage.getOrDefault(name)) or None
