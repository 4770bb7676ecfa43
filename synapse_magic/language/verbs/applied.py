"""Steps of a cell that only apply: what is a transformer already."""

from __future__ import annotations

import ast

from synapse_magic.language.renames import Renames
from synapse_magic.language.request import Frame, Request
from synapse_magic.language.step import Step
from synapse_magic.language.steps import Steps
from synapse_magic.language.verbs.train import step_written


def applied(
    request: Request, frame: Frame, verb: str, instead: str
) -> tuple[list[Step], list[ast.expr]]:
    """Return the steps of a cell and the calls of their stages, which learn nothing.

    Parameters
    ----------
    request : Request
    frame : Frame
        What they are applied to.
    verb, instead : str
        Who asks, and what to try where a step learns.
    """
    reader = Steps(request.values, frame.columns, None, None)
    renames = Renames(request.builder, frame.columns)
    steps: list[Step] = []
    stages: list[ast.expr] = []
    for statement in request.steps:
        step = reader.read(statement, statement is request.steps[-1])
        if step.info.kind != "transformer":
            raise request.values.text.error(
                statement.value,
                f"{step.info.name} learns from rows, and {verb} only applies. Try: {instead}",
            )
        steps.append(step)
        stages += [*renames.before(step), step_written(request, step, renames)]
    return steps, stages
