"""From the text of a cell to the state of its form."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from synapse_magic.errors import SynapseError
from synapse_magic.language import stages
from synapse_magic.language.body import is_variable, variable_name
from synapse_magic.language.columns import Columns
from synapse_magic.language.context import Context, frame_schema, is_frame, is_table_name
from synapse_magic.language.form.source import Source, Written
from synapse_magic.language.form.state import Form, Problem, Role, Setting, Split, StepState
from synapse_magic.language.line import Variable
from synapse_magic.language.plan import plan
from synapse_magic.language.spaces import is_space
from synapse_magic.language.stages import StageInfo
from synapse_magic.language.text import CellError

_FEATURE_STAGES = ("Featurize", "VectorAssembler")
_SEVERAL = ("inputCols", "inputCol", "featuresCol")
ROLES = ("key", "time", "group")
"""Options that give columns a role beside label and features."""


def read_form(text: str, context: Context) -> Form:
    r"""Return what the form of a cell shows.

    Parameters
    ----------
    text : str
        The whole cell.
    context : Context
        The user's variables and tables.

    Raises
    ------
    SynapseError
        When the cell cannot be read at all; a :class:`CellError` says where.

    Examples
    --------
    >>> cell = "%%synapse train people -o m\nlabel = income\nsplit = [3, 1]"
    >>> form = read_form(cell, Context())
    >>> form.target, form.split.train, form.output
    ('income', 0.75, 'm')
    """
    return form_of(Source(text), context)


def problem_in(text: str, context: Context) -> Problem | None:
    r"""Return the first thing that is wrong in a cell, as running it would tell; None if nothing.

    Examples
    --------
    >>> problem_in("%%synapse train people\nlabel = (", Context()).line
    2
    """
    try:
        source = Source(text)
        try:
            plan(source.command, text[source.body_at :] or None, context)
        except CellError as error:
            raise source.moved(error) from None
    except CellError as error:
        return Problem(error.sentence, error.line, error.column)
    except SynapseError as error:
        return Problem(str(error))
    return None


def form_of(source: Source, context: Context) -> Form:
    """Return what the form of a cell that was read shows."""
    columns = frame_columns(source, context)
    return Form(
        verb=source.command.verb,
        frame=frame_name(source),
        output=source.command.flags.output or "",
        target=_target(source, context, columns),
        split=_split(source),
        settings=tuple(_settings(source)),
        steps=tuple(_with_features(list(_steps(source, context, columns)))),
        roles={role: _named(source, context, columns, role) for role in ROLES},
    )


def frame_name(source: Source) -> str:
    """Return the frame as the first line names it, without braces."""
    first = next(iter(source.command.args), "")
    return first.name if isinstance(first, Variable) else first


def frame_columns(source: Source, context: Context) -> Columns:
    """Return the columns of the cell's frame; unknown ones where there is no such frame."""
    name = frame_name(source)
    value = context.variables.get(name)
    if is_frame(value):
        schema = frame_schema(value)
    else:
        table = value if isinstance(value, str) else name
        schema = context.schema(table) if is_table_name(table) else None
    return Columns.of_schema(schema, context.case_sensitive, name)


def value_of(node: ast.expr) -> Any:
    """Return the value of a literal.

    Raises
    ------
    ValueError
        For anything else.
    """
    return ast.literal_eval(node)


def setting_of(source: Source, name: str, node: ast.expr) -> Setting:
    """Return how a param or an option is written."""
    text, line = source.of(node), node.lineno + source.above + 1
    if is_variable(node):
        return Setting(name, text, "variable", value=variable_name(node), line=line)
    if is_space(node) and isinstance(node, ast.Call):
        return _space(name, text, node, line)
    try:
        return Setting(name, text, "value", value=_plain(value_of(node)), line=line)
    except ValueError:
        return Setting(name, text, "code", line=line)


def _space(name: str, text: str, node: ast.Call, line: int) -> Setting:
    keywords = {each.arg: each.value for each in node.keywords}
    try:
        values = [value_of(each) for each in node.args]
        log = bool(value_of(keywords["log"])) if "log" in keywords else False
        ends = [*values, *(value_of(keywords[e]) for e in ("low", "high") if e in keywords)]
    except ValueError:
        return Setting(name, text, "code", line=line)
    if isinstance(node.func, ast.Name) and node.func.id == "Choice":
        return Setting(name, text, "list", value=[_plain(each) for each in values], line=line)
    numbers = [each for each in ends if isinstance(each, (int, float))]
    if len(numbers) != 2 or len(ends) != 2:
        return Setting(name, text, "code", line=line)
    return Setting(name, text, "range", low=numbers[0], high=numbers[1], log=log, line=line)


def _plain(value: Any) -> Any:
    """Return a literal as JSON has it."""
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    return value


