"""``tune``: the steps of ``train`` with values to be searched, for one model or for several."""

from __future__ import annotations

import ast
import re

from synapse_magic.language import stages as known
from synapse_magic.language.body import Statement
from synapse_magic.language.columns import Columns
from synapse_magic.language.labels import Label, label_of
from synapse_magic.language.layout import call, literal, method, name
from synapse_magic.language.renames import Renames
from synapse_magic.language.request import Request
from synapse_magic.language.roles import Roles, read_roles
from synapse_magic.language.spaces import Searched, TunedSteps
from synapse_magic.language.splitting import read_split, write_split
from synapse_magic.language.step import Step
from synapse_magic.language.verbs.train import check_features, give_trained, step_written

_PARAMS = {
    "search": "search",
    "trials": "numRuns",
    "folds": "numFolds",
    "metric": "evaluationMetric",
    "pruner": "pruner",
    "parallelism": "parallelism",
}
"""Options of the verb and the params of ``TuneHyperparameters`` that they set."""


def generate_tune(request: Request) -> None:
    """Write the program: check the label, split, search, fit the best."""
    frame = request.frame(0)
    if frame is None or not request.steps:
        raise request.values.text.error(
            ast.AST(),
            "tune needs a step. Try: LightGBMClassifier(features, numLeaves=Range(7, 63))",
        )
    frame = request.kept(frame)
    split = read_split(request, frame)
    roles = read_roles(request, frame.columns)
    label = label_of(request, frame)
    shared, models, searched = _read(request, frame.columns, label)
    roles.check(request, label, [*shared, *models])
    roles.give_groups(models)
    roles = roles.with_groups_of(request, models)
    label.prepare(request, frame)
    train, test = write_split(request, frame, split, roles)
    writer = _Writer(request, label, frame.columns, searched)
    estimators = writer.models(shared, models)
    builder = request.builder
    tuner = builder.fresh("tuner")
    builder.assign(tuner, _tuner(request, estimators, writer.space(), roles))
    model = builder.fresh("model")
    builder.assign(model, method(name(tuner), "fit", train))
    _show(request, split is not None and label.name is not None)
    give_trained(request, model, train, test, label)


def _show(request: Request, measured: bool) -> None:
    if measured:
        shown = 'print(result.model.leaderboard, evaluate(result.model, result.test), sep="\\n")'
        request.builder.show_with(shown, "evaluate")
    else:
        request.builder.show_with("print(result.model.leaderboard)")


def _tuner(
    request: Request, models: list[ast.expr], space: ast.expr | None, roles: Roles
) -> ast.expr:
    arguments: dict[str, ast.expr] = {"models": ast.List(models)}
    if space is not None:
        arguments["paramSpace"] = space
    for option, param in _PARAMS.items():
        given = request.option(option)
        if given is not None:
            arguments[param] = given
    if "group" in request.options:
        arguments["groupCol"] = literal(roles.group)
    arguments["seed"] = request.option_or_default("seed")
    return call(request.builder.use("synapse_magic", "TuneHyperparameters"), **arguments)


def _read(
    request: Request, columns: Columns, label: Label
) -> tuple[list[Step], list[Step], list[Searched]]:
    """Return the steps that all models share, the models, and what is searched in them."""
    first = len(request.steps) - max(1, len(_models(request.steps)))
    reader = TunedSteps(request.values, columns, label.name, label.column)
    shared = [reader.read(statement, False) for statement in request.steps[:first]]
    searched, models = list(reader.searched), []
    for statement in request.steps[first:]:
        # Each model is read against the columns before all of them: they write the same ones.
        before = Columns(columns.fields, columns.case_sensitive, columns.known, columns.frame)
        own = TunedSteps(request.values, before, label.name, label.column)
        models.append(own.read(statement, True))
        searched += own.searched
    check_features(request, [*shared, *models], label)
    _refuse_nested(request, [*shared, *models], searched)
    return shared, models, searched


def _models(steps: tuple[Statement, ...]) -> list[Statement]:
    """Return the last steps that predict and have no name: each is a model of its own."""
    found: list[Statement] = []
    for statement in reversed(steps):
        if statement.targets or not _predicts(statement.value):
            break
        found.insert(0, statement)
    return found


def _predicts(node: ast.expr) -> bool:
    called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
    return known.is_stage_name(called) and known.find(called).predicts


def _refuse_nested(request: Request, steps: list[Step], searched: list[Searched]) -> None:
    for each in searched:
        if not any(each.step is step for step in steps):
            raise request.values.text.error(
                each.node,
                f"{each.step.info.name} stands inside another step, where nothing is searched. "
                "Try: a step of its own",
            )


class _Writer:
    """Writes the stages: those with something to search get a variable, to name their params."""

    def __init__(
        self, request: Request, label: Label, columns: Columns, searched: list[Searched]
    ) -> None:
        self._request, self._label, self._columns = request, label, columns
        self._searched = searched
        self._space: list[tuple[ast.expr, ast.expr]] = []

    def models(self, shared: list[Step], models: list[Step]) -> list[ast.expr]:
        """Write one pipeline for each model and return their names."""
        builder = self._request.builder
        renames = Renames(builder, self._columns)
        before = self._label.stages(builder)
        for step in shared:
            before += [*renames.before(step), self._stage(step, renames)]
        if len(models) > 1 and before:
            common = builder.fresh("shared")
            builder.assign(common, ast.List(before))
            before = [ast.Starred(name(common))]
        return [self._pipeline([*before, *self._ending(model, renames)]) for model in models]

    def space(self) -> ast.expr | None:
        """Return what is searched as an expression, None where nothing is declared."""
        if not self._space:
            return None
        return ast.Dict([key for key, _ in self._space], [values for _, values in self._space])

    def _ending(self, model: Step, renames: Renames) -> list[ast.expr]:
        return [*renames.before(model), self._stage(model, renames)]

    def _pipeline(self, stages: list[ast.expr]) -> ast.expr:
        builder = self._request.builder
        variable = builder.fresh("pipeline")
        pipeline = builder.use("pyspark.ml", "Pipeline")
        builder.assign(variable, call(pipeline, stages=ast.List(stages)))
        return name(variable)

    def _stage(self, step: Step, renames: Renames) -> ast.expr:
        """Return the stage, as a variable where some of its params are searched."""
        code = step_written(self._request, step, renames)
        own = [each for each in self._searched if each.step is step]
        if not own:
            return code
        variable = self._request.builder.fresh(_variable(step.info.name))
        self._request.builder.assign(variable, code)
        for each in own:
            self._space.append((ast.Attribute(name(variable), each.param), each.code))
        return name(variable)


def _variable(class_name: str) -> str:
    """Return the name of a variable for a stage.

    Examples
    --------
    >>> _variable("LightGBMClassifier"), _variable("Featurize")
    ('light_gbm_classifier', 'featurize')
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", class_name)
    return spaced.lower()
