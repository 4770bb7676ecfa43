"""``score``: a frame with the columns that steps and a model add to it."""

from __future__ import annotations

import ast

from synapse_magic.errors import SynapseError
from synapse_magic.language.layout import method, name
from synapse_magic.language.request import Request
from synapse_magic.language.verbs.applied import applied


def generate_score(request: Request) -> None:
    """Write the program: each step in turn, then the model."""
    frame = request.frame(0)
    if frame is None:
        raise SynapseError("score needs a frame")
    frame = request.kept(frame)
    instead = "%%synapse train, then %synapse score with its model"
    _, stages = applied(request, frame, "score", instead)
    if len(request.command.args) > 1:
        stages.append(request.model(1)[0])
    if not stages:
        raise SynapseError(
            "score needs a model, or steps. Try: %synapse score people model, "
            "or a cell with ONNXModel(modelLocation='model.onnx')"
        )
    request.builder.show_with("result.show()")
    scored = request.builder.fresh("scored")
    given: ast.expr = frame.code
    for stage in stages[:-1]:
        request.builder.assign(scored, method(stage, "transform", given))
        given = name(scored)
    request.builder.give(method(stages[-1], "transform", given))