def _target(source: Source, context: Context, columns: Columns) -> str:
    written = source.option("label")
    if written is None:
        return source.command.options.get("label", "")
    node = written.statement.value
    if is_variable(node):
        held = context.variables.get(variable_name(node))
        return _resolved(held, columns) if isinstance(held, str) else ""
    return _column(node, columns)


def _named(source: Source, context: Context, columns: Columns, option: str) -> tuple[str, ...]:
    """Return the columns that an option names, those in a variable too."""
    written = source.option(option)
    if written is None:
        named = source.command.options.get(option)
        return () if named is None else (_resolved(named, columns),)
    node = written.statement.value
    if is_variable(node):
        return tuple(_resolved(name, columns) for name in _held(node, context))
    nodes = node.elts if isinstance(node, (ast.List, ast.Tuple)) else [node]
    return tuple(name for each in nodes if (name := _column(each, columns)))


def _held(node: ast.expr, context: Context) -> list[str]:
    """Return the names of columns that a variable holds."""
    value = context.variables.get(variable_name(node))
    several = [value] if isinstance(value, str) else value
    return [n for n in several if isinstance(n, str)] if isinstance(several, list) else []


def _column(node: ast.expr, columns: Columns) -> str:
    """Return the column that a node names, as it is written where there is no such column."""
    name = node.id if isinstance(node, ast.Name) else getattr(node, "value", None)
    return _resolved(name, columns) if isinstance(name, str) else ""


def _resolved(name: str, columns: Columns) -> str:
    try:
        return columns.resolve(name)
    except SynapseError:
        return name


def _split(source: Source) -> Split:
    written, on_line = source.option("split"), source.command.options.get("split")
    if written is not None:
        node = written.statement.value
        text = source.of(node)
    elif on_line is not None:
        node, text = _value_on_line(on_line), on_line
    else:
        return Split()
    if is_variable(node):
        return Split("variable", None, text)
    try:
        first, second = value_of(node)
        return Split("share", round(first / (first + second), 6), text)
    except (ValueError, TypeError, ZeroDivisionError):
        return Split("condition", None, text)


def _value_on_line(written: str) -> ast.expr:
    """Return what a word of the first line is: Python, else a text."""
    try:
        return ast.parse(written, mode="eval").body
    except SyntaxError:
        return ast.Constant(written)


def _settings(source: Source) -> Iterator[Setting]:
    for name, text in source.command.options.items():
        yield Setting(name, text, "code", value=text, line=source.above + 1)
    for written in source.statements:
        if written.option is not None and written.option not in ("label", "split", *ROLES):
            yield setting_of(source, written.option, written.statement.value)


def _steps(source: Source, context: Context, columns: Columns) -> Iterator[StepState]:
    called = [i for i, each in enumerate(source.statements) if each.option is None and each.called]
    for index in called:
        yield _step(source, context, columns, index, last=index == called[-1])


def _step(
    source: Source, context: Context, columns: Columns, index: int, *, last: bool
) -> StepState:
    written = source.statements[index]
    node = written.statement.value
    line = node.lineno + source.above + 1
    known = stages.is_stage_name(written.called)
    info = stages.find(written.called) if known else None
    names, fixed = _columns_of(node, columns, context)
    return StepState(
        index=index,
        stage=written.called,
        doc=info.doc if info is not None else "",
        role=_role(info, written, last),
        target=", ".join(target.id for target in written.statement.targets),
        columns=names,
        fixed=fixed,
        params=tuple(
            setting_of(source, str(each.arg), each.value)
            for each in getattr(node, "keywords", ())
            if each.arg not in _SEVERAL
        ),
        line=line,
    )


def _role(info: StageInfo | None, written: Written, last: bool) -> Role:
    """Return what a step is: one that learns has no name, unless all others come before it."""
    if info is not None and info.predicts and (last or not written.statement.targets):
        return "algorithm"
    return "step"


def _with_features(steps: list[StepState]) -> list[StepState]:
    """Mark the last step before the algorithms that makes one column of several."""
    made = [step for step in steps if step.stage in _FEATURE_STAGES and step.role == "step"]
    return [replace(s, role="features") if made and s is made[-1] else s for s in steps]


def column_nodes(node: ast.Call) -> list[ast.expr]:
    """Return the nodes that name the columns of a step, by position or as ``inputCols``."""
    found = list(node.args)
    for each in node.keywords:
        if each.arg in _SEVERAL:
            listed = isinstance(each.value, (ast.List, ast.Tuple))
            found += each.value.elts if listed else [each.value]  # type: ignore[attr-defined]
    return found


def _columns_of(
    node: ast.expr, columns: Columns, context: Context
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names: list[str] = []
    fixed: list[str] = []
    for each in column_nodes(node) if isinstance(node, ast.Call) else []:
        if is_variable(each):
            held = _held(each, context)
            names += held
            fixed += held
        else:
            names += [name for name in [_column(each, columns)] if name]
    return tuple(names), tuple(fixed)
