"""A fitted model as the notebook shows it: its stages and how training went."""

from __future__ import annotations

from typing import Any

from synapse_magic.notebook import markup


def model_card(model: Any) -> tuple[str, str]:
    """Return a fitted pipeline as text and as HTML.

    Parameters
    ----------
    model : PipelineModel or Model
        What training gave; the metrics of its last stage are drawn where it kept any.
    """
    stages = getattr(model, "stages", [model])
    rows = [[i + 1, _class_name(stage), _facts(stage)] for i, stage in enumerate(stages)]
    text = "\n".join(f"{i}  {name}  {facts}".rstrip() for i, name, facts in rows)
    return text, markup.table("Fitted model", ["", "stage", "learned"], rows) + _curve(stages[-1])


def _class_name(stage: Any) -> str:
    return type(stage).__name__


def _facts(stage: Any) -> str:
    if hasattr(stage, "labelsArray"):
        return f"{sum(map(len, stage.labelsArray)):,} levels"
    learned = getattr(stage, "learned", None)
    return learned() if learned is not None else ""


def _curve(stage: Any) -> str:
    from synapse_magic import TrainingCurve

    metrics = getattr(stage, "trainingMetrics", None) or {}
    return TrainingCurve.of(metrics).html() if metrics else ""
