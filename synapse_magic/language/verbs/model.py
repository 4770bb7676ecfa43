"""``evaluate``, ``explain`` and ``save``: what is done with one fitted model."""

from __future__ import annotations

import ast
from typing import Any

from synapse_magic.errors import SynapseError
from synapse_magic.language.columns import Columns
from synapse_magic.language.labels import copy_name, label_copy
from synapse_magic.language.layout import call, literal, method, name
from synapse_magic.language.request import Frame, Request

_EXPLAIN = ("method", "background", "target", "classes", "plot")
"""Options of ``explain`` that are written where they are given."""


def generate_evaluate(request: Request) -> None:
    """Write the program: measures of the model on the rows that were held out, or on a frame."""
    model, value = request.model(0)
    frame = _rows_of(request, value)
    label = _label(request, frame)
    evaluate = request.builder.use("synapse_magic", "evaluate")
    request.builder.give(call(evaluate, model, frame.code, **label))


def generate_explain(request: Request) -> None:
    """Write the program: contributions to the predictions of a sample of rows."""
    model, value = request.model(0)
    frame = _rows_of(request, value)
    codes = {**_drawn(request), **{own: request.option(own) for own in _EXPLAIN}}
    request.builder.give(_explained(request, model, frame, codes))


def generate_dashboard(request: Request) -> None:
    """Write the program: an explanation, and the dashboard of it."""
    model, value = request.model(0)
    frame = _rows_of(request, value)
    why = name(request.builder.fresh("why"))
    request.builder.assign(why.id, _explained(request, model, frame, _drawn(request)))
    dashboard = request.builder.use("synapse_magic", "Dashboard")
    request.builder.give(call(dashboard, why, model, frame.code))


def _drawn(request: Request) -> dict[str, ast.expr | None]:
    """Return how many rows are explained, and the seed of their draw."""
    rows = request.command.flags.rows
    if rows is not None and "rows" in request.options:
        raise SynapseError("The number of rows is given twice, by -n and by rows. Try: one of them")
    return {
        "rows": literal(rows) if rows is not None else request.option_or_default("rows"),
        "seed": request.option_or_default("seed"),
    }


def _explained(
    request: Request, model: ast.expr, frame: Frame, codes: dict[str, ast.expr | None]
) -> ast.expr:
    given = {own: code for own, code in codes.items() if code is not None}
    return call(request.builder.use("synapse_magic", "explain"), model, frame.code, **given)


def generate_save(request: Request) -> None:
    """Write the program: the model's own writer."""
    model, value = request.model(0)
    place = request.text_argument(1)
    if place is None:
        raise SynapseError("save needs a path. Try: %synapse save model PATH")
    save = request.builder.use("synapse_magic", "save_model")
    options: dict[str, ast.expr] = {}
    if request.value("overwrite"):
        options["overwrite"] = literal(True)
    made = request.context.made_by(value)
    if made is not None:
        options["source"] = request.builder.bound("source", made.program.listing, "value")
    request.builder.show_with("")
    request.builder.run(call(save, model, place[1], **options))


def _rows_of(request: Request, model: Any) -> Frame:
    """Return the frame that was named, else the part held out when the model was trained."""
    frame = request.frame(1)
    if frame is None:
        origin = request.context.origin(model)
        if origin is None:
            raise SynapseError(
                f"It is not known which rows were held out for this model. "
                f"Try: %synapse {request.verb.name} MODEL FRAME"
            )
        if origin.test is None:
            raise SynapseError(
                "The model was trained on all rows, none were held out. Try: "
                f"split = [0.8, 0.2] in train, or %synapse {request.verb.name} MODEL FRAME"
            )
        columns = Columns.of_schema(
            origin.test.schema, request.context.case_sensitive, "the held-out rows"
        )
        frame = Frame(request.builder.bound("test", origin.test), columns)
    frame = request.kept(frame)
    _copy_label(request, frame, model)
    return frame


def _label(request: Request, frame: Frame) -> dict[str, ast.expr]:
    label = request.column("label", frame.columns)
    return {} if label is None else {"label": literal(label)}


def _copy_label(request: Request, frame: Frame, model: Any) -> None:
    """Write the copy of the label that train made, where a fresh frame lacks it."""
    for wanted in _label_sources(model):
        if wanted in frame.columns:
            continue
        for column, type_ in frame.columns.fields:
            if copy_name(column, type_) == wanted:
                copy = label_copy(request.builder, column, type_, wanted)
                request.builder.assign(frame.code.id, method(frame.code, "withColumn", *copy))
                frame.columns.add(wanted, "string")
                break


def _label_sources(model: Any) -> list[str]:
    """Return the columns a fitted pipeline reads its labels from: indexed ones and others."""
    stages = list(getattr(model, "stages", ()))
    labels = [_get(stage, "labelCol") for stage in stages]
    indexed = {
        _get(stage, "outputCol"): _get(stage, "inputCol")
        for stage in stages
        if type(stage).__name__ == "StringIndexerModel"
    }
    return [indexed.get(label) or label for label in labels if label]


def _get(stage: Any, param: str) -> str | None:
    if not (stage.hasParam(param) and stage.isDefined(param)):
        return None
    return str(stage.getOrDefault(param))
