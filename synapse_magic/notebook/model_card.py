"""A fitted model as the notebook shows it: its stages and how training went."""

from __future__ import annotations

from typing import Any

from synapse_magic.notebook import markup


def model_card(model: Any) -> tuple[str, str]:
    """Return a fitted pipeline as text and as HTML.

    Parameters
    ----------
    model : PipelineModel or Model
        What training gave; the training curves of its last stage are drawn where it has any.
    """
    stages = getattr(model, "stages", [model])
    rows = [[i + 1, type(stage).__name__, _facts(stage)] for i, stage in enumerate(stages)]
    text = "\n".join(f"{i}  {name}  {facts}".rstrip() for i, name, facts in rows)
    html = markup.table("Fitted model", ["", "stage", ""], rows)
    curves = getattr(stages[-1], "trainingCurves", None)
    return text, html + (curves().html() if curves is not None and curves() is not None else "")


def _facts(stage: Any) -> str:
    describe = getattr(stage, "summary_line", None)
    return describe() if describe is not None else ""
