"""``train``: steps become a pipeline, fitted on all rows or on a part of them."""

from __future__ import annotations

import ast

from synapse_magic.language.columns import Columns
from synapse_magic.language.labels import Label, label_of
from synapse_magic.language.layout import call, literal, method, name
from synapse_magic.language.renames import Renames
from synapse_magic.language.request import Request
from synapse_magic.language.roles import FEATURE_PARAMS, read_roles
from synapse_magic.language.splitting import read_split, write_split
from synapse_magic.language.steps import Step, Steps


def generate_train(request: Request) -> None:
    """Write the program: check the label, split, fit the pipeline."""
    frame = request.frame(0)
    if frame is None or not request.steps:
        raise request.values.text.error(
            ast.AST(), "train needs a step. Try: LogisticRegression(features)"
        )
    frame = request.kept(frame)
    split = read_split(request, frame)
    roles = read_roles(request, frame.columns)
    label = label_of(request, frame)
    steps = _read_steps(request, frame.columns, label)
    check_features(request, steps, label)
    roles.check(request, label, steps)
    roles.give_groups(steps)
    roles = roles.with_groups_of(request, steps)
    label.prepare(request, frame)
    stages = _stages(request, steps, label, frame.columns)
    train, test = write_split(request, frame, split, roles)
    builder = request.builder
    pipeline = builder.fresh("pipeline")
    made = call(builder.use("pyspark.ml", "Pipeline"), stages=ast.List(stages))
    builder.assign(pipeline, made)
    model = builder.fresh("model")
    builder.assign(model, method(name(pipeline), "fit", train))
    if split is not None and label.name is not None:
        builder.show_with("print(evaluate(result.model, result.test))", "evaluate")
    give_trained(request, model, train, test, label)


def give_trained(
    request: Request, model: str, train: ast.expr, test: ast.expr, label: Label
) -> None:
    """Write what a program that fits a model returns: the model, its rows and its label."""
    request.builder.give(
        call(
            request.builder.use("synapse_magic", "Trained"),
            model=name(model),
            train=train,
            test=test,
            label=literal(label.name or ""),
            classes=label.classes,
        )
    )


def _read_steps(request: Request, columns: Columns, label: Label) -> list[Step]:
    reader = Steps(request.values, columns, label.name, label.column)
    last = request.steps[-1]
    return [reader.read(statement, statement is last) for statement in request.steps]


def check_features(request: Request, steps: list[Step], label: Label) -> None:
    """Refuse the label among the features: the model would learn to copy it."""
    answers = {label.name, label.source, label.column} - {None}
    for step, statement in zip(steps, request.steps):
        features = {name for p in FEATURE_PARAMS for name in step.reads.get(p, ())}
        if step.info.name != "StringIndexer" and features & answers:
            raise request.values.text.error(
                statement.value,
                f"{label.name} is the label and stands among the features. Try: leave it out there",
            )


def _stages(request: Request, steps: list[Step], label: Label, columns: Columns) -> list[ast.expr]:
    """Return the stages of the pipeline: the label's, then each step with what it needs."""
    renames = Renames(request.builder, columns)
    stages: list[ast.expr] = label.stages(request.builder)
    for step in steps:
        stages += [*renames.before(step), step_written(request, step, renames)]
    return stages


def step_written(request: Request, step: Step, renames: Renames) -> ast.expr:
    """Return the call of a step's stage, after importing its class."""
    used = request.builder.use(step.info.module, step.info.name)
    return step.code(used, renames.names if not step.info.ours else {})
