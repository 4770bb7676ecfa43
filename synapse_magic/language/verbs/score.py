"""``score``: a frame with the columns that steps and a model add to it."""

from __future__ import annotations

import ast

from synapse_magic.errors import SynapseError
from synapse_magic.language.layout import method, name
from synapse_magic.language.renames import Renames
from synapse_magic.language.request import Frame, Request
from synapse_magic.language.steps import Steps
from synapse_magic.language.verbs.train import step_written


def generate_score(request: Request) -> None:
    """Write the program: each step in turn, then the model."""
    frame = request.frame(0)
    if frame is None:
        raise SynapseError("score needs a frame")
    frame = request.kept(frame)
    stages = _stages(request, frame)
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


def _stages(request: Request, frame: Frame) -> list[ast.expr]:
    """Return the calls of the steps' stages, which learn nothing."""
    reader = Steps(request.values, frame.columns, None, None)
    renames = Renames(request.builder, frame.columns)
    stages: list[ast.expr] = []
    for statement in request.steps:
        step = reader.read(statement, statement is request.steps[-1])
        if step.info.kind != "transformer":
            raise request.values.text.error(
                statement.value,
                f"{step.info.name} learns from rows, and score only applies. "
                "Try: %%synapse train, then %synapse score with its model",
            )
        stages += [*renames.before(step), step_written(request, step, renames)]
    return stages
