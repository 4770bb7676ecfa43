"""Steps of a pipeline: calls of stages by name, with columns by position."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from synapse_magic.errors import SynapseError, closest
from synapse_magic.language import stages
from synapse_magic.language.body import Statement, is_variable
from synapse_magic.language.columns import Columns
from synapse_magic.language.declaration import Option
from synapse_magic.language.layout import literal
from synapse_magic.language.naming import Naming
from synapse_magic.language.positions import by_position, output_param
from synapse_magic.language.stages import StageInfo
from synapse_magic.language.step import Step
from synapse_magic.language.text import CellError, Text
from synapse_magic.language.values import Values

_MAKE_ANY_COLUMN = {"SQLTransformer", "ONNXModel"}
"""Stages whose columns no param alone tells: those after them are checked when the cell runs."""

_READ_BY_TEMPLATE = {"OpenAIPrompt"}
"""Stages whose columns stand in a text, so that none need be given otherwise."""


class Steps:
    """Reads the steps of one cell, in order, each against the columns known so far.

    Parameters
    ----------
    values : Values
        Reads the values of the cell.
    columns : Columns
        The columns of the frame; outputs are added as steps are read.
    label : str or None
        The label column as named in the cell.
    label_column : str or None
        The column that predictors learn, which differs where the label is indexed.
    """

    def __init__(
        self, values: Values, columns: Columns, label: str | None, label_column: str | None
    ) -> None:
        self.values, self.columns = values, columns
        self.label, self.label_column = label, label_column
        self.naming = Naming(values, columns)
        self.text: Text = values.text

    def read(self, statement: Statement, last: bool) -> Step:
        """Read one step, check it and add its outputs to the columns."""
        node = statement.value
        if not isinstance(node, ast.Call):
            raise self.text.error(node, "A step is the call of a stage, Stage(column, ...)")
        step = self._arguments(node, statement.targets)
        self._name_outputs(step, node, statement.targets, last)
        self._add_outputs(step, node)
        return step

    def _arguments(self, node: ast.Call, targets: Sequence[ast.Name]) -> Step:
        step = Step(stage_at(self.text, node))
        keywords = {str(each.arg): each for each in node.keywords}
        self._check_options(step.info, keywords)
        if node.args:
            names = [self.naming.positional(step.info, each) for each in node.args]
            flat = tuple(name for group in names for name in group)
            try:
                param = by_position(step.info, flat, self.columns, len(targets))
            except SynapseError as error:
                raise at_stage(self.text, node, str(error)) from None
            if param in keywords:
                raise self.text.error(
                    keywords[param].value, f"{param} is given twice: by position and by name"
                )
            self._read_columns(step, param, flat, node.args)
        for name, each in keywords.items():
            self._keyword(step, step.info.options[name], each.value)
        self._complete_inputs(step, node)
        self._fill_label(step, node)
        self._order(step, keywords)
        return step

    def _check_options(self, info: StageInfo, keywords: Mapping[str, ast.keyword]) -> None:
        for name, each in keywords.items():
            if name not in info.options:
                hint = closest(name, info.options) or f"Options: {', '.join(info.options)}"
                raise self.text.error(each, f"{info.name} has no option {name!r}. {hint}")

    def _read_columns(
        self, step: Step, param: str, names: tuple[str, ...], nodes: Sequence[ast.expr]
    ) -> None:
        """Take columns for a param; a variable alone is passed on as it is."""
        doubled = next((name for name in names if names.count(name) > 1), None)
        if doubled is not None:
            raise self.text.error(nodes[-1], f"Column {doubled!r} is named twice")
        step.reads[param] = names
        alone = len(nodes) == 1 and is_variable(nodes[0])
        if alone and self._as_it_is(nodes[0], step, param):
            step.put(param, self.values.code(nodes[0]))
        else:
            step.put(param)

    def _as_it_is(self, node: ast.expr, step: Step, param: str) -> bool:
        """Say whether the variable itself can be passed: its names are the columns' own."""
        value = self.values.get(node)
        several = step.info.options[param].kind == "columns"
        names = step.reads[param]
        return value == list(names) if several else (value,) == names

    def _keyword(self, step: Step, option: Option, node: ast.expr) -> None:
        if option.column == "out" and option.kind in ("column", "columns"):
            names = self.naming.new(option, node)
            step.put(option.name, literal(list(names) if option.kind == "columns" else names[0]))
        elif option.kind == "column":
            self._read_columns(step, option.name, (self.naming.single(step.info, node),), [node])
        elif option.kind == "columns":
            self._read_columns(step, option.name, self.naming.listed(node), [node])
        elif option.kind == "stage" and not is_variable(node):
            step.put(option.name, self._nested(option, node))
        else:
            step.put(option.name, self.values.checked(node, option, step.info.name))

    def _nested(self, option: Option, node: ast.expr) -> ast.expr:
        if not isinstance(node, ast.Call):
            raise self.text.error(
                node, f"{option.name} is a stage. Try: {option.name}=LogisticRegression(), or {{x}}"
            )
        step = self._arguments(node, ())
        return step.code(self.use(step.info), {})

    def _complete_inputs(self, step: Step, node: ast.Call) -> None:
        """Take the default features where no column is given, or say what is missing."""
        info = step.info
        if any(param in step.reads for param in info.inputs) or not info.inputs:
            return
        if info.kind == "evaluator" or info.name in _READ_BY_TEMPLATE:
            return
        if "featuresCol" in info.inputs:
            default = str(info.options["featuresCol"].default)
            if default in self.columns or not self.columns.known:
                step.reads["featuresCol"] = (self.columns.resolve(default),)
                step.put("featuresCol")
                return
            direct = f"{info.name}(age, hours), or " if "inputCols" in info.inputs else ""
            raise at_stage(
                self.text,
                node,
                f"{info.name} has no features. Try: {direct}a line before it, "
                "features = VectorAssembler(age, hours)",
            )
        raise at_stage(
            self.text, node, f"{info.name} needs an input column. Try: x = {info.name}(column)"
        )

    def _fill_label(self, step: Step, node: ast.Call) -> None:
        option = step.info.options.get("labelCol")
        if option is None or option.column != "in":
            return
        given = step.reads.get("labelCol")
        if given and self.label is not None and given != (self.label,) and step.info.predicts:
            raise at_stage(
                self.text, node, f"label is {self.label!r}, but labelCol is {given[0]!r}"
            )
        if self.label_column is not None and (not given or given == (self.label,)):
            step.reads["labelCol"] = (self.label_column,)
            step.codes.pop("labelCol", None)
            step.put("labelCol")
            return
        missing = self.columns.known and str(option.default) not in self.columns
        if missing and not given and step.info.kind != "evaluator":
            raise at_stage(self.text, node, f"{step.info.name} needs a label. Try: label = COLUMN")

    def _order(self, step: Step, keywords: Mapping[str, ast.keyword]) -> None:
        first = [param for param in step.order if param in step.reads and param not in keywords]
        step.order = [*first, *(param for param in step.order if param not in first)]

    def _name_outputs(
        self, step: Step, node: ast.Call, targets: Sequence[ast.Name], last: bool
    ) -> None:
        info = step.info
        if not targets:
            unnamed = [p for p in ("outputCol", "outputCols") if p in info.outputs]
            named = any(param in step.order for param in info.outputs)
            default = any(isinstance(info.options[p].default, str) for p in unnamed)
            if (unnamed and not named and not default and not last) or (
                info.kind == "estimator" and not named and not default and not last
            ):
                raise at_stage(
                    self.text,
                    node,
                    f"{info.name} needs a name for its output. Try: name = {info.name}(...)",
                )
            return
        try:
            param = output_param(info, len(targets), step.reads)
        except SynapseError as error:
            raise self.text.error(targets[0], str(error)) from None
        if param in step.order:
            raise self.text.error(targets[0], f"The output is named twice: here and as {param}")
        names = [target.id for target in targets]
        code = literal(names if info.options[param].kind == "columns" else names[0])
        step.codes[param] = code
        place = sum(name in step.reads for name in step.order)
        step.order.insert(place, param)

    def _add_outputs(self, step: Step, node: ast.Call) -> None:
        info = step.info
        for param in info.outputs:
            code = step.codes.get(param)
            default = info.options[param].default
            value = ast.literal_eval(code) if code is not None else default
            for name in value if isinstance(value, list) else [value]:
                if isinstance(name, str) and name:
                    self._add_output(step, node, param, name)
        if info.name in _MAKE_ANY_COLUMN:
            self.columns.known = False

    def _add_output(self, step: Step, node: ast.Call, param: str, name: str) -> None:
        if name in self.columns:
            frame = self.columns.frame
            raise at_stage(
                self.text,
                node,
                f"{step.info.name} writes column {name!r}, which is there already in {frame} or "
                f"an earlier step. Try: another name, {param}='other'",
            )
        type_ = step.info.output_type(param)
        step.writes.append((name, type_))
        self.columns.add(name, type_)

    def use(self, info: StageInfo) -> ast.expr:
        """Import the class of a stage into the program."""
        return self.values.builder.use(info.module, info.name)


def stage_at(text: Text, node: ast.Call) -> StageInfo:
    """Return the stage that a call names, or point at the name."""
    name = node.func.id  # type: ignore[attr-defined]
    try:
        stages.require_alive(name)
        return stages.find(name)
    except SynapseError as error:
        raise text.error(node.func, str(error)) from None


def at_stage(text: Text, node: ast.Call, sentence: str) -> CellError:
    """Return an error that points at the name of the called stage."""
    return text.error(node.func, sentence)
